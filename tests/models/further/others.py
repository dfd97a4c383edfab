"""Types with ways of their own: Gemma, Molmo, Ovis, Phi, MiniCPM-V, cross-attention, encoder-decoders."""

import transformers as t

from tests.models.further.towers import SIGLIP, SQUARE
from tests.models.tiny import RANGE, make_tokenizer, save, template, text_settings

_GEMMA = {
    "image_token": "<image_soft_token>", "boi_token": "<start_of_image>", "eoi_token": "<end_of_image>",
}  # fmt: skip
_LAYERS = ["sliding_attention", "full_attention"]


def gemma3(folder):
    tokens = make_tokenizer(_GEMMA)
    config = t.Gemma3Config(
        text_config=text_settings(tokens, head_dim=16, layer_types=_LAYERS, query_pre_attn_scalar=16),
        vision_config=SIGLIP,
        mm_tokens_per_image=4,
        image_token_index=tokens["<image_soft_token>"],
        boi_token_index=tokens["<start_of_image>"],
        eoi_token_index=tokens["<end_of_image>"],
    )
    processor = t.Gemma3Processor(
        t.Gemma3ImageProcessor(size=SQUARE),
        tokens.tokenizer,
        chat_template=template(image="<start_of_image>"),
        image_seq_length=4,
    )
    return save(folder, t.Gemma3ForConditionalGeneration, config, processor, tokens)


def gemma3n(folder):
    named = {
        **_GEMMA,
        "audio_token": "<audio_soft_token>",
        "boa_token": "<start_of_audio>",
        "eoa_token": "<end_of_audio>",
    }
    tokens = make_tokenizer(named)
    config = t.Gemma3nConfig(
        text_config=text_settings(
            tokens, head_dim=16, layer_types=_LAYERS, vocab_size_per_layer_input=320, hidden_size_per_layer_input=8,
            vocab_size=328, laurel_rank=8, num_kv_shared_layers=0, activation_sparsity_pattern=[0.0, 0.0],
        ),
        vision_config={
            "hidden_size": 2048, "vocab_size": 4, "vocab_offset": 320, "architecture": "mobilenetv5_300m_enc",
            "model_args": {"channel_multiplier": 0.02},
        },
        audio_config={
            "hidden_size": 32, "conf_num_hidden_layers": 1, "conf_num_attention_heads": 2, "vocab_size": 4,
            "vocab_offset": 324, "sscp_conv_channel_size": [8, 4], "initializer_range": RANGE,
        },
        audio_soft_tokens_per_image=188,
        vision_soft_tokens_per_image=256,
        image_token_id=tokens["<image_soft_token>"],
        audio_token_id=tokens["<audio_soft_token>"],
        boi_token_id=tokens["<start_of_image>"],
        eoi_token_id=tokens["<end_of_image>"],
        boa_token_id=tokens["<start_of_audio>"],
        eoa_token_id=tokens["<end_of_audio>"],
    )  # fmt: skip
    processor = t.Gemma3nProcessor(
        t.Gemma3nAudioFeatureExtractor(),
        t.SiglipImageProcessor(size={"height": 64, "width": 64}),
        tokens.tokenizer,
        chat_template=template(image="<image_soft_token>", audio="<audio_soft_token>"),
        audio_seq_length=188,
        image_seq_length=256,
    )
    return save(folder, t.Gemma3nForConditionalGeneration, config, processor, tokens)


def gemma4_unified(folder):
    named = {
        "image_token": "<|image|>", "boi_token": "<|boi|>", "eoi_token": "<|eoi|>", "audio_token": "<|audio|>",
        "boa_token": "<|boa|>", "eoa_token": "<|eoa|>",
    }  # fmt: skip
    tokens = make_tokenizer(named, others=["<|video|>"])
    config = t.Gemma4UnifiedConfig(
        text_config=text_settings(tokens, head_dim=16, global_head_dim=16, layer_types=_LAYERS),
        vision_config={"mm_embed_dim": 32, "output_proj_dims": 32, "mm_posemb_size": 64, "initializer_range": RANGE},
        audio_config={"audio_embed_dim": 640, "initializer_range": RANGE},
        image_token_id=tokens["<|image|>"],
        video_token_id=tokens["<|video|>"],
        audio_token_id=tokens["<|audio|>"],
        boi_token_id=tokens["<|boi|>"],
        eoi_token_id=tokens["<|eoi|>"],
        boa_token_id=tokens["<|boa|>"],
        eoa_token_index=tokens["<|eoa|>"],
    )
    processor = t.Gemma4UnifiedProcessor(
        t.Gemma4UnifiedAudioFeatureExtractor(),
        t.Gemma4UnifiedImageProcessor(max_soft_tokens=70),
        tokens.tokenizer,
        t.Gemma4UnifiedVideoProcessor(max_soft_tokens=70),
        chat_template=template(video="<|video|>", image="<|image|>", audio="<|audio|>"),
    )
    return save(folder, t.Gemma4UnifiedForConditionalGeneration, config, processor, tokens)


def paligemma(folder):
    tokens = make_tokenizer({"image_token": "<image>"})
    tokens.tokenizer.add_special_tokens({"bos_token": "<bos>"})
    config = t.PaliGemmaConfig(
        vision_config={**SIGLIP, "projection_dim": 32},
        text_config={"model_type": "gemma", "head_dim": 16, **text_settings(tokens)},
        image_token_index=tokens["<image>"],
        projection_dim=32,
        hidden_size=32,
    )
    image = t.SiglipImageProcessor(size=SQUARE)
    image.image_seq_length = 4
    processor = t.PaliGemmaProcessor(image, tokens.tokenizer, chat_template=template(image="<image>"))
    return save(folder, t.PaliGemmaForConditionalGeneration, config, processor, tokens)


def mllama(folder):
    tokens = make_tokenizer({"image_token": "<|image|>"})
    tokens.tokenizer.add_special_tokens({"bos_token": "<bos>"})
    config = t.MllamaConfig(
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_global_layers": 1,
            "attention_heads": 2, "vision_output_dim": 64, "image_size": 28, "patch_size": 14, "max_num_tiles": 1,
            "intermediate_layers_indices": [1], "supported_aspect_ratios": [[1, 1]], "initializer_range": RANGE,
        },
        text_config=text_settings(tokens, cross_attention_layers=[1]) | {"bos_token_id": tokens["<bos>"]},
        image_token_index=tokens["<|image|>"],
    )  # fmt: skip
    processor = t.MllamaProcessor(
        t.MllamaImageProcessor(size=SQUARE, max_image_tiles=1),
        tokens.tokenizer,
        chat_template=template(image="<|image|>"),
    )
    return save(folder, t.MllamaForConditionalGeneration, config, processor, tokens)


_MOLMO = [
    "<im_patch>",
    "<im_col>",
    "<im_start>",
    "<low_res_im_start>",
    "<frame_start>",
    "<im_end>",
    "<frame_end>",
    "<im_low>",
]


def molmo2(folder):
    tokens = make_tokenizer({"image_token": "<|image|>", "video_token": "<|video|>"}, _MOLMO)
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16, "initializer_range": RANGE}
    config = t.Molmo2Config(
        vision_config={
            **heads, "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "image_size": [28, 28],
        },
        adapter_config={
            **heads, "vision_feature_layer": [-1, -2], "hidden_size": 32, "intermediate_size": 32,
            "text_hidden_size": 32,
        },
        text_config=text_settings(tokens, head_dim=16, additional_vocab_size=8),
        image_start_token_id=tokens["<im_start>"],
        low_res_image_start_token_id=tokens["<low_res_im_start>"],
        image_end_token_id=tokens["<im_end>"],
        image_patch_id=tokens["<im_patch>"],
        frame_start_token_id=tokens["<frame_start>"],
        frame_end_token_id=tokens["<frame_end>"],
    )  # fmt: skip
    processor = t.Molmo2Processor(
        t.Molmo2ImageProcessor(size=SQUARE, max_crops=1),
        t.Molmo2VideoProcessor(size=SQUARE),
        tokens.tokenizer,
        chat_template=template(video="<|video|>", image="<|image|>"),
    )
    return save(folder, t.Molmo2ForConditionalGeneration, config, processor, tokens)


_OVIS = ["<IMG_START>", "<IMG_GRID>", "<IMG_COL>", "<IMG_ROW>", "<IMG_END>"]


def ovis2(folder):
    tokens = make_tokenizer({"image_token": "<image>"}, ["<IMG_ATOM>", *_OVIS])
    config = t.Ovis2Config(
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 28, "vocab_size": 64, "initializer_range": RANGE,
        },
        text_config={"model_type": "qwen2", **text_settings(tokens)},
        image_token_id=tokens["<IMG_ATOM>"],
        visual_indicator_token_ids=[tokens[token] for token in _OVIS],
        vocab_size=320,
        hidden_size=32,
    )  # fmt: skip
    processor = t.Ovis2Processor(
        t.Ovis2ImageProcessor(size=SQUARE, crop_to_patches=False),
        tokens.tokenizer,
        chat_template=template(image="<image>"),
        image_seq_length=4,
    )
    return save(folder, t.Ovis2ForConditionalGeneration, config, processor, tokens)


def phi4_multimodal(folder):
    tokens = make_tokenizer({"image_token": "<|image|>", "audio_token": "<|audio|>"})
    tokens.tokenizer.chat_template = template(image="<|image|>", audio="<|audio|>")  # its processor keeps none
    config = t.Phi4MultimodalConfig(
        **text_settings(tokens, original_max_position_embeddings=8192),
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_token_id": tokens["<|image|>"], "initializer_range": RANGE,
        },
        audio_config={
            "hidden_size": 32, "intermediate_size": 32, "num_blocks": 2, "num_attention_heads": 2,
            "ext_pw_out_channel": 32, "depthwise_separable_out_channel": 32, "nemo_conv_channels": 8,
            "audio_token_id": tokens["<|audio|>"], "initializer_range": RANGE,
        },
    )  # fmt: skip
    processor = t.Phi4MultimodalProcessor(
        t.Phi4MultimodalImageProcessor(dynamic_hd=1),
        t.Phi4MultimodalFeatureExtractor(),
        tokens.tokenizer,
    )
    return save(folder, t.Phi4MultimodalForCausalLM, config, processor, tokens)


_MINICPM = {
    "image_token": "<image_pad>", "video_token": "<video_pad>", "image_start_token": "<image>",
    "image_end_token": "</image>", "slice_start_token": "<slice>", "slice_end_token": "</slice>",
    "image_id_start_token": "<image_id>", "image_id_end_token": "</image_id>",
}  # fmt: skip


def minicpmv4_6(folder):
    tokens = make_tokenizer(_MINICPM)
    config = t.MiniCPMV4_6Config(
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 112, "patch_size": 14, "insert_layer_id": 0, "initializer_range": RANGE,
        },
        text_config={"model_type": "qwen3", "head_dim": 16, **text_settings(tokens)},
        insert_layer_id=0,
        image_size=112,
        image_token_id=tokens["<image_pad>"],
        video_token_id=tokens["<video_pad>"],
    )  # fmt: skip
    size = {"scale_resolution": 112, "max_slice_nums": 1}
    processor = t.MiniCPMV4_6Processor(
        t.MiniCPMV4_6ImageProcessor(**size),
        t.MiniCPMV4_6VideoProcessor(**size),
        tokens.tokenizer,
        chat_template=template(video="<video_pad>", image="<image_pad>"),
    )
    return save(folder, t.MiniCPMV4_6ForConditionalGeneration, config, processor, tokens)


def llama4(folder):
    others = ["<|image_start|>", "<|image_end|>", "<|tile_x_separator|>", "<|tile_y_separator|>", "<|patch|>"]
    tokens = make_tokenizer({"image_token": "<|image|>"}, others)
    config = t.Llama4Config(
        vision_config={
            "hidden_size": 32, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 28, "patch_size": 14, "vision_output_dim": 32, "projector_input_dim": 32,
            "projector_output_dim": 32, "initializer_range": RANGE,
        },
        text_config=text_settings(
            tokens, head_dim=16, intermediate_size_mlp=64, num_local_experts=2, interleave_moe_layer_step=1,
        ),
        image_token_index=tokens["<|patch|>"],
        boi_token_index=tokens["<|image_start|>"],
        eoi_token_index=tokens["<|image_end|>"],
    )  # fmt: skip
    processor = t.Llama4Processor(
        t.Llama4ImageProcessor(size=SQUARE, max_patches=1),
        tokens.tokenizer,
        patch_size=14,
        chat_template=template(image="<|image|>"),
    )
    return save(folder, t.Llama4ForConditionalGeneration, config, processor, tokens)


def t5gemma2(folder):
    tokens = make_tokenizer(_GEMMA)
    tokens.tokenizer.add_special_tokens({"bos_token": "<bos>"})
    text = text_settings(tokens, head_dim=16, layer_types=_LAYERS, query_pre_attn_scalar=16)
    text |= {"bos_token_id": tokens["<bos>"]}
    config = t.T5Gemma2Config(
        encoder={
            "text_config": text, "vision_config": SIGLIP, "mm_tokens_per_image": 4,
            "image_token_index": tokens["<image_soft_token>"], "boi_token_index": tokens["<start_of_image>"],
            "eoi_token_index": tokens["<end_of_image>"],
        },
        decoder=text,
        image_token_index=tokens["<image_soft_token>"],
        eoi_token_index=tokens["<end_of_image>"],
    )  # fmt: skip
    processor = t.Gemma3Processor(
        t.Gemma3ImageProcessor(size=SQUARE),
        tokens.tokenizer,
        chat_template=template(image="<start_of_image>"),
        image_seq_length=4,
    )
    start = tokens["<bos>"]
    model = t.T5Gemma2ForConditionalGeneration
    return save(folder, model, config, processor, tokens, bos_token_id=start, decoder_start_token_id=start)


BUILDERS = (
    gemma3, gemma3n, gemma4_unified, paligemma, mllama, molmo2, ovis2, phi4_multimodal, minicpmv4_6,
    llama4, t5gemma2,
)  # fmt: skip
