"""`curate filter`: compute decisions from measured values, labels, votes and speaker values."""

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
        folder: The data set, after `curate measure`.
        settings: The settings of the filters.
        rows: The rows, if they have been read already.

    Raises:
        InputError: a file is broken or missing, or a setting names something that does not exist.
    """
    from merunibench.curation.filters.table import filters

    rows = load_rows(folder) if rows is None else rows
    lexicon = load_lexicon(settings.lexicon)
    votes = vote_places(folder, settings)
    return decide(rows, filters(settings, lexicon, votes), settings, _inputs(folder, votes))


def _inputs(folder: Folder, votes: Iterable[Path]) -> dict[str, dict[str, str]]:
    """Return hashes of all files that decisions depend on: stage -> set, or source of votes -> hash."""
    found = {
        stage: {name: file_digest(path)[:_DIGITS] for name, path in folder.found(stage).items()}
        for stage in (MEASURES, LABELS, SPEAKER)
    }
    sources = {name: files for place in votes for name, files in find_sources(place).items()}
    found[VOTES] = {name: _digest(files) for name, files in sorted(sources.items())}
    return {stage: hashes for stage, hashes in found.items() if hashes}


def _digest(files: Sequence[Path]) -> str:
    """Return the hash of a source: its tables and its settings."""
    beside = {path.parent / SOURCE_SETTINGS for path in files}
    every = [*files, *(path for path in sorted(beside) if path.is_file())]
    return config_hash({"files": [file_digest(path) for path in every]})


def vote_places(folder: Folder, settings: FilterSettings) -> list[Path]:
    """Return the places of votes: in the data set's folder, and those named in the settings."""
    own = [folder.path / VOTES] if children(folder.path / VOTES) else []
    return [*own, *settings.vote_files]


def stored_settings(folder: Folder) -> FilterSettings:
    """Return the settings of the last `curate filter`, or the defaults.

    Raises:
        InputError: `curate.toml` is broken, or has an unknown or invalid setting.
    """
    given = folder.settings(SECTION)
    try:
        return read_settings(None, given, FilterSettings)
    except InputError as error:
        raise InputError(f"{folder.path / SETTINGS}, [{SECTION}]: {str(error).removeprefix('--')}") from None


def changes(folder: Folder, settings: FilterSettings) -> list[str]:
    """Return one line for each setting that differs from `curate.toml`; empty if the file has no such settings yet.

    Raises:
        InputError: see `stored_settings`.
    """
    if not folder.settings(SECTION):
        return []
    before, now = (each.model_dump(mode="json") for each in (stored_settings(folder), settings))
    where = folder.path / SETTINGS
    return [f"{where}: {name} was {before[name]!r}, is now {now[name]!r}" for name in now if now[name] != before[name]]


def store_settings(folder: Folder, settings: FilterSettings) -> None:
    """Write the settings, including defaults, to `curate.toml`.

    Raises:
        InputError: the file cannot be written.
    """
    folder.write_settings({SECTION: settings.model_dump(mode="json", exclude_none=True)})
