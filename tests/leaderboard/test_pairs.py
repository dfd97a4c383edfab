"""What the board says of two rows is what `merunibench compare` says of their predictions."""

import pytest

import merunibench
from merunibench.leaderboard.schema.results import read_results
from merunibench.leaderboard.writing import write


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
        assert list(pair.columns) == [each.dataset for each in found.datasets]
        for each in found.datasets:
            difference, low, high, _ = pair.columns[each.dataset]
            assert difference == pytest.approx(each.test.difference, abs=1e-9)
            assert (low, high) == pytest.approx(each.test.ci, abs=1e-9)
        assert pair.sentence == found.sentence


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
