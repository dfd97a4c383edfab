"""What the board says of two rows is what `merunibench compare` says of their predictions."""

import sqlite3
import zlib
from contextlib import closing

import numpy as np
import pytest

import merunibench
from merunibench.errors import InputError
from merunibench.leaderboard.board import judging, pairs
from merunibench.leaderboard.schema.results import read_results
from merunibench.leaderboard.scoring import cache
from merunibench.leaderboard.scoring.units import pack, unpack
from merunibench.leaderboard.writing import write
from merunibench.scoring import Units


def worse(dataset, lines):
    """Every second answer is another one."""
    other = {"labels": ["surprised"]}
    return [line | other if at % 2 and "labels" in line else line for at, line in enumerate(lines)]


@pytest.fixture
def two(small):
    small.add("good")
    small.add("worse", worse)
    return small


def test_a_pair_is_what_compare_finds(two):
    results, _ = two.build()
    for board in results.boards:
        pair = next(each for each in results.pairs if each.a.endswith(board.id))
        names = [each.split("/")[0] for each in (pair.a, pair.b)]
        reports = [
            merunibench.evaluate(
                two.submissions / name / "predictions",
                two.truth,
                lexicon=board.lexicon,
                protocol=board.protocol,
                missing="zero",
            )
            for name in names
        ]
        found = merunibench.compare(*reports, resamples=50)
        same(pair, found)
        assert pair.swapped


def same(pair, found):
    """Every figure and the sentence of a pair are those of a comparison."""
    assert list(pair.columns) == [*(each.dataset for each in found.datasets), *(each.name for each in found.means)]
    for each in (*found.datasets, *found.means):
        difference, low, high, p = pair.columns[getattr(each, "dataset", None) or each.name]
        assert difference == pytest.approx(each.test.difference, abs=1e-9)
        assert (low, high) == pytest.approx(each.test.ci, abs=1e-9)
        assert p == pytest.approx(each.p_holm, abs=1e-9)
    assert pair.sentence == found.sentence


def test_pairs_come_from_the_cache_and_are_the_same(two, monkeypatch):
    first, _ = two.build()
    monkeypatch.setattr(judging, "_judged", lambda *_: pytest.fail("compared again"))
    assert two.build()[0].pairs == first.pairs


def test_pairs_are_the_same_however_many_are_compared_at_once(two, monkeypatch):
    two.add("third", worse)
    monkeypatch.setattr(pairs, "SWAPPED", 2)
    together, _ = two.build(cache=None)
    assert {pair.swapped for pair in together.pairs} == {True, False}
    monkeypatch.setattr(judging, "_AT_ONCE", 1)
    assert two.build(cache=None)[0].pairs == together.pairs


def test_a_pair_in_the_cache_that_is_none_is_refused(two):
    two.build()
    with closing(sqlite3.connect(two.cache)) as store:
        store.execute("UPDATE pair SET content = ?, digest = key", ("{}",))
        for (name,) in store.execute("SELECT key FROM pair").fetchall():
            store.execute("UPDATE pair SET digest = ? WHERE key = ?", (cache._digest(name, "{}"), name))
        store.commit()
    with pytest.raises(InputError, match="a pair is invalid; delete it"):
        two.build()


def test_rows_beyond_the_best_are_compared_by_the_bootstrap_alone_and_say_so(two, monkeypatch):
    monkeypatch.setattr(pairs, "SWAPPED", 1)
    results, _ = two.build(cache=None)
    assert results.pairs
    assert not any(pair.swapped for pair in results.pairs)
    assert all(pair.sentence.endswith("; by the paired bootstrap alone.") for pair in results.pairs)


def test_units_that_are_none_are_refused():
    units = Units(np.arange(6.0).reshape(2, 3), np.arange(3, dtype=np.uint64), clustered=False)
    quantities, keys = unpack(pack(units))
    assert quantities.tolist() == units.quantities.tolist()
    assert keys.tolist() == units.keys.tolist()
    packed = pack(units)
    for broken in (b"", b"x", packed[:-5], zlib.compress(b"\0" * 9), zlib.compress(b"\xff" * 8)):
        with pytest.raises(ValueError, match=r"^units are"):
            unpack(broken)


def test_pairs_lie_beside_the_results_and_are_read_with_them(two, tmp_path):
    results, details = two.build()
    assert results.pairs
    write(results, details, tmp_path / "out")
    assert "sentence" not in (tmp_path / "out" / "results.json").read_text(encoding="utf-8")
    assert read_results(tmp_path / "out" / "results.json").pairs == results.pairs


def test_pairs_stand_as_committed_where_nothing_is_recomputed(two, tmp_path):
    results, details = two.build()
    write(results, details, tmp_path / "out")
    again, _ = two.build(data_root=None, committed=tmp_path / "out" / "results.json", cache=None)
    assert again.pairs == results.pairs


def test_a_row_that_is_not_ranked_is_in_no_pair(two):
    results, _ = two.build()
    ranked = {row.id for row in results.rows if row.ranked}
    assert {key for pair in results.pairs for key in (pair.a, pair.b)} <= ranked
