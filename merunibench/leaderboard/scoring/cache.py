"""Cache of figures between builds, keyed by a hash of everything that determines them, including the toolkit's code.

A key that omits an input would silently give wrong numbers. Therefore the key contains the hash of every module of this
package, and a changed toolkit recomputes everything. The file can be deleted at any time.

The cache is not trusted: a file with anything but the expected tables is rejected, and so is a row whose figures are
invalid or differ from what was stored.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.leaderboard.schema.details import Losses, Words
from merunibench.leaderboard.schema.fields import Interval, KindName, Plain, SignatureText, as_json
from merunibench.leaderboard.scoring.cells import Cell, Figures, Scorer
from merunibench.scoring import Scored

Entry = dict[str, Figures]
"""Checkpoint -> its figures in one cell, checkpoints in their natural order."""

_PACKAGE = Path(__file__).parents[2]
_APPLICATION = int.from_bytes(b"mub\0", "big")  # identifies the program that a SQLite file belongs to
_LAYOUT = 4
_COLUMNS = "key, checkpoint, place, figures, replicates, losses, words, units, digest"
_MARKS = ", ".join("?" * 9)
_TABLES = (
    f"CREATE TABLE entry ({_COLUMNS}, PRIMARY KEY (key, checkpoint))",
    "CREATE TABLE valid (key, length, digest, PRIMARY KEY (key))",
    "CREATE TABLE pair (key, content, digest, PRIMARY KEY (key))",
)
_AT_ONCE = 500
_LONGEST = 4 << 20  # bytes of a value: half a million resamples
_KEPT = 50_000
_NOTHING: Mapping[str, int] = MappingProxyType({})
_PATIENCE = 60.0  # seconds to wait for another build that is writing
_MOST_SECONDS = 120.0  # for reading or writing, which normally takes a hundredth of it


@cache
def code_hash() -> str:
    """Return a hash of every module and table of this package, and of library versions that affect the last bits."""
    parts = [f"numpy {np.__version__}"]
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in (".py", ".toml", ".txt"):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            parts.append(f"{path.relative_to(_PACKAGE).as_posix()} {digest}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def key(*parts: object) -> str:
    """Return the key of a value that these parts determine."""
    return hashlib.sha256(json.dumps([code_hash(), *parts]).encode()).hexdigest()


def cell_key(scorer: Scorer, cell: Cell, predictions: str) -> str:
    """Return the key of predictions with this hash in one cell: it covers everything that determines a score."""
    lexicon = scorer.lexicons[cell.lexicon].sha256 if cell.lexicon in scorer.lexicons else "none"
    truth = scorer.truths[cell.dataset].sha256
    return key("cell", cell.dataset, cell.protocol, lexicon, truth, predictions, scorer.resamples, scorer.seed)


class Cache:
    """A file of entries; without a path, nothing is stored."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def load(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Return the entries that exist.

        Raises:
            InputError: the file is not a cache.
        """
        found: dict[str, Entry] = {}
        sound: set[str] = set()
        with _explained(self.path):
            for name, checkpoint, _, *content in self._select(f"{_COLUMNS} FROM entry", "ORDER BY key, place", keys):
                found.setdefault(name, {})[checkpoint] = _figures(*content, sound=sound)
        return found

    def lengths(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the lengths of answers that were found valid.

        Raises:
            InputError: the file is not a cache.
        """
        found = dict(self._select("key, length, digest FROM valid", "", keys))
        with _explained(self.path):
            if not all(isinstance(length, int) and length >= 0 for length in found.values()):
                raise ValueError("a length is invalid")
        return found

    def _select(self, what: str, order: str, keys: Iterable[str]) -> list[Any]:
        """Return the rows of the keys that exist."""
        wanted = list(keys)
        if self.path is None or not self.path.exists():
            return []
        found: list[Any] = []
        with _opened(self.path) as store:
            if _layout(store) != _LAYOUT:
                return []
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                query = f"SELECT {what} WHERE key IN ({','.join('?' * len(part))}) {order}"
                found += map(_intact, store.execute(query, part))
        return found

    def store(self, entries: Mapping[str, Entry], lengths: Mapping[str, int] = _NOTHING) -> None:
        """Store entries, and the lengths of valid answers; the oldest ones are removed if there are too many.

        Raises:
            InputError: the file cannot be written, or is not a cache.
        """
        if self.path is None or not (entries or lengths):
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _opened(self.path) as store, store:
            store.execute("BEGIN IMMEDIATE")  # two builds may begin at once
            if _layout(store) != _LAYOUT:
                _begin(store)
            store.executemany(f"INSERT OR REPLACE INTO entry VALUES ({_MARKS})", _rows(entries))  # noqa: S608
            marked = ((name, length, _digest(name, length)) for name, length in lengths.items())
            store.executemany("INSERT OR REPLACE INTO valid VALUES (?, ?, ?)", marked)
            _drop_oldest(store, "entry", "valid")

    def pairs(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the texts of stored pairs; the caller validates them.

        Raises:
            InputError: the file is not a cache.
        """
        found = dict(self._select("key, content, digest FROM pair", "", keys))
        with _explained(self.path):
            if not all(isinstance(content, str) for content in found.values()):
                raise ValueError("a pair is invalid")
        return found

    def store_pairs(self, pairs: Mapping[str, str]) -> None:
        """Store the texts of pairs; the oldest ones are removed if there are too many.

        Raises:
            InputError: the file cannot be written, or is not a cache.
        """
        if self.path is None or not pairs:
            return
        with _opened(self.path) as store, store:
            store.execute("BEGIN IMMEDIATE")
            if _layout(store) != _LAYOUT:
                _begin(store)
            rows = ((name, content, _digest(name, content)) for name, content in pairs.items())
            store.executemany("INSERT OR REPLACE INTO pair VALUES (?, ?, ?)", rows)
            _drop_oldest(store, "pair")


def _drop_oldest(store: sqlite3.Connection, *tables: str) -> None:
    for table in tables:
        oldest = f"DELETE FROM {table} WHERE rowid <= (SELECT max(rowid) FROM {table}) - ?"  # noqa: S608
        store.execute(oldest, (_KEPT,))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as a database with limits on time and memory."""
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            raise OSError("it is not a regular file")
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as store:
            until = time.monotonic() + _MOST_SECONDS
            store.set_progress_handler(lambda: time.monotonic() > until, 100_000)  # or a query may never end
            store.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            store.execute("PRAGMA trusted_schema = OFF")
            yield store


@contextmanager
def _explained(path: Path | None) -> Iterator[None]:
    """Report in one line what is wrong with the file."""
    try:
        yield
    except (sqlite3.Error, OSError, ValueError, MemoryError) as error:
        advice = "delete it if it is a broken cache, choose another (--cache) or none (--no-cache)"
        reason = "a row contains invalid figures" if isinstance(error, ValidationError) else one_line(error)
        raise InputError(f"{path}: cannot be used as the cache: {reason}; {advice}") from error


def _layout(store: sqlite3.Connection) -> int:
    """Return the layout version of a cache; 0 if the file is still empty."""
    (application,) = store.execute("PRAGMA application_id").fetchone()
    (layout,) = store.execute("PRAGMA user_version").fetchone()
    made = {sql for (sql,) in store.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
    if made and application != _APPLICATION:
        raise sqlite3.DatabaseError("it is a database of another program")  # which is not ours to change
    if layout == _LAYOUT and made != {*_TABLES}:
        raise sqlite3.DatabaseError("it contains tables or views that a cache does not have")
    return int(layout)


def _begin(store: sqlite3.Connection) -> None:
    """Create the empty tables of this layout."""
    for name in ("entry", "valid", "pair"):
        store.execute(f"DROP TABLE IF EXISTS {name}")
    for table in _TABLES:
        store.execute(table)
    store.execute(f"PRAGMA application_id = {_APPLICATION}")
    store.execute(f"PRAGMA user_version = {_LAYOUT}")


def _rows(entries: Mapping[str, Entry]) -> Iterator[tuple[Any, ...]]:
    for name, entry in entries.items():
        for place, (checkpoint, figures) in enumerate(entry.items()):
            replicates = figures.scored.replicates.astype("<f8").tobytes()
            scored = as_json(figures.scored.to_dict())
            row = (name, checkpoint, place, scored, replicates, figures.losses, figures.words, figures.units)
            yield *row, _digest(*row)


def _digest(*values: object) -> str:
    """Return a hash that shows whether a row is as it was stored."""
    digest = hashlib.sha256()
    for value in values:
        content = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        digest.update(b"%d " % len(content) + content)
    return digest.hexdigest()


def _intact(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row without its digest.

    Raises:
        ValueError: it is not the row that was stored.
    """
    *values, digest = row
    if digest != _digest(*values):
        raise ValueError("a row was altered")
    return tuple(values)


class _Stored(Plain):
    """What `Scored.to_dict` writes."""

    dataset: str
    kind: KindName
    signature: SignatureText
    checkpoint: str
    primary: str
    score: float
    uncorrected: float
    ci: Interval | None
    units: int | None
    chance: float
    metrics: dict[str, float]
    wheels: tuple[dict[str, float | None], ...]
    samples: int
    expected_samples: int
    scored: tuple[int, ...]
    missing: int
    failed: int
    extra: int
    labels_per_sample: float | None
    out_of_lexicon: float | None


_WORDS = TypeAdapter(Words | None)


def _figures(
    figures: object, replicates: object, losses: object, words: object, units: object, *, sound: set[str]
) -> Figures:
    """Return the figures of a row. Words in `sound` are not validated again: several cells have the same ones.

    Raises:
        ValueError: it holds something else.
    """
    if not (isinstance(figures, str) and isinstance(losses, str) and isinstance(words, str)):
        raise ValueError("a row contains no text")  # noqa: TRY004 - as with all that is wrong with a row
    if not (isinstance(replicates, bytes) and isinstance(units, bytes)):
        raise ValueError("a row contains no replicates")  # noqa: TRY004
    stored = _Stored.model_validate_json(figures, strict=True).model_dump()
    drawn = np.frombuffer(replicates, "<f8")
    scored = Scored.from_dict(stored, drawn)
    right_number = len(drawn) in (0, scored.signature.bootstrap)
    if not right_number or np.isinf(drawn).any() or (scored.ci is None) != np.isnan(drawn).all():
        raise ValueError("a row contains invalid replicates")
    Losses.model_validate_json(losses, strict=True)
    if words not in sound:
        _WORDS.validate_json(words, strict=True)
        sound.add(words)
    return Figures(scored, losses, words, units)
