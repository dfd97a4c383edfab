"""`merunibench curate delete`: delete named clips, or those of one person, from a finished data set."""

from pathlib import Path

from merunibench._arrow import spare_pandas
from merunibench.cli._options import DRY_RUN
from merunibench.cli._output import emit, log_stderr
from merunibench.cli.curate.measure import DIR
from merunibench.settings import option


def delete(
    folder: Path = DIR,
    name: tuple[str, ...] = option((), "Clip to delete; repeat for several.", "NAME"),
    names: Path | None = option(None, "Clips to delete: a table with a column name, or one name per line.", "FILE"),
    name_pattern: str | None = option(None, "Delete clips whose full names match this.", "REGEX"),
    person: str | None = option(
        None, "Delete the clips of this person, as given in a column of the descriptions.", "ID"
    ),
    person_column: str = option("person", "The column that identifies the person.", "COLUMN"),
    dry_run: bool = DRY_RUN,
) -> None:
    """Delete clips from every file of a data set, including votes, decisions and exports.

    Either all files are changed or none. Reports, whose counts no longer hold, are removed; `curate filter` writes them
    again. Hashes of the names are kept in deleted.txt, so that the clips are not added again. Files without rows that
    may mention the clips are listed and not changed; files outside DIR are not read.
    """
    spare_pandas()
    from merunibench.curation.deletion import choose, delete
    from merunibench.curation.folder import Folder

    place = Folder(folder)
    chosen = choose(place, name, listed_in=names, pattern=name_pattern, person=person, person_column=person_column)
    done = delete(place, chosen, dry_run=dry_run)
    would = "would be " if dry_run else ""
    what = {
        path: f"{rows} rows {would}deleted" if rows else f"names {would}deleted" for path, rows in done.rows.items()
    }
    emit("".join(f"{deleted} from {path}\n" for path, deleted in what.items()))
    for path in done.removed:
        log_stderr(f"{would}removed: {path}")
    for path, why in done.left.items():
        log_stderr(f"not changed, check it yourself: {path}: {why}")
    for clip in done.unknown[:10]:
        log_stderr(f"not found: {clip}")
    rows, files = sum(done.rows.values()), len(done.rows)
    emit(f"{len(done.clips)} of {len(chosen)} clips {would}deleted: {rows} rows in {files} files\n")
