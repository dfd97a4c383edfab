"""Every pair of a board's rows has a sentence with interval and p, that of `merunibench compare` without its swaps."""

import json
import shutil
import sqlite3
from contextlib import closing
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError

import merunibench
from merunibench.errors import InputError
from merunibench.leaderboard.audit import audit
from merunibench.leaderboard.board import packing, pairs
from merunibench.leaderboard.board.verdict import sentence
from merunibench.leaderboard.schema.packed import PackedPairs, packed, unpacked
from merunibench.leaderboard.schema.results import read_results
from merunibench.leaderboard.scoring import cache
from merunibench.leaderboard.writing import write
from merunibench.report.comparison import Outcome, outcome
from merunibench.statistics import PairedDraws, holm, interval, paired_test, paired_tests


def changed(every):
    """Every so manieth answer is another one."""

    def change(dataset, lines):
        other = {"labels": ["surprised"]}
        return [line | other if at % every == 0 and "labels" in line else line for at, line in enumerate(lines)]

    return change


@pytest.fixture
def three(small, monkeypatch):
    """A board of three models of which no sentence is stored: one row alone is among the best."""
    monkeypatch.setattr(pairs, "MOST", 1)
    small.add("good")
    small.add("worse", changed(2))
    small.add("worst", changed(1))
    return small


def by_compare(board, small, a, b):
    """The sentence, and data set -> (low, high, p), of the bootstrap alone."""
    reports = [
        merunibench.evaluate(
            small.submissions / row.model_id / "predictions",
            small.truth,
            lexicon=board.lexicon,
            protocol=board.protocol,
            missing="zero",
        )
        for row in (a, b)
    ]
    found = merunibench.compare(*reports, resamples=50)
    adjusted = holm(np.array([each.test.p_bootstrap for each in found.datasets])).tolist()
    tests = [
        Outcome(each.title, each.test.difference, each.test.ci, p)
        for each, p in zip(found.datasets, adjusted, strict=True)
    ]
    means = [Outcome(each.name, each.test.difference, each.test.ci, each.test.p_bootstrap) for each in found.means]
    figures = {each.dataset: (*each.test.ci, p) for each, p in zip(found.datasets, adjusted, strict=True)}
    return f"{outcome(tests, means).removesuffix('.')}; by the paired bootstrap alone.", figures


def test_a_pair_without_a_sentence_of_its_own_is_what_compare_finds(three):
    results, _ = three.build()
    assert not results.pairs
    for board in results.boards:
        pairs = next(each for each in results.packed_pairs if each.board == board.id)
        rows = [row for row in results.rows if row.board == board.id and row.ranked]
        assert len(rows) == 3
        for a, b in permutations(rows, 2):
            said, figures = by_compare(board, three, a, b)
            assert sentence(results, a, b) == said
            found = pairs.of(a.id, b.id)
            assert len(found) == 3
            assert found == {name: pytest.approx(due, abs=0.51e-4) for name, due in figures.items()}
            assert any(low < high for low, high, _ in found.values())


def test_a_changed_submission_is_compared_anew_and_no_other(three, monkeypatch):
    first, _ = three.build()
    compared = []
    column = packing._Bootstrap._column

    def counted(self, ranked, name, firsts, seconds):
        compared.append(
            {frozenset((ranked[i].row.model_id, ranked[j].row.model_id)) for i, j in zip(firsts, seconds, strict=True)}
        )
        return column(self, ranked, name, firsts, seconds)

    monkeypatch.setattr(packing._Bootstrap, "_column", counted)
    assert three.build()[0].packed_pairs == first.packed_pairs
    assert not compared
    shutil.rmtree(three.submissions / "worse")
    three.add("worse", changed(3))
    again, _ = three.build()
    assert all(each == {frozenset(("good", "worse")), frozenset(("worse", "worst"))} for each in compared)
    assert compared
    assert again.packed_pairs == three.build(cache=None)[0].packed_pairs
    assert again.packed_pairs != first.packed_pairs


def test_after_a_change_to_a_submission_one_row_is_stored_anew(three, monkeypatch):
    three.build()
    shutil.rmtree(three.submissions / "good")  # the first of all ids: every other row has a pair with it
    three.add("good", changed(2))
    stored = []
    store = cache.Cache.store_pairs
    monkeypatch.setattr(cache.Cache, "store_pairs", lambda self, texts: (stored.append(texts), store(self, texts)))
    again, _ = three.build()
    assert [len(texts) for texts in stored] == [len(again.boards)]
    assert three.build()[0].packed_pairs == again.packed_pairs == three.build(cache=None)[0].packed_pairs
    assert not stored[1]


@given(
    known=arrays(bool, (6, 6)).map(lambda known: np.tril(known, -1)),
    held=arrays(bool, (6, 6)).map(lambda held: held & ~np.eye(6, dtype=bool)),
)
def test_every_new_pair_is_in_a_stored_row_which_keeps_what_it_had(known, held):
    unknown = np.tri(6, k=-1, dtype=bool) & ~known & ~(held | held.T)
    stored = packing._shared_out(unknown, held)
    found = np.zeros((6, 6), bool)
    for place, of in stored.items():
        found[place] = of
        assert not (held[place] & ~of).any()
        assert not of[place]
    assert not (unknown & ~(found | found.T)).any()
    assert len(stored) <= 5


def test_packed_pairs_lie_beside_the_results_and_stand_as_committed(three, tmp_path):
    results, details = three.build()
    write(results, details, tmp_path / "out")
    assert read_results(tmp_path / "out" / "results.json").packed_pairs == results.packed_pairs
    script = (tmp_path / "out" / "pairs" / "strict-builtin" / "0.js").read_text(encoding="utf-8")
    packed = next(each for each in results.packed_pairs if each.board == "strict-builtin")
    assert json.loads(script.partition(", ")[2].removesuffix(");\n")) == list(packed.figures)
    assert len(packed.figures) == 3
    committed = {"data_root": None, "committed": tmp_path / "out" / "results.json", "cache": None}
    again, _ = three.build(**committed)
    assert again.packed_pairs == results.packed_pairs
    shutil.rmtree(three.submissions / "good")
    fewer, _ = three.build(**committed)
    rows = [row for row in fewer.rows if row.board == "strict-builtin" and row.ranked]
    assert len(rows) == 2
    assert sentence(fewer, *rows) == sentence(results, *rows)


def test_packed_pairs_that_contradict_the_board_are_found(three, tmp_path):
    results, details = three.build()
    write(results, details, tmp_path)
    assert not audit(tmp_path).differences
    first, *others = results.packed_pairs
    figures = unpacked(first.figures[1], len(first.columns)).copy()
    figures[0, 0] = (500, 100, 20_000)
    forged = first.model_copy(update={"figures": (first.figures[0], packed(figures), *first.figures[2:])})
    write(results.model_copy(update={"packed_pairs": (forged, *others)}), details, tmp_path)
    said = "\n".join(audit(tmp_path).differences)
    assert "the ends of its interval are in the wrong order" in said
    assert "p is not between 0 and 1" in said


def test_figures_in_the_cache_that_are_none_are_refused(three):
    three.build()
    with closing(sqlite3.connect(three.cache)) as store:
        for (name,) in store.execute("SELECT key FROM pair").fetchall():
            digest = cache._digest(name, '[["a"], ""]')
            store.execute("UPDATE pair SET content = ?, digest = ? WHERE key = ?", ('[["a"], ""]', digest, name))
        store.commit()
    with pytest.raises(InputError, match="pairs of a row are invalid; delete it"):
        three.build()


def test_figures_are_packed_without_loss_and_turn_round():
    figures = np.array([[[-12, 345, 7], [0, 0, -1]], [[-10_000, 10_000, 10_000], [1, 2, 3]]], np.int16)
    assert unpacked(packed(figures), 2).tolist() == figures.tolist()
    ids = ("a/single/x", "b/single/x", "c/single/x")
    texts = ("", packed(figures[:1]), packed(figures))
    pairs = PackedPairs(board="x", columns=("meld", "mean"), rows=ids, figures=texts)
    assert pairs.of(ids[1], ids[0]) == {"meld": pytest.approx((-0.0012, 0.0345, 0.0007))}
    assert pairs.of(ids[0], ids[1]) == {"meld": pytest.approx((-0.0345, 0.0012, 0.0007))}
    assert pairs.of(ids[0], ids[0]) == pairs.of(ids[0], "d/single/x") == {}
    for broken in ({"figures": texts[:2]}, {"figures": ("", "AAAA", texts[2])}, {"rows": ids[::-1]}):
        with pytest.raises(ValidationError):
            PackedPairs.model_validate({**pairs.model_dump(), **broken})


@pytest.mark.parametrize("swaps", [False, True])
@pytest.mark.parametrize("gaps", [False, True])
def test_many_pairs_at_once_are_tested_as_each_alone(gaps, swaps):
    rng = np.random.default_rng(3)
    resampled = rng.normal(0.01, 0.01, (40, 200))
    if gaps:
        resampled[::3, :5] = np.nan
        resampled[7] = np.nan
    observed = rng.normal(0.01, 0.01, 40)
    swapped = rng.normal(0, 0.01, (40, 200)) if swaps else np.empty((40, 0))
    if gaps and swaps:
        swapped[::4, :7] = np.nan
    low, high, p = paired_tests(observed, resampled, swapped if swaps else None)
    for place, (difference, *drawn) in enumerate(zip(observed, resampled, swapped, strict=True)):
        alone = paired_test(PairedDraws(difference, *drawn))
        assert p[place] == alone.p
        assert (low[place], high[place]) == pytest.approx(alone.ci or (np.nan, np.nan), abs=1e-9, nan_ok=True)
        assert alone.ci == interval(drawn[0])


def test_holm_along_rows_leaves_out_what_was_not_tested():
    p = np.array([[0.01, np.nan, 0.03, 0.04], [0.2, 0.01, 0.01, np.nan], [np.nan] * 4])
    adjusted = holm(p)
    for values, found in zip(p, adjusted, strict=True):
        there = ~np.isnan(values)
        assert found[there].tolist() == holm(values[there]).tolist()
        assert np.isnan(found[~there]).all()
