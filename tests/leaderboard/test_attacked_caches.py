"""Caches that somebody has tampered with: refused in one line, or not looked at; never believed, never a traceback."""

import os
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from merunibench.errors import InputError
from merunibench.leaderboard.scoring import cache
from tests.leaderboard.conftest import Small

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
COLUMNS = {
    "entry": ("key", "checkpoint", "place", "figures", "replicates"),
    "texts": ("key", "checkpoint", "losses", "words"),
    "units": ("key", "checkpoint", "content"),
}
PLACES = [(table, column) for table, columns in COLUMNS.items() for column in columns]
VALUES = {
    "null": None,
    "text": "x",
    "number": 1,
    "huge number": 2**63 - 1,
    "fraction": 0.5,
    "bytes": b"\xff\xfe\x00",
    "list": "[]",
    "object": "{}",
    "brackets": "[" * 100_000,
    "digits": "9" * 10_000,
    "NUL": "a\0b",
    "three bytes": b"abc",
    "not a number": np.full(50, np.nan).tobytes(),
    "infinity": np.full(50, np.inf).tobytes(),
    "another number of replicates": np.zeros(49).tobytes(),
    "many replicates": bytes(8_000_000),
}
STATEMENTS = {
    "a view that never ends": f"DROP TABLE entry; CREATE VIEW entry AS {ENDLESS} SELECT {', '.join(['i'] * 6)} FROM n",
    "a view of lengths": f"DROP TABLE valid; CREATE VIEW valid AS {ENDLESS} SELECT i, i, i FROM n",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM valid; END",
    "another table": "CREATE TABLE other (x)",
    "an index": "CREATE INDEX i ON entry (place)",
    "a table of fewer columns": "DROP TABLE entry; CREATE TABLE entry (key, checkpoint)",
    "no table": "DROP TABLE entry",
    "no lengths": "DROP TABLE valid",
    "no pairs": "DROP TABLE pair",
    "pairs that are numbers": "UPDATE pair SET content = 1",
    "pairs of others": "UPDATE pair SET key = (SELECT max(key) FROM pair) || key",
    "somebody else's": "PRAGMA application_id = 7",
    "another layout": "PRAGMA user_version = 99",
    "an older layout": "PRAGMA user_version = 3",
    "no table of texts": "DROP TABLE texts",
    "no texts": "DELETE FROM texts",
    "texts of others": "UPDATE texts SET key = (SELECT max(key) FROM texts) || key",
    "texts exchanged": "UPDATE texts SET losses = (SELECT losses FROM texts ORDER BY key LIMIT 1)",
    "no units": "DELETE FROM units; DELETE FROM pair",
    "units exchanged": "UPDATE units SET content = (SELECT content FROM units LIMIT 1); DELETE FROM pair",
    "lengths that are text": "UPDATE valid SET length = 'x'",
    "lengths below zero": "UPDATE valid SET length = -1",
    "rows of others": "UPDATE entry SET key = (SELECT max(key) FROM entry) || key",
    "rows exchanged": "UPDATE entry SET figures = (SELECT figures FROM entry ORDER BY key LIMIT 1)",
    "higher scores": "UPDATE entry SET figures = replace(figures, '\"score\":0', '\"score\":0.9')",
    "another data set": "UPDATE entry SET figures = replace(figures, 'meld', 'sims')",
    "a broken signature": "UPDATE entry SET figures = replace(figures, 'mub|', 'x|')",
    "no rows": "DELETE FROM entry",
    "no valid rows": "DELETE FROM valid",
}
FILES = {
    "empty": b"",
    "junk": os.urandom(4096),
    "text": b"no database",
    "half a head": b"SQLite format 3\0" + bytes(10),
    "a head and nothing": b"SQLite format 3\0" + bytes(4080),
}


def reversed_answers(_, lines):
    return [{**other, "name": one["name"]} for one, other in zip(lines, lines[::-1], strict=True)]


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """A board with its cache, and what is built without one."""
    small = Small(tmp_path_factory.mktemp("caches"))
    small.add("one")
    small.add("two", reversed_answers)
    small.build()
    small.expected = small.build(cache=None)
    return small


def built(board, path):
    """Builds with a cache that may be refused, and then goes on with a new one; else the board is as without one."""
    for _ in range(2):
        try:
            assert board.build(cache=path) == board.expected
        except InputError as error:
            message = str(error)
            assert message.startswith(f"{path}: cannot be used as the cache: ")
            assert message.isprintable()
            assert "delete it" in message
            assert len(message) < 600
            return "refused"
    return "built"


@pytest.fixture
def tampered(board, tmp_path):
    def change(statements, *values):
        path = shutil.copy(board.cache, tmp_path / "cache.sqlite")
        with closing(sqlite3.connect(path)) as store:
            if values:
                store.execute(statements, values)
                store.commit()
            else:
                store.executescript(statements)
        return path

    return change


@pytest.mark.parametrize("kind", STATEMENTS)
def test_what_somebody_did_to_a_cache(board, tampered, monkeypatch, kind):
    monkeypatch.setattr(cache, "_MOST_SECONDS", 5.0)
    built(board, tampered(STATEMENTS[kind]))


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("table", "column"), PLACES)
def test_values_that_were_not_stored(board, tampered, table, column, value):
    """Units are read for pairs that the cache lacks; entries with another key are not found, and computed again."""
    path = tampered(f"UPDATE OR REPLACE {table} SET {column} = ?", VALUES[value])
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("DELETE FROM pair")
    assert built(board, path) == ("built" if (table, column) == ("entry", "key") else "refused")


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("table", "column"), [("entry", "figures"), ("entry", "replicates"), *PLACES[6:9], PLACES[-1]])
def test_values_of_somebody_who_knows_the_digest(board, tampered, table, column, value):
    """What is well formed may be a lie; what is none is refused all the same."""
    path = tampered("DELETE FROM pair WHERE ?", 1)
    with closing(sqlite3.connect(path)) as store:
        rows = [list(row[:-1]) for row in store.execute(f"SELECT * FROM {table}")]
        for row in rows:
            row[COLUMNS[table].index(column)] = VALUES[value]
        with store:
            store.execute(f"DELETE FROM {table}")
            cache._insert(store, table, map(tuple, rows))
    assert built(board, path) == "refused"


@pytest.mark.parametrize("bits", [1, 7, 64])
def test_bits_that_flipped_in_replicates(board, tampered, bits):
    with closing(sqlite3.connect(board.cache)) as store:
        (content,) = store.execute("SELECT replicates FROM entry WHERE length(replicates) > 0").fetchone()
    flipped = bytes([content[0] ^ bits]) + content[1:]
    path = tampered("UPDATE entry SET replicates = ? WHERE length(replicates) > 0", flipped)
    assert built(board, path) == "refused"


@pytest.mark.parametrize("kind", FILES)
def test_files_that_are_no_cache(board, tmp_path, kind):
    path = tmp_path / "cache.sqlite"
    path.write_bytes(FILES[kind])
    assert built(board, path) == ("built" if kind == "empty" else "refused")


@pytest.mark.parametrize("cut", [100, 4096, 5000, -1])
def test_a_cache_that_is_cut(board, tmp_path, cut):
    path = tmp_path / "cache.sqlite"
    path.write_bytes(board.cache.read_bytes()[:cut])
    built(board, path)


def test_what_is_no_file_is_no_cache(board, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for name in ("pipe", "folder", "circle", "folder/x/../../pipe"):
        assert built(board, tmp_path / name) == "refused"


def test_a_cache_that_is_refused_is_left_as_it_is(board, tampered):
    path = tampered("CREATE TABLE other (x)")
    before = path.read_bytes()
    assert built(board, path) == "refused"
    assert path.read_bytes() == before
