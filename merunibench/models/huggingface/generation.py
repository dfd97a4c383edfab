"""Generate answers: greedy, or sampled so that an answer does not depend on the rest of its batch."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.models.base import Decoding

_OURS = {
    "do_sample": "--temperature",
    "temperature": "--temperature",
    "top_p": "--top-p",
    "max_new_tokens": "--max-new-tokens",
    "max_length": "--max-new-tokens",
}
_OTHER_SAMPLING = ("epsilon_cutoff", "eta_cutoff", "min_p", "num_beams", "top_h", "typical_p")


def check(decoding: Decoding) -> None:
    """Reject contradictory settings.

    Raises:
        InputError: A value is out of range, or an argument for `generate` is set in two places or has no effect.
    """
    if decoding.max_new_tokens < 1:
        raise InputError("max_new_tokens: must be at least 1")
    if decoding.temperature < 0 or not 0 < decoding.top_p <= 1:
        raise InputError("temperature must not be negative, and top_p must be above 0 and at most 1")
    for name in decoding.extra:
        if name in _OURS:
            raise InputError(f"--gen-kwarg {name}: use {_OURS[name]}")
        if decoding.temperature > 0 and name in _OTHER_SAMPLING:
            raise InputError(f"--gen-kwarg {name}: sampling supports only temperature, top_k and top_p")
        if decoding.temperature == 0 and name == "top_k":
            raise InputError("--gen-kwarg top_k: decoding is greedy; set --temperature to sample")


def settings(decoding: Decoding, own: Any) -> dict[str, Any]:  # noqa: ANN401 - transformers' own
    """Return the generation settings to record: those requested, and those from the model's own files.

    Args:
        decoding: How answers are generated.
        own: The model's `GenerationConfig`; a repetition penalty, for example, also affects greedy decoding.
    """
    record: dict[str, Any] = {"max_new_tokens": decoding.max_new_tokens, "temperature": decoding.temperature}
    if decoding.temperature > 0:
        record |= {"top_p": decoding.top_p, "seed": decoding.seed}
    overruled = {*_OURS, "top_k", "transformers_version", *_OTHER_SAMPLING} - {"num_beams"}
    adds = {name: value for name, value in own.to_diff_dict().items() if name not in overruled}
    return {**record, "extra": dict(decoding.extra), "model": adds}


def arguments(decoding: Decoding, names: Sequence[str]) -> dict[str, Any]:
    """Return the arguments of transformers' `generate` for samples of these names.

    Sampling uses the Gumbel-max trick: the token with the highest score after adding independent Gumbel noise is a
    sample from the softmax (Gumbel 1954; Maddison et al. 2014). Each sample has its own noise generator, so that its
    answer is the same in any batch.
    """
    given = {name: value for name, value in decoding.extra.items() if name != "top_k"}
    fixed = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    chosen: dict[str, Any] = {"max_new_tokens": decoding.max_new_tokens, **fixed, **given}
    if decoding.temperature > 0:
        import transformers

        processors = transformers.LogitsProcessorList([transformers.TemperatureLogitsWarper(decoding.temperature)])
        if decoding.extra.get("top_k"):
            processors.append(transformers.TopKLogitsWarper(int(decoding.extra["top_k"])))
        if decoding.top_p < 1:
            processors.append(transformers.TopPLogitsWarper(decoding.top_p))
        processors.append(_GumbelNoise([seed_of(decoding, name) for name in names]))
        chosen["logits_processor"] = processors
    return chosen


def seed_of(decoding: Decoding, name: str) -> int:
    """Return the seed of a sample's own noise."""
    return int.from_bytes(hashlib.sha256(f"{decoding.seed}:{name}".encode()).digest()[:7], "big")


class _GumbelNoise:
    """A logits processor that turns greedy decoding into sampling; one stream of noise per row."""

    def __init__(self, seeds: Sequence[int]) -> None:
        import torch

        # Always on the CPU, so that the noise is the same on all devices.
        self._streams = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, _ids: Any, scores: Any) -> Any:  # noqa: ANN401
        import torch

        width = scores.shape[1]
        uniform = torch.stack([torch.rand(width, generator=stream, dtype=torch.float64) for stream in self._streams])
        noise = -torch.log(-torch.log(uniform.clamp(min=torch.finfo(torch.float64).tiny)))
        return scores.float() + noise.float().to(scores.device)


@contextmanager
def failures() -> Iterator[None]:
    """Turn out-of-memory errors into a `MemoryError`, so that a smaller batch can be tried, and report user errors.

    Raises:
        MemoryError: The batch does not fit into memory.
        InputError: The model's `generate` does not support an argument.
    """
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        raise MemoryError(str(error).partition("\n")[0]) from None
    except ValueError as error:
        if "model_kwargs" not in str(error):
            raise
        raise InputError(f"--gen-kwarg: {one_line(error)}") from None
    except RuntimeError as error:
        if "not enough memory" not in str(error) and "can't allocate memory" not in str(error):
            raise
        raise MemoryError(str(error).partition("\n")[0]) from None
