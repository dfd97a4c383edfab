"""Whether what a model is given really reaches it: templates and processors pass over what they do not know.

What a clip is encoded to with a medium is compared with what it is encoded to without: the prompt must be longer, and
something beside the prompt must be there. That needs no knowledge of the names of a family's tokens and inputs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from merunibench.errors import InputError
from merunibench.models.prompting import Clip

PARTS = {"video": "frames", "audio": "sound"}
"""Modality -> the field of a `Clip` that has it."""
_TEXT = frozenset({"input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids", "position_ids", "labels"})


class Arrivals:
    """Compares once for each medium, then looks in every batch for the inputs that stood for it."""

    def __init__(self, encode: Callable[[Sequence[Clip]], Any], model: str) -> None:
        """Nothing is encoded yet.

        Args:
            encode: Clips -> the model's inputs.
            model: Its name, for messages.
        """
        self._encode, self._model = encode, model
        self._stands_for: dict[str, frozenset[str]] = {}

    def check(self, clips: Sequence[Clip], inputs: Mapping[str, Any]) -> None:
        """Make sure that the inputs of a batch hold every medium of its clips, which are given alike.

        Raises:
            InputError: a medium was ignored silently.
        """
        for medium, part in PARTS.items():
            if getattr(clips[0], part) is None:
                continue
            if medium not in self._stands_for:
                self._stands_for[medium] = self._compared(clips[0], part)
            keys = self._stands_for[medium]
            if not any(key in inputs and _size(inputs[key]) for key in keys):
                raise InputError(
                    f"{self._model} takes no {medium}: its chat template or processor passed over it in silence. Leave "
                    f"{medium} out (--modalities)"
                )

    def _compared(self, clip: Clip, part: str) -> frozenset[str]:
        """The inputs that a medium adds or enlarges; none where the prompt has no place for it."""
        whole = self._encode([clip])
        try:
            lacking = self._encode([_without(clip, part)])
        except (ValueError, LookupError, RuntimeError, TypeError, AttributeError):
            lacking = {}  # some processors want a picture in any case
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
