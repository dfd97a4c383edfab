"""Folders saved by Hugging Face `datasets` (`save_to_disk`): Arrow files, and JSON that names and describes them.

That library opens any file that the JSON names, anywhere on the disk. Here every file must be in the folder itself, and
its unpacked size is limited; the library is not needed.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa

from merunibench._text import listed
from merunibench.data.columnar import BROKEN, ArrowColumns, arrow_table, columns_of
from merunibench.errors import InputError
from merunibench.files.json_text import read_json
from merunibench.files.reading import reading, too_large

_SPLITS, _STATE, _DESCRIPTION = "dataset_dict.json", "state.json", "dataset_info.json"


def read_saved_dataset(path: Path, max_bytes: int) -> ArrowColumns:
    """Return the columns of a saved data set, with class labels as words.

    Raises:
        UnsafeFileError: it unpacks to more than `max_bytes`, or names files outside its folder.
        InputError: the folder is broken, or contains several splits, none of them `test`.
    """
    folder = _split(path)
    state = _read(folder / _STATE, path)
    features = _read(folder / _DESCRIPTION, path).get("features")
    with reading(path, *BROKEN):
        if not isinstance(features, dict) or not all(map(_is_feature, features.values())):
            raise ValueError(f"{_DESCRIPTION} does not describe its columns")
        if any(value for key, value in state.items() if "indices" in key):
            raise ValueError(
                "its rows are in a different order than in its files; save it again with a recent version of `datasets`"
            )
        tables, size = [], 0
        for part in state["_data_files"]:
            table = arrow_table(folder / part["filename"], max_bytes, within=path)
            size += table.get_total_buffer_size()
            if size > max_bytes:
                raise too_large(path, max_bytes)
            tables.append(table)
        return columns_of(pa.concat_tables(tables), path, max_bytes, features)


def _split(path: Path) -> Path:
    """Return the folder of the split to use; the folder itself if there are no splits."""
    if not (path / _SPLITS).is_file():
        return path
    splits = _read(path / _SPLITS, path).get("splits")
    if not isinstance(splits, list) or not splits or not all(isinstance(split, str) for split in splits):
        raise InputError(f"{path / _SPLITS}: cannot be read: it names no splits")
    split = splits[0] if len(splits) == 1 else "test"
    if split not in splits:
        raise InputError(f"{path}: contains the splits {listed(splits)}; name the folder of one of them")
    return path / split


def _read(file: Path, within: Path) -> dict[str, Any]:
    content = read_json(file, within=within)
    if not isinstance(content, dict):
        raise InputError(f"{file}: cannot be read: not written by `datasets`")
    return content


def _is_feature(feature: object) -> bool:
    """Return whether it describes a column: a type, a list with one description, or named parts."""
    return isinstance(feature, list) or (isinstance(feature, dict) and bool(feature))
