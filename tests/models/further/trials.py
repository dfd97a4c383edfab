"""What is found out about a tiny model of some type: the same questions as are put to the families in `tiny`."""

from dataclasses import replace
from typing import NamedTuple

import pytest

from merunibench.errors import InputError
from merunibench.models import load_model
from merunibench.models.base import MODALITIES
from tests.models.asking import logits, options, samples


class Trial(NamedTuple):
    """What held for a model: what it takes, and who may share a batch."""

    takes: tuple[str, ...]
    batches: str


def tried(folder, clips) -> Trial:
    """Ask a model about clips.

    Raises:
        AssertionError: something does not hold.
        InputError: it cannot be loaded, or does not take what it claims to.
    """
    model = load_model(str(folder), options(on_unsupported="drop"))
    takes = tuple(modality for modality in MODALITIES if modality in model.modalities)
    first, second = samples(clips)
    batch = [model.prepare(sample) for sample in (first, second)]
    alone = [model.answer([one])[0] for one in batch]
    if model.probe.batches == "any":
        assert model.answer(batch) == alone, "a batch answers otherwise"
        together = logits(model, first, second)
        apart = [logits(model, sample)[0] for sample in (first, second)]
        gaps = [float((row - one).abs().max()) for row, one in zip(together, apart, strict=True)]
        assert max(gaps) < 1e-4 * max(1, float(apart[0].std())), f"a batch weighs otherwise: {gaps}"
    elif model.probe.batches == "equal":
        twin = model.prepare(replace(first, name="twin", video=first.video, subtitle=second.subtitle))
        assert twin.group == batch[0].group
        assert batch[1].group != batch[0].group or "audio" not in takes
        assert model.answer([batch[0], twin])[0] == alone[0], "a batch of equal lengths answers otherwise"
    else:
        assert batch[0].group != batch[1].group
    for medium in set(takes) - {"text"}:
        other = {"video": second.video, "audio": first.video} if medium == "video" else {"audio": second.video}
        moved = (logits(model, first) - logits(model, replace(first, **other))).abs().max()
        assert moved > 1e-4, f"{medium} moves nothing"
    if lacking := [modality for modality in MODALITIES if modality not in takes]:
        refused(folder, lacking[0])
    return Trial(takes, model.probe.batches)


def refused(folder, modality):
    """A modality that a model does not take is refused.

    Raises:
        AssertionError: it was not.
    """
    with pytest.raises(InputError, match=f"does not support {modality}"):
        load_model(str(folder), options(modality, "text"))
