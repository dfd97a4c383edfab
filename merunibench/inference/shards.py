"""A data set in parts for machines that know nothing of each other: part i of n takes every n-th sample.

Which part a sample belongs to depends on its place in the whole data set alone, so that a part stays the same under
`--limit`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from merunibench.errors import InputError

_FILE = re.compile(r"(?P<dataset>.+)\.(?P<part>\d+)-of-(?P<of>\d+)\.jsonl(?P<unfinished>\.part)?")


@dataclass(frozen=True)
class Shard:
    """Part `part` of `of`, counted from 1."""

    part: int
    of: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """The shard that `2/8` stands for.

        Raises:
            InputError: it is none.

        Example:
            >>> Shard.parse("2/8")
            Shard(part=2, of=8)
        """
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise InputError(f"shard {text!r}: must be i/n with i from 1 to n, such as 1/4")
        return cls(int(found[1]), int(found[2]))

    def holds(self, place: int) -> bool:
        """Whether the sample at a place (from 0) of the whole data set belongs to it."""
        return place % self.of == self.part - 1

    def indices(self, places: Sequence[int]) -> list[int]:
        """Those of the given places that belong to it."""
        return [place for place in places if self.holds(place)]

    def file(self, folder: Path, dataset: str) -> Path:
        """Where its rows stand: a name that is no data set's, so that nobody takes a part for the whole."""
        return folder / f"{dataset}.{self.part}-of-{self.of}.jsonl"

    def mark(self, place: int, samples: int) -> dict[str, Any]:
        """What a row of it carries until it is merged."""
        return {"part": self.part, "of": self.of, "place": place, "samples": samples}

    def __str__(self) -> str:
        return f"{self.part}/{self.of}"


@dataclass(frozen=True)
class ShardFile:
    """A file of rows of one shard."""

    dataset: str
    shard: Shard
    path: Path
    finished: bool


def shard_files(folder: Path) -> list[ShardFile]:
    """The files of shards in a folder, by name."""
    found = []
    for path in sorted(folder.iterdir()):
        match = _FILE.fullmatch(path.name)
        if match:
            shard = Shard(int(match["part"]), int(match["of"]))
            found.append(ShardFile(match["dataset"], shard, path, not match["unfinished"]))
    return found
