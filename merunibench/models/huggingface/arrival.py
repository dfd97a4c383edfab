"""Check that all media reach the model: templates and processors silently ignore what they do not support.

A clip is encoded with and without each medium. With it, the prompt must be longer, and there must be inputs besides the
prompt. This requires no knowledge of the names of a family's tokens and inputs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from merunibench.errors import InputError
from merunibench.models.prompting import Clip

PARTS = {"video": "frames", "audio": "sound"}
"""Modality -> the field of a `Clip` that contains it."""
_TEXT = frozenset({"input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids", "position_ids", "labels"})


class Arrivals:
    """Finds the inputs of each medium once, then checks that every batch contains them."""

    def __init__(self, encode: Callable[[Sequence[Clip]], Any], model: str) -> None:
        """Prepare the checks; nothing is encoded yet.

        Args:
            encode: Encodes clips to the model's inputs.
            model: The model's name, for messages.
        """
        self._encode, self._model = encode, model
        self._stands_for: dict[str, frozenset[str]] = {}

    def check(self, clips: Sequence[Clip], inputs: Mapping[str, Any]) -> None:
        """Check that the inputs of a batch contain every medium of its clips, which all have the same media.

        Raises:
            InputError: A medium was silently ignored.
        """
        for medium, part in PARTS.items():
            if getattr(clips[0], part) is None:
                continue
            if medium not in self._stands_for:
                self._stands_for[medium] = self._compared(clips[0], part)
            keys = self._stands_for[medium]
            if not any(key in inputs and _size(inputs[key]) for key in keys):
                raise InputError(
                    f"{self._model} does not support {medium}: its chat template or processor silently ignored it. "
                    f"Leave {medium} out (--modalities)"
                )

    def _compared(self, clip: Clip, part: str) -> frozenset[str]:
        """Return the inputs that a medium adds or enlarges; none if it does not make the prompt longer."""
        whole = self._encode([clip])
        try:
            lacking = self._encode([_without(clip, part)])
        except (ValueError, LookupError, RuntimeError, TypeError, AttributeError):
            lacking = {}  # some processors require an image in any case
        if lacking and whole["input_ids"].shape[-1] <= lacking["input_ids"].shape[-1]:
            return frozenset()
        before = {key: _size(value) for key, value in lacking.items()}
        return frozenset(key for key, value in whole.items() if key not in _TEXT and _size(value) > before.get(key, 0))


def _without(clip: Clip, part: str) -> Clip:
    return replace(clip, frames=None) if part == "frames" else replace(clip, sound=None)


def _size(value: Any) -> int:  # noqa: ANN401 - tensors, arrays, lists of them
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    shape = getattr(value, "shape", None)
    if shape is None:
        return int(value is not None)
    size = 1
    for side in shape:
        size *= int(side)
    return size
