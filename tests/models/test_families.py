"""Every tested family, through the Auto classes, on clips: answers, batches, what moves them, what they refuse."""

from dataclasses import replace

import pytest

from merunibench.errors import InputError, MediaError
from merunibench.models.base import MODALITIES
from merunibench.models.registry import FAMILIES
from tests.models.asking import loaded, logits, samples

TAKES = {("text_only" if "causal" in entry.name else entry.name): entry.modalities for entry in FAMILIES}
"""What the list of families promises: model type -> modalities."""

SETS = [("video",), ("audio",), ("audio", "video"), ("text",), ("video", "text"), ("audio", "text"), MODALITIES]


@pytest.mark.parametrize("family", TAKES)
def test_a_model_takes_what_the_list_says(tiny_models, family):
    assert loaded(tiny_models / family, "text").modalities == set(TAKES[family])


@pytest.mark.parametrize(
    ("family", "given"),
    [(family, given) for family, takes in TAKES.items() for given in SETS if set(given) <= set(takes)],
)
def test_a_batch_answers_as_each_alone(tiny_models, clips, family, given):
    model = loaded(tiny_models / family, *given)
    batch = [model.prepare(sample) for sample in samples(clips)]
    together = model.answer(batch)
    assert together == [*model.answer(batch[:1]), *model.answer(batch[1:])]
    assert together == model.answer(model.collate(batch))
    assert all(one.modalities == given for one in batch)
    # So small a model may say the same to everything; what it weighs tells more.
    first, second = logits(model, *samples(clips))
    assert (first - second).abs().max() > 1e-4
    for row, sample in zip((first, second), samples(clips), strict=True):
        assert (row - logits(model, sample)[0]).abs().max() < 1e-4


@pytest.mark.parametrize(("family", "medium"), [(f, m) for f, takes in TAKES.items() for m in takes if m != "text"])
def test_every_medium_moves_the_logits(tiny_models, clips, family, medium):
    given = tuple(modality for modality in MODALITIES if modality in TAKES[family])
    model = loaded(tiny_models / family, *given)
    first, second = samples(clips)
    other = replace(
        first, **({"video": second.video, "audio": first.video} if medium == "video" else {"audio": second.video})
    )
    assert (logits(model, first) - logits(model, other)).abs().max() > 1e-4


@pytest.mark.parametrize(
    ("family", "given"), [(f, g) for f, takes in TAKES.items() for g in SETS if set(g) - set(takes)]
)
def test_what_a_model_does_not_take_is_refused(tiny_models, family, given):
    lacking = next(modality for modality in given if modality not in TAKES[family])
    with pytest.raises(InputError, match=f"does not support {lacking}"):
        loaded(tiny_models / family, *given)


@pytest.mark.parametrize("family", [family for family, takes in TAKES.items() if len(takes) < 3])
def test_or_dropped_and_recorded(tiny_models, clips, family):
    model = loaded(tiny_models / family, on_unsupported="drop")
    kept = tuple(modality for modality in MODALITIES if modality in TAKES[family])
    assert model.prepare(samples(clips)[0]).modalities == kept
    assert model.settings["modalities"] == list(kept)


@pytest.mark.parametrize("frames", [1, 5])
@pytest.mark.parametrize("family", [name for name, takes in TAKES.items() if "video" in takes and name != "qwen3_vl"])
def test_any_number_of_frames(tiny_models, clips, family, frames):
    model = loaded(tiny_models / family, "video", frames=frames)
    batch = [model.prepare(sample) for sample in samples(clips)]
    assert [len(one.media["video"]["frames"]) for one in batch] == [frames, frames]
    assert model.answer(batch) == [*model.answer(batch[:1]), *model.answer(batch[1:])]


def test_qwen3_vl_refuses_a_single_frame(tiny_models, clips):
    model = loaded(tiny_models / "qwen3_vl", "video", frames=1)
    with pytest.raises(MediaError, match="rejected by the model's processor"):
        model.answer([model.prepare(samples(clips)[0])])
