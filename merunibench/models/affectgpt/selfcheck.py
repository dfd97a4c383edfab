"""`merunibench affectgpt selfcheck`: recompute the arrays of a fixture that the authors' classes computed.

Each group of keys is one check (docs/affectgpt.md lists the functions and their keys). A group with missing keys is
reported as absent, not as wrong. Fixtures of training, recognised by their frozen weights, have separate checks. Sizes
are inferred from the weights; those that cannot be inferred are the ones of the project's test fixtures
(`fixture_models`, and the Q-Formers' numbers of heads).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.files.npz import read_npz
from merunibench.hub import ensure_torchvision
from merunibench.models.affectgpt.audio_input import clip_starts, cut_clips, downmixed, normalised, without_mean
from merunibench.models.affectgpt.checkpoint import is_ignored, released_name
from merunibench.models.affectgpt.configuration import config_from_shapes, with_changes
from merunibench.models.affectgpt.encoders import AcousticEncoder, VisualEncoder, clip_pixels
from merunibench.models.affectgpt.fixture_models import build_clip, build_hubert, build_language_model
from merunibench.models.affectgpt.fusion import (
    AffectGPTFusion,
    AttentionPooling,
    AttentionPreFusion,
    Encoded,
    MultiFusion,
)
from merunibench.models.affectgpt.network import splice
from merunibench.models.affectgpt.visual_input import frame_indices, resized

if TYPE_CHECKING:
    from merunibench.models.affectgpt.prompt import Medium

TOLERANCE = 1e-5

Arrays = Mapping[str, np.ndarray]

Computed = Iterator[tuple[str, Any]]
"""(key of the fixture, its recomputed value)."""

_CHAIN_RATE = 100
"""The fixture of the audio chain uses 100 Hz in place of 16 kHz."""


@dataclass(frozen=True)
class GroupResult:
    """Result of one group.

    Attributes:
        name: A key of `GROUPS`, or the name of a check of training.
        compared: Number of arrays compared; 0 if the group is absent.
        largest: Largest difference: absolute, or relative to the largest number of its array.
        where: The array with the largest difference.
        missing: A missing key, because of which the rest of the group was not compared.
        tolerance: Largest difference that passes.
    """

    name: str
    compared: int = 0
    largest: float = 0.0
    where: str = ""
    missing: str = ""
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether no array differs by more than the tolerance."""
        return self.largest <= self.tolerance

    def to_line(self) -> str:
        """Return a line with name, number of arrays, largest difference and its array, or `absent`."""
        if not self.compared:
            return f"{self.name:<12} absent" + (f" ({self.missing} is missing)" if self.missing else "")
        line = f"{self.name:<12} {self.compared:>3} arrays  largest difference {self.largest:.1e}  ({self.where})"
        return line + (f"; {self.missing} is missing, so not all was compared" if self.missing else "")


def selfcheck(path: Path) -> list[GroupResult]:
    """Recompute every group of a fixture.

    Args:
        path: An `.npz` file of plain arrays.

    Raises:
        InputError: it cannot be read, has nothing to compare, or a group has wrong shapes.
    """
    ensure_torchvision()
    arrays = read_npz(path)
    checks = _training_checks() if any(key.startswith("frozen.") for key in arrays) else _CHECKS
    results = [_check(check, arrays, path) for check in checks]
    if not any(result.compared for result in results):
        names = ", ".join(check.name for check in checks)
        raise InputError(f"{path}: has nothing to compare: none of the groups {names} is complete")
    return results


@dataclass(frozen=True)
class Check:
    """How a group is computed and compared.

    Attributes:
        name: Name of the group.
        compute: Arrays of a fixture -> keys and recomputed values.
        prefix: Prefix of the keys of the group, which may be absent.
        tolerance: Largest difference that passes.
        relative: Whether differences are relative to the largest number of the array.
        trains: Whether gradients are needed.
    """

    name: str
    compute: Callable[[Arrays], Computed]
    prefix: str = ""
    tolerance: float = TOLERANCE
    relative: bool = False
    trains: bool = False


def _training_checks() -> Sequence[Check]:
    from merunibench.models.affectgpt.selfcheck_training import CHECKS

    return CHECKS


def _check(check: Check, arrays: Arrays, path: Path) -> GroupResult:
    result = GroupResult(check.name, tolerance=check.tolerance)
    if not any(key.startswith(check.prefix) for key in arrays):
        return result
    try:
        with torch.set_grad_enabled(check.trains):
            for key, found in check.compute(arrays):
                difference = _difference(key, found, arrays[key], relative=check.relative)
                largest, where = max((difference, key), (result.largest, result.where), key=lambda each: each[0])
                result = replace(result, compared=result.compared + 1, largest=largest, where=where)
    except KeyError as error:
        return replace(result, missing=str(error.args[0]))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (RuntimeError, IndexError, ValueError, TypeError, ArithmeticError, MemoryError) as error:
        raise InputError(f"{path}: the group {check.name} cannot be computed: {one_line(error)}") from error
    return result


def _difference(key: str, found: object, expected: np.ndarray, *, relative: bool) -> float:
    """Return the largest difference; infinite if a value is NaN."""
    values = np.asarray(found.detach() if isinstance(found, torch.Tensor) else found, np.float64)
    if values.shape != expected.shape:
        raise InputError(f"{key} has the shape {expected.shape}, but the recomputed shape is {values.shape}")
    difference = np.abs(values - expected.astype(np.float64)).max(initial=0.0)
    if relative and difference:
        difference /= np.abs(expected).max(initial=0.0) or 1.0
    return float(difference) if np.isfinite(difference) else float("inf")


def _frame_index(arrays: Arrays) -> Computed:
    """`frame_index.n{frames}`: the row is the number of frames, row 0 is unused; `.big_vlen`, `.big_n8`."""
    for key in (key for key in arrays if key.startswith("frame_index.n")):
        frames = int(key.removeprefix("frame_index.n"))
        yield key, [arrays[key][0], *(frame_indices(total, frames) for total in range(1, len(arrays[key])))]
    if "frame_index.big_vlen" in arrays:
        yield "frame_index.big_n8", [frame_indices(int(total), 8) for total in arrays["frame_index.big_vlen"]]


def _audio_clip(arrays: Arrays) -> Computed:
    """`audio_clip.num_samples` (before padding), starts by both spacings, lengths."""
    lengths = [max(int(samples), 32_000) for samples in arrays["audio_clip.num_samples"]]
    for key, spacing in (("start_pytorchvideo015", 8), ("start_if_clips_minus_1", 7)):
        if f"audio_clip.{key}" in arrays:
            yield f"audio_clip.{key}", [clip_starts(length, spacing) for length in lengths]  # type: ignore[arg-type]
    if "audio_clip.length" in arrays:
        cut = [cut_clips(torch.zeros(1, length)).shape for length in lengths]
        yield "audio_clip.length", [[shape[2]] * shape[0] for shape in cut]


def _audio_chain(arrays: Arrays) -> Computed:
    """`audio_chain.stereo_wav_sr100` -> clips -> clips without their means -> values for HuBERT."""
    clips = cut_clips(downmixed(tensor_of(arrays, "audio_chain.stereo_wav_sr100")), rate=_CHAIN_RATE)
    yield "audio_chain.clips_before_mel", clips
    clips = without_mean(clips)
    yield "audio_chain.clips_after_mel", clips
    yield "audio_chain.input_values", normalised(clips[:, 0])


def _face_resize(arrays: Arrays) -> Computed:
    """`face_resize.in_uint8` -> 224 x 224; every seventh pixel, and the sum of all pixels."""
    faces = resized(arrays["face_resize.in_uint8"])
    yield "face_resize.out_224_every_7px", faces[:, ::7, ::7]
    yield "face_resize.out_sum", [faces.sum(dtype=np.int64)]


def _hubert(arrays: Arrays) -> Computed:
    """`hubert.w.*` on `audio_chain.input_values` -> states of all layers -> feature."""
    acoustic = AcousticEncoder(build_hubert(weights_of(arrays, "hubert.w.")).eval())
    values = tensor_of(arrays, "audio_chain.input_values")
    yield "hubert.hidden_states", acoustic.layers(values)
    # Normalising again changes nothing, except for the 1e-7 added to the variance.
    yield "hubert.feature", acoustic(tensor_of(arrays, "audio_chain.clips_after_mel")[None, :, 0])


def _clip(arrays: Arrays) -> Computed:
    """`clip.frames_cthw_float` -> pixel values -> features, by `clip.w.*`."""
    frames = tensor_of(arrays, "clip.frames_cthw_float").transpose(1, 2)
    yield "clip.pixel_values", clip_pixels(frames[0])
    visual = VisualEncoder(build_clip(weights_of(arrays, "clip.w."), frames.shape[-1]).eval())
    yield "clip.features", visual(frames)[0]


def _fusion_case(case: str, arrays: Arrays) -> Computed:
    """`{case}.w.*` on `in.*`: states, embeddings and pre-fusion, and for `attn1` intermediate values."""
    part = _fusion(case, arrays)
    out = f"{case}.out."
    acoustic: Encoded = part.acoustic(tensor_of(arrays, "in.audio_hidden"))
    yield f"{out}audio_store", acoustic.states
    yield f"{out}audio_llm", acoustic.tokens
    for dimensions in ("3d", "4d"):
        visual: Encoded = part.visual(tensor_of(arrays, f"in.video_hidden_{dimensions}"))
        yield f"{out}video_store_{dimensions}", visual.states
        yield f"{out}video_llm_{dimensions}", visual.tokens
        multi = _present(part.multi)
        fused = multi.fusion(visual.states, acoustic.states)
        yield f"{out}multi_hidden_{dimensions}", fused.reshape(arrays[f"{out}multi_hidden_{dimensions}"].shape)
        yield f"{out}multi_llm_{dimensions}", part.fuse(visual, acoustic)
        yield f"{out}image_llm_{dimensions}", part.encode_image(tensor_of(arrays, f"in.image_hidden_{dimensions}"))
    if f"{case}.mid.video_scores" in arrays:
        yield from _between(case, part, arrays)


def _between(case: str, part: AffectGPTFusion, arrays: Arrays) -> Computed:
    """`{case}.mid.*`: scores and pooled vectors, and the two vectors and two weights of pre-fusion."""
    mid = f"{case}.mid."
    visual, acoustic = tensor_of(arrays, "in.video_hidden_3d"), tensor_of(arrays, "in.audio_hidden")
    for name, modality, states in (("video", part.visual, visual), ("audio", part.acoustic, acoustic)):
        pooling = cast("AttentionPooling", modality.pooling)
        yield f"{mid}{name}_scores", pooling.score(states)
        yield f"{mid}{name}_pooled", pooling(states)[:, 0]
    attention = cast("AttentionPreFusion", _present(part.multi).fusion)
    v, a = attention.embed(visual, acoustic)
    yield f"{mid}multi_video_emb", v
    yield f"{mid}multi_audio_emb", a
    yield f"{mid}multi_weights", attention.weigh(v, a)


def _splice_and_logits(arrays: Arrays) -> Computed:
    """`splice.*`: embeddings with the tokens of attn3, logits where the mask is 1, and the loss."""
    weights = {key.removeprefix("llama_model."): value for key, value in weights_of(arrays, "splice.w.").items()}
    language_model = build_language_model(weights).eval()

    ids, mask, labels = (tensor_of(arrays, f"splice.{name}") for name in ("input_ids", "attention_mask", "labels"))
    order: tuple[Medium, ...] = ("image", "audio", "frame", "face", "multi")
    placeholder_ids = dict(zip(order, map(int, arrays["splice.patch_token_ids"]), strict=True))
    released: dict[Medium, str] = {"face": "video_llm_3d", "audio": "audio_llm", "multi": "multi_llm_3d"}
    tokens = {medium: tensor_of(arrays, f"attn3.out.{name}") for medium, name in released.items()}
    embeddings = splice(language_model.get_input_embeddings(), ids, placeholder_ids, tokens)
    yield "splice.inputs_embeds", embeddings
    output = language_model(inputs_embeds=embeddings, attention_mask=mask, labels=labels)
    yield "splice.logits", output.logits.where(mask.bool()[..., None], tensor_of(arrays, "splice.logits"))
    yield "splice.loss", output.loss[None]


def _fusion(case: str, arrays: Arrays) -> AffectGPTFusion:
    weights = weights_of(arrays, f"{case}.w.")
    config = config_from_shapes({key: tuple(value.shape) for key, value in weights.items()})
    changes: dict[str, Any] = {}
    for field, name in (("visual_tokens", "video"), ("acoustic_tokens", "audio"), ("multi_tokens", "multi")):
        suffix = "" if name == "audio" else "_3d"
        changes[field] = arrays[f"{case}.out.{name}_llm{suffix}"].shape[1]
    three, four = (arrays[f"{case}.out.image_llm_{dimensions}"].shape[1] for dimensions in ("3d", "4d"))
    # `token` keeps several tokens of a picture, and repeats a single one; `mean` gives the same number for both.
    changes |= {"image_tokens": three, "image_pooling": "mean" if three == four else "token"}
    part = AffectGPTFusion(with_changes(config, changes))
    ours = {name: weights[released_name(f"fusion.{name}")] for name in part.state_dict()}
    unused = set(weights) - {released_name(f"fusion.{name}") for name in ours}
    if any(not is_ignored(key) for key in unused):
        raise InputError(f"{case}.w: unknown weights {', '.join(sorted(unused))}")
    part.load_state_dict(ours)
    return part.eval()


def _present(part: MultiFusion | None) -> MultiFusion:
    if part is None:
        raise InputError("a fusion case has no multi_* weights")
    return part


def weights_of(arrays: Arrays, prefix: str) -> dict[str, torch.Tensor]:
    """Return the weights whose keys have a prefix, by the keys without it."""
    return {key.removeprefix(prefix): tensor_of(arrays, key) for key in arrays if key.startswith(prefix)}


def tensor_of(arrays: Arrays, key: str) -> torch.Tensor:
    """Return a copy of an array of a fixture as a tensor."""
    return torch.from_numpy(np.array(arrays[key]))


GROUPS: Mapping[str, Callable[[Arrays], Computed]] = {
    "frame_index": _frame_index,
    "audio_clip": _audio_clip,
    "audio_chain": _audio_chain,
    "face_resize": _face_resize,
    "hubert": _hubert,
    "clip": _clip,
    "attn1": lambda arrays: _fusion_case("attn1", arrays),
    "attn3": lambda arrays: _fusion_case("attn3", arrays),
    "mean2": lambda arrays: _fusion_case("mean2", arrays),
    "qformer": lambda arrays: _fusion_case("qformer", arrays),
    "splice": _splice_and_logits,
}
"""Group -> its check; a group consists of all keys with its name as prefix."""

_CHECKS = tuple(Check(name, compute, f"{name}.") for name, compute in GROUPS.items())
