"""Figures kept between builds, by a hash of everything that decides them: the toolkit's own code included.

A key that leaves something out gives silently wrong numbers; so the key holds the hash of every module of this package,
and a changed toolkit computes everything anew. The file can be deleted at any time.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from functools import cache
from pathlib import Path

import numpy as np

from merunibench.errors import InputError
from merunibench.files.reading import one_line
from merunibench.leaderboard.details import as_json
from merunibench.leaderboard.figures import Figures

Entry = dict[str, Figures]
"""Checkpoint -> its figures in one cell, checkpoints in their natural order."""

_PACKAGE = Path(__file__).parent.parent
_COLUMNS = "key, checkpoint, place, figures, replicates, losses, words"
_AT_ONCE = 500
_KEPT = 50_000
_PATIENCE = 60.0  # seconds that another build may take to write


@cache
def code_hash() -> str:
    """Hash of every module and table of the installed package, and of the libraries that decide the last bits."""
    parts = [f"numpy {np.__version__}"]
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in (".py", ".toml", ".txt"):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            parts.append(f"{path.relative_to(_PACKAGE).as_posix()} {digest}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def key(*parts: object) -> str:
    """The key of whatever these parts decide."""
    return hashlib.sha256(json.dumps([code_hash(), *parts]).encode()).hexdigest()


class Cache:
    """A file of entries; without a path, nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def load(self, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries there are; a file that cannot be read holds none."""
        wanted = list(keys)
        found: dict[str, Entry] = {}
        if self.path is None or not self.path.is_file():
            return {}
        with suppress(sqlite3.Error, ValueError, KeyError), closing(sqlite3.connect(self.path)) as store:
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                marks = ",".join("?" * len(part))
                query = f"SELECT {_COLUMNS} FROM entry WHERE key IN ({marks}) ORDER BY key, place"  # noqa: S608 - marks alone
                for name, checkpoint, _, values, replicates, losses, words in store.execute(query, part):
                    figures = Figures(json.loads(values), np.frombuffer(replicates, "<f8"), losses, words)
                    found.setdefault(name, {})[checkpoint] = figures
        return found

    def store(self, entries: Mapping[str, Entry]) -> None:
        """Keep entries; the oldest make room.

        Raises:
            InputError: the file cannot be written.
        """
        if self.path is None or not entries:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as store, store:
                store.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", _rows(entries))
                store.execute("DELETE FROM entry WHERE rowid <= (SELECT max(rowid) FROM entry) - ?", (_KEPT,))
        except (sqlite3.Error, OSError) as error:
            advice = "name another (--cache) or none (--no-cache)"
            raise InputError(f"{self.path}: the cache cannot be written: {one_line(error)}; {advice}") from error

    def _open(self) -> sqlite3.Connection:
        """The file, begun anew if it is no such file."""
        assert self.path is not None
        statement = f"CREATE TABLE IF NOT EXISTS entry ({_COLUMNS}, PRIMARY KEY (key, checkpoint))"
        store = sqlite3.connect(self.path, timeout=_PATIENCE)
        try:
            store.execute(statement)
        except sqlite3.OperationalError:
            store.close()
            raise  # somebody else is writing, or the disk is full: no reason to throw the file away
        except sqlite3.DatabaseError:
            store.close()
            self.path.unlink()
            store = sqlite3.connect(self.path)
            store.execute(statement)
        return store


def _rows(entries: Mapping[str, Entry]) -> Iterator[tuple[str, str, int, str, bytes, str, str]]:
    for name, entry in entries.items():
        for place, (checkpoint, figures) in enumerate(entry.items()):
            replicates = figures.replicates.astype("<f8").tobytes()
            yield name, checkpoint, place, as_json(figures.values), replicates, figures.losses, figures.words
