"""Import descriptions that were made elsewhere, in any format of predictions, into the folder of a data set."""

from collections.abc import Mapping
from pathlib import Path

from merunibench._text import short_repr
from merunibench.curation.contamination import name_hash
from merunibench.curation.folder import DESCRIPTIONS, MAX_BYTES, Folder, children
from merunibench.data import Arrangement, read_table
from merunibench.data.arranging import arranged
from merunibench.data.convert import Conversion, converted_columns
from merunibench.data.tables import is_saved_dataset, table_stem
from merunibench.errors import InputError
from merunibench.files import whole_set
from merunibench.journal import refuse_journal
from merunibench.tasks import Task


def take_in(
    folder: Folder,
    source: Path,
    name: str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    name_regex: str | None = None,
) -> tuple[list[Path], int]:
    """Import descriptions, in any format of predictions, as `descriptions/<set>.jsonl`.

    Args:
        folder: The data set.
        source: A table, or a folder of tables.
        name: Name of a single table's set; by default the file's name.
        columns: Columns of name, text, labels or polarity, if they have other names.
        name_regex: The part of a name to use: a regular expression with one group.

    Returns:
        The files written, and the number of rows left out because their clips were deleted. No file is written if one
        of the tables cannot be read.

    Raises:
        InputError: a table cannot be read, has neither text nor labels, or would replace rows of a run.
    """
    tables = _tables(source, name)
    wanted = Arrangement(columns or {}, name_regex)
    written, left_out = [], 0
    deleted = folder.deleted()
    with whole_set(folder.path) as temporary:
        for stem, path in tables.items():
            place = folder.file(DESCRIPTIONS, stem)
            other = folder.found(DESCRIPTIONS).get(stem)
            if other is not None and other != place:
                raise InputError(f"{other}: is already the set {stem!r}; remove it, or give another name (--set)")
            refuse_journal(place)
            table = arranged(read_table(path, max_bytes=MAX_BYTES), task_of_set(stem), wanted)
            if not {"text", "labels"} & {*table.columns}:
                raise InputError(f"{path}: has neither 'text' nor 'labels'; say where they are (--column text=…)")
            rows = converted_columns(table)
            stay = [name_hash(clip) not in deleted for clip in rows["name"]]
            left_out += stay.count(False)
            rows = {
                key: [value for value, kept in zip(values, stay, strict=True) if kept] for key, values in rows.items()
            }
            Conversion(temporary / place.relative_to(folder.path), table, rows).write()
            written.append(place)
    return written, left_out


def _tables(source: Path, name: str | None) -> dict[str, Path]:
    """Return the tables by set."""
    if source.is_file() or is_saved_dataset(source):
        stem = table_stem(source) or source.name
        return {_plain(name or stem): source}
    found = {stem: path for path in children(source) if (stem := table_stem(path) or "")}
    if not found:
        raise InputError(f"{source}: is neither a table of descriptions nor a folder with one")
    if name is not None and len(found) > 1:
        raise InputError(f"{source}: contains {len(found)} tables, which cannot all be named {short_repr(name)}")
    return {_plain(name or stem): table for stem, table in found.items()}


def _plain(name: str) -> str:
    if not name or name.startswith(".") or any(sign in name for sign in "/\\\0"):
        raise InputError(f"a set must have a plain name, not {short_repr(name)}; give one (--set)")
    return name


def task_of_set(name: str) -> Task:
    """Return a task of free labels for a set, as which its table is read."""
    return Task(name, name, "fine-grained", 0, "", "", "", "", "")
