"""Ten random words more on every sample: the official mean rises, the page's order and marks are not taken in."""

import random
import shutil

import pytest

import merunibench
from merunibench.leaderboard.board.build import build
from merunibench.leaderboard.board.inputs import Request
from merunibench.leaderboard.page.boards import table_view
from merunibench.leaderboard.schema.results import MEAN
from merunibench.lexicon import load_lexicon
from tests.leaderboard.conftest import read, rewrite

CHECKPOINT = "checkpoint_000060_loss_0.480"


@pytest.fixture(scope="module")
def board(affectgpt, shared, tmp_path_factory):
    """AffectGPT's last checkpoint, and the same with ten random words of the lexicon on every sample."""
    folder = tmp_path_factory.mktemp("adder")
    submissions = folder / "submissions"
    lexicon = shared / "official" / "emotion_wheel" / "mer2025"
    words = sorted(load_lexicon(lexicon).codes)
    rng = random.Random(0)
    for name in ("affectgpt", "adder-10"):
        into = submissions / name / "predictions"
        shutil.copytree(affectgpt / "affectgpt" / "predictions" / CHECKPOINT, into)
        (into.parent / "submission.toml").write_text(f'schema = "merunibench.submission/1"\nmodel = "{name}"\n')
    for path in sorted(into.glob("*.jsonl.gz")):
        lines = [
            line | {"labels": [*line["labels"], *rng.sample(words, 10)]} if line.get("labels") is not None else line
            for line in read(path)
        ]
        rewrite(path, lines)
    root = shared / "official" / "nine" / "dataset"
    results, _ = build(Request(submissions, root, (lexicon,), resamples=100))
    return submissions, root, lexicon, results


@pytest.mark.slow
def test_random_words_win_the_official_mean_and_not_the_page(board):
    *_, results = board
    means = {(row.model_id, row.board): row.mean for row in results.rows if row.model_id in ("affectgpt", "adder-10")}
    assert means["adder-10", "official-mer2025"] > means["affectgpt", "official-mer2025"]
    assert means["adder-10", "strict-builtin"] < means["affectgpt", "strict-builtin"]
    shown = {view.id: view for view in table_view(results, {}).scored}
    assert [key for key in shown if key in ("affectgpt/single", "adder-10/single")] == [
        "affectgpt/single",
        "adder-10/single",
    ]
    assert "length-driven" in [mark.text for mark in shown["adder-10/single"].marks]
    assert "length-driven" not in [mark.text for mark in shown["affectgpt/single"].marks]


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_the_sentence_of_nine_data_sets_is_that_of_compare(board, protocol):
    submissions, root, lexicon, results = board
    name = {"official": "official-mer2025", "strict": "strict-builtin"}[protocol]
    pair = next(each for each in results.pairs if each.a.endswith(name))
    reports = [
        merunibench.evaluate(
            submissions / key.split("/")[0] / "predictions",
            root,
            lexicon=lexicon if protocol == "official" else "builtin",
            protocol=protocol,
            missing="zero",
            bootstrap=0,
        )
        for key in (pair.a, pair.b)
    ]
    found = merunibench.compare(*reports, resamples=100)
    assert pair.sentence == found.sentence
    assert MEAN in pair.columns
    assert list(pair.columns) == [*(each.dataset for each in found.datasets), *(each.name for each in found.means)]
    for each in (*found.datasets, *found.means):
        stated = pair.columns[getattr(each, "dataset", None) or each.name]
        assert stated[3] == pytest.approx(each.p_holm, abs=1e-9)
