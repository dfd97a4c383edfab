"""Read clips from data sets of Hugging Face `datasets`: saved to a folder, or from the Hub.

Their media are either bytes, which are written to files once, or file names. File names come from untrusted data and
are accepted only in the folder of the data set itself, or in the library's caches of its downloads.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from merunibench._text import listed, short_repr
from merunibench.data import Table
from merunibench.data.columnar import arrow_table
from merunibench.errors import InputError
from merunibench.files import write_bytes
from merunibench.files.json_text import read_json
from merunibench.files.places import inside
from merunibench.files.reading import reading
from merunibench.hub import loading

HUB = "hf:"
"""Prefix of the name of a data set on the Hub: `hf:owner/name` or `hf:owner/name#split`."""
VIDEO_ENDINGS = (".mp4", ".avi", ".mkv", ".webm", ".mov")
AUDIO_ENDINGS = (".wav", ".flac", ".mp3", ".m4a", ".ogg")

FilesOf = Callable[[int, str], Mapping[str, Path | None]]
"""Maps row and name of a sample to its files (`video`, `audio`, `face`) for which there are columns or files."""
_MOST_BYTES = 64 << 20
"""Maximum unpacked size of a part, unless the part itself is larger; the library does not write packed parts."""


def saved_table(source: str, cache: Path, *, outside: bool = False) -> tuple[Table, FilesOf]:
    """Return the table of a data set, and the files of its rows from the columns `video` and `audio`.

    Args:
        source: A folder, or `hf:owner/name#split`.
        cache: Folder for clips that the data set stores as bytes.
        outside: Whether files may be outside of the data set's folder.

    Raises:
        InputError: The data set cannot be loaded or has no such columns; or, when the files of a row are requested,
            they are invalid.
    """
    rows = _load(source)
    kinds = [kind for kind in ("video", "audio") if kind in rows.column_names]
    if not kinds:
        raise InputError(f"{source}: has no column 'video' or 'audio'; its columns are {listed(rows.column_names)}")
    columns = {name: rows[name][:] for name in ("name", "subtitle", "label") if name in rows.column_names}
    table = Table(Path(source.removeprefix(HUB)), columns, len(rows))
    folders = _folders(source)

    def files_of(row: int, _: str) -> dict[str, Path | None]:
        media = rows[row]
        try:
            return {kind: _file(media[kind], cache, folders, outside=outside) for kind in kinds}
        except InputError as error:
            raise InputError(f"{table.where(row)}: {error}") from None

    return table, files_of


def _load(source: str) -> Any:  # noqa: ANN401 - a data set of an optional library
    """Load one split without decoding its media."""
    try:
        import datasets
    except ImportError as error:
        raise InputError(f"{source}: needs the datasets library: pip install 'merunibench[datasets]'") from error
    with loading(f"{source}: cannot be loaded", "", datasets.exceptions.DatasetsError, pa.ArrowException):
        if source.startswith(HUB):
            name, _, split = source.removeprefix(HUB).partition("#")
            loaded = datasets.load_dataset(name, split=split or None)
        else:
            _refuse_strange_parts(Path(source))
            loaded = datasets.load_from_disk(source)
        if isinstance(loaded, datasets.DatasetDict):
            split = next(iter(loaded)) if len(loaded) == 1 else "test"
            if split not in loaded:
                raise InputError(f"{source}: contains the splits {listed(loaded)}; name one: {HUB}owner/name#split")
            loaded = loaded[split]
        return _plain(loaded)


def _plain(loaded: Any) -> Any:  # noqa: ANN401
    """Return the data set with undecoded media, and with words for class labels."""
    import datasets

    for column, feature in loaded.features.items():
        if isinstance(feature, datasets.Audio | datasets.Video):
            loaded = loaded.cast_column(column, type(feature)(decode=False))
        elif isinstance(feature, datasets.ClassLabel):
            words = feature.names
            loaded = loaded.cast_column(column, datasets.Value("int64"))
            loaded = loaded.add_column("label_words", [words[code] if code >= 0 else None for code in loaded[column]])
            loaded = loaded.remove_columns(column).rename_column("label_words", column)
    return loaded


def _refuse_strange_parts(folder: Path) -> None:
    """Reject a folder with a part that is elsewhere, not a file, or far larger when unpacked; the library opens all.

    Raises:
        InputError: The folder has such a part, or a part leads out of the folder.
    """
    with reading(folder):
        there = sorted(path for path in folder.rglob("*") if path.suffix in {".arrow", ".json"})
        sizes = [path.stat().st_size for path in there]
    for path, size in zip(there, sizes, strict=True):
        if path.suffix == ".arrow":
            arrow_table(path, max(size, _MOST_BYTES), within=folder)  # memory-mapped
        elif path.name in {"state.json", "dataset_dict.json"}:
            for name in _parts_named(path, folder):
                inside(folder, str(path.parent.relative_to(folder) / name))
        else:
            read_json(path, within=folder)


def _parts_named(path: Path, folder: Path) -> list[str]:
    """Return the files named in a `state.json`, or the folders named in a `dataset_dict.json`."""
    state = read_json(path, within=folder)
    with reading(path, AttributeError, TypeError, LookupError):
        named = state["splits"] if "splits" in state else [each["filename"] for each in state["_data_files"]]
        return [str(name) for name in named]


def _folders(source: str) -> Sequence[Path]:
    """Return the folders in which the files of a data set may be."""
    if not source.startswith(HUB):
        return [Path(source).absolute()]
    import datasets
    from huggingface_hub.constants import HF_HUB_CACHE

    name = source.removeprefix(HUB).partition("#")[0]
    return [Path(HF_HUB_CACHE) / f"datasets--{name.replace('/', '--')}", Path(datasets.config.HF_DATASETS_CACHE)]


def _file(value: object, cache: Path, folders: Sequence[Path], *, outside: bool) -> Path | None:
    """Return the file of a value; bytes are written to a file named after their hash.

    Raises:
        InputError: The value is neither a file nor bytes, or the file is not in any of the folders.
    """
    if value is None:
        return None
    content, path = (value.get("bytes"), value.get("path")) if isinstance(value, Mapping) else (None, value)
    if isinstance(content, bytes):
        ending = Path(str(path or "")).suffix.lower()
        ending = ending if ending in VIDEO_ENDINGS + AUDIO_ENDINGS else ""
        target = cache / (hashlib.sha256(content).hexdigest()[:32] + ending)
        if not (target.is_file() and target.stat().st_size == len(content)):
            write_bytes(target, content)
        return target
    if not isinstance(path, str):
        raise InputError(f"a clip must be a file or its bytes, not {short_repr(value)}")
    for folder in folders[1:]:
        try:
            return inside(folder, path, outside=outside)
        except InputError:
            continue
    return inside(folders[0], path, outside=outside)
