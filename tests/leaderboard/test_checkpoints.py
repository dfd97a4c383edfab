"""A model with several checkpoints, and baselines, on the board of a toy release: their rows are those of `score`.

What test_build.py finds on released files, which belong to others, is found here without them.
"""

import pytest

from merunibench import evaluate
from merunibench.leaderboard.board.evidence import evidence
from merunibench.leaderboard.page.marks import marks_of
from merunibench.leaderboard.schema.details import ModelDetails
from tests.leaderboard.conftest import Small, submit
from tests.small import rows, write_rows

SELECTIONS = ("best-per-dataset", "best-overall", "last")
BOARDS = ("official-toy", "official-builtin", "strict-builtin")


def answers(dataset, *, right):
    """Right or wrong answers of one checkpoint."""
    if dataset == "cmumosi":
        truth = dict(zip(("v_a_1", "v_a_2", "v_b_1", "v_b_2"), (1, -1, 1, -1), strict=True))
        return [
            {"name": name, "polarity": "positive" if (sign > 0) == right else "negative"}
            for name, sign in truth.items()
        ]
    words = {"meld": ["anger", "joy", "sad", "fear"], "ovmerdplus": ["happy", "sad", "angry"]}[dataset]
    return [{**row, "labels": words if right else ["xylophone"]} for row in rows()[dataset]]


class Board:
    """A submission with three checkpoints, the board with it, and what `score` says of the same predictions."""

    def __init__(self, folder, toy):
        self.small, self.toy = Small(folder), toy
        # step-9 is the best on all but CMU-MOSI; step-20, the last, is the best on CMU-MOSI alone.
        right = {"step-9": {"meld", "ovmerdplus"}, "step-10": {"meld"}, "step-20": {"cmumosi"}}
        self.predictions = folder / "source"
        for step, datasets in right.items():
            for dataset in rows():
                write_rows(self.predictions / step / f"{dataset}.jsonl", answers(dataset, right=dataset in datasets))
        submit(self.predictions, self.small.submissions / "steps", "Steps")
        self.small.add("plain")
        self.results, self.details = self.small.build(lexicons=(self.toy,))

    def row(self, key):
        return next(each for each in self.results.rows if each.id == key)


@pytest.fixture(scope="module")
def board(tmp_path_factory, toy):
    return Board(tmp_path_factory.mktemp("checkpoints"), toy)


def test_the_boards_are_those_of_the_release_and_of_the_builtin_lexicon(board):
    assert tuple(each.id for each in board.results.boards) == BOARDS
    assert board.results.refused == ()


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("where", BOARDS)
def test_every_row_says_what_score_says(board, where, selection):
    protocol, lexicon = where.split("-")
    report = evaluate(
        board.predictions,
        board.small.truth,
        lexicon=board.toy if lexicon == "toy" else lexicon,
        protocol=protocol,
        checkpoint=selection,
        missing="zero",
        bootstrap=50,
    )
    row = board.row(f"steps/{selection}/{where}")
    assert (row.board, row.protocol, row.lexicon, row.selection) == (where, protocol, lexicon, selection)
    assert list(row.scores) == [each.dataset for each in report.datasets]
    assert row.signature == str(report.signature)
    for each in report.datasets:
        score = row.scores[each.dataset]
        assert score.score == pytest.approx(each.score, abs=1e-10)
        assert score.chance == pytest.approx(each.chance, abs=1e-10)
        assert score.uncorrected == (None if protocol == "official" else pytest.approx(each.uncorrected, abs=1e-10))
        assert (score.ci, score.checkpoint, score.signature) == (each.ci, each.checkpoint, str(each.signature))
        assert (score.samples, score.missing, score.failed) == (each.samples, each.missing, each.failed)
        assert (score.labels_per_sample, score.complete) == (each.labels_per_sample, False)
        assert score.out_of_lexicon == (None if each.out_of_lexicon is None else pytest.approx(each.out_of_lexicon))


def test_which_checkpoints_are_chosen(board):
    chosen = {
        selection: [score.checkpoint for score in board.row(f"steps/{selection}/official-toy").scores.values()]
        for selection in SELECTIONS
    }
    assert chosen == {
        "best-per-dataset": ["step-9", "step-20", "step-9"],  # MELD, CMU-MOSI, OV-MERD+
        "best-overall": ["step-9"] * 3,
        "last": ["step-20"] * 3,
    }


@pytest.mark.parametrize("where", BOARDS)
def test_what_is_chosen_on_the_test_labels_is_not_ranked(board, where):
    for selection in SELECTIONS:
        row = board.row(f"steps/{selection}/{where}")
        on_test = selection != "last"
        assert (row.on_test, row.ranked) == (on_test, not on_test)
        assert (row.unranked_because is not None) == on_test
        assert not on_test or "test labels" in row.unranked_because
        assert all((score.rank is None) == on_test for score in row.scores.values())
    ranks = {
        each.model_id: each.scores["cmumosi"].rank for each in board.results.rows if each.board == where and each.ranked
    }
    assert {name: (rank.rank, rank.of) for name, rank in ranks.items()} == {"steps": (1, 2), "plain": (2, 2)}


def test_no_row_is_complete_or_has_a_mean(board):
    for row in board.results.rows:
        assert (row.complete, row.mean, row.mean_ci, row.mean_rank) == (False, None, None, None)


def test_baselines_are_rows_without_ranks(board):
    for where in BOARDS:
        for name in ("stuffing", "majority", "chance"):
            row = board.row(f"baseline-{name}/single/{where}")
            assert (row.origin, row.ranked, row.unranked_because) == ("baseline", False, "baseline")
            assert all(score.rank is None for score in row.scores.values())
    stuffing = board.row("baseline-stuffing/single/official-toy").scores
    assert stuffing["meld"].score == 1.0
    assert stuffing["cmumosi"].score == pytest.approx(1 / 3 * 1 / 2)  # positive: F1 2 / (1 + 3), for one of three
    for name in ("chance", "majority", "stuffing"):
        strict = board.row(f"baseline-{name}/single/strict-builtin").scores
        assert [round(score.score, 9) for score in strict.values()] == [0.0, 0.0, 0.0]
    # Anger and joy are there twice, and neutral, which counts nowhere; sadness, fear and surprise once. Anger hits
    # sadness and fear on wheel 1, joy and fear on wheel 3, joy on wheel 5; wheel 4 knows sadness alone.
    majority = board.row("baseline-majority/single/official-toy").scores["meld"].score
    assert majority == pytest.approx((4 / 6 + 2 / 5 + 5 / 7 + 0 + 4 / 6) / 5)


def test_details_describe_the_ranked_row_and_hold_no_sample(board):
    text = board.details["steps"].to_json()
    parts = {(part.board, part.dataset): part for part in ModelDetails.model_validate_json(text).parts}
    assert set(parts) == {(where, dataset) for where in BOARDS for dataset in rows()}
    assert not any(name in text for name in ("dia0_utt0", '"s1"', "v_a_1"))
    for (where, dataset), part in parts.items():
        assert (part.row, part.checkpoint) == (f"steps/last/{where}", "step-20")
        assert list(part.checkpoints) == ["step-9", "step-10", "step-20"]
        best = board.row(f"steps/best-per-dataset/{where}").scores[dataset]
        assert max(part.checkpoints.values()) == best.score
        assert [each.wheel for each in part.losses.confusions][:1] == [None if dataset == "cmumosi" else 1]
        assert (part.words is None) == (dataset == "cmumosi")
    unknown = parts["official-builtin", "meld"].words.unknown
    assert [(word.word, word.count) for word in unknown] == [("xylophone", 10)]
    baseline = ModelDetails.model_validate_json(board.details["baseline-majority"].to_json())
    assert {part.words for part in baseline.parts} == {None}
    assert baseline.reproduce == ()
    chance = ModelDetails.model_validate_json(board.details["baseline-chance"].to_json())
    assert all(part.losses.metrics == {} and part.losses.confusions == () for part in chance.parts)


def test_the_best_overall_is_told_by_all_data_sets_or_not_at_all(board):
    (board.small.truth / "cmumosi.csv").rename(board.small.folder / "cmumosi.csv")
    try:
        results, _ = board.small.build(lexicons=(board.toy,))
    finally:
        (board.small.folder / "cmumosi.csv").rename(board.small.truth / "cmumosi.csv")
    found = {row.selection: set(row.scores) for row in results.rows if row.model_id == "steps"}
    assert found == {"best-per-dataset": {"meld", "ovmerdplus"}, "last": {"meld", "ovmerdplus"}}


def without_label(board, **options):
    """Results of the board while the labels of CMU-MOSI are missing."""
    path = board.small.truth / "cmumosi.csv"
    path.rename(board.small.folder / "cmumosi.csv")
    try:
        return board.small.build(lexicons=(board.toy,), **options)[0]
    finally:
        (board.small.folder / "cmumosi.csv").rename(path)


def test_a_committed_best_overall_that_was_not_recomputed_is_said(board, tmp_path):
    (tmp_path / "results.json").write_text(board.results.to_json(), encoding="utf-8")
    results = without_label(board, committed=tmp_path / "results.json")
    row = next(each for each in results.rows if each.id == "steps/best-overall/official-toy")
    assert row.scores == board.row(row.id).scores
    gaps = {(gap.dataset, gap.selection) for gap in results.not_recomputed if gap.model_id == "steps"}
    assert gaps == {("cmumosi", None), ("meld", "best-overall"), ("ovmerdplus", "best-overall")}
    last = next(each for each in results.rows if each.id == "steps/last/official-toy")
    about = [gap.dataset for gap in results.not_recomputed if gap.is_about(last)]
    assert about == ["cmumosi"]
    known = evidence(results)
    marks = {each.selection: marks_of({each.board: each}, model_of(results), known, None, ()) for each in (row, last)}
    says = {key: next(mark.says for mark in each if mark.kind == "as committed") for key, each in marks.items()}
    assert "MELD, CMU-MOSI, OV-MERD+" in says["best-overall"]
    assert says["last"].endswith(": CMU-MOSI")


def model_of(results):
    return next(model for model in results.models if model.id == "steps")


def test_a_committed_best_overall_of_fewer_data_sets_is_dropped(board, tmp_path, toy):
    (tmp_path / "few").mkdir()
    small = Small(tmp_path / "few")
    for step in ("step-9", "step-20"):
        write_rows(tmp_path / "source" / step / "meld.jsonl", answers("meld", right=step == "step-9"))
    submit(tmp_path / "source", small.submissions / "steps", "Steps")
    few, _ = small.build(lexicons=(toy,))
    assert any(row.id == "steps/best-overall/official-toy" for row in few.rows)
    (tmp_path / "results.json").write_text(few.to_json(), encoding="utf-8")
    results = without_label(board, committed=tmp_path / "results.json")
    assert not any(row.id == "steps/best-overall/official-toy" for row in results.rows)


def test_checkpoints_that_no_two_data_sets_share_can_only_be_chosen_for_each(tmp_path):
    small = Small(tmp_path)
    for step, dataset in (("step-1", "meld"), ("step-2", "cmumosi")):
        write_rows(tmp_path / "source" / step / f"{dataset}.jsonl", answers(dataset, right=True))
    submit(tmp_path / "source", small.submissions / "steps", "Steps")
    results, _ = small.build()
    assert {row.selection for row in results.rows if row.model_id == "steps"} == {"best-per-dataset"}
