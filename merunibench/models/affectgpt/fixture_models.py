"""The small frozen models of a fixture, with sizes inferred from its weights.

Sizes that cannot be inferred from shapes are fixed: two heads in each model, HuBERT's strides 5, 2, 2, …
"""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.network import with_lora

_HEADS = 2

Weights = Mapping[str, torch.Tensor]


def build_hubert(weights: Weights) -> Any:  # noqa: ANN401 - transformers
    """Return a `HubertModel` with these weights, without dropout or masking even in training mode."""
    from transformers import HubertConfig, HubertModel

    convolutions = [weights[key] for key in _numbered(weights, "feature_extractor.conv_layers.{}.conv.weight")]
    hidden, _ = weights["encoder.layers.0.attention.q_proj.weight"].shape
    positional = weights["encoder.pos_conv_embed.conv.parametrizations.weight.original1"]
    dropped = ("hidden_dropout", "attention_dropout", "activation_dropout", "feat_proj_dropout", "layerdrop")
    quiet: Any = dict.fromkeys(dropped, 0.0)
    config = HubertConfig(
        hidden_size=hidden,
        num_hidden_layers=len(list(_numbered(weights, "encoder.layers.{}.layer_norm.weight"))),
        num_attention_heads=_HEADS,
        intermediate_size=len(weights["encoder.layers.0.feed_forward.intermediate_dense.weight"]),
        conv_dim=[len(weight) for weight in convolutions],
        conv_kernel=[weight.shape[2] for weight in convolutions],
        conv_stride=[5, *[2] * (len(convolutions) - 1)],
        conv_bias="feature_extractor.conv_layers.0.conv.bias" in weights,
        feat_extract_norm="layer",
        do_stable_layer_norm=True,
        num_conv_pos_embeddings=positional.shape[2],
        num_conv_pos_embedding_groups=hidden // positional.shape[1],
        apply_spec_augment=False,
        **quiet,
    )
    return _loaded(HubertModel(config), weights)


def build_clip(weights: Weights, image_size: int) -> Any:  # noqa: ANN401 - transformers
    """Return a `CLIPVisionModelWithProjection` with these weights, for pictures of the given size in pixels."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    hidden, _, patch, _ = weights["vision_model.embeddings.patch_embedding.weight"].shape
    layer = "vision_model.encoder.layers.{}.mlp.fc1.weight"
    config = CLIPVisionConfig(
        hidden_size=hidden,
        intermediate_size=len(weights[layer.format(0)]),
        num_hidden_layers=len(list(_numbered(weights, layer))),
        num_attention_heads=_HEADS,
        projection_dim=len(weights["visual_projection.weight"]),
        image_size=image_size,
        patch_size=patch,
    )
    return _loaded(CLIPVisionModelWithProjection(config), weights)


def build_language_model(weights: Weights) -> Any:  # noqa: ANN401 - peft
    """Return a Qwen2 with LoRA with these weights, which have the names of `PeftModel`."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    prefix = "base_model.model.model."
    vocabulary, hidden = weights[f"{prefix}embed_tokens.weight"].shape
    config = Qwen2Config(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=len(weights[f"{prefix}layers.0.mlp.up_proj.base_layer.weight"]),
        num_hidden_layers=len(list(_numbered(weights, prefix + "layers.{}.input_layernorm.weight"))),
        num_attention_heads=_HEADS,
        num_key_value_heads=len(weights[f"{prefix}layers.0.self_attn.k_proj.base_layer.weight"]) // (hidden // _HEADS),
    )
    rank = len(weights[f"{prefix}layers.0.self_attn.q_proj.lora_A.default.weight"])
    return _loaded(with_lora(Qwen2ForCausalLM(config), AffectGPTConfig(lora_rank=rank)), weights)


def _numbered(weights: Weights, pattern: str) -> Iterator[str]:
    number = 0
    while (key := pattern.format(number)) in weights:
        yield key
        number += 1


def _loaded(module: nn.Module, weights: Weights) -> Any:  # noqa: ANN401 - transformers
    module.load_state_dict(dict(weights))
    return module
