"""`curate measure`: compute values and labels from descriptions. Existing values are not computed again.

Rows go through the journal, so an interrupted run can be resumed, and only changed texts are measured again.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from merunibench._text import short_repr
from merunibench.curation.contamination import name_hash
from merunibench.curation.folder import LABELS, MAX_BYTES, MEASURES, Folder, refuse_shared_names
from merunibench.curation.measures.text import VERSION, measure_text, text_hash
from merunibench.data import Table, read_table
from merunibench.data.cells import has, written_nulls
from merunibench.data.columns import label_column, name_column, python_values, text_column
from merunibench.data.predictions import failed_rows
from merunibench.errors import InputError
from merunibench.files import open_plain, write_text
from merunibench.files.json_text import read_json
from merunibench.files.reading import reading
from merunibench.journal import Journal, config_hash, read_settings, settings_file

Progress = Callable[[str, int, int], None]

INDEX = ".measured.json"
"""File with a hash of the measured descriptions; rows are compared only if it has changed."""
_AT_ONCE = 256


@dataclass
class Measured:
    """Result of `measure`.

    Attributes:
        rows: Set -> number of rows.
        measured: Number of texts that were measured now rather than before.
        labelled: Number of texts whose labels were extracted now.
        failed: Number of rows without a text.
        own_labels: Sets with labels from elsewhere, whose files are not changed.
    """

    rows: dict[str, int] = field(default_factory=dict)
    measured: int = 0
    labelled: int = 0
    failed: int = 0
    own_labels: list[str] = field(default_factory=list)


def measure(folder: Folder, progress: Progress | None = None) -> Measured:
    """Measure every description of a data set, and extract missing labels and polarities.

    Writes `measures/<set>.jsonl` and `labels/<set>.jsonl`. Labels in the descriptions are used unchanged
    (`labels_from: given`); files of labels from elsewhere are not changed.

    Args:
        folder: The data set.
        progress: Called with the set, the number of rows done, and their total.

    Raises:
        InputError: descriptions cannot be read, names repeat, or a file cannot be written.
    """
    done = Measured()
    names: dict[str, list[str]] = {}
    index = _read_index(folder)
    for name, path in folder.sets().items():
        digest = file_digest(path)
        own = _is_own(folder, name)
        if own:
            done.own_labels.append(name)
        if index.get(name) == state_of(digest) and folder.file(MEASURES, name).exists() and _labels_stand(folder, name):
            continue
        texts = Texts(written_nulls(read_table(path, max_bytes=MAX_BYTES)))
        names[name] = texts.names
        refuse_shared_names(names)
        _refuse_deleted(folder, path, texts.names)
        _measure_set(folder, name, texts, done, progress)
        if not own:
            _label_set(folder, name, texts, done, progress)
        done.rows[name] = len(texts.names)
        index[name] = state_of(digest)
        write_text(folder.path / MEASURES / INDEX, json.dumps(index, indent=2, sort_keys=True) + "\n")
    return done


def _refuse_deleted(folder: Folder, path: Path, names: list[str]) -> None:
    deleted = folder.deleted()
    back = [name for name in names if name_hash(name) in deleted] if deleted else []
    if back:
        raise InputError(
            f"{path}: {len(back)} of its clips were deleted from this data set, such as {short_repr(back[0])}; delete "
            f"them again (`merunibench curate delete`), or remove their hashes from {Folder.DELETED}"
        )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a saved data set, sorted by name."""
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for each in files:
        with reading(each), open_plain(each) as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()


class Texts:
    """The descriptions of a set.

    Attributes:
        names: Names of its clips.
        texts: The descriptions; None if missing.
        subtitles: Values of the column `subtitle`, if present.
        contents: Values of the column `content`, if present; they identify each clip's content.
        inputs: Hashes of what the values depend on: text, subtitle, given labels and polarity, content.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names: list[str] = name_column(table).to_pylist()
        failed = failed_rows(table)
        found = text_column(table, "text").to_pylist() if "text" in table.columns else [None] * table.num_rows
        filled = has(table, "text")
        self.failed = failed.tolist()
        self.texts = [text if fits and not bad else None for text, fits, bad in zip(found, filled, failed, strict=True)]
        self.subtitles = _texts_of(table, "subtitle")
        self.contents = _texts_of(table, "content")
        labels = python_values(table, "labels") if "labels" in table.columns else [None] * table.num_rows
        self.given = [labels_ is not None for labels_ in labels]
        self._labels = label_column(table, "labels") if any(self.given) else None
        self.polarities = _texts_of(table, "polarity")
        self.origins = _texts_of(table, "labels_from")
        self.inputs = [
            text_hash("\0".join(map(repr, row)))
            for row in zip(self.texts, self.subtitles, labels, self.polarities, self.contents, strict=True)
        ]

    def labels(self, row: int) -> list[str]:
        """Return the labels given with a row."""
        return self._labels[row] if self._labels is not None else []


def _texts_of(table: Table, column: str) -> list[str | None]:
    if column not in table.columns:
        return [None] * table.num_rows
    found: list[str | None] = text_column(table, column).to_pylist()
    return found


def _measure_set(folder: Folder, name: str, texts: Texts, done: Measured, progress: Progress | None) -> None:
    def row(index: int) -> dict[str, Any]:
        text, subtitle, content = texts.texts[index], texts.subtitles[index], texts.contents[index]
        known = {} if content is None else {"content": content}
        if text is None:
            return {"status": "failed" if texts.failed[index] else "empty", **known}
        said = {} if subtitle is None else {"subtitle_words": len(subtitle.split())}
        return {"status": "ok", **measure_text(text), "text": text_hash(text), **said, **known}

    with _journal(folder.file(MEASURES, name), {"measures": VERSION}) as journal:
        done.measured += _through(journal, texts, row, name, progress)
    done.failed += sum(text is None for text in texts.texts)


def _label_set(folder: Folder, name: str, texts: Texts, done: Measured, progress: Progress | None) -> None:
    from merunibench.extraction import Rules

    rules = Rules()

    def row(index: int) -> dict[str, Any]:
        text, given = texts.texts[index], texts.given[index]
        if text is None and not given:
            return {"status": "failed"}
        labels = texts.labels(index) if given else rules.labels(str(text))
        polarity = texts.polarities[index]
        return {
            "status": "ok",
            "labels": labels,
            "polarity": polarity or rules.polarity(labels),
            "labels_from": (texts.origins[index] or "given") if given else rules.name,
            "polarity_from": "given" if polarity else rules.name,
        }

    with _journal(folder.file(LABELS, name), {"extractor": rules.name}) as journal:
        done.labelled += _through(journal, texts, row, name, progress)


def _journal(path: Path, settings: Mapping[str, Any]) -> Journal:
    """Open the journal of a result; one of another version of the measures is recreated."""
    place = settings_file(path)
    if place.exists() and read_json(place) != settings:
        for old in (path, path.with_name(f"{path.name}.part"), place):
            old.unlink(missing_ok=True)
    return Journal(path, settings)


def _through(
    journal: Journal, texts: Texts, row: Callable[[int], dict[str, Any]], name: str, progress: Progress | None
) -> int:
    """Finish the remaining rows; return their number."""
    wanted = [index for index, clip in enumerate(texts.names) if journal.find(clip, inputs=texts.inputs[index]) is None]
    for first in range(0, len(wanted), _AT_ONCE):
        batch = wanted[first : first + _AT_ONCE]
        journal.append({"name": texts.names[each], **row(each), "inputs": texts.inputs[each]} for each in batch)
        if progress:
            progress(name, first + len(batch), len(wanted))
    journal.finish(texts.names)
    return len(wanted)


def _is_own(folder: Folder, name: str) -> bool:
    """Whether the labels of a set come from elsewhere."""
    found = folder.found(LABELS).get(name)
    if found is None:
        return False
    settings = settings_file(found)  # the settings of a language model have more keys than the extractor's name
    return found.name != f"{name}.jsonl" or not settings.exists() or "extractor" not in read_settings(settings)


def _labels_stand(folder: Folder, name: str) -> bool:
    return name in folder.found(LABELS)


def state_of(digest: str) -> str:
    """Return the hash of everything that the values of a set depend on."""
    from merunibench.extraction import EXTRACTOR

    return config_hash({"descriptions": digest, "measures": VERSION, "extractor": EXTRACTOR})


def _read_index(folder: Folder) -> dict[str, str]:
    """Return the hashes of the sets when they were measured; empty if unknown."""
    path = folder.path / MEASURES / INDEX
    with suppress(InputError):
        content = read_json(path) if path.exists() else {}
        if isinstance(content, dict):
            return content
    return {}
