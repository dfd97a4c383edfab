"""Load checkpoints of detectors: plain tensors that match the network exactly, or a one-line error.

The authors' files are pickles. Their size is checked before they are read, and `torch_file` runs no code from them. All
names and shapes must match, since a detector with only half of its weights would still give results.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from merunibench._text import escape_controls, listed
from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.reading import reading
from merunibench.torch_file import load_torch

MOST_BYTES = 256 << 20
"""More than any of these detectors needs; TalkNet's largest file, with training state, is a third of it."""
_PARALLEL = "module."
"""Prefix of each name after training on several devices."""


def load_detector(path: Path, network: Callable[[], nn.Module], title: str) -> nn.Module:
    """Load a network with the weights of a checkpoint, in evaluation mode.

    Args:
        path: A file of `torch.save` with a dictionary of tensors.
        network: Makes the network.
        title: Its name in messages.

    Raises:
        UnsafeFileError: the file is too large or would run code; no code was run.
        InputError: it cannot be read, or its weights do not match the network.
    """
    with reading(path):
        size = path.stat().st_size
    if size > MOST_BYTES:
        raise UnsafeFileError(f"{path}: {size} bytes are too large for a {title} checkpoint")
    content = load_torch(path)
    made = network()
    weights = _fitting(path, content, made.state_dict(), title)
    made.load_state_dict(weights, strict=True)
    return made.eval().requires_grad_(requires_grad=False)


def _fitting(
    path: Path,
    content: Any,  # noqa: ANN401 - any content
    expected: Mapping[str, torch.Tensor],
    title: str,
) -> dict[str, torch.Tensor]:
    """Return the weights by the network's names, if exactly these are present."""
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise InputError(f"{path}: is not a {title} checkpoint: it contains no named tensors")
    found = {key.removeprefix(_PARALLEL): value for key, value in content.items()}
    missing, unknown = [key for key in expected if key not in found], [key for key in found if key not in expected]
    if missing or unknown:
        parts = [f"lacks {len(missing)} of its {len(expected)} entries ({listed(missing, 2)})"] if missing else []
        parts += [f"has {len(unknown)} unknown entries ({listed(unknown, 2)})"] if unknown else []
        raise InputError(f"{path}: is not a {title} checkpoint: {' and '.join(parts)}")
    for key, wanted in expected.items():
        value = found[key]
        if not isinstance(value, torch.Tensor) or value.layout != torch.strided:
            raise InputError(f"{path}: is not a {title} checkpoint: {escape_controls(key)} is not a tensor")
        if value.shape != wanted.shape or value.is_floating_point() != wanted.is_floating_point():
            shapes = f"{tuple(value.shape)} of {value.dtype}, not {tuple(wanted.shape)} of {wanted.dtype}"
            raise InputError(f"{path}: is not a {title} checkpoint: {escape_controls(key)} is {shapes}")
        if not torch.isfinite(value).all():
            raise InputError(f"{path}: broken: {escape_controls(key)} contains values that are not finite")
    return {key: found[key] for key in expected}
