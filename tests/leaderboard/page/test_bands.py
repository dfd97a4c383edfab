"""Bands of places: no row of a band is significantly below its first row, and the first of the next band is."""

from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from merunibench.leaderboard.page.bands import bands
from merunibench.leaderboard.page.boards import table_view
from merunibench.leaderboard.schema.results import Rank
from tests.leaderboard.sample import sample


@st.composite
def ranked(draw):
    """Rows in order, and which of them beat which: a row beats at most those below it, and with one also all lower."""
    size = draw(st.integers(2, 12))
    beaten_from = [draw(st.integers(at + 1, size)) for at in range(size)]
    better = [{above for above in range(size) if beaten_from[above] <= at} for at in range(size)]
    worse = [{below for below in range(size) if beaten_from[at] <= below} for at in range(size)]
    return {at: Rank(rank=at + 1, of=size, low=1 + len(better[at]), high=size - len(worse[at])) for at in range(size)}


@given(ranked())
def test_a_band_reaches_as_far_as_the_place_of_its_first_row(ranks):
    found = bands(ranks)
    order = sorted(ranks)
    assert [found[at] for at in order] == sorted(found[at] for at in order)
    firsts = {}
    for at in order:
        first = firsts.setdefault(found[at], at)
        assert ranks[at].low <= ranks[first].rank
        if first == at and at:
            assert ranks[at].low > ranks[firsts[found[at] - 1]].rank


def test_without_intervals_or_with_one_row_alone_there_is_no_band():
    assert bands({"a": Rank(rank=1, of=2), "b": Rank(rank=2, of=2)}) == {}
    assert bands({"a": Rank(rank=1, of=1, low=1, high=1)}) == {}


def test_the_highest_ranked_row_of_every_column_is_marked_and_nothing_that_is_copied():
    results, _ = sample(12)
    table = table_view(results, {})
    views = (*table.scored, *table.others)
    for column in table.columns:
        if not column.group:
            continue
        cells = [(view, view.cells[column.key, column.board]) for view in views]
        best = [view for view, cell in cells if cell.best]
        scores = [row.value(column.source) for row in results.rows if row.board == column.board and row.ranked]
        most = max(score for score in scores if score is not None)
        assert [view.cells[column.key, column.board].text for view in best] == [f"{100 * most:.2f}"] * len(best)
        assert best
        assert all(view.ranked and view.origin == "computed" for view in best)


def test_the_legend_says_what_every_mark_on_the_page_means():
    table = table_view(sample(12)[0], {})
    kinds = {mark.kind for view in (*table.scored, *table.others) for mark in view.marks}
    assert {text for text, _ in table.legend} == kinds
    assert len(kinds) >= 4
    assert asdict(table.scored[0])["marks"]
