"""`curate filter`: from measured values, labels, votes and speaker values to decisions: arithmetic."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from merunibench.curation.crowd.sources import SETTINGS as SOURCE_SETTINGS
from merunibench.curation.crowd.sources import find_sources
from merunibench.curation.decisions import Decisions, decide
from merunibench.curation.folder import LABELS, MEASURES, SETTINGS, SPEAKER, VOTES, Folder, children
from merunibench.curation.measures.stage import file_digest
from merunibench.curation.rows import Rows, load_rows
from merunibench.curation.settings import SECTION, FilterSettings
from merunibench.errors import InputError
from merunibench.journal import config_hash
from merunibench.lexicon import load_lexicon
from merunibench.settings import read_settings

_DIGITS = 12


def filter_rows(folder: Folder, settings: FilterSettings, rows: Rows | None = None) -> Decisions:
    """Judge all rows of a data set.

    Args:
        folder: The data set; its texts are measured.
        settings: What rows are judged by.
        rows: The rows, where they are read already.

    Raises:
        InputError: a file is broken or missing, or a setting names what is not there.
    """
    from merunibench.curation.filters.table import filters

    rows = load_rows(folder) if rows is None else rows
    lexicon = load_lexicon(settings.lexicon)
    votes = vote_places(folder, settings)
    return decide(rows, filters(settings, lexicon, votes), settings, _inputs(folder, votes))


def _inputs(folder: Folder, votes: Iterable[Path]) -> dict[str, dict[str, str]]:
    """Hashes of the content of all that decides: stage -> set, or source of votes -> hash."""
    found = {
        stage: {name: file_digest(path)[:_DIGITS] for name, path in folder.found(stage).items()}
        for stage in (MEASURES, LABELS, SPEAKER)
    }
    sources = {name: files for place in votes for name, files in find_sources(place).items()}
    found[VOTES] = {name: _digest(files) for name, files in sorted(sources.items())}
    return {stage: hashes for stage, hashes in found.items() if hashes}


def _digest(files: Sequence[Path]) -> str:
    """The hash of a source: its tables, and what its settings say."""
    beside = {path.parent / SOURCE_SETTINGS for path in files}
    every = [*files, *(path for path in sorted(beside) if path.is_file())]
    return config_hash({"files": [file_digest(path) for path in every]})


def vote_places(folder: Folder, settings: FilterSettings) -> list[Path]:
    """Where votes are: in the folder, and wherever the settings say."""
    own = [folder.path / VOTES] if children(folder.path / VOTES) else []
    return [*own, *settings.vote_files]


def stored_settings(folder: Folder) -> FilterSettings:
    """The settings of the last `curate filter`, defaults where there was none.

    Raises:
        InputError: `curate.toml` is broken, or has a setting that is unknown or makes no sense.
    """
    given = folder.settings(SECTION)
    try:
        return read_settings(None, given, FilterSettings)
    except InputError as error:
        raise InputError(f"{folder.path / SETTINGS}, [{SECTION}]: {str(error).removeprefix('--')}") from None


def changes(folder: Folder, settings: FilterSettings) -> list[str]:
    """What the settings change of those in `curate.toml`, one line each; nothing where there are none yet.

    Raises:
        InputError: see `stored_settings`.
    """
    if not folder.settings(SECTION):
        return []
    before, now = (each.model_dump(mode="json") for each in (stored_settings(folder), settings))
    where = folder.path / SETTINGS
    return [f"{where}: {name} was {before[name]!r}, is now {now[name]!r}" for name in now if now[name] != before[name]]


def store_settings(folder: Folder, settings: FilterSettings) -> None:
    """Keep the settings, defaults included, in `curate.toml`.

    Raises:
        InputError: it cannot be written.
    """
    folder.write_settings({SECTION: settings.model_dump(mode="json", exclude_none=True)})
