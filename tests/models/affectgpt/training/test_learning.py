"""A tiny AffectGPT learns eight clips that differ in face and sound alone, by the commands that a user gives."""

import json
import time

import pytest

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.models.affectgpt.training.clips import EMOTIONS, NAMES, make_clips, write_config

SHIFT = 3


@pytest.fixture
def begun():
    return time.process_time()


@pytest.fixture
def learnt(run, learner, clips, tmp_path):  # noqa: F811
    out = tmp_path / "run"
    config = write_config(tmp_path / "train.toml", learner, clips.table, out, steps_per_epoch=220, max_grad_norm=1.0)
    result = run("affectgpt", "train", config)
    assert result.code == 0, result.err
    (checkpoint,) = out.glob("checkpoint_000001_loss_*.pth")
    return checkpoint


def test_the_media_are_learnt(begun, run, learner, clips, learnt, tmp_path):  # noqa: F811
    texts, score, chance = answers(run, learner, learnt, clips, tmp_path / "same")
    assert texts == {n: f"The character's emotional state is {e}." for n, e in zip(NAMES, EMOTIONS, strict=True)}
    assert score == 100.0
    assert chance < 35

    # Each clip with the media of another: what is said follows the media, and is right about as often as by chance.
    others = make_clips(tmp_path / "shuffled", SHIFT)
    texts, score, chance = answers(run, learner, learnt, others, tmp_path / "other")
    expected = [EMOTIONS[(number + SHIFT) % len(EMOTIONS)] for number in range(len(EMOTIONS))]
    assert texts == {n: f"The character's emotional state is {e}." for n, e in zip(NAMES, expected, strict=True)}
    assert score <= 40, chance

    assert run("affectgpt", "inspect", learnt).code == 0
    assert run("affectgpt", "convert", learnt, tmp_path / "converted").code == 0
    assert time.process_time() - begun < 60


def answers(run, learner, checkpoint, clips, out):  # noqa: F811
    asked = [
        "--model",
        f"affectgpt:{checkpoint}",
        "--data-root",
        clips.root,
        "--dataset",
        "meld",
        "--out",
        out / "preds",
    ]
    parts = ["--llm", learner.llm, "--visual", learner.visual, "--acoustic", learner.acoustic, "--temperature", "0"]
    more = ["--out", out / "preds", "--name", "Learner", "--device", "cpu", "--max-new-tokens", "30"]
    assert run("infer", *asked, *parts, *more).code == 0
    path = out / "preds" / "Learner" / "meld.jsonl"
    texts = {row["name"]: row["text"] for row in map(json.loads, path.read_text().splitlines())}
    assert run("extract", path.parent, out / "labels").code == 0
    scored = run("score", out / "labels", "--data-root", clips.root, "--format", "json", "--bootstrap", "0")
    assert scored.code == 0, scored.err
    (found,) = json.loads(scored.out)["datasets"]
    return texts, 100 * found["score"], 100 * found["chance"]
