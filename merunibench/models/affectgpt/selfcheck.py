"""`merunibench affectgpt selfcheck`: the arrays of a fixture that the authors' classes computed, computed anew.

Each group of keys is one check (docs/affectgpt.md says which function takes which keys). A group whose keys are not
all there is absent, not wrong. Sizes are read from the weights; what no shape tells (numbers of attention heads, the
strides of the small HuBERT) is as in the fixtures that the project is tested with.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from merunibench._text import one_line
from merunibench._torchvision import ensure_torchvision
from merunibench.errors import InputError
from merunibench.files import read_npz
from merunibench.models.affectgpt import selfcheck_parts as parts

TOLERANCE = 1e-5

Arrays = Mapping[str, np.ndarray]

Pairs = Iterator[tuple[str, object, np.ndarray]]
"""(what it is, computed here, from the fixture)."""

GROUPS: Mapping[str, Callable[[Arrays], Pairs]] = {
    "frame_index": parts.frame_index,
    "audio_clip": parts.audio_clip,
    "audio_chain": parts.audio_chain,
    "face_resize": parts.face_resize,
    "hubert": parts.hubert,
    "clip": parts.clip,
    "attn1": lambda arrays: parts.fusion("attn1", arrays),
    "attn3": lambda arrays: parts.fusion("attn3", arrays),
    "mean2": lambda arrays: parts.fusion("mean2", arrays),
    "qformer": lambda arrays: parts.fusion("qformer", arrays),
    "splice": parts.splice_and_logits,
}
"""Group -> its check; a group is all keys that begin with its name."""


@dataclass(frozen=True)
class GroupResult:
    """One group.

    Attributes:
        name: A key of `GROUPS`.
        compared: Number of arrays compared; 0 where the group is absent.
        largest: Largest absolute difference.
        where: The array that it is in.
        missing: A key that was needed and is not there, so that the rest of the group was not compared.
    """

    name: str
    compared: int = 0
    largest: float = 0.0
    where: str = ""
    missing: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing that was compared differs by more than 1e-5."""
        return self.largest <= TOLERANCE

    def to_line(self) -> str:
        """Name, number of arrays, largest difference and where, or that it is absent."""
        if not self.compared:
            return f"{self.name:<12} absent" + (f" ({self.missing} is missing)" if self.missing else "")
        line = f"{self.name:<12} {self.compared:>3} arrays  largest difference {self.largest:.1e}  ({self.where})"
        return line + (f"; {self.missing} is missing, so not all was compared" if self.missing else "")


def selfcheck(path: Path) -> list[GroupResult]:
    """Compute every group of a fixture anew.

    Args:
        path: An `.npz` file of plain arrays.

    Raises:
        InputError: it cannot be read, nothing of it can be compared, or a group is misshapen.
    """
    ensure_torchvision()
    arrays = read_npz(path)
    results = [_check(name, arrays, path) for name in GROUPS]
    if not any(result.compared for result in results):
        raise InputError(f"{path}: nothing to compare: none of the groups {', '.join(GROUPS)} is complete")
    return results


def _check(name: str, arrays: Arrays, path: Path) -> GroupResult:
    if not any(key.startswith(f"{name}.") for key in arrays):
        return GroupResult(name)
    result = GroupResult(name)
    try:
        with torch.no_grad():
            for key, found, expected in GROUPS[name](arrays):
                difference = _difference(key, found, expected)
                worst = (difference, key) if difference >= result.largest else (result.largest, result.where)
                result = GroupResult(name, result.compared + 1, *worst)
    except KeyError as error:
        return replace(result, missing=str(error.args[0]))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (RuntimeError, IndexError, ValueError) as error:
        raise InputError(f"{path}: the group {name} cannot be computed: {one_line(error)}") from error
    return result


def _difference(key: str, found: object, expected: np.ndarray) -> float:
    """Largest absolute difference; infinite where either is no number."""
    values = np.asarray(found, np.float64)
    if values.shape != expected.shape:
        raise InputError(f"{key} has the shape {expected.shape}, computed was {values.shape}")
    difference = np.abs(values - expected.astype(np.float64)).max(initial=0.0)
    return float(difference) if np.isfinite(difference) else float("inf")
