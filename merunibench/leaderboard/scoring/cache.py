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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.leaderboard.schema.details import Losses, Words
from merunibench.leaderboard.schema.fields import Interval, KindName, Plain, SignatureText, as_json
from merunibench.leaderboard.scoring.cells import Cell, Figures, Scorer, Stored, Texts
from merunibench.scoring import Scored

Entry = dict[str, Figures]
"""Checkpoint -> its figures in one cell, checkpoints in their natural order."""

FloatArray = npt.NDArray[np.float64]
T = TypeVar("T")

_PACKAGE = Path(__file__).parents[2]
_APPLICATION = int.from_bytes(b"mub\0", "big")  # identifies the program that a SQLite file belongs to
_LAYOUT = 5
_TABLES = {
    "entry": "key, checkpoint, place, figures, replicates, digest, PRIMARY KEY (key, checkpoint)",
    "texts": "key, checkpoint, losses, words, digest, PRIMARY KEY (key, checkpoint)",
    "units": "key, checkpoint, content, digest, PRIMARY KEY (key, checkpoint)",
    "valid": "key, length, digest, PRIMARY KEY (key)",
    "pair": "key, content, digest, PRIMARY KEY (key)",
}
_AT_ONCE = 500
_LONGEST = 4 << 20  # bytes of a value: half a million resamples
_KEPT = 50_000
_NOTHING: Mapping[str, int] = MappingProxyType({})
_ADVICE = "delete it if it is a broken cache, choose another (--cache) or none (--no-cache)"
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

    def unusable(self, why: str) -> InputError:
        """Return the error that the content of the file is invalid."""
        return InputError(f"{self.path}: cannot be used as the cache: {why}; {_ADVICE}")

    def load(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Return the entries that exist.

        Raises:
            InputError: the file is not a cache.
        """
        found: dict[str, Entry] = {}
        with _explained(self.path):
            for name, checkpoint, _, *content in self._select("entry", keys, "ORDER BY key, place"):
                found.setdefault(name, {})[checkpoint] = _figures(Stored(name, checkpoint), *content)
        return found

    def places(self, keys: Iterable[str]) -> list[Stored]:
        """Return the entries that exist; reading them may still fail.

        Raises:
            InputError: the file is not a cache.
        """
        return [Stored(*found) for found in self._query("key, checkpoint FROM entry", keys)]

    def texts(self, places: Iterable[Stored]) -> dict[Stored, Texts]:
        """Return the texts of entries.

        Raises:
            InputError: the file is not a cache, or does not contain them.
        """
        wanted = set(places)
        ahead = {place: _READ_AHEAD[place] for place in wanted & _READ_AHEAD.keys()}
        sound: set[str] = set()
        rest = self._further("texts", wanted - ahead.keys(), lambda *content: _texts(*content, sound=sound))
        return ahead | rest

    def units(self, places: Iterable[Stored]) -> dict[Stored, bytes]:
        """Return the units of entries.

        Raises:
            InputError: the file is not a cache, or does not contain them.
        """
        return self._further("units", places, _units)

    def _further(self, table: str, places: Iterable[Stored], read: Callable[..., T]) -> dict[Stored, T]:
        """Return what a table has of each of these entries."""
        wanted = set(places)
        with _explained(self.path):
            rows = self._select(table, sorted({each.key for each in wanted}))
            named = {Stored(name, checkpoint): content for name, checkpoint, *content in rows}
            found = {place: read(*named[place]) for place in wanted & named.keys()}
            if len(found) < len(wanted):
                raise ValueError(f"the {table} of an entry are missing")
        return found

    def lengths(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the lengths of answers that were found valid.

        Raises:
            InputError: the file is not a cache.
        """
        found = dict(self._select("valid", keys))
        with _explained(self.path):
            if not all(isinstance(length, int) and length >= 0 for length in found.values()):
                raise ValueError("a length is invalid")
        return found

    def _select(self, table: str, keys: Iterable[str], order: str = "") -> list[Any]:
        """Return the rows of the keys that exist, without their digests."""
        with _explained(self.path):
            return list(map(_intact, self._query(f"* FROM {table}", keys, order)))

    def _query(self, what: str, keys: Iterable[str], order: str = "") -> list[Any]:
        """Return what a query finds for these keys."""
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
                found += store.execute(query, part)
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
            _insert(store, "entry", _rows(entries))
            fresh = [
                (name, checkpoint, figures) for name, entry in entries.items() for checkpoint, figures in entry.items()
            ]
            texts = ((*row, figures.texts) for *row, figures in fresh)
            _insert(store, "texts", ((*row, *each) for *row, each in texts if isinstance(each, Texts)))
            units = ((*row, figures.units) for *row, figures in fresh)
            _insert(store, "units", (row for row in units if isinstance(row[-1], bytes)))
            _insert(store, "valid", lengths.items())
            _drop_oldest(store, "entry", "texts", "units", "valid")

    def pairs(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the texts of stored pairs; the caller validates them.

        Raises:
            InputError: the file is not a cache.
        """
        found = dict(self._select("pair", keys))
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
            _insert(store, "pair", pairs.items())
            _drop_oldest(store, "pair")


_READ_AHEAD: dict[Stored, Texts] = {}
"""Texts that this process has read before they were needed. Their keys determine them, whatever file they are from."""


def read_ahead(cache: Cache, places: Sequence[Stored]) -> None:
    """Read texts, in a process that has nothing else to do yet, and will be asked for most of them."""
    _READ_AHEAD.update(cache.texts(places))


def _insert(store: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows, each with its digest."""
    marks = ", ".join("?" * (_TABLES[table].partition(", PRIMARY")[0].count(",") + 1))
    statement = f"INSERT OR REPLACE INTO {table} VALUES ({marks})"  # noqa: S608
    store.executemany(statement, ((*row, _digest(*row)) for row in rows))


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
    except InputError:  # explained already
        raise
    except (sqlite3.Error, OSError, ValueError, MemoryError) as error:
        reason = "a row contains invalid figures" if isinstance(error, ValidationError) else one_line(error)
        raise InputError(f"{path}: cannot be used as the cache: {reason}; {_ADVICE}") from error


def _layout(store: sqlite3.Connection) -> int:
    """Return the layout version of a cache; 0 if the file is still empty."""
    (application,) = store.execute("PRAGMA application_id").fetchone()
    (layout,) = store.execute("PRAGMA user_version").fetchone()
    made = {sql for (sql,) in store.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
    if made and application != _APPLICATION:
        raise sqlite3.DatabaseError("it is a database of another program")  # which is not ours to change
    if layout == _LAYOUT and made != {f"CREATE TABLE {name} ({columns})" for name, columns in _TABLES.items()}:
        raise sqlite3.DatabaseError("it contains tables or views that a cache does not have")
    return int(layout)


def _begin(store: sqlite3.Connection) -> None:
    """Create the empty tables of this layout."""
    for name, columns in _TABLES.items():
        store.execute(f"DROP TABLE IF EXISTS {name}")
        store.execute(f"CREATE TABLE {name} ({columns})")
    store.execute(f"PRAGMA application_id = {_APPLICATION}")
    store.execute(f"PRAGMA user_version = {_LAYOUT}")


def _rows(entries: Mapping[str, Entry]) -> Iterator[tuple[Any, ...]]:
    for name, entry in entries.items():
        for place, (checkpoint, figures) in enumerate(entry.items()):
            replicates = figures.scored.replicates.astype("<f8").tobytes()
            scored = as_json(figures.scored.to_dict())
            yield name, checkpoint, place, scored, replicates


def _digest(*values: object) -> str:
    """Return a hash that shows whether a row is as it was stored."""
    digest = hashlib.sha256()
    for value in values:
        part = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        digest.update(b"%d " % len(part))
        digest.update(part)
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


def _units(content: object) -> bytes:
    """Return the units of a row.

    Raises:
        ValueError: it holds something else.
    """
    if not isinstance(content, bytes):
        raise ValueError("a row contains no units")  # noqa: TRY004
    return content


class _Scored(Plain):
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


def _figures(place: Stored, figures: object, replicates: object) -> Figures:
    """Return the figures of a row.

    Raises:
        ValueError: it holds something else.
    """
    if not (isinstance(figures, str) and isinstance(replicates, bytes)):
        raise ValueError("a row contains no figures")  # noqa: TRY004 - as with all that is wrong with a row
    stored = _Scored.model_validate_json(figures, strict=True).model_dump()
    drawn = np.frombuffer(replicates, "<f8")
    scored = Scored.from_dict(stored, drawn)
    right_number = len(drawn) in (0, scored.signature.bootstrap)
    finite = len(drawn) > 0 and scored.ci is not None and bool(np.isfinite(drawn).all())  # nearly all are
    if not right_number or not (finite or _is_valid(drawn, has_interval=scored.ci is not None)):
        raise ValueError("a row contains invalid replicates")
    return Figures(scored, place, place)


def _is_valid(drawn: FloatArray, *, has_interval: bool) -> bool:
    """Whether there is an interval if any replicate is defined, and no replicate is infinite."""
    return not np.isinf(drawn).any() and has_interval != np.isnan(drawn).all()


def _texts(losses: object, words: object, *, sound: set[str]) -> Texts:
    """Return the texts of a row. Words in `sound` are not validated again: several cells have the same ones.

    Raises:
        ValueError: it holds something else.
    """
    if not (isinstance(losses, str) and isinstance(words, str)):
        raise ValueError("a row contains no text")  # noqa: TRY004
    Losses.model_validate_json(losses, strict=True)
    if words not in sound:
        _WORDS.validate_json(words, strict=True)
        sound.add(words)
    return Texts(losses, words)
