"""Two made-up clips of unequal length, put through the real model: what holds for it, rather than for its family.

The shorter clip is asked about alone, beside the longer one, and beside clips as long as itself in which one medium or
the words are others. Four forward passes tell whether each medium moves the answer and who may share a batch.
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
"""Which clips may share a batch: any, those with sounds of equal length, or none."""

_SHORT, _LONG = "No.", "I am so very happy to see you all here today, my friends."
_RATE, _HEIGHT, _WIDTH = 25.0, 112, 144
_TOLERANCE = 2e-4
"""Of the logits' standard deviation: what is left to rounding, beside ten times what rounding does to the longer clip,
which is padded nowhere."""
_WORST, _WORST_STEPS = 1e-3, 30
"""The same, whatever rounding does; or as many steps of the precision: 0.2 in bfloat16."""


class Finding(NamedTuple):
    """One thing that was looked for.

    Attributes:
        what: In words.
        holds: Whether it holds; None if that is unknown.
        detail: The number, or why it is unknown.
    """

    what: str
    holds: bool | None
    detail: str = ""


@dataclass(frozen=True)
class Probe:
    """What was found.

    Attributes:
        batches: Who may share a batch.
        findings: In the order in which they were looked for.
        passes: Forward passes that it took.
    """

    batches: Batches
    findings: tuple[Finding, ...]
    passes: int


@dataclass(frozen=True)
class Question:
    """What the made-up clips are asked with.

    Attributes:
        given: What a clip has.
        prompt: The question.
        frames: How many frames.
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
    """Ask about made-up clips.

    Args:
        first_logits: Asks the model.
        question: What it is asked.

    Raises:
        InputError: a medium does not reach the model, or changes nothing, or the model fails at any question.
    """
    counted = _Counted(first_logits)
    short, long = _clip(question, longer=False), _clip(question, longer=True)
    try:
        alone = counted([short])[0]
    except (MediaError, MemoryError) as error:
        found = Finding("a clip can be asked about", None, one_line(error))
        return Probe("equal", (found,), counted.passes)
    answers = Finding("an answer does not end at once", int(alone.argmax()) not in question.ends)
    unequal, tolerance = _who_shares(counted, alone, short, long, question.step)
    equal, *moves = _what_moves(counted, alone, short, long, question.given, tolerance)
    batches: Batches = "any" if unequal.holds else "alone" if equal.holds is False else "equal"
    return Probe(batches, (answers, *moves, equal, unequal), counted.passes)


class _Counted:
    """The same function, counting the calls that came to a forward pass."""

    def __init__(self, first_logits: FirstLogits) -> None:
        self._first_logits, self.passes = first_logits, 0

    def __call__(self, clips: Sequence[Clip]) -> Any:  # noqa: ANN401
        logits = self._first_logits(clips)
        self.passes += 1
        return logits


def _who_shares(ask: _Counted, alone: Any, short: Clip, long: Clip, step: float) -> tuple[Finding, float]:  # noqa: ANN401
    """Whether clips of unequal length answer in a batch as each alone, and the difference that rounding explains."""
    what, spread = "clips of unequal length answer in a batch as alone", float(alone.std())
    worst = max(_WORST, _WORST_STEPS * step) * spread
    try:
        longer = ask([long])[0]
        batch = ask([short, long])
    except (MediaError, MemoryError) as error:  # some processors take one video a call
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
    """Whether clips of equal length answer in a batch as each alone, and whether each medium moves the answer.

    Raises:
        InputError: a medium changes nothing at all.
    """
    media = [medium for medium in given if medium in PARTS]
    others = [_with_another(short, medium) for medium in media]
    what = "clips of equal length answer in a batch as alone"
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
            raise InputError(
                f"the {medium} changes nothing in what the model makes of a clip; leave {medium} out (--modalities)"
            )
        findings.append(Finding(f"{medium} moves the answer", holds=True, detail=f"by {moved:.1e}"))
    return findings


def _distance(one: Any, other: Any) -> float:  # noqa: ANN401
    return float(np.abs(one - other).max())


def _clip(question: Question, *, longer: bool) -> Clip:
    """A clip of noise, alike on every machine."""
    given, frames = question.given, question.frames
    # Odd lengths: whole windows of an encoder would leave nothing to pad.
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
    """The clip with another picture or sound, as long as its own."""
    if medium == "video" and clip.frames is not None:
        return replace(clip, frames=replace(clip.frames, pixels=255 - clip.frames.pixels[::-1] // 2))
    if clip.sound is not None:
        return replace(clip, sound=Sound(clip.sound.samples[::-1] * np.float32(0.3), clip.sound.rate))
    return clip
