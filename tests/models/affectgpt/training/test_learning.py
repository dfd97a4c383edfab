"""A tiny AffectGPT learns eight clips that differ in face and sound alone, by the commands that a user gives."""

import json
import time

import numpy as np
import pytest

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.models.affectgpt.training.clips import EMOTIONS, NAMES, make_clips, write_config

CLIPS = range(len(NAMES))
TWO_CLIPS = 25.0


def derangement(seed):
    """A random order in which no clip keeps its place."""
    random = np.random.default_rng(seed)
    while any((order := random.permutation(len(NAMES))) == CLIPS):
        pass
    return order.tolist()


def said(order):
    """What is answered if clip i has, or was learnt with, the media of clip order[i]."""
    return {name: f"The character's emotional state is {EMOTIONS[of]}." for name, of in zip(NAMES, order, strict=True)}


@pytest.fixture
def learn(run, learner, tmp_path):  # noqa: F811
    def make(clips, name):
        out = tmp_path / name
        config = write_config(
            tmp_path / f"{name}.toml", learner, clips.table, out, steps_per_epoch=220, max_grad_norm=1.0
        )
        result = run("affectgpt", "train", config)
        assert result.code == 0, result.err
        (checkpoint,) = out.glob("checkpoint_000001_loss_*.pth")
        return checkpoint

    return make


def test_the_media_are_learnt(run, learner, clips, learn, tmp_path):  # noqa: F811
    begun = time.process_time()
    learnt = learn(clips, "true")
    texts, score, chance = answers(run, learner, learnt, clips, tmp_path / "same")
    assert texts == said(CLIPS)
    assert score == 100.0
    assert chance < 35

    # Asked with the media of others: what is said follows the media.
    order = derangement(3)
    texts, score, chance = answers(run, learner, learnt, make_clips(tmp_path / "others", order), tmp_path / "other")
    assert texts == said(order)
    assert score <= chance + TWO_CLIPS

    assert run("affectgpt", "inspect", learnt).code == 0
    assert run("affectgpt", "convert", learnt, tmp_path / "converted").code == 0
    assert time.process_time() - begun < 60


def test_trained_with_shuffled_media_it_is_right_by_chance(run, learner, clips, learn, tmp_path):  # noqa: F811
    """Media shuffled between the clips in training, one order for all steps; asked with the true ones.

    Two other things could be meant. Shuffled in training and in inference alike, the media would tell the label as well
    as before, and 100 would be right. Shuffled anew at each step, nothing could be learnt but the most frequent label,
    and a model that heeds no media would pass as well as one that does. Here a model that learnt from the order of the
    clips, their names, or from anything but the media would be right eight times, and fail; and that it did learn is
    seen in that it takes each clip for the one whose label came with its media.
    """
    begun = time.process_time()
    order = derangement(5)
    learnt = learn(make_clips(tmp_path / "shuffled", order), "shuffled")
    texts, score, chance = answers(run, learner, learnt, clips, tmp_path / "true")
    assert texts == said([order.index(clip) for clip in CLIPS])
    assert score <= chance + TWO_CLIPS
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
