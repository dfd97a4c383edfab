"""Tiny, randomly initialised models of every tested family, saved as folders that the Auto classes load.

Byte-level tokenizers, chat templates in ChatML's manner. As in published templates, a part whose modality the family
does not know leaves no trace in the prompt: that is the trap that the adapters must notice.
"""

from dataclasses import dataclass

import torch
import transformers as t
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from merunibench.hub import ensure_torchvision

ensure_torchvision()

SPECIALS = ["<|pad|>", "<|im_start|>", "<|im_end|>"]
WIDTH = 32
"""Hidden size of the text towers."""
RANGE = 0.2
"""Spread of the initial weights: at the usual 0.02 the media hardly move the answer of so small a model."""


@dataclass(frozen=True)
class Tokens:
    """A tokenizer and the numbers of its special tokens."""

    tokenizer: t.PreTrainedTokenizerFast

    def __getitem__(self, token):
        return self.tokenizer.convert_tokens_to_ids(token)


def make_tokenizer(named=None, others=()):
    """A byte-level tokenizer; `named` become attributes (`image_token`), `others` are special without a name."""
    named = named or {}
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Tokenizer(models.BPE(vocab={byte: number for number, byte in enumerate(alphabet)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    tokenizer = t.PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token=SPECIALS[0],
        eos_token=SPECIALS[2],
        extra_special_tokens=named,
        padding_side="right",  # as many published checkpoints have it; adapters must not trust it
    )
    tokenizer.add_special_tokens(
        {"additional_special_tokens": [*SPECIALS, *others]}, replace_extra_special_tokens=False
    )
    return Tokens(tokenizer)


def template(video="", image="", audio=""):
    """A ChatML template that writes these placeholders."""
    return (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n"
        "{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}"
        "{% if c.type == 'video' %}" + video + "{% elif c.type == 'image' %}" + image + "{% elif c.type == 'audio' %}"
        + audio + "{% elif c.type == 'text' %}{{ c.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )  # fmt: skip


def text_settings(tokens, **others):
    """What every text tower shares."""
    ends = {"bos_token_id": None, "eos_token_id": tokens["<|im_end|>"], "pad_token_id": tokens["<|pad|>"]}
    return {
        "vocab_size": 320,
        "hidden_size": WIDTH,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 8192,
        "initializer_range": RANGE,
        **ends,
        **others,
    }


def save(folder, model_class, config, processor, tokens, **generation):
    """Initialise, check nothing, write."""
    torch.manual_seed(0)
    config.initializer_range = RANGE
    model = model_class(config).eval()
    for name, weight in model.named_parameters():
        if not weight.any() and (weight.ndim > 1 or name.endswith("gate")):
            # Projectors and gates begin so where nothing is trained, and let nothing through.
            torch.nn.init.normal_(weight, mean=RANGE, std=RANGE)
    model.generation_config = t.GenerationConfig(
        eos_token_id=tokens["<|im_end|>"], pad_token_id=tokens["<|pad|>"], temperature=0.7, do_sample=True, **generation
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


_QWEN_VISION = {
    "depth": 2, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": WIDTH,
    "initializer_range": RANGE,
}  # fmt: skip
_QWEN_AUDIO = {
    "d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 32, "num_mel_bins": 16,
    "initializer_range": RANGE,
}  # fmt: skip
_QWEN_SIZE = {"shortest_edge": 8 * 28 * 28, "longest_edge": 32 * 28 * 28}


def _qwen_vision_tokens(audio=False):
    named = {
        "image_token": "<|image_pad|>", "video_token": "<|video_pad|>", "vision_bos_token": "<|vision_start|>",
        "vision_eos_token": "<|vision_end|>",
    }  # fmt: skip
    if audio:
        named |= {"audio_token": "<|AUDIO|>", "audio_bos_token": "<|audio_bos|>", "audio_eos_token": "<|audio_eos|>"}
    return make_tokenizer(named)


def _qwen_ids(tokens):
    return {
        "image_token_id": tokens["<|image_pad|>"],
        "video_token_id": tokens["<|video_pad|>"],
        "vision_start_token_id": tokens["<|vision_start|>"],
        "vision_end_token_id": tokens["<|vision_end|>"],
    }


def _wrapped(pad):
    return f"<|vision_start|><|{pad}_pad|><|vision_end|>"


_QWEN_TEMPLATE = {"video": _wrapped("video"), "image": _wrapped("image")}


def qwen2_5_vl(folder):
    tokens = _qwen_vision_tokens()
    rope = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 10000.0}
    config = t.Qwen2_5_VLConfig(
        text_config=text_settings(tokens, rope_parameters=rope),
        vision_config={**_QWEN_VISION, "fullatt_block_indexes": [1]},
        **_qwen_ids(tokens),
    )
    processor = t.Qwen2_5_VLProcessor(
        t.Qwen2VLImageProcessor(size=_QWEN_SIZE),
        tokens.tokenizer,
        t.Qwen2VLVideoProcessor(size=_QWEN_SIZE),
        chat_template=template(**_QWEN_TEMPLATE),
    )
    return save(folder, t.Qwen2_5_VLForConditionalGeneration, config, processor, tokens)


def qwen3_vl(folder):
    tokens = _qwen_vision_tokens()
    rope = {"rope_type": "default", "mrope_section": [2, 3, 3], "mrope_interleaved": True, "rope_theta": 10000.0}
    config = t.Qwen3VLConfig(
        text_config=text_settings(tokens, rope_parameters=rope, head_dim=16),
        vision_config={**_QWEN_VISION, "deepstack_visual_indexes": [0], "num_position_embeddings": 64},
        **_qwen_ids(tokens),
    )
    size = {"shortest_edge": 4 * 32 * 32, "longest_edge": 64 * 32 * 32}
    processor = t.Qwen3VLProcessor(
        t.Qwen2VLImageProcessor(size=size, patch_size=16),
        tokens.tokenizer,
        t.Qwen3VLVideoProcessor(size=size, patch_size=16),
        chat_template=template(**_QWEN_TEMPLATE),
    )
    return save(folder, t.Qwen3VLForConditionalGeneration, config, processor, tokens)


def qwen2_audio(folder):
    named = {"audio_token": "<|AUDIO|>", "audio_bos_token": "<|audio_bos|>", "audio_eos_token": "<|audio_eos|>"}
    tokens = make_tokenizer(named)
    config = t.Qwen2AudioConfig(
        audio_config={**_QWEN_AUDIO, "model_type": "qwen2_audio_encoder"},
        text_config={"model_type": "qwen2", **text_settings(tokens)},
        audio_token_index=tokens["<|AUDIO|>"],
    )
    processor = t.Qwen2AudioProcessor(
        t.WhisperFeatureExtractor(feature_size=16),
        tokens.tokenizer,
        chat_template=template(audio="<|audio_bos|><|AUDIO|><|audio_eos|>"),
    )
    return save(folder, t.Qwen2AudioForConditionalGeneration, config, processor, tokens)


_OMNI_TEMPLATE = {
    "video": "<|vision_start|><|video_pad|><|vision_end|>",
    "image": "<|vision_start|><|image_pad|><|vision_end|>",
    "audio": "<|audio_bos|><|AUDIO|><|audio_eos|>",
}


def qwen2_5_omni(folder):
    tokens = _qwen_vision_tokens(audio=True)
    rope = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 10000.0}
    thinker = {
        "text_config": text_settings(tokens, rope_parameters=rope),
        "vision_config": {**_QWEN_VISION, "fullatt_block_indexes": [1]},
        "audio_config": {**_QWEN_AUDIO, "output_dim": WIDTH, "n_window": 50},
        "audio_token_index": tokens["<|AUDIO|>"],
        "image_token_index": tokens["<|image_pad|>"],
        "video_token_index": tokens["<|video_pad|>"],
        "vision_start_token_id": tokens["<|vision_start|>"],
        "vision_end_token_id": tokens["<|vision_end|>"],
        "audio_start_token_id": tokens["<|audio_bos|>"],
        "audio_end_token_id": tokens["<|audio_eos|>"],
        "user_token_id": 85,
        "initializer_range": RANGE,
    }
    config = t.Qwen2_5OmniConfig(thinker_config=thinker, enable_audio_output=False)
    processor = t.Qwen2_5OmniProcessor(
        t.Qwen2VLImageProcessor(size=_QWEN_SIZE),
        t.Qwen2VLVideoProcessor(size=_QWEN_SIZE),
        t.WhisperFeatureExtractor(feature_size=16, return_attention_mask=True),
        tokens.tokenizer,
        chat_template=template(**_OMNI_TEMPLATE),
    )
    return save(folder, t.Qwen2_5OmniForConditionalGeneration, config, processor, tokens)


def qwen3_omni_moe(folder):
    tokens = _qwen_vision_tokens(audio=True)
    rope = {"rope_type": "default", "mrope_section": [2, 3, 3], "mrope_interleaved": True, "rope_theta": 10000.0}
    experts = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16, "head_dim": 16}
    thinker = {
        "text_config": text_settings(tokens, rope_parameters=rope, **experts),
        "vision_config": {**_QWEN_VISION, "deepstack_visual_indexes": [0], "num_position_embeddings": 64},
        "audio_config": {**_QWEN_AUDIO, "output_dim": WIDTH, "downsample_hidden_size": 8},
        "audio_token_id": tokens["<|AUDIO|>"],
        "image_token_id": tokens["<|image_pad|>"],
        "video_token_id": tokens["<|video_pad|>"],
        "vision_start_token_id": tokens["<|vision_start|>"],
        "vision_end_token_id": tokens["<|vision_end|>"],
        "audio_start_token_id": tokens["<|audio_bos|>"],
        "audio_end_token_id": tokens["<|audio_eos|>"],
        "user_token_id": 85,
        "initializer_range": RANGE,
    }
    config = t.Qwen3OmniMoeConfig(thinker_config=thinker, enable_audio_output=False, initializer_range=RANGE)
    size = {"shortest_edge": 4 * 32 * 32, "longest_edge": 64 * 32 * 32}
    processor = t.Qwen3OmniMoeProcessor(
        t.Qwen2VLImageProcessor(size=size, patch_size=16),
        t.Qwen2VLVideoProcessor(size=size, patch_size=16),
        t.WhisperFeatureExtractor(feature_size=16, return_attention_mask=True),
        tokens.tokenizer,
        chat_template=template(**_OMNI_TEMPLATE),
    )
    return save(folder, t.Qwen3OmniMoeForConditionalGeneration, config, processor, tokens)


_SIGLIP = {
    "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 28,
    "patch_size": 14,
}  # fmt: skip
_CLIP_SIZE = {"size": {"shortest_edge": 28}, "crop_size": {"height": 28, "width": 28}}
_LLAVA_TOKENS = {"image_token": "<image>", "video_token": "<video>"}
_LLAVA_TEMPLATE = template(video="<video>\n", image="<image>\n")


def llava_onevision(folder):
    tokens = make_tokenizer(_LLAVA_TOKENS)
    config = t.LlavaOnevisionConfig(
        vision_config={"model_type": "siglip_vision_model", **_SIGLIP, "vision_use_head": False},
        text_config={"model_type": "qwen2", **text_settings(tokens)},
        image_token_index=tokens["<image>"],
        video_token_index=tokens["<video>"],
        image_grid_pinpoints=[[28, 28]],
    )
    square = {"height": 28, "width": 28}
    processor = t.LlavaOnevisionProcessor(
        t.LlavaOnevisionImageProcessor(size=square, image_grid_pinpoints=[[28, 28]]),
        tokens.tokenizer,
        t.LlavaOnevisionVideoProcessor(size=square),
        num_image_tokens=4,
        vision_feature_select_strategy="full",
        chat_template=_LLAVA_TEMPLATE,
    )
    return save(folder, t.LlavaOnevisionForConditionalGeneration, config, processor, tokens)


def video_llava(folder):
    tokens = make_tokenizer(_LLAVA_TOKENS)
    config = t.VideoLlavaConfig(
        vision_config={"model_type": "clip_vision_model", **_SIGLIP, "initializer_range": RANGE},
        text_config={"model_type": "llama", **text_settings(tokens)},
        image_token_index=tokens["<image>"],
        video_token_index=tokens["<video>"],
        image_seq_length=4,
        video_seq_length=40,
    )
    processor = t.VideoLlavaProcessor(
        t.VideoLlavaImageProcessor(**_CLIP_SIZE),
        t.VideoLlavaVideoProcessor(**_CLIP_SIZE),
        tokens.tokenizer,
        patch_size=14,
        chat_template=_LLAVA_TEMPLATE,
    )
    return save(folder, t.VideoLlavaForConditionalGeneration, config, processor, tokens)


def llava(folder):
    tokens = make_tokenizer({"image_token": "<image>"})
    config = t.LlavaConfig(
        vision_config={"model_type": "clip_vision_model", **_SIGLIP, "initializer_range": RANGE},
        text_config={"model_type": "llama", **text_settings(tokens)},
        image_token_index=tokens["<image>"],
        image_seq_length=4,
    )
    processor = t.LlavaProcessor(
        t.CLIPImageProcessor(**_CLIP_SIZE),
        tokens.tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template(image="<image>\n"),
    )
    return save(folder, t.LlavaForConditionalGeneration, config, processor, tokens)


def smolvlm(folder):
    named = {
        "image_token": "<image>", "video_token": "<video>", "fake_image_token": "<fake_token_around_image>",
        "global_image_token": "<global-img>", "end_of_utterance_token": "<end_of_utterance>",
    }  # fmt: skip
    tokens = make_tokenizer(named)
    config = t.SmolVLMConfig(
        vision_config={**_SIGLIP, "initializer_range": RANGE},
        text_config={"model_type": "llama", **text_settings(tokens)},
        image_token_id=tokens["<image>"],
        scale_factor=2,
    )
    size = {"size": {"longest_edge": 28}, "max_image_size": {"longest_edge": 28}}
    processor = t.SmolVLMProcessor(
        t.SmolVLMImageProcessor(**size, do_image_splitting=False),
        tokens.tokenizer,
        t.SmolVLMVideoProcessor(**size, num_frames=8, fps=1),
        image_seq_len=1,
        chat_template=_LLAVA_TEMPLATE,
    )
    return save(folder, t.SmolVLMForConditionalGeneration, config, processor, tokens)


def gemma4(folder):
    named = {
        "image_token": "<|image|>", "boi_token": "<|boi|>", "eoi_token": "<|eoi|>", "audio_token": "<|audio|>",
        "boa_token": "<|boa|>", "eoa_token": "<|eoa|>",
    }  # fmt: skip
    tokens = make_tokenizer(named, others=["<|video|>"])
    config = t.Gemma4Config(
        text_config=text_settings(
            tokens,
            head_dim=16,
            global_head_dim=16,
            layer_types=["sliding_attention", "full_attention"],
            hidden_size_per_layer_input=0,
            vocab_size_per_layer_input=320,
        ),
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "num_key_value_heads": 2, "head_dim": 16, "initializer_range": RANGE, "position_embedding_size": 512,
        },
        audio_config={
            "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "subsampling_conv_channels": [128, 4],
            "output_proj_dims": 32, "initializer_range": RANGE,
        },
        image_token_id=tokens["<|image|>"],
        video_token_id=tokens["<|video|>"],
        audio_token_id=tokens["<|audio|>"],
        boi_token_id=tokens["<|boi|>"],
        eoi_token_id=tokens["<|eoi|>"],
        boa_token_id=tokens["<|boa|>"],
        eoa_token_index=tokens["<|eoa|>"],
    )  # fmt: skip
    processor = t.Gemma4Processor(
        t.Gemma4AudioFeatureExtractor(),
        t.Gemma4ImageProcessor(max_soft_tokens=70),
        tokens.tokenizer,
        t.Gemma4VideoProcessor(max_soft_tokens=70, num_frames=4),
        chat_template=template(video="<|video|>", image="<|image|>", audio="<|audio|>"),
    )
    return save(folder, t.Gemma4ForConditionalGeneration, config, processor, tokens)


def text_only(folder):
    tokens = make_tokenizer()
    tokens.tokenizer.chat_template = template()
    return save(folder, t.Qwen2ForCausalLM, t.Qwen2Config(**text_settings(tokens)), tokens.tokenizer, tokens)


BUILDERS = {
    build.__name__: build
    for build in (
        qwen2_5_vl, qwen3_vl, qwen2_audio, qwen2_5_omni, qwen3_omni_moe, llava_onevision, video_llava, smolvlm, gemma4,
        llava, text_only,
    )
}  # fmt: skip
