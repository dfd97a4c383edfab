"""`merunibench curate measure`: what filters and statistics need of the texts, measured once."""

from pathlib import Path

from merunibench.cli._output import emit, log_stderr, spare_pandas
from merunibench.cli._running import progress_bar
from merunibench.curation.folder import Folder
from merunibench.curation.measures.stage import Measured
from merunibench.settings import ReadSettings, argument, option

DIR = argument(..., "Folder of the data set.", "DIR")


class Intake(ReadSettings):
    """Descriptions that were made elsewhere, and where they have what."""

    descriptions: Path | None = option(
        None, "Take in descriptions made elsewhere: a table, or a folder of tables, in any format.", "PATH"
    )
    set: str | None = option(None, "What the set of a single table is called.", "NAME", shown="as the file")

    def take_in(self, folder: Folder) -> None:
        """Copy the descriptions into the folder, if some are given."""
        if self.descriptions is None:
            return
        from merunibench.curation.intake import take_in

        written, deleted = take_in(folder, self.descriptions, self.set, **self.reading())
        for path in written:
            log_stderr(f"taken in: {path}")
        if deleted:
            log_stderr(f"left out: {deleted} rows of clips that were deleted from this data set")


def measure(settings: Intake, folder: Path = DIR) -> None:
    """Measure every text, and extract labels where there are none. What is measured already is left.

    Writes measures/ and labels/. Example: `merunibench curate measure DIR --descriptions merged.csv`
    """
    spare_pandas()
    place = Folder(folder)
    settings.take_in(place)
    done = measured(place)
    emit(f"{done.measured} texts measured, labels of {done.labelled} extracted; {done.failed} rows have no text\n")


def measured(folder: Folder) -> Measured:
    """Measure what is not, with a bar that shows how far it is."""
    from merunibench.curation.measures import measure as measure_all

    with progress_bar() as progress:
        done = measure_all(folder, progress)
    for name in done.own_labels:
        log_stderr(f"labels of {name}: not made here, and left as they are")
    return done
