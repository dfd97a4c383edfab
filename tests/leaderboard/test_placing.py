"""Ranks, intervals and marks of a board agree with its scores, its matrix, and the comparison of two systems."""

import random
import shutil

import numpy as np
import pytest

from merunibench import compare, evaluate
from merunibench.leaderboard.board.ranking import place
from merunibench.leaderboard.writing import write
from tests.leaderboard.conftest import Small

WORDS = ["angry", "happy", "sad", "calm", "scared", "disgusted", "surprised"]


def guesser(seed):
    """Answers that are random, the same for a seed."""
    rng = random.Random(seed)

    def change(dataset, lines):
        if dataset == "cmumosi":
            return [{**line, "polarity": rng.choice(["positive", "negative"])} for line in lines]
        return [{**line, "labels": rng.sample(WORDS, 2)} for line in lines]

    return change


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    small = Small(tmp_path_factory.mktemp("placing"))
    for seed in range(6):
        small.add(f"m{seed}", guesser(seed))
    small.add("same", guesser(0))
    return small, small.build(resamples=400)[0]


def column(results, board_id, dataset):
    rows = [row for row in results.rows if row.board == board_id and row.ranked and dataset in row.scores]
    return sorted(rows, key=lambda row: row.scores[dataset].rank.rank)


@pytest.mark.parametrize("board_id", ["official-builtin", "strict-builtin"])
@pytest.mark.parametrize("dataset", ["meld", "ovmerdplus", "cmumosi"])
def test_higher_scores_have_better_ranks(board, board_id, dataset):
    rows = column(board[1], board_id, dataset)
    scores = [row.scores[dataset].score for row in rows]
    assert scores == sorted(scores, reverse=True)
    for row in rows:
        rank = row.scores[dataset].rank
        assert rank.of == 7
        assert rank.rank == 1 + sum(score > row.scores[dataset].score for score in scores)
        assert 1 <= rank.low <= rank.high <= 7
    same = {row.model_id: row.scores[dataset] for row in rows}
    assert same["m0"].rank == same["same"].rank
    assert same["m0"].score == same["same"].score


def test_rows_that_share_a_letter_do_not_differ_in_the_matrix(board):
    results = board[1]
    for tests in results.comparisons:
        place_of = {key: index for index, key in enumerate(tests.rows)}
        assert [len(line) for line in tests.levels] == list(range(len(tests.rows)))
        rows = column(results, tests.board, tests.dataset)
        for row in rows:
            for other in rows:
                first, second = sorted((place_of[row.id], place_of[other.id]))
                letters = [each.scores[tests.dataset].rank.mark.split("-") for each in (row, other)]
                apart = max(letters[0][0], letters[1][0]) > min(letters[0][-1], letters[1][-1])
                if first != second and not apart:
                    assert tests.levels[second][first] == "0"


def test_the_matrix_holds_baselines_but_not_chance(board):
    tests = next(each for each in board[1].comparisons if each.dataset == "meld")
    models = {key.split("/")[0] for key in tests.rows}
    assert {"baseline-stuffing", "baseline-majority", "m0"} <= models
    assert "baseline-chance" not in models


def test_intervals_are_those_of_score_and_compare_accepts_the_same_files(board):
    small, results = board
    folders = [small.submissions / name / "predictions" for name in ("m0", "m1")]
    report = evaluate(folders[0], small.truth, bootstrap=400, missing="zero")
    row = next(each for each in results.rows if each.id == "m0/single/official-builtin")
    assert {each.dataset: each.ci for each in report.datasets} == {name: score.ci for name, score in row.scores.items()}
    other = evaluate(folders[1], small.truth, bootstrap=400, missing="zero")
    assert [each.dataset for each in compare(report, other, resamples=50).datasets] == list(row.scores)


def test_scores_against_other_labels_are_not_ranked_together(board):
    from merunibench.leaderboard.board.rows import ScoredRow

    rows = [row for row in board[1].rows if row.board == "official-builtin" and row.ranked]
    odd = rows[0].scores["meld"]
    odd = odd.model_copy(update={"signature": odd.signature.replace("|gt:", "|gt:0"), "score": 2.0})
    rows[0] = rows[0].model_copy(update={"scores": {**rows[0].scores, "meld": odd}})
    placed, _ = place({"official-builtin": [ScoredRow(row, {}, {}) for row in rows]}, None)
    by_id = {row.id: row for row in placed}
    ranks = [by_id[row.id].scores["meld"].rank for row in rows[1:]]
    assert {rank.of for rank in ranks} == {6}
    assert min(rank.rank for rank in ranks) == 1
    assert np.isfinite(placed[0].value("meld"))


def test_rows_that_differ_at_five_percent_share_no_letter(small):
    """Of sixty samples 40, 35 and 33 are right: 40 and 33 differ at 5 %, not at 1 %, and 35 from neither."""
    for path in small.truth.iterdir():
        path.unlink()
    names = [f"test_dia{number}_utt0" for number in range(60)]
    truth = {name: "joy" if number % 2 else "sadness" for number, name in enumerate(names)}
    lines = "".join(f"{name},{word}\n" for name, word in truth.items())
    (small.truth / "meld.csv").write_text(f"name,label\n{lines}", encoding="utf-8")
    for right in (40, 35, 33):
        answers = [{"name": name, "labels": [truth[name] if i < right else "spoon"]} for i, name in enumerate(names)]
        small.add(f"m{right}", lambda dataset, lines, answers=answers: answers if dataset == "meld" else lines)
    results, _ = small.build(resamples=1000)
    (tests,) = (t for t in results.comparisons if (t.board, t.dataset) == ("official-builtin", "meld"))
    place_of = {key.split("/")[0]: place for place, key in enumerate(tests.rows)}
    levels = {
        pair: tests.levels[place_of[pair[1]]][place_of[pair[0]]]
        for pair in (("m40", "m35"), ("m35", "m33"), ("m40", "m33"))
    }
    assert levels == {("m40", "m35"): "0", ("m35", "m33"): "0", ("m40", "m33"): "1"}
    rows = column(results, "official-builtin", "meld")
    assert [(row.model_id, row.scores["meld"].rank.mark) for row in rows] == [
        ("m40", "a"),
        ("m35", "a-b"),
        ("m33", "b"),
    ]


def withhold(folder):
    """The predictions are taken away: what is committed of them stands."""
    shutil.rmtree(folder / "predictions")
    with (folder / "submission.toml").open("a", encoding="utf-8") as stream:
        stream.write('withheld = "belongs to others"\n')


def test_the_newest_scores_are_ranked_however_many_there_are_against_older_labels(small):
    """Five withheld models against one, and three baselines, that are scored against the labels of now."""
    for seed in range(5):
        small.add(f"old{seed}", guesser(seed))
    write(*small.build(), small.folder / "board")
    for seed in range(5):
        withhold(small.submissions / f"old{seed}")
    labels = small.truth / "meld.csv"
    labels.write_text(labels.read_text().replace("utt0,0", "utt0,1", 1))
    small.add("new", guesser(9))
    results, _ = small.build(committed=small.folder / "board" / "results.json")
    rows = {row.model_id: row.scores for row in results.rows if row.board == "official-builtin" and row.ranked}
    assert set(rows) == {"old0", "old1", "old2", "old3", "old4", "new"}
    ranks = {name: scores["meld"].rank for name, scores in rows.items()}
    assert [name for name, rank in ranks.items() if rank is not None] == ["new"]
    assert (ranks["new"].rank, ranks["new"].of) == (1, 1)
    assert all("meld" in scores for scores in rows.values())
    assert {scores["ovmerdplus"].rank.of for scores in rows.values()} == {6}  # its labels are as they were
