"""What a row scores above the best shallow baseline of its board."""

import csv
import io

import pytest

from merunibench.baselines import BASELINES
from merunibench.leaderboard.board.lifts import with_lifts
from merunibench.leaderboard.tables import to_csv
from merunibench.report import BENCHMARK_DATASETS
from tests.leaderboard.sample import BOARDS, sample


def scored(results, board, model):
    """Data set -> score of the single row of a model on a board."""
    [row] = [row for row in results.rows if (row.board, row.model_id) == (board.id, model)]
    return {dataset: score.score for dataset, score in row.scores.items()}


def test_a_lift_is_the_score_less_the_best_shallow_baseline_of_the_same_board_and_data_set(small):
    small.add()
    results, _ = small.build()
    shallow = [f"baseline-{each.id}" for each in BASELINES.values() if each.shallow]
    found = 0
    for board in results.boards:
        own, rules = scored(results, board, "good"), [row for row in results.rows if row.model_id in shallow]
        [row] = [row for row in results.rows if (row.board, row.model_id) == (board.id, "good")]
        for dataset, score in own.items():
            there = [each.scores[dataset].score for each in rules if each.board == board.id and dataset in each.scores]
            assert row.scores[dataset].lift == pytest.approx(score - max(there), abs=1e-9)
            found += 1
        assert row.lift == pytest.approx(sum(each.lift for each in row.scores.values()) / len(row.scores), abs=1e-9)
    assert found == 3 * len(results.boards)
    assert all(row.lift is None for row in results.rows if row.origin != "computed")


def test_stuffing_is_no_floor_and_extra_sets_do_not_count_in_the_mean():
    results = sample(4)[0]
    rows = [row for row in results.rows if row.board == BOARDS[0].id]
    high = {"baseline-stuffing": 1.0, "baseline-majority": 0.1}
    given = [
        row.model_copy(
            update={
                "scores": {
                    name: score.model_copy(update={"score": high.get(row.model_id, score.score)})
                    for name, score in row.scores.items()
                }
            }
        )
        for row in rows
    ]
    row = next(row for row in with_lifts(given) if row.model_id == "model-1")
    assert {name: score.lift for name, score in row.scores.items()} == pytest.approx(
        {name: score.score - 0.1 for name, score in row.scores.items()}
    )
    assert set(row.scores) == set(BENCHMARK_DATASETS)
    assert row.lift == pytest.approx(row.mean - 0.1)


def test_without_a_shallow_baseline_there_is_no_lift():
    rows = [row for row in sample(4)[0].rows if row.model_id != "baseline-majority"]
    assert all(row.lift is None for row in with_lifts(rows))


def test_the_table_has_it():
    results = sample(4)[0]
    lines = list(csv.DictReader(io.StringIO(to_csv(results))))
    row = next(row for row in results.rows if row.origin == "computed" and row.mean is not None)
    line = next(
        each
        for each in lines
        if (each["model_id"], each["selection"], each["board"], each["dataset"])
        == (row.model_id, row.selection, row.board, "mean")
    )
    assert float(line["lift"]) == row.lift
