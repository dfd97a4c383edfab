"""Convert result files of other tools to predictions as JSON Lines in the documented layout."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from merunibench._text import listed, short_repr
from merunibench.conversion import Format, Imported, archive_format, detect, get_format, imported
from merunibench.conversion.base import Answer
from merunibench.conversion.fields import dig, one_text
from merunibench.conversion.imported import Rows
from merunibench.data.arranging import Arrangement, arranged
from merunibench.data.columns import name_column
from merunibench.data.convert import Conversion, converted_columns
from merunibench.data.documents import decode
from merunibench.data.foreign.reading import read_rows
from merunibench.data.table import Table
from merunibench.data.tables import is_saved_dataset, read_table, table_stem, table_suffix
from merunibench.errors import InputError, UnsafeFileError
from merunibench.files import DEFAULT_MAX_BYTES, open_plain, whole_set
from merunibench.files.reading import reading
from merunibench.tasks import BUILTIN, Task, TaskSet

AUTO = "auto"
FIELDS = "fields"
_RESULTS = "results-"
_NPZ = ".npz"
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Source:
    """Files of another tool, and how to read them.

    Attributes:
        path: A file, or a folder in the layout `results-<dataset>/<run>/<checkpoint>.jsonl`.
        dataset: The data set that a file is for; for a folder, the only one to convert.
        format: `auto`, the name of a format, or `fields` to use only the columns of `arrangement`.
        arrangement: Dotted paths to names and answers, and the pattern for names.
        names: A table whose column `name` has the samples in the order in which they were asked.
        run: The run to convert, if a folder has several.
        max_bytes: Largest size that a file may unpack to.
        tasks: The known data sets.
    """

    path: Path
    dataset: str | None = None
    format: str = AUTO
    arrangement: Arrangement = field(default_factory=Arrangement)
    names: Path | None = None
    run: str | None = None
    max_bytes: int = DEFAULT_MAX_BYTES
    tasks: TaskSet = BUILTIN


@dataclass(frozen=True)
class Written:
    """A file of predictions that was written, and the rows it was made from.

    Attributes:
        path: The file.
        source: The file that it was made from.
        imported: Its rows.
    """

    path: Path
    source: Path
    imported: Imported

    @property
    def summary(self) -> str:
        """Summary in one line: format, number of rows, how many failed and the first of them."""
        failed, rows = self.imported.failed, len(self.imported.names)
        said = f"{self.source}: {rows} rows of {self.imported.format}, named by {self.imported.named_by}"
        if not failed:
            return said
        first = failed[0]
        return (
            f"{said}; {len(failed)} without an answer have the status failed, the first is "
            f"{short_repr(self.imported.names[first])}: {self.imported.failures[first]}"
        )


def convert_foreign(source: Source, out: Path) -> list[Written] | None:
    """Write the answers in another tool's files as JSON Lines below `out`, one row per sample: name, text, status.

    Args:
        source: The files.
        out: The folder for `<dataset>.jsonl`, or `<checkpoint>/<dataset>.jsonl` if checkpoints have names.

    Returns:
        The files written; None if only merunibench's own formats were found, and no format was requested.

    Raises:
        UnsafeFileError: a file would run code or fill the memory.
        InputError: a file does not have the format, answers or names are ambiguous, or an output cannot be written.
            In this case no file is written.
    """
    found = list(_found(source))
    if not found:
        return None
    with whole_set(out) as folder:
        written = []
        for task, place, rows, form in found:
            table, done = _table(source, task, rows, form)
            file = Conversion(folder / place, table, converted_columns(table))
            file.write()
            written.append(Written(out / place, rows.path, done))
    return written


def _found(source: Source) -> Iterator[tuple[Task, Path, Rows, Format]]:
    """Yield data set, relative output path, rows and format of every file."""
    asked = source.format != AUTO or source.names is not None
    if source.path.is_dir():
        files = [] if is_saved_dataset(source.path) else _results(source)
        if asked and not files:
            raise InputError(
                f"{source.path}: --from and --names need one file, or a folder with "
                "results-<dataset>/<run>/<checkpoint>.jsonl"
            )
        for task, path in files:
            rows = read_rows(path, source.max_bytes)
            yield task, Path(path.stem) / f"{task.id}.jsonl", rows, _format(source, rows) or _unknown(rows)
        return
    if source.path.suffix.lower() == _NPZ:
        if asked:
            raise InputError(f"{source.path}: official result files need neither --from nor --names; leave them out")
        return
    found = _rows(source, asked=asked)
    form = None if found is None else _format(source, found)
    if found is None or (form is None and not asked):
        return
    task = _task(source)
    yield task, Path(f"{task.id}.jsonl"), found, form or _unknown(found)


def _rows(source: Source, *, asked: bool) -> Rows | None:
    """Return the rows of a file; None if it has merunibench's own format, whose reader gives better errors."""
    if not asked and _begins_as_own(source.path):
        return None
    try:
        return read_rows(source.path, source.max_bytes)
    except UnsafeFileError:
        raise
    except InputError:
        if asked or archive_format(source.path) is not None or table_suffix(source.path) is None:
            raise
        return None


def _begins_as_own(path: Path) -> bool:
    """Return whether the first line is a row of merunibench's own format, to avoid reading large files twice."""
    with reading(path), open_plain(path) as stream:
        line = stream.readline(_LONGEST_LINE)
    with suppress(ValueError):
        row = decode(line.decode("utf-8"))
        return isinstance(row, dict) and _is_own(row)
    return False


def _is_own(keys: Collection[str]) -> bool:
    """Return whether rows have the expected name and answer columns, and are not written by another tool."""
    return "name" in keys and ("text" in keys or (detect(keys) is None and bool({"labels", "polarity"} & {*keys})))


def _format(source: Source, rows: Rows) -> Format | None:
    """Return the format of the rows, or the one that the caller chose; None if it is unknown."""
    chosen = source.arrangement.columns
    text = chosen.get("text")
    if source.format == FIELDS or (text and (source.names or (source.format == AUTO and _only_here(source.path)))):
        if text is None:
            raise InputError(
                "--from fields needs the paths of names and answers: --column name=PATH --column text=PATH"
            )
        return _by_fields(rows, text)
    if source.format != AUTO:
        if others := [name for name in chosen if name != "name"]:
            raise InputError(
                f"--column {others[0]}={chosen[others[0]]}: --from {source.format} already defines where answers are; "
                f"leave one of them out"
            )
        return get_format(source.format)
    keys = rows.keys()
    return None if chosen.keys() - {"name"} or _is_own(keys) else detect(keys)


def _only_here(path: Path) -> bool:
    """Return whether only `convert` reads a file: archives, and files without the ending of a table."""
    return archive_format(path) is not None or table_suffix(path) is None


def _by_fields(rows: Rows, path: str) -> Format:
    """Return a format whose answers are at a dotted path."""
    if all(dig(row, path) is None for row in rows.rows):
        raise InputError(f"{rows.path}: --column text={path}: no row has a value there")
    return Format(FIELDS, "another tool's", "", frozenset(), lambda row: Answer(one_text(dig(row, path), f"{path!r}")))


def _unknown(rows: Rows) -> NoReturn:
    raise InputError(
        f"{rows.path}: unknown format; give the paths of names and answers: --column name=PATH --column text=PATH; "
        f"rows have the keys {listed(rows.keys())}"
    )


def _task(source: Source) -> Task:
    """Return the data set that a file is for: the caller's choice, else from the name of the file or its folder."""
    if source.dataset:
        return source.tasks.get_task(source.dataset)
    stem = table_stem(source.path) or source.path.stem
    folder = source.path.absolute().parent.parent.name
    named = source.tasks.find(stem) or (
        source.tasks.find(folder.removeprefix(_RESULTS)) if folder.startswith(_RESULTS) else None
    )
    if named is None:
        raise InputError(
            f"{source.path}: its name does not say which data set it is for; name the data set (--dataset), one of "
            f"{', '.join(source.tasks)}"
        )
    return named


def _results(source: Source) -> list[tuple[Task, Path]]:
    """Return the files of one run in the layout `results-<dataset>/<run>/<checkpoint>.jsonl`, by data set."""
    top = source.path.absolute()
    wanted = source.tasks.get_task(source.dataset).id if source.dataset else None
    runs: dict[str, list[tuple[Task, Path]]] = {}
    with reading(source.path):
        folders = [top] if top.name.startswith(_RESULTS) else sorted(top.iterdir())
        for folder in folders:
            task = source.tasks.find(folder.name.removeprefix(_RESULTS)) if folder.name.startswith(_RESULTS) else None
            if task is not None and wanted in (None, task.id):
                for path in sorted(folder.glob("*/*.jsonl")):
                    runs.setdefault(path.parent.name, []).append((task, source.path / path.relative_to(top)))
    if not runs:
        return []
    if source.run is None and len(runs) > 1:
        raise InputError(f"{source.path}: contains several runs, name one (--folder): {listed(sorted(runs))}")
    if source.run is not None and source.run not in runs:
        raise InputError(f"{source.path}: no run {source.run!r}; there are {listed(sorted(runs))}")
    return runs[source.run or next(iter(runs))]


def _table(source: Source, task: Task, rows: Rows, form: Format) -> tuple[Table, Imported]:
    """Return the rows as a table in the documented layout."""
    done = imported(rows, form, name_path=source.arrangement.columns.get("name"), listed_names=_listed(source.names))
    columns = {
        "name": done.names,
        "text": done.texts,
        "status": ["ok" if text is not None else "failed" for text in done.texts],
        "error": done.failures,
        "imported_from": [done.format] * len(done.names),
    }
    table = Table(rows.path, columns, len(done.names))
    return arranged(table, task, replace(source.arrangement, columns={}), source.tasks), done


def _listed(path: Path | None) -> Sequence[str] | None:
    """Return the names in a table."""
    names: list[str] | None = None if path is None else name_column(read_table(path)).to_pylist()
    return names
