"""Read features of clips from files: one vector per clip and encoder.

features/<encoder>/<name>.npy        one vector, or one per frame, which are averaged
features/<encoder>.parquet (.arrow)  or all vectors of an encoder in one table: name, features
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, one_line, short_repr
from merunibench.data import Table, read_table
from merunibench.data.columns import find_column, name_column, python_values
from merunibench.data.tables import table_stem
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.files.npz import read_npy
from merunibench.files.reading import reading

FloatArray = npt.NDArray[np.float32]

FEATURES = "features"
_LARGEST = 256 << 20  # maximum bytes of one clip's features, with one vector per frame
MOST_VALUES = 1 << 16
"""Maximum length of a vector: ten times that of the widest encoder."""


def find_encoders(root: Path) -> dict[str, Path]:
    """Find the encoders with features in a folder: name -> folder or table.

    Raises:
        InputError: there are none, or two have the same name.
    """
    with reading(root):
        children = sorted(child for child in root.iterdir() if not child.name.startswith("."))
    found: dict[str, Path] = {}
    for child in children:
        name = child.name if child.is_dir() else table_stem(child)
        if not name or child.suffix == ".json":
            continue
        if name in found:
            raise InputError(
                f"{root}: features of {short_repr(name)} are in both {found[name].name} and {child.name}; keep one"
            )
        found[name] = child
    if not found:
        raise InputError(
            f"{root}: contains no features; expected <encoder>/<name>.npy or <encoder>.parquet (see `curate features`)"
        )
    return found


def read_features(root: Path, names: Sequence[str], encoders: Sequence[str] = ()) -> dict[str, FloatArray]:
    """Read the features of N clips by encoder, shape (N, D) each; NaN for clips without features.

    Args:
        root: The folder of features.
        names: The clips.
        encoders: Which encoders; by default all in the folder.

    Raises:
        InputError: an encoder is missing, or its features are broken, differ in length, or belong to none of the clips.
    """
    found = find_encoders(root)
    absent = [name for name in encoders if name not in found]
    if absent:
        raise InputError(f"{root}: contains no features of {short_repr(absent[0])}, only of {listed(found)}")
    return {name: _of_encoder(found[name], names) for name in encoders or found}


def _of_encoder(path: Path, names: Sequence[str]) -> FloatArray:
    vectors = _in_folder(path, names) if path.is_dir() else _in_table(read_table(path, max_bytes=DEFAULT_MAX_BYTES))
    known = [(row, vectors[name]) for row, name in enumerate(names) if name in vectors]
    if not known:
        raise InputError(f"{path}: has no features of any of the {len(names)} clips, such as {short_repr(names[0])}")
    width = len(known[0][1])
    features = np.full((len(names), width), np.nan, np.float32)
    for row, vector in known:
        if len(vector) != width:
            raise InputError(
                f"{path}: {short_repr(names[row])} has {len(vector)} values, but "
                f"{short_repr(names[known[0][0]])} has {width}; features of an encoder must have the same length"
            )
        features[row] = vector
    return features


def _in_folder(folder: Path, names: Sequence[str]) -> Mapping[str, FloatArray]:
    found = {}
    for name in names:
        check_name(name)
        path = folder / f"{name}.npy"
        if path.is_file():
            values = read_npy(path, max_bytes=_LARGEST)
            found[name] = _vector(values if values.ndim == 1 else _mean(values, str(path)), str(path))
    return found


def check_name(name: str) -> None:
    """Refuse a name that is not a plain file name.

    Raises:
        InputError: the name would lead out of the folder of features.
    """
    if not name or name in (".", "..") or any(sign in name for sign in "/\\\0"):
        raise InputError(f"{short_repr(name)}: cannot be the name of a file of features; rename the sample")


def _mean(values: npt.NDArray[np.generic], where: str) -> npt.NDArray[np.generic]:
    if values.ndim != 2 or not len(values) or values.dtype.kind not in "fiu":
        raise InputError(f"{where}: features must be numbers of shape (D,) or (frames, D), not {values.shape}")
    mean: npt.NDArray[np.generic] = values.astype(np.float64).mean(axis=0)
    return mean


def _in_table(table: Table) -> Mapping[str, FloatArray]:
    """Return the vectors of a table with the columns `name` and `features`."""
    names = name_column(table).to_pylist()
    column = table.columns[find_column(table, FEATURES)]
    if isinstance(column, list) or not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        values = python_values(table, FEATURES)
        return {
            name: _vector(value, table.where(row))
            for row, (name, value) in enumerate(zip(names, values, strict=True))
            if value is not None
        }
    with reading(table.path, pa.ArrowException):
        lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
        flat = column.flatten().cast(pa.float32()).fill_null(float("nan")).to_numpy(zero_copy_only=False)
    ends = np.cumsum(lengths)
    return {
        name: _vector(flat[end - length : end], table.where(row))
        for row, (name, length, end) in enumerate(zip(names, lengths.tolist(), ends.tolist(), strict=True))
        if length
    }


def _vector(value: object, where: str) -> FloatArray:
    try:
        vector = np.asarray(value, np.float32)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{where}: features must be numbers: {one_line(error)}") from None
    if vector.ndim != 1 or not 1 <= len(vector) <= MOST_VALUES or not np.isfinite(vector).all():
        raise InputError(f"{where}: features must be 1 to {MOST_VALUES} finite numbers")
    return vector
