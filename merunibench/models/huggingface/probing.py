"""Probe the real model with two synthetic clips of unequal length: find its own properties, not those of its family.

The shorter clip is run alone, in a batch with the longer one, and in a batch with clips of its own length in which one
medium or the words differ. Four forward passes show whether each medium changes the answer and which clips may share a
batch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from merunibench._text import one_line
from merunibench.errors import InputError, MediaError
from merunibench.media import SAMPLE_RATE, Frames, Sound
from merunibench.models.base import Modality
from merunibench.models.huggingface.arrival import PARTS
from merunibench.models.prompting import Clip, fill

Batches = Literal["any", "equal", "alone"]
"""Which clips may share a batch: any, only those with sounds of equal length, or none."""

_SHORT, _LONG = "No.", "I am so very happy to see you all here today, my friends."
_RATE, _HEIGHT, _WIDTH = 25.0, 112, 144
_TOLERANCE = 2e-4
"""Tolerance for rounding, as a share of the logits' standard deviation. Ten times the rounding difference of the longer
clip, which is not padded, is added."""
_WORST, _WORST_STEPS = 1e-3, 30
"""Upper limit of the tolerance, and the same in steps of the precision (0.2 in bfloat16); the larger one applies."""


class Finding(NamedTuple):
    """The result of one check.

    Attributes:
        what: The property that was checked.
        holds: Whether it is true; None if unknown.
        detail: The measured value, or why it is unknown.
    """

    what: str
    holds: bool | None
    detail: str = ""


@dataclass(frozen=True)
class Probe:
    """The results of a probe.

    Attributes:
        batches: Which clips may share a batch.
        findings: The findings, in the order of the checks.
        passes: Number of forward passes.
    """

    batches: Batches
    findings: tuple[Finding, ...]
    passes: int


@dataclass(frozen=True)
class Question:
    """The input for the synthetic clips.

    Attributes:
        given: The modalities of a clip.
        prompt: The prompt.
        frames: Number of frames.
        ends: Tokens that end an answer.
        step: The relative step of the model's precision, 2**-23 for float32.
    """

    given: Sequence[Modality]
    prompt: str
    frames: int = 8
    ends: frozenset[int] = frozenset()
    step: float = 2**-23


FirstLogits = Callable[[Sequence[Clip]], np.ndarray]
"""Clips -> the logits of each answer's first token, of shape (clips, tokens); one forward pass."""


def probe(first_logits: FirstLogits, question: Question) -> Probe:
    """Probe the model with synthetic clips.

    Args:
        first_logits: Runs the model.
        question: The input for the synthetic clips.

    Raises:
        InputError: A medium does not reach the model or has no effect, or the model fails for any prompt.
    """
    counted = _Counted(first_logits)
    short, long = _clip(question, longer=False), _clip(question, longer=True)
    try:
        alone = counted([short])[0]
    except (MediaError, MemoryError) as error:
        found = Finding("the model can be run on a clip", None, one_line(error))
        return Probe("equal", (found,), counted.passes)
    answers = Finding("an answer does not end immediately", int(alone.argmax()) not in question.ends)
    unequal, tolerance = _who_shares(counted, alone, short, long, question.step)
    equal, *moves = _what_moves(counted, alone, short, long, question.given, tolerance)
    batches: Batches = "any" if unequal.holds else "alone" if equal.holds is False else "equal"
    return Probe(batches, (answers, *moves, equal, unequal), counted.passes)


class _Counted:
    """Wraps the function and counts the calls that completed a forward pass."""

    def __init__(self, first_logits: FirstLogits) -> None:
        self._first_logits, self.passes = first_logits, 0

    def __call__(self, clips: Sequence[Clip]) -> Any:  # noqa: ANN401
        logits = self._first_logits(clips)
        self.passes += 1
        return logits


def _who_shares(ask: _Counted, alone: Any, short: Clip, long: Clip, step: float) -> tuple[Finding, float]:  # noqa: ANN401
    """Check whether clips of unequal length answer the same in a batch as alone; also return the tolerance."""
    what, spread = "clips of unequal length give the same answer in a batch as alone", float(alone.std())
    worst = max(_WORST, _WORST_STEPS * step) * spread
    try:
        longer = ask([long])[0]
        batch = ask([short, long])
    except (MediaError, MemoryError) as error:  # some processors accept one video per call
        return Finding(what, None if isinstance(error, MemoryError) else False, one_line(error)), worst
    noise, gap = _distance(batch[1], longer), _distance(batch[0], alone)
    tolerance = min(_TOLERANCE * spread + 10 * noise, worst)
    return Finding(what, max(gap, noise) <= tolerance, f"difference {gap:.1e}, rounding {noise:.1e}"), tolerance


def _what_moves(
    ask: _Counted,
    alone: Any,  # noqa: ANN401
    short: Clip,
    long: Clip,
    given: Sequence[Modality],
    tolerance: float,
) -> list[Finding]:
    """Check whether clips of equal length answer the same in a batch as alone, and each medium changes the answer.

    Raises:
        InputError: A medium has no effect at all.
    """
    media = [medium for medium in given if medium in PARTS]
    others = [_with_another(short, medium) for medium in media]
    what = "clips of equal length give the same answer in a batch as alone"
    try:
        rows = ask([short, *others, replace(short, prompt=long.prompt)])
    except MemoryError as error:
        return [Finding(what, None, one_line(error))]
    except MediaError as error:
        findings = [Finding(what, holds=False, detail=one_line(error))]
        rows = np.stack([alone, *(ask([other])[0] for other in others)])
    else:
        gap = _distance(rows[0], alone)
        findings = [Finding(what, gap <= tolerance, f"difference {gap:.1e}")]
    for place, medium in enumerate(media, start=1):
        moved = _distance(rows[place], rows[0])
        if not moved:
            raise InputError(f"the {medium} has no effect on the model's answer; leave {medium} out (--modalities)")
        findings.append(Finding(f"{medium} changes the answer", holds=True, detail=f"by {moved:.1e}"))
    return findings


def _distance(one: Any, other: Any) -> float:  # noqa: ANN401
    return float(np.abs(one - other).max())


def _clip(question: Question, *, longer: bool) -> Clip:
    """Return a clip of noise, the same on every machine."""
    given, frames = question.given, question.frames
    # Odd lengths, since lengths of whole encoder windows would not need padding.
    seconds, random = 3.37 if longer else 2.13, np.random.default_rng(longer)
    total = max(int(seconds * _RATE), frames)
    places = tuple(round(k * (total - 1) / max(frames - 1, 1)) for k in range(frames))
    pixels = random.integers(0, 256, (frames, _HEIGHT, _WIDTH, 3), np.uint8)
    sound = (0.1 * random.standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)
    asked = fill(question.prompt, (_LONG if longer else _SHORT) if "text" in given else None)
    return Clip(
        f"{asked}\n{asked}" if longer else asked,
        Frames(pixels, places, total, _RATE) if "video" in given else None,
        Sound(sound) if "audio" in given else None,
    )


def _with_another(clip: Clip, medium: str) -> Clip:
    """Return the clip with other frames or another sound of the same length."""
    if medium == "video" and clip.frames is not None:
        return replace(clip, frames=replace(clip.frames, pixels=255 - clip.frames.pixels[::-1] // 2))
    if clip.sound is not None:
        return replace(clip, sound=Sound(clip.sound.samples[::-1] * np.float32(0.3), clip.sound.rate))
    return clip
