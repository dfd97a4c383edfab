"""Checkpoints of detectors: plain tensors, exactly those of the network, or one line that says what is wrong.

The authors' files are pickles. They are bounded before anything is read, opened by `torch_file`, which runs nothing,
and must fit name by name and shape by shape: a detector with half of its weights would still answer.
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
"""More than any of these detectors has; TalkNet's largest, with the state of its training, has a third."""
_PARALLEL = "module."
"""What training on several devices puts before each name."""


def load_detector(path: Path, network: Callable[[], nn.Module], title: str) -> nn.Module:
    """A network with the weights of a checkpoint, ready to answer.

    Args:
        path: A file of `torch.save` with a dictionary of tensors.
        network: Makes the network.
        title: What it is called in messages.

    Raises:
        UnsafeFileError: the file is too large or would run a program; nothing of it was run.
        InputError: it cannot be read, or holds other weights than the network's.
    """
    with reading(path):
        size = path.stat().st_size
    if size > MOST_BYTES:
        raise UnsafeFileError(f"{path}: {size} bytes are more than a {title} checkpoint has")
    content = load_torch(path)
    made = network()
    weights = _fitting(path, content, made.state_dict(), title)
    made.load_state_dict(weights, strict=True)
    return made.eval().requires_grad_(requires_grad=False)


def _fitting(
    path: Path,
    content: Any,  # noqa: ANN401 - whatever it holds
    expected: Mapping[str, torch.Tensor],
    title: str,
) -> dict[str, torch.Tensor]:
    """The weights under the network's own names, if they are all there and nothing else is."""
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise InputError(f"{path}: is no {title} checkpoint: holds no tensors by name")
    found = {key.removeprefix(_PARALLEL): value for key, value in content.items()}
    missing, unknown = [key for key in expected if key not in found], [key for key in found if key not in expected]
    if missing or unknown:
        parts = [f"lacks {len(missing)} of its {len(expected)} entries ({listed(missing, 2)})"] if missing else []
        parts += [f"has {len(unknown)} that are none of it ({listed(unknown, 2)})"] if unknown else []
        raise InputError(f"{path}: is no {title} checkpoint: {' and '.join(parts)}")
    for key, wanted in expected.items():
        value = found[key]
        if not isinstance(value, torch.Tensor) or value.layout != torch.strided:
            raise InputError(f"{path}: is no {title} checkpoint: {escape_controls(key)} is no tensor")
        if value.shape != wanted.shape or value.is_floating_point() != wanted.is_floating_point():
            shapes = f"{tuple(value.shape)} of {value.dtype}, not {tuple(wanted.shape)} of {wanted.dtype}"
            raise InputError(f"{path}: is no {title} checkpoint: {escape_controls(key)} is {shapes}")
        if not torch.isfinite(value).all():
            raise InputError(f"{path}: broken: {escape_controls(key)} holds values that are no numbers")
    return {key: found[key] for key in expected}
