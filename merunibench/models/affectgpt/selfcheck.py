"""`merunibench affectgpt selfcheck`: the arrays of a fixture that the authors' classes computed, computed anew.

Each group of keys is one check (docs/affectgpt.md says which function takes which keys). A group whose keys are not
all there is absent, not wrong. Sizes are read from the weights; what no shape tells (numbers of attention heads, the
strides of the small HuBERT) is as in the fixtures that the project is tested with.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import nn

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.files import read_npz
from merunibench.hub import ensure_torchvision
from merunibench.models.affectgpt.audio_input import clip_starts, cut_clips, downmixed, normalised, without_mean
from merunibench.models.affectgpt.checkpoint import is_ignored, released_name
from merunibench.models.affectgpt.configuration import AffectGPTConfig, config_from_shapes, with_changes
from merunibench.models.affectgpt.encoders import AcousticEncoder, VisualEncoder, clip_pixels
from merunibench.models.affectgpt.fusion import (
    AffectGPTFusion,
    AttentionPooling,
    AttentionPreFusion,
    Encoded,
    MultiFusion,
)
from merunibench.models.affectgpt.network import splice, with_lora
from merunibench.models.affectgpt.visual_input import frame_indices, resized

if TYPE_CHECKING:
    from merunibench.models.affectgpt.prompt import Medium

TOLERANCE = 1e-5

Arrays = Mapping[str, np.ndarray]

Computed = Iterator[tuple[str, Any]]
"""(key of the fixture, what it should hold, computed here)."""

_CHAIN_RATE = 100
"""The audio chain's fixture has 100 Hz stand for 16 kHz."""


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
            for key, found in GROUPS[name](arrays):
                difference = _difference(key, found, arrays[key])
                worst = (difference, key) if difference >= result.largest else (result.largest, result.where)
                result = GroupResult(name, result.compared + 1, *worst)
    except KeyError as error:
        return replace(result, missing=str(error.args[0]))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (RuntimeError, IndexError, ValueError, TypeError, ArithmeticError, MemoryError) as error:
        raise InputError(f"{path}: the group {name} cannot be computed: {one_line(error)}") from error
    return result


def _difference(key: str, found: object, expected: np.ndarray) -> float:
    """Largest absolute difference; infinite where either is no number."""
    values = np.asarray(found, np.float64)
    if values.shape != expected.shape:
        raise InputError(f"{key} has the shape {expected.shape}, computed was {values.shape}")
    difference = np.abs(values - expected.astype(np.float64)).max(initial=0.0)
    return float(difference) if np.isfinite(difference) else float("inf")


def _frame_index(arrays: Arrays) -> Computed:
    """`frame_index.n{frames}`: row = number of frames there are, 0 unused; `.big_vlen`, `.big_n8`."""
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
    clips = cut_clips(downmixed(_tensor(arrays, "audio_chain.stereo_wav_sr100")), rate=_CHAIN_RATE)
    yield "audio_chain.clips_before_mel", clips
    clips = without_mean(clips)
    yield "audio_chain.clips_after_mel", clips
    yield "audio_chain.input_values", normalised(clips[:, 0])


def _face_resize(arrays: Arrays) -> Computed:
    """`face_resize.in_uint8` -> 224 x 224; every seventh pixel, and the sum of all."""
    faces = resized(arrays["face_resize.in_uint8"])
    yield "face_resize.out_224_every_7px", faces[:, ::7, ::7]
    yield "face_resize.out_sum", [faces.sum(dtype=np.int64)]


def _hubert(arrays: Arrays) -> Computed:
    """`hubert.w.*` on `audio_chain.input_values` -> states of all layers -> feature."""
    from transformers import HubertConfig, HubertModel

    weights = _weights(arrays, "hubert.w.")
    convolutions = [weights[key] for key in _numbered(weights, "feature_extractor.conv_layers.{}.conv.weight")]
    hidden, _ = weights["encoder.layers.0.attention.q_proj.weight"].shape
    positional = weights["encoder.pos_conv_embed.conv.parametrizations.weight.original1"]
    encoder = HubertModel(
        HubertConfig(
            hidden_size=hidden,
            num_hidden_layers=len(list(_numbered(weights, "encoder.layers.{}.layer_norm.weight"))),
            num_attention_heads=2,
            intermediate_size=len(weights["encoder.layers.0.feed_forward.intermediate_dense.weight"]),
            conv_dim=[len(weight) for weight in convolutions],
            conv_kernel=[weight.shape[2] for weight in convolutions],
            conv_stride=[5, *[2] * (len(convolutions) - 1)],
            conv_bias="feature_extractor.conv_layers.0.conv.bias" in weights,
            feat_extract_norm="layer",
            do_stable_layer_norm=True,
            num_conv_pos_embeddings=positional.shape[2],
            num_conv_pos_embedding_groups=hidden // positional.shape[1],
        )
    )
    acoustic = AcousticEncoder(_loaded(encoder, weights).eval())
    values = _tensor(arrays, "audio_chain.input_values")
    yield "hubert.hidden_states", acoustic.layers(values)
    # What is normalised already stays as it is, to within the 1e-7 below the variance.
    yield "hubert.feature", acoustic(_tensor(arrays, "audio_chain.clips_after_mel")[None, :, 0])


def _clip(arrays: Arrays) -> Computed:
    """`clip.frames_cthw_float` -> pixel values -> features, by `clip.w.*`."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    weights = _weights(arrays, "clip.w.")
    hidden, _, patch, _ = weights["vision_model.embeddings.patch_embedding.weight"].shape
    layer = "vision_model.encoder.layers.{}.mlp.fc1.weight"
    frames = _tensor(arrays, "clip.frames_cthw_float").transpose(1, 2)
    encoder = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=hidden,
            intermediate_size=len(weights[layer.format(0)]),
            num_hidden_layers=len(list(_numbered(weights, layer))),
            num_attention_heads=2,
            projection_dim=len(weights["visual_projection.weight"]),
            image_size=frames.shape[-1],
            patch_size=patch,
        )
    )
    yield "clip.pixel_values", clip_pixels(frames[0])
    visual = VisualEncoder(_loaded(encoder, weights).eval())
    yield "clip.features", visual(frames)[0]


def _fusion_case(case: str, arrays: Arrays) -> Computed:
    """`{case}.w.*` on `in.*`: states, embeddings and pre-fusion, and for `attn1` what lies between."""
    part = _fusion(case, arrays)
    out = f"{case}.out."
    acoustic: Encoded = part.acoustic(_tensor(arrays, "in.audio_hidden"))
    yield f"{out}audio_store", acoustic.states
    yield f"{out}audio_llm", acoustic.tokens
    for dimensions in ("3d", "4d"):
        visual: Encoded = part.visual(_tensor(arrays, f"in.video_hidden_{dimensions}"))
        yield f"{out}video_store_{dimensions}", visual.states
        yield f"{out}video_llm_{dimensions}", visual.tokens
        multi = _present(part.multi)
        fused = multi.fusion(visual.states, acoustic.states)
        yield f"{out}multi_hidden_{dimensions}", fused.reshape(arrays[f"{out}multi_hidden_{dimensions}"].shape)
        yield f"{out}multi_llm_{dimensions}", part.fuse(visual, acoustic)
        yield f"{out}image_llm_{dimensions}", part.encode_image(_tensor(arrays, f"in.image_hidden_{dimensions}"))
    if f"{case}.mid.video_scores" in arrays:
        yield from _between(case, part, arrays)


def _between(case: str, part: AffectGPTFusion, arrays: Arrays) -> Computed:
    """`{case}.mid.*`: scores and pooled vectors, and pre-fusion's two vectors and two weights."""
    mid = f"{case}.mid."
    visual, acoustic = _tensor(arrays, "in.video_hidden_3d"), _tensor(arrays, "in.audio_hidden")
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
    """`splice.*`: the tokens of attn3 in their places, logits where the mask is 1, and the loss."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    weights = {key.removeprefix("llama_model."): value for key, value in _weights(arrays, "splice.w.").items()}
    prefix = "base_model.model.model."
    vocabulary, hidden = weights[f"{prefix}embed_tokens.weight"].shape
    layers = list(_numbered(weights, prefix + "layers.{}.input_layernorm.weight"))
    key = weights[f"{prefix}layers.0.self_attn.k_proj.base_layer.weight"]
    heads = 2
    llm = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=vocabulary,
            hidden_size=hidden,
            intermediate_size=len(weights[f"{prefix}layers.0.mlp.up_proj.base_layer.weight"]),
            num_hidden_layers=len(layers),
            num_attention_heads=heads,
            num_key_value_heads=len(key) // (hidden // heads),
        )
    )
    rank = len(weights[f"{prefix}layers.0.self_attn.q_proj.lora_A.default.weight"])
    language_model = _loaded(with_lora(llm, AffectGPTConfig(lora_rank=rank)), weights).eval()

    ids, mask, labels = (_tensor(arrays, f"splice.{name}") for name in ("input_ids", "attention_mask", "labels"))
    order: tuple[Medium, ...] = ("image", "audio", "frame", "face", "multi")
    placeholder_ids = dict(zip(order, map(int, arrays["splice.patch_token_ids"]), strict=True))
    released: dict[Medium, str] = {"face": "video_llm_3d", "audio": "audio_llm", "multi": "multi_llm_3d"}
    tokens = {medium: _tensor(arrays, f"attn3.out.{name}") for medium, name in released.items()}
    embeddings = splice(language_model.get_input_embeddings(), ids, placeholder_ids, tokens)
    yield "splice.inputs_embeds", embeddings
    output = language_model(inputs_embeds=embeddings, attention_mask=mask, labels=labels)
    yield "splice.logits", output.logits.where(mask.bool()[..., None], _tensor(arrays, "splice.logits"))
    yield "splice.loss", output.loss[None]


def _fusion(case: str, arrays: Arrays) -> AffectGPTFusion:
    weights = _weights(arrays, f"{case}.w.")
    config = config_from_shapes({key: tuple(value.shape) for key, value in weights.items()})
    changes: dict[str, Any] = {}
    for field, name in (("visual_tokens", "video"), ("acoustic_tokens", "audio"), ("multi_tokens", "multi")):
        suffix = "" if name == "audio" else "_3d"
        changes[field] = arrays[f"{case}.out.{name}_llm{suffix}"].shape[1]
    three, four = (arrays[f"{case}.out.image_llm_{dimensions}"].shape[1] for dimensions in ("3d", "4d"))
    # `token` keeps the tokens of a picture apart, and repeats a single one; `mean` gives the same number for both.
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
        raise InputError("a fusion case without multi_* weights")
    return part


def _weights(arrays: Arrays, prefix: str) -> dict[str, torch.Tensor]:
    return {key.removeprefix(prefix): _tensor(arrays, key) for key in arrays if key.startswith(prefix)}


def _tensor(arrays: Arrays, key: str) -> torch.Tensor:
    return torch.from_numpy(np.array(arrays[key]))


def _numbered(weights: Mapping[str, torch.Tensor], pattern: str) -> Iterator[str]:
    number = 0
    while (key := pattern.format(number)) in weights:
        yield key
        number += 1


def _loaded(module: nn.Module, weights: Mapping[str, torch.Tensor]) -> Any:  # noqa: ANN401 - transformers
    module.load_state_dict(weights)
    return module


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
"""Group -> its check; a group is all keys that begin with its name."""
