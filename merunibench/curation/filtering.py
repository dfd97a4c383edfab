"""`curate filter`: from measured values, labels, votes and speaker values to decisions: arithmetic."""

from pathlib import Path

from merunibench.curation.decisions import Decisions, decide
from merunibench.curation.folder import SETTINGS, VOTES, Folder, children
from merunibench.curation.rows import Rows, load_rows
from merunibench.curation.settings import SECTION, FilterSettings
from merunibench.errors import InputError
from merunibench.lexicon import load_lexicon
from merunibench.settings import read_settings


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
    return decide(rows, filters(settings, lexicon, vote_places(folder, settings)), settings)


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


def store_settings(folder: Folder, settings: FilterSettings) -> None:
    """Keep the settings, defaults included, in `curate.toml`.

    Raises:
        InputError: it cannot be written.
    """
    folder.write_settings({SECTION: settings.model_dump(mode="json", exclude_none=True)})
