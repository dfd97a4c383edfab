"""Figures kept between builds, by a hash of everything that decides them: the toolkit's own code included.

A key that leaves something out gives silently wrong numbers; so the key holds the hash of every module of this package,
and a changed toolkit computes everything anew. The file can be deleted at any time.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.leaderboard.figures import Cell, Figures, Scorer
from merunibench.leaderboard.results import as_json
from merunibench.scoring import Scored

Entry = dict[str, Figures]
"""Checkpoint -> its figures in one cell, checkpoints in their natural order."""

_PACKAGE = Path(__file__).parent.parent
_APPLICATION = int.from_bytes(b"mub\0", "big")  # by which SQLite tells whose a file is
_LAYOUT = 2
_COLUMNS = "key, checkpoint, place, figures, replicates, losses, words"
_MARKS = ", ".join("?" * 7)
_AT_ONCE = 500
_KEPT = 50_000
_NOTHING: Mapping[str, int] = MappingProxyType({})
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


def cell_key(scorer: Scorer, cell: Cell, predictions: str) -> str:
    """The key of predictions with this hash in one cell: everything that decides a figure."""
    lexicon = scorer.lexicons[cell.lexicon].sha256 if cell.lexicon in scorer.lexicons else "none"
    truth = scorer.truths[cell.dataset].sha256
    return key("cell", cell.dataset, cell.protocol, lexicon, truth, predictions, scorer.resamples, scorer.seed)


class Cache:
    """A file of entries; without a path, nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def load(self, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries there are.

        Raises:
            InputError: the file is no cache.
        """
        found: dict[str, Entry] = {}
        for row in self._select(f"{_COLUMNS} FROM entry", "ORDER BY key, place", keys):
            name, checkpoint, _, figures, replicates, losses, words = row
            scored = Scored.from_dict(json.loads(figures), np.frombuffer(replicates, "<f8"))
            found.setdefault(name, {})[checkpoint] = Figures(scored, losses, words)
        return found

    def lengths(self, keys: Iterable[str]) -> dict[str, int]:
        """The lengths of answers that were found valid.

        Raises:
            InputError: the file is no cache.
        """
        return dict(self._select("key, length FROM valid", "", keys))

    def _select(self, what: str, order: str, keys: Iterable[str]) -> Iterator[Any]:
        """The rows of the keys that there are."""
        wanted = list(keys)
        if self.path is None or not self.path.is_file():
            return
        with _explained(self.path), closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as store:
            if _layout(store) != _LAYOUT:
                return
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                query = f"SELECT {what} WHERE key IN ({','.join('?' * len(part))}) {order}"
                yield from store.execute(query, part)

    def store(self, entries: Mapping[str, Entry], lengths: Mapping[str, int] = _NOTHING) -> None:
        """Keep entries, and the lengths of valid answers; the oldest make room.

        Raises:
            InputError: the file cannot be written, or is no cache.
        """
        if self.path is None or not (entries or lengths):
            return
        with _explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as store, store:
                store.execute("BEGIN IMMEDIATE")  # two builds may begin at once
                if _layout(store) != _LAYOUT:
                    _begin(store)
                store.executemany(f"INSERT OR REPLACE INTO entry VALUES ({_MARKS})", _rows(entries))  # noqa: S608
                store.executemany("INSERT OR REPLACE INTO valid VALUES (?, ?)", lengths.items())
                for table in ("entry", "valid"):
                    oldest = f"DELETE FROM {table} WHERE rowid <= (SELECT max(rowid) FROM {table}) - ?"  # noqa: S608
                    store.execute(oldest, (_KEPT,))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say in one line what is wrong with the file."""
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        advice = "delete it if it is a cache that broke, name another (--cache) or none (--no-cache)"
        raise InputError(f"{path}: cannot be used as the cache: {one_line(error)}; {advice}") from error


def _layout(store: sqlite3.Connection) -> int:
    """The layout of a cache; 0 if the file is still empty."""
    (application,) = store.execute("PRAGMA application_id").fetchone()
    (tables,) = store.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application != _APPLICATION:
        raise sqlite3.DatabaseError("it is a database of something else")  # which is not ours to change
    (layout,) = store.execute("PRAGMA user_version").fetchone()
    return int(layout)


def _begin(store: sqlite3.Connection) -> None:
    """An empty cache of this layout."""
    store.execute("DROP TABLE IF EXISTS entry")
    store.execute("DROP TABLE IF EXISTS valid")
    store.execute("CREATE TABLE valid (key PRIMARY KEY, length)")
    store.execute(f"CREATE TABLE entry ({_COLUMNS}, PRIMARY KEY (key, checkpoint))")
    store.execute(f"PRAGMA application_id = {_APPLICATION}")
    store.execute(f"PRAGMA user_version = {_LAYOUT}")


def _rows(entries: Mapping[str, Entry]) -> Iterator[tuple[str, str, int, str, bytes, str, str]]:
    for name, entry in entries.items():
        for place, (checkpoint, figures) in enumerate(entry.items()):
            replicates = figures.scored.replicates.astype("<f8").tobytes()
            scored = as_json(figures.scored.to_dict())
            yield name, checkpoint, place, scored, replicates, figures.losses, figures.words
