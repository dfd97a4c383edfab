"""Other runs of a model, and answers of people, are scored and have no rank."""

import pytest

from merunibench.leaderboard.board.consistency import contradictions
from merunibench.leaderboard.board.evidence import evidence


def test_another_run_is_scored_and_not_ranked(small):
    small.add("main")
    small.add("no-sound", variant_of="main")
    results, _ = small.build()
    rows = {row.model_id: row for row in results.rows if row.board == results.boards[0].id}
    assert rows["main"].ranked
    assert not rows["no-sound"].ranked
    assert rows["no-sound"].scores.keys() == rows["main"].scores.keys()
    assert evidence(results).parents == {"no-sound": "main"}


@pytest.mark.parametrize("runs", [{"a": "nobody"}, {"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c"}])
def test_runs_of_no_ranked_submission_are_refused(small, runs):
    """Otherwise a model could be on the board and stand nowhere in its order."""
    small.add("c")
    for key, parent in runs.items():
        small.add(key, variant_of=parent)
    results, _ = small.build()
    refused = {each.submission: each.reasons[0] for each in results.refused}
    assert "a" in refused
    assert runs["a"] in refused["a"]
    assert {row.model_id for row in results.rows if row.ranked} == {"c"}


def test_answers_of_people_are_scored_and_not_ranked(small):
    small.add("model")
    small.add("people", answers_by="people")
    results, _ = small.build()
    rows = {row.model_id: row for row in results.rows if row.board == results.boards[0].id}
    assert {key for key, row in rows.items() if row.ranked} == {"model"}
    assert rows["people"].scores.keys() == rows["model"].scores.keys()
    assert not contradictions(results)
