"""Types that put a vision tower before a language model, their pictures of one size or cut into tiles."""

import transformers as t

from tests.models.tiny import (
    _CLIP_SIZE,
    _LLAVA_TEMPLATE,
    _LLAVA_TOKENS,
    _SIGLIP,
    RANGE,
    make_tokenizer,
    save,
    template,
    text_settings,
)

CLIP = {"model_type": "clip_vision_model", **_SIGLIP, "initializer_range": RANGE}
SIGLIP = {"model_type": "siglip_vision_model", **_SIGLIP, "vision_use_head": False, "initializer_range": RANGE}
SQUARE = {"height": 28, "width": 28}


def _tower(tokens, **others):
    """What every LLaVA's configuration has."""
    return {"vision_config": CLIP, "text_config": {"model_type": "llama", **text_settings(tokens)}, **others}


def _as_llava(processor, image, tokens, video=None, **others):
    parts = [image, tokens.tokenizer] if video is None else [video, image, tokens.tokenizer]
    return processor(
        *parts,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_LLAVA_TEMPLATE if video else template(image="<image>\n"),
        **others,
    )


def llava_next(folder):
    tokens = make_tokenizer({"image_token": "<image>"})
    config = t.LlavaNextConfig(
        **_tower(tokens), image_token_index=tokens["<image>"], image_grid_pinpoints=[[28, 28], [28, 56]]
    )
    image = t.LlavaNextImageProcessor(**_CLIP_SIZE, image_grid_pinpoints=[[28, 28], [28, 56]])
    return save(
        folder, t.LlavaNextForConditionalGeneration, config, _as_llava(t.LlavaNextProcessor, image, tokens), tokens
    )


def vipllava(folder):
    tokens = make_tokenizer({"image_token": "<image>"})
    config = t.VipLlavaConfig(
        **_tower(tokens), image_token_index=tokens["<image>"], image_seq_length=4, vision_feature_layers=[-1, -2]
    )
    processor = _as_llava(t.LlavaProcessor, t.CLIPImageProcessor(**_CLIP_SIZE), tokens)
    return save(folder, t.VipLlavaForConditionalGeneration, config, processor, tokens)


def llava_next_video(folder):
    tokens = make_tokenizer(_LLAVA_TOKENS)
    vision = {**CLIP, "image_size": 56}
    config = t.LlavaNextVideoConfig(
        **_tower(tokens, vision_config=vision),
        image_token_index=tokens["<image>"],
        video_token_index=tokens["<video>"],
        image_grid_pinpoints=[[56, 56]],
    )
    size = {"size": {"shortest_edge": 56}, "crop_size": {"height": 56, "width": 56}}
    processor = _as_llava(
        t.LlavaNextVideoProcessor,
        t.LlavaNextImageProcessor(**size, image_grid_pinpoints=[[56, 56]]),
        tokens,
        t.LlavaNextVideoVideoProcessor(**size),
    )
    return save(folder, t.LlavaNextVideoForConditionalGeneration, config, processor, tokens)


def internvl(folder):
    named = {
        "start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }  # fmt: skip
    tokens = make_tokenizer(named)
    config = t.InternVLConfig(
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": [28, 28], "patch_size": [14, 14], "initializer_range": RANGE,
        },
        text_config={"model_type": "qwen2", **text_settings(tokens)},
        image_token_id=tokens["<IMG_CONTEXT>"],
        image_seq_length=1,
    )  # fmt: skip
    processor = t.InternVLProcessor(
        t.GotOcr2ImageProcessor(size=SQUARE, crop_to_patches=False),
        tokens.tokenizer,
        t.InternVLVideoProcessor(size=SQUARE),
        image_seq_length=1,
        chat_template=template(video="<video>\n", image="<IMG_CONTEXT>\n"),
    )
    return save(folder, t.InternVLForConditionalGeneration, config, processor, tokens)


def aya_vision(folder):
    others = ["<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_PATCH|>", "<|IMG_LINE_BREAK|>", "TILE", "TILE_GLOBAL"]
    tokens = make_tokenizer({"image_token": "<image>"}, others)
    config = t.AyaVisionConfig(
        vision_config=SIGLIP,
        text_config={"model_type": "cohere2", "head_dim": 16, **text_settings(tokens)},
        image_token_index=tokens["<|IMG_PATCH|>"],
        downsample_factor=2,
        adapter_layer_norm_eps=1e-6,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    processor = t.AyaVisionProcessor(
        t.GotOcr2ImageProcessor(size=SQUARE, crop_to_patches=False),
        tokens.tokenizer,
        patch_size=14,
        img_size=28,
        downsample_factor=2,
        chat_template=template(image="<image>"),
    )
    return save(folder, t.AyaVisionForConditionalGeneration, config, processor, tokens)


def cohere2_vision(folder):
    named = {
        "boi_token": "<|START_OF_IMG|>", "eoi_token": "<|END_OF_IMG|>", "image_token": "<|IMG_PATCH|>",
        "img_line_break_token": "<|IMG_LINE_BREAK|>",
    }  # fmt: skip
    tokens = make_tokenizer(named)
    config = t.Cohere2VisionConfig(
        vision_config=SIGLIP,
        text_config={"model_type": "cohere2", "head_dim": 16, **text_settings(tokens)},
        image_token_id=tokens["<|IMG_PATCH|>"],
        downsample_factor=2,
        alignment_intermediate_size=64,
    )
    processor = t.Cohere2VisionProcessor(
        # Its processor takes the side of a picture in tokens for the size of a patch.
        t.Cohere2VisionImageProcessor(size=SQUARE, crop_to_patches=False, patch_size=1),
        tokens.tokenizer,
        chat_template=template(image="<|IMG_PATCH|>"),
    )
    return save(folder, t.Cohere2VisionForConditionalGeneration, config, processor, tokens)


def mistral3(folder):
    named = {"image_token": "[IMG]", "image_break_token": "[IMG_BREAK]", "image_end_token": "[IMG_END]"}
    tokens = make_tokenizer(named)
    config = t.Mistral3Config(
        vision_config={
            "model_type": "pixtral", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 56, "patch_size": 14, "initializer_range": RANGE,
        },
        text_config={"model_type": "mistral", "head_dim": 16, **text_settings(tokens)},
        image_token_index=tokens["[IMG]"],
        spatial_merge_size=2,
    )  # fmt: skip
    processor = t.PixtralProcessor(
        t.PixtralImageProcessor(size={"longest_edge": 56}, patch_size={"height": 14, "width": 14}),
        tokens.tokenizer,
        patch_size=14,
        spatial_merge_size=2,
        chat_template=template(image="[IMG]"),
    )
    return save(folder, t.Mistral3ForConditionalGeneration, config, processor, tokens)


def lighton_ocr(folder):
    named = {"image_token": "<|image_pad|>", "image_break_token": "<|vision_pad|>", "image_end_token": "<|vision_end|>"}
    tokens = make_tokenizer(named)
    config = t.LightOnOcrConfig(
        vision_config={
            "model_type": "pixtral", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 56, "patch_size": 14, "initializer_range": RANGE,
        },
        text_config={"model_type": "qwen3", "head_dim": 16, **text_settings(tokens)},
        image_token_id=tokens["<|image_pad|>"],
        spatial_merge_size=2,
    )  # fmt: skip
    processor = t.LightOnOcrProcessor(
        t.PixtralImageProcessor(size={"longest_edge": 56}, patch_size={"height": 14, "width": 14}),
        tokens.tokenizer,
        patch_size=14,
        spatial_merge_size=2,
        chat_template=template(image="<|image_pad|>"),
    )
    return save(folder, t.LightOnOcrForConditionalGeneration, config, processor, tokens)


def lfm2_vl(folder):
    named = {
        "image_token": "<image>", "image_start_token": "<|image_start|>", "image_end_token": "<|image_end|>",
        "image_thumbnail": "<|img_thumbnail|>",
    }  # fmt: skip
    tokens = make_tokenizer(named)
    config = t.Lfm2VlConfig(
        vision_config={
            "model_type": "siglip2_vision_model", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_patches": 16, "patch_size": 16, "vision_use_head": False,
            "initializer_range": RANGE,
        },
        text_config={"model_type": "lfm2", **text_settings(tokens), "layer_types": ["conv", "full_attention"]},
        image_token_id=tokens["<image>"],
        projector_hidden_size=32,
        downsample_factor=2,
    )  # fmt: skip
    processor = t.Lfm2VlProcessor(
        t.Lfm2VlImageProcessor(do_image_splitting=False, min_image_tokens=4, max_image_tokens=16, max_num_patches=64),
        tokens.tokenizer,
        chat_template=template(image="<image>"),
    )
    return save(folder, t.Lfm2VlForConditionalGeneration, config, processor, tokens)


def got_ocr2(folder):
    named = {"image_token": "<imgpad>", "start_image_token": "<img>", "end_image_token": "</img>"}
    tokens = make_tokenizer(named)
    config = t.GotOcr2Config(
        vision_config={
            "hidden_size": 32, "output_channels": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 64, "patch_size": 16, "mlp_dim": 32, "window_size": 2, "global_attn_indexes": [1],
            "initializer_range": RANGE,
        },
        text_config={"model_type": "qwen2", **text_settings(tokens)},
        image_token_index=tokens["<imgpad>"],
        image_seq_length=1,
    )  # fmt: skip
    processor = t.GotOcr2Processor(
        t.GotOcr2ImageProcessor(size={"height": 64, "width": 64}),
        tokens.tokenizer,
        chat_template=template(image="<img><imgpad></img>"),
    )
    return save(folder, t.GotOcr2ForConditionalGeneration, config, processor, tokens)


def idefics3(folder):
    named = {
        "image_token": "<image>", "fake_image_token": "<fake_token_around_image>", "global_image_token": "<global-img>",
        "end_of_utterance_token": "<end_of_utterance>",
    }  # fmt: skip
    tokens = make_tokenizer(named)
    config = t.Idefics3Config(
        vision_config={**_SIGLIP, "initializer_range": RANGE},
        text_config={"model_type": "llama", **text_settings(tokens)},
        image_token_id=tokens["<image>"],
        scale_factor=2,
    )
    size = {"size": {"longest_edge": 28}, "max_image_size": {"longest_edge": 28}}
    processor = t.Idefics3Processor(
        t.Idefics3ImageProcessor(**size, do_image_splitting=False),
        tokens.tokenizer,
        image_seq_len=1,
        chat_template=template(image="<image>"),
    )
    return save(folder, t.Idefics3ForConditionalGeneration, config, processor, tokens)


def idefics2(folder):
    named = {
        "image_token": "<image>", "image_boundary_token": "<fake_token_around_image>",
        "end_of_utterance_token": "<end_of_utterance>",
    }  # fmt: skip
    tokens = make_tokenizer(named)
    config = t.Idefics2Config(
        vision_config={**_SIGLIP, "initializer_range": RANGE},
        perceiver_config={
            "hidden_size": 32, "resampler_n_latents": 2, "resampler_depth": 1, "resampler_n_heads": 2,
            "num_key_value_heads": 1, "resampler_head_dim": 16, "initializer_range": RANGE,
        },
        text_config={"model_type": "mistral", "head_dim": 16, **text_settings(tokens)},
        image_token_id=tokens["<image>"],
    )  # fmt: skip
    processor = t.Idefics2Processor(
        t.Idefics2ImageProcessor(size={"shortest_edge": 28, "longest_edge": 28}, do_image_splitting=False),
        tokens.tokenizer,
        image_seq_len=2,
        chat_template=template(image="<image>"),
    )
    return save(folder, t.Idefics2ForConditionalGeneration, config, processor, tokens)


def deepseek_vl(folder):
    tokens = make_tokenizer({"image_token": "<image_placeholder>"})
    config = t.DeepseekVLConfig(
        vision_config=SIGLIP,
        text_config={"model_type": "llama", **text_settings(tokens)},
        image_token_id=tokens["<image_placeholder>"],
    )
    processor = t.DeepseekVLProcessor(
        t.DeepseekVLImageProcessor(size=SQUARE, min_size=14),
        tokens.tokenizer,
        chat_template=template(image="<image_placeholder>"),
        num_image_tokens=4,
    )
    return save(folder, t.DeepseekVLForConditionalGeneration, config, processor, tokens)


def deepseek_vl_hybrid(folder):
    tokens = make_tokenizer({"image_token": "<image_placeholder>"})
    config = t.DeepseekVLHybridConfig(
        vision_config=SIGLIP,
        high_res_vision_config={
            "model_type": "sam_vision_model", "hidden_size": 32, "output_channels": 16, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 64, "patch_size": 16, "mlp_dim": 32, "window_size": 2,
            "global_attn_indexes": [1], "initializer_range": RANGE,
        },
        text_config={"model_type": "llama", **text_settings(tokens)},
        image_token_id=tokens["<image_placeholder>"],
    )  # fmt: skip
    processor = t.DeepseekVLHybridProcessor(
        t.DeepseekVLHybridImageProcessor(size=SQUARE, min_size=14, high_res_size={"height": 64, "width": 64}),
        tokens.tokenizer,
        chat_template=template(image="<image_placeholder>"),
        num_image_tokens=4,
    )
    return save(folder, t.DeepseekVLHybridForConditionalGeneration, config, processor, tokens)


def qianfan_ocr(folder):
    named = {"start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>"}
    tokens = make_tokenizer(named, ["<image>"])
    config = t.QianfanOCRConfig(
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": [28, 28], "patch_size": [14, 14], "initializer_range": RANGE,
        },
        text_config={"model_type": "qwen3", "head_dim": 16, **text_settings(tokens)},
        image_token_id=tokens["<IMG_CONTEXT>"],
        image_seq_length=1,
    )  # fmt: skip
    processor = t.QianfanOCRProcessor(
        t.GotOcr2ImageProcessor(size=SQUARE, crop_to_patches=False),
        tokens.tokenizer,
        image_seq_length=1,
        chat_template=template(image="<image>"),
    )
    return save(folder, t.QianfanOCRForConditionalGeneration, config, processor, tokens)


def janus(folder):
    named = {"image_token": "<image_placeholder>", "boi_token": "<begin_of_image>", "eoi_token": "<end_of_image>"}
    tokens = make_tokenizer(named)
    config = t.JanusConfig(
        vision_config={
            "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 28, "patch_size": 14,
            "mlp_ratio": 1, "projection_dim": 32, "num_image_tokens": 4, "initializer_range": RANGE,
        },
        text_config={"model_type": "llama", **text_settings(tokens)},
        vq_config={
            "embed_dim": 8, "num_embeddings": 16, "latent_channels": 8, "base_channels": 32, "channel_multiplier": [1],
            "num_res_blocks": 1, "num_patches": 2, "image_token_embed_dim": 32, "projection_dim": 32,
        },
        image_token_id=tokens["<image_placeholder>"],
    )  # fmt: skip
    processor = t.JanusProcessor(
        t.JanusImageProcessor(size=SQUARE, min_size=14),
        tokens.tokenizer,
        chat_template=template(image="<image_placeholder>"),
        num_image_tokens=4,
    )
    return save(folder, t.JanusForConditionalGeneration, config, processor, tokens)


BUILDERS = (
    llava_next, vipllava, llava_next_video, internvl, aya_vision, cohere2_vision, mistral3, lighton_ocr, lfm2_vl,
    idefics3, idefics2, deepseek_vl, deepseek_vl_hybrid, qianfan_ocr, janus, got_ocr2,
)  # fmt: skip
