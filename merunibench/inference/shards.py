"""Split a data set into shards for independent machines, and merge them: shard i of n takes every n-th sample.

A sample's shard depends only on its position in the whole data set, so a shard stays the same under `--limit`. Merging
gives the file that a run on one machine would have written, or reports what is missing.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from merunibench._text import listed
from merunibench.errors import InputError
from merunibench.files import open_plain
from merunibench.files.reading import reading
from merunibench.journal import Journal, differences, read_settings, settings_file
from merunibench.tasks import BUILTIN, TaskSet

_MARK = "shard"
_LONGEST_LINE = 16 << 20
_FILE = re.compile(r"(?P<dataset>.+)\.(?P<part>\d+)-of-(?P<of>\d+)\.jsonl(?P<unfinished>\.part)?")


@dataclass(frozen=True)
class Shard:
    """Shard number `part` of `of`, counted from 1."""

    part: int
    of: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Parse a shard such as `2/8`.

        Raises:
            InputError: The text is not a shard.

        Example:
            >>> Shard.parse("2/8")
            Shard(part=2, of=8)
        """
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise InputError(f"shard {text!r}: must be i/n with i from 1 to n, such as 1/4")
        return cls(int(found[1]), int(found[2]))

    def indices(self, places: Sequence[int]) -> list[int]:
        """Return those of the given positions (from 0) in the whole data set that belong to this shard."""
        return [place for place in places if place % self.of == self.part - 1]

    def file(self, folder: Path, dataset: str) -> Path:
        """Return the file of its rows, which is not named like a data set, so a shard is not mistaken for the whole."""
        return folder / f"{dataset}.{self.part}-of-{self.of}.jsonl"

    def mark(self, place: int, samples: int) -> dict[str, Any]:
        """Return what its rows record about the shard until they are merged."""
        return {"part": self.part, "of": self.of, "place": place, "samples": samples}

    def __str__(self) -> str:
        return f"{self.part}/{self.of}"


@dataclass(frozen=True)
class Merged:
    """A merged result: its file, and the numbers of rows and of failed rows."""

    path: Path
    rows: int
    failed: int


def merge_shards(
    folders: Sequence[Path], out: Path, dataset: str | None = None, tasks: TaskSet = BUILTIN
) -> list[Merged]:
    """Merge the shards of every data set in the folders.

    Args:
        folders: Model folders that contain files `<dataset>.<i>-of-<n>.jsonl`.
        out: The folder to write `<dataset>.jsonl` to; may be one of `folders`.
        dataset: The one data set to merge: any name that `tasks` knows, or the one in the file names.
        tasks: The known data sets.

    Raises:
        InputError: There are no shards; some are missing, not finished, duplicated or of another configuration; or
            their rows are not exactly one per sample.
    """
    known = tasks.find(dataset) if dataset else None
    wanted = known.id if known else dataset
    files = [file for folder in folders for file in _shard_files(folder) if wanted in (None, file.dataset)]
    if not files:
        wanted = wanted or "<dataset>"
        raise InputError(f"{listed(map(str, folders))}: no shard files found (such as {wanted}.1-of-4.jsonl)")
    return [
        _merge([file for file in files if file.dataset == name], out) for name in sorted({f.dataset for f in files})
    ]


@dataclass(frozen=True)
class _ShardFile:
    """A file with the rows of one shard."""

    dataset: str
    shard: Shard
    path: Path
    finished: bool


def _shard_files(folder: Path) -> list[_ShardFile]:
    """Return the shard files in a folder, sorted by name."""
    with reading(folder):
        found = [(path, match) for path in sorted(folder.iterdir()) if (match := _FILE.fullmatch(path.name))]
    return [
        _ShardFile(match["dataset"], Shard(int(match["part"]), int(match["of"])), path, not match["unfinished"])
        for path, match in found
    ]


def _merge(files: Sequence[_ShardFile], out: Path) -> Merged:
    _check_complete(files)
    settings = _common_settings(files)
    rows: dict[str, dict[str, Any]] = {}
    for file in files:
        for row in _rows(file):
            if row["name"] in rows:
                raise InputError(f"{file.path}: {row['name']!r} is also in another shard")
            rows[row["name"]] = row
    ordered = sorted(rows.values(), key=lambda row: row[_MARK]["place"])
    _check_samples(files[0].dataset, ordered)
    with Journal(out / f"{files[0].dataset}.jsonl", settings) as journal:
        journal.append({key: value for key, value in row.items() if key not in {_MARK, "config"}} for row in ordered)
        journal.finish(row["name"] for row in ordered)
        return Merged(journal.path, len(ordered), journal.failed)


def _check_complete(files: Sequence[_ShardFile]) -> None:
    """Check that every shard is there once, is finished, and has the same number of parts."""
    dataset, counts = files[0].dataset, sorted({file.shard.of for file in files})
    if len(counts) > 1:
        raise InputError(
            f"{dataset}: shards with different numbers of parts: {listed(f'i/{count}' for count in counts)}"
        )
    finished = [file.shard for file in files if file.finished]
    twice = sorted({str(shard) for shard in finished if finished.count(shard) > 1})
    if twice:
        raise InputError(f"{dataset}: shard {listed(twice)} is given twice; give each folder only once")
    begun = {file.shard: file for file in files if not file.finished}
    missing = [shard for shard in (Shard(part, counts[0]) for part in range(1, counts[0] + 1)) if shard not in finished]
    if missing:
        told = [f"{shard} ({_state(begun.get(shard))})" for shard in missing]
        raise InputError(f"{dataset}: {len(missing)} of {counts[0]} shards are missing: {', '.join(told)}")


def _state(file: _ShardFile | None) -> str:
    if file is None:
        return "not started, or in another folder"
    with reading(file.path), open_plain(file.path) as stream:
        return f"not finished, {sum(1 for _ in stream)} rows: {file.path}"


def _common_settings(files: Sequence[_ShardFile]) -> dict[str, Any]:
    """Return the settings that all shards were made with."""
    found = []
    for file in files:
        path = settings_file(file.path)
        found.append(read_settings(path))
        with reading(path, ValueError):
            changed = differences(found[0], found[-1])
        if changed:
            raise InputError(f"{file.path}: was made with different settings from {files[0].path.name}: {changed}")
    return dict(found[0])


def _rows(file: _ShardFile) -> Iterator[dict[str, Any]]:
    with reading(file.path, ValueError), open_plain(file.path) as stream:
        for number, line in enumerate(iter(partial(stream.readline, _LONGEST_LINE), b""), start=1):
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not _is_of(row, file.shard):
                raise InputError(f"{file.path}, line {number}: is not a row of shard {file.shard}")
            yield row


def _is_of(row: dict[str, Any], shard: Shard) -> bool:
    """Return whether a row is marked as part of a shard."""
    mark, subset = row.get(_MARK), row.get("subset") or {}
    if not isinstance(mark, dict) or not isinstance(subset, dict):
        return False
    numbers = [mark.get("place"), mark.get("samples"), subset.get("samples", 0)]
    sound = all(isinstance(number, int) and number >= 0 for number in numbers)
    return sound and (mark.get("part"), mark.get("of")) == (shard.part, shard.of)


def _check_samples(dataset: str, rows: Sequence[dict[str, Any]]) -> None:
    """Check that there are as many samples as in the data set, or in its subset."""
    sizes = {(row[_MARK]["samples"], (row.get("subset") or {}).get("samples")) for row in rows}
    if len(sizes) != 1:
        raise InputError(
            f"{dataset}: the shards are of data sets or subsets of different sizes; run them with the same options"
        )
    samples, limit = sizes.pop()
    places = {place for row in rows if (place := row[_MARK]["place"]) < samples}
    short = samples - len(places) if limit is None else limit - len(rows)
    if short < 0:
        raise InputError(
            f"{dataset}: the shards contain {len(rows)} samples, but the last --limit was {limit}; run each shard "
            "again with the larger --limit, or without it"
        )
    if short:
        first = next(place for place in count() if place not in places)
        where = f" (the first: number {first + 1} of the data set)" if limit is None else ""
        raise InputError(f"{dataset}: {short} of {limit or samples} samples are missing{where}; run their shards again")
