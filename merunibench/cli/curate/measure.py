"""`merunibench curate measure`: measure the texts once, for filters and statistics."""

from pathlib import Path

from merunibench._arrow import spare_pandas
from merunibench.cli._output import emit, log_stderr
from merunibench.cli._running import progress_bar
from merunibench.curation.folder import Folder
from merunibench.curation.measures.stage import Measured
from merunibench.settings import ReadSettings, argument, option

DIR = argument(..., "Folder of the data set.", "DIR")


class Intake(ReadSettings):
    """Options for descriptions that were made elsewhere, and for their columns."""

    descriptions: Path | None = option(
        None, "Import descriptions made elsewhere: a table, or a folder of tables, in any format.", "PATH"
    )
    set: str | None = option(None, "Name for the set of a single table.", "NAME", shown="name of the file")

    def take_in(self, folder: Folder) -> None:
        """Copy the descriptions into the folder, if any are given."""
        if self.descriptions is None:
            return
        from merunibench.curation.intake import take_in

        written, deleted = take_in(folder, self.descriptions, self.set, **self.reading())
        for path in written:
            log_stderr(f"imported: {path}")
        if deleted:
            log_stderr(f"left out: {deleted} rows of clips that were deleted from this data set")


def measure(settings: Intake, folder: Path = DIR) -> None:
    """Measure every text, and extract labels that are missing. Existing measures are kept.

    Writes measures/ and labels/. Example: `merunibench curate measure DIR --descriptions merged.csv`
    """
    spare_pandas()
    place = Folder(folder)
    settings.take_in(place)
    done = measured(place)
    emit(f"{done.measured} texts measured, labels of {done.labelled} extracted; {done.failed} rows have no text\n")


def measured(folder: Folder) -> Measured:
    """Measure texts that are not measured yet, with a progress bar."""
    from merunibench.curation.measures import measure as measure_all

    with progress_bar() as progress:
        done = measure_all(folder, progress)
    for name in done.own_labels:
        log_stderr(f"labels of {name}: not made by merunibench, so they are kept unchanged")
    return done
