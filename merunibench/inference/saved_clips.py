"""Clips in a data set of Hugging Face `datasets`: a folder it saved, or one from the Hub.

Columns `video` and `audio` hold files as that library keeps them: a path, or the file's bytes, which are then laid down
in a folder, once, since decoders want files. `name`, `subtitle` and `label` are as in a table of clips.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from merunibench._text import listed, one_line, shown
from merunibench.data import Table
from merunibench.data.columns import name_column, text_column
from merunibench.errors import InputError
from merunibench.files import write_bytes
from merunibench.inference.clips import Clips, dialogues, strata_of_labels
from merunibench.models.base import Sample
from merunibench.tasks import find_task

HUB = "hf:"
"""What precedes the name of a data set of the Hub: `hf:owner/name` or `hf:owner/name#split`."""


def saved_clips(source: str, dataset: str, cache: Path) -> Clips:
    """The clips of a saved data set, or of one of the Hub.

    Args:
        source: The folder, or `hf:owner/name#split`.
        dataset: What the data set is called.
        cache: Folder for clips that the data set holds as bytes.

    Raises:
        InputError: the library is not installed, the data set cannot be loaded, or has no columns `name` and `video` or
            `audio`.
    """
    rows = _load(source)
    kinds = [kind for kind in ("video", "audio") if kind in rows.column_names]
    present = [column for column in ("name", "subtitle", "label") if column in rows.column_names]
    if not kinds:
        raise InputError(f"{source}: has no column 'video' or 'audio'; its columns are {listed(rows.column_names)}")
    where = Path(source.removeprefix(HUB))
    table = Table(where, {name: rows[name][:] for name in present}, len(rows))
    names: Sequence[str] = name_column(table).to_pylist()
    subtitles = text_column(table, "subtitle").to_pylist() if "subtitle" in present else [None] * len(names)
    samples = []
    for row, (name, subtitle) in enumerate(zip(names, subtitles, strict=True)):
        media = rows[row]
        files = {kind: _file(media[kind], cache, f"{table.where(row)}: {kind!r}") for kind in kinds}
        samples.append(Sample(name, files.get("video"), files.get("audio"), None, subtitle))
    task = find_task(dataset)
    strata = strata_of_labels(table, task) or dialogues(task, names)
    return Clips(task.id if task else dataset, tuple(samples), tuple(strata), where)


def _load(source: str) -> Any:  # noqa: ANN401 - a data set of a library that may not be there
    """One split, with its media left as they are."""
    try:
        import datasets
    except ImportError as error:
        raise InputError(f"{source}: needs the datasets library: pip install 'merunibench[datasets]'") from error
    try:
        if source.startswith(HUB):
            name, _, split = source.removeprefix(HUB).partition("#")
            loaded = datasets.load_dataset(name, split=split or None)
        else:
            loaded = datasets.load_from_disk(source)
    except Exception as error:
        raise InputError(f"{source}: cannot be loaded: {one_line(error)}") from error
    if isinstance(loaded, datasets.DatasetDict):
        split = next(iter(loaded)) if len(loaded) == 1 else "test"
        if split not in loaded:
            raise InputError(f"{source}: holds the splits {listed(loaded)}; name one: {HUB}owner/name#split")
        loaded = loaded[split]
    for column, feature in loaded.features.items():
        if isinstance(feature, datasets.Audio | datasets.Video):
            loaded = loaded.cast_column(column, type(feature)(decode=False))
        elif isinstance(feature, datasets.ClassLabel):
            words = feature.names
            loaded = loaded.cast_column(column, datasets.Value("int64"))
            loaded = loaded.add_column("label_words", [words[code] if code >= 0 else None for code in loaded[column]])
            loaded = loaded.remove_columns(column).rename_column("label_words", column)
    return loaded


def _file(value: object, cache: Path, where: str) -> Path | None:
    """The file behind a value; bytes are laid down under the name of their hash."""
    match value:
        case None:
            return None
        case str():
            return Path(value)
        case Mapping():
            content, path = value.get("bytes"), value.get("path")
            if isinstance(content, bytes):
                target = cache / (hashlib.sha256(content).hexdigest()[:32] + Path(str(path or "")).suffix.lower())
                if not (target.is_file() and target.stat().st_size == len(content)):
                    write_bytes(target, content)
                return target
            if isinstance(path, str):
                return Path(path)
    raise InputError(f"{where} must be a file or its bytes, not {shown(value)}")
