"""The probe: what it concludes from models that behave in known ways, and that it is run as a model is loaded."""

import json

import numpy as np
import pytest

from merunibench.errors import InputError, MediaError
from merunibench.models.base import MODALITIES
from merunibench.models.huggingface.probing import Question, probe
from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.models.asking import PROMPT, loaded

WORDS = 50


def features(clip):
    """Numbers that depend on all there is of a clip."""
    picture = 0 if clip.frames is None else float(clip.frames.pixels.astype(float).std())
    sound = 0 if clip.sound is None else float(np.abs(clip.sound.samples).mean())
    return np.array([len(clip.prompt), picture, 100 * sound])


def honest(clips, heeded=(1, 1, 1)):
    """Logits that depend on each clip alone."""
    given = [np.array(heeded) * features(clip) for clip in clips]
    return np.stack([np.cos(np.outer(one, np.arange(1, WORDS + 1))).sum(axis=0) for one in given])


def lengths(clips):
    return {0 if clip.sound is None else len(clip.sound.samples) for clip in clips}


def leaking(clips):
    """Sounds of unequal length spoil the shorter one's answer."""
    logits = honest(clips)
    if len(lengths(clips)) > 1:
        logits[0] += 0.05 * logits[1]
    return logits


def mixing(clips):
    """Whoever shares a batch changes the answer."""
    return honest(clips) + 0.1 * (len(clips) - 1)


def rounding(clips):
    """A precision in which every batch rounds otherwise."""
    return honest(clips) + 0.01 * np.sin(np.arange(WORDS) + len(clips))


def one_at_a_time(clips):
    if len(clips) > 1:
        raise MediaError("Videos are only supported with a single prompt")
    return honest(clips)


def exhausted(clips):
    if len(clips) > 1:
        raise MemoryError
    return honest(clips)


@pytest.mark.parametrize(
    ("model", "step", "batches", "refused"),
    [
        (honest, 2**-23, "any", 0),
        (rounding, 2**-7, "any", 0),
        (rounding, 2**-23, "alone", 0),
        (leaking, 2**-23, "equal", 0),
        (exhausted, 2**-23, "equal", 2),
        (one_at_a_time, 2**-23, "alone", 2),
        (mixing, 2**-23, "alone", 0),
    ],
)
def test_who_may_share_a_batch(model, step, batches, refused):
    asked = []
    found = probe(lambda clips: asked.append(len(clips)) or model(clips), Question(MODALITIES, PROMPT, step=step))
    assert found.batches == batches
    assert found.passes <= 5
    assert found.passes == len(asked) - refused
    if model is not exhausted:
        assert [finding.what for finding in found.findings if finding.holds][1:3] == [
            "audio changes the answer",
            "video changes the answer",
        ]


@pytest.mark.parametrize("medium", ["video", "audio"])
def test_a_medium_that_moves_nothing_is_refused(medium):
    def deaf(clips):
        return honest(clips, (1, medium != "video", medium != "audio"))

    with pytest.raises(InputError, match=f"the {medium} has no effect"):
        probe(deaf, Question(MODALITIES, PROMPT))


def test_what_cannot_be_told_is_said():
    def refusing(_):
        raise MediaError("wants two frames")

    found = probe(refusing, Question(MODALITIES, PROMPT, 1))
    assert (found.batches, found.findings[0].holds, found.findings[0].detail) == ("equal", None, "wants two frames")


@pytest.mark.parametrize("family", ["qwen2_5_omni", "llava", "text_only", "qwen2_audio"])
def test_a_model_is_probed_as_it_is_loaded(tiny_models, family):
    model = loaded(tiny_models / family, on_unsupported="drop")
    assert (model.probe.batches, model.settings["batches"]) == ("any", "any")
    assert model.probe.passes <= 5
    assert all(finding.holds for finding in model.probe.findings)


def test_what_holds_is_shown(run, tiny_models):  # noqa: F811
    shown = run("models", "--probe", tiny_models / "qwen2_5_omni", "--frames", 2, "--device", "cpu")
    assert shown.code == 0, shown.err
    assert "audio changes the answer" in shown.out
    assert "any clips" in shown.out
    found = json.loads(run("models", "--probe", tiny_models / "llava", "--format", "json").out)
    assert (found["batches"], found["modalities"], found["family"]) == ("any", ["video", "text"], "llava")
    assert {finding["holds"] for finding in found["findings"]} == {True}


def test_a_probe_is_of_a_model_that_is_here(run):  # noqa: F811
    assert (
        "--probe supports Hugging Face models only"
        in run("models", "--probe", "text-lexicon", "--modalities", "text").err
    )
    assert "no model given" in run("models", "--frames", 3).err
