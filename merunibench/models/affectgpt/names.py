"""Names of the parameters: the authors' checkpoints have those on the right, the modules of this package the left ones.

A table and nothing else, so that the modules can be named after the boxes of Figure 3.
"""

from collections.abc import Mapping

from merunibench.errors import InputError

_PARTS: Mapping[str, str] = {
    "fusion.visual.pooling.score.": "video_attention_mlp.",
    "fusion.visual.pooling.queries": "video_query_tokens",
    "fusion.visual.pooling.positions.": "video_frame_position_embedding.",
    "fusion.visual.pooling.qformer.": "video_Qformer.bert.",
    "fusion.visual.projection.linear.": "affectgpt_proj.",
    "fusion.acoustic.pooling.score.": "audio_attention_mlp.",
    "fusion.acoustic.pooling.queries": "audio_query_tokens",
    "fusion.acoustic.pooling.positions.": "audio_position_embedding.",
    "fusion.acoustic.pooling.qformer.": "audio_Qformer.bert.",
    "fusion.acoustic.projection.linear.": "audio_llama_proj.",
    "fusion.multi.fusion.visual.": "multi_video_embs.",
    "fusion.multi.fusion.acoustic.": "multi_audio_embs.",
    "fusion.multi.fusion.hidden.": "attention_mlp.",
    "fusion.multi.fusion.gate.": "fc_att.",
    "fusion.multi.fusion.queries": "multi_query_tokens",
    "fusion.multi.fusion.positions.": "multi_position_embedding.",
    "fusion.multi.fusion.qformer.": "multi_Qformer.bert.",
    "fusion.multi.projection.linear.": "multi_llama_proj.",
    "fusion.image.projection.linear.": "image_llama_proj.",
    "language_model.": "llama_model.",
}

_QFORMER: Mapping[str, str] = {
    "self_attention.norm.": "attention.output.LayerNorm.",
    "self_attention.output.": "attention.output.dense.",
    "self_attention.": "attention.self.",
    "cross_attention.norm.": "crossattention.output.LayerNorm.",
    "cross_attention.output.": "crossattention.output.dense.",
    "cross_attention.": "crossattention.self.",
    "feed_forward.inner.": "intermediate_query.dense.",
    "feed_forward.output.": "output_query.dense.",
    "feed_forward.norm.": "output_query.LayerNorm.",
}
"""Within a layer of a Q-Former; the first that fits."""


def released_name(name: str) -> str:
    """The authors' name of a parameter of ours.

    Example:
        >>> released_name("fusion.visual.pooling.score.weight")
        'video_attention_mlp.weight'
        >>> released_name("fusion.multi.fusion.qformer.layers.0.cross_attention.key.bias")
        'multi_Qformer.bert.encoder.layer.0.crossattention.self.key.bias'

    Raises:
        InputError: there is no such part.
    """
    for ours, theirs in _PARTS.items():
        if name.startswith(ours):
            rest = name.removeprefix(ours)
            return theirs + (_qformer_name(rest) if theirs.endswith("_Qformer.bert.") else rest)
    raise InputError(f"{name}: no part of an AffectGPT")


def _qformer_name(rest: str) -> str:
    if rest.startswith("norm."):
        return f"embeddings.LayerNorm.{rest.removeprefix('norm.')}"
    _, number, part = rest.split(".", 2)
    ours = next(ours for ours in _QFORMER if part.startswith(ours))
    return f"encoder.layer.{number}.{_QFORMER[ours]}{part.removeprefix(ours)}"


def is_ignored(released: str) -> bool:
    """Whether a released key holds nothing of use: the numbers 0, 1, 2, … that a Q-Former's BERT keeps."""
    return released.endswith("_Qformer.bert.embeddings.position_ids")
