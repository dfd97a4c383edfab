"""Types whose pictures are patches of a flexible grid, as Qwen-VL's are: GLM, Ernie, VideoLLaMA3, Kimi, PaddleOCR."""

import transformers as t

from tests.models.tiny import (
    _QWEN_SIZE,
    _QWEN_TEMPLATE,
    _QWEN_VISION,
    RANGE,
    _qwen_ids,
    _qwen_vision_tokens,
    make_tokenizer,
    save,
    template,
    text_settings,
)

SIZE = {"shortest_edge": 4 * 32 * 32, "longest_edge": 64 * 32 * 32}
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16, "head_dim": 16}
ROPE = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 10000.0}
INTERLEAVED = {**ROPE, "mrope_interleaved": True}


def qwen2_vl(folder):
    tokens = _qwen_vision_tokens()
    config = t.Qwen2VLConfig(
        text_config=text_settings(tokens, rope_parameters=ROPE),
        vision_config={"depth": 2, "embed_dim": 32, "num_heads": 2, "hidden_size": 32, "mlp_ratio": 1},
        **_qwen_ids(tokens),
    )
    processor = t.Qwen2VLProcessor(
        t.Qwen2VLImageProcessor(size=_QWEN_SIZE),
        tokens.tokenizer,
        t.Qwen2VLVideoProcessor(size=_QWEN_SIZE),
        chat_template=template(**_QWEN_TEMPLATE),
    )
    return save(folder, t.Qwen2VLForConditionalGeneration, config, processor, tokens)


def _qwen3(folder, prefix, vision, **text):
    tokens = _qwen_vision_tokens()
    config = getattr(t, f"{prefix}Config")(
        text_config=text_settings(tokens, **{"head_dim": 16, **text}),
        vision_config={**_QWEN_VISION, "num_position_embeddings": 64, **vision},
        **_qwen_ids(tokens),
    )
    processor = t.Qwen3VLProcessor(
        t.Qwen2VLImageProcessor(size=SIZE, patch_size=16),
        tokens.tokenizer,
        t.Qwen3VLVideoProcessor(size=SIZE, patch_size=16),
        chat_template=template(**_QWEN_TEMPLATE),
    )
    return save(folder, getattr(t, f"{prefix}ForConditionalGeneration"), config, processor, tokens)


def qwen3_vl_moe(folder):
    return _qwen3(folder, "Qwen3VLMoe", {"deepstack_visual_indexes": [0]}, rope_parameters=INTERLEAVED, **EXPERTS)


_LINEAR = {
    "layer_types": ["linear_attention", "full_attention"], "linear_key_head_dim": 8, "linear_value_head_dim": 8,
    "linear_num_key_heads": 2, "linear_num_value_heads": 2,
    "rope_parameters": {**INTERLEAVED, "partial_rotary_factor": 1.0},
}  # fmt: skip


def qwen3_5(folder):
    return _qwen3(folder, "Qwen3_5", {}, **_LINEAR)


def qwen3_5_moe(folder):
    return _qwen3(folder, "Qwen3_5Moe", {}, **_LINEAR, **EXPERTS, shared_expert_intermediate_size=16)


_GLM_NAMES = {
    "image_token": "<|image|>", "video_token": "<|video|>", "image_begin": "<|begin_of_image|>",
    "image_end": "<|end_of_image|>", "video_begin": "<|begin_of_video|>", "video_end": "<|end_of_video|>",
}  # fmt: skip
_GLM_TEMPLATE = template(
    video="<|begin_of_video|><|video|><|end_of_video|>", image="<|begin_of_image|><|image|><|end_of_image|>"
)
_GLM_VISION = {
    "depth": 2, "hidden_size": 32, "num_heads": 2, "out_hidden_size": 32, "intermediate_size": 32, "image_size": 56,
    "initializer_range": RANGE,
}  # fmt: skip


def _glm(folder, prefix, processor, video, vision, **text):
    tokens = make_tokenizer(_GLM_NAMES)
    config = getattr(t, f"{prefix}Config")(
        text_config=text_settings(tokens, rope_parameters={**ROPE, "partial_rotary_factor": 1.0}, **text),
        vision_config={**_GLM_VISION, **vision},
        image_token_id=tokens["<|image|>"],
        video_token_id=tokens["<|video|>"],
        image_start_token_id=tokens["<|begin_of_image|>"],
        image_end_token_id=tokens["<|end_of_image|>"],
        video_start_token_id=tokens["<|begin_of_video|>"],
        video_end_token_id=tokens["<|end_of_video|>"],
    )
    size = {"shortest_edge": 2 * 4 * 28 * 28, "longest_edge": 2 * 32 * 28 * 28}
    asked = getattr(t, processor)(
        t.Glm4vImageProcessor(size=size),
        tokens.tokenizer,
        getattr(t, video)(size=size),
        chat_template=_GLM_TEMPLATE,
    )
    return save(folder, getattr(t, f"{prefix}ForConditionalGeneration"), config, asked, tokens)


def glm4v(folder):
    return _glm(folder, "Glm4v", "Glm4vProcessor", "Glm4vVideoProcessor", {})


_GLM_EXPERTS = {
    "n_routed_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16, "n_shared_experts": 1, "n_group": 1,
    "topk_group": 1, "first_k_dense_replace": 1, "head_dim": 16,
}  # fmt: skip


def glm4v_moe(folder):
    return _glm(folder, "Glm4vMoe", "Glm4vProcessor", "Glm4vVideoProcessor", {}, **_GLM_EXPERTS)


def glm46v(folder):
    kinds = {"model_type": "glm4v_vision"}
    return _glm(folder, "Glm46V", "Glm46VProcessor", "Glm46VVideoProcessor", kinds, model_type="glm4v_text")


def glm_ocr(folder):
    return _glm(folder, "GlmOcr", "Glm46VProcessor", "Glm46VVideoProcessor", {}, head_dim=16)


def video_llama_3(folder):
    tokens = make_tokenizer({"image_token": "<image>", "video_token": "<video>"})
    config = t.VideoLlama3Config(
        text_config={"model_type": "qwen2", **text_settings(tokens)},
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "patch_size": 14, "initializer_range": RANGE,
        },
        image_token_id=tokens["<image>"],
        video_token_id=tokens["<video>"],
    )  # fmt: skip
    size = {"shortest_edge": 4 * 28 * 28, "longest_edge": 16 * 28 * 28}
    processor = t.VideoLlama3Processor(
        t.VideoLlama3ImageProcessor(size=size),
        tokens.tokenizer,
        t.VideoLlama3VideoProcessor(size=size),
        chat_template=template(video="<video>", image="<image>"),
    )
    return save(folder, t.VideoLlama3ForConditionalGeneration, config, processor, tokens)


def exaone4_5(folder):
    tokens = _qwen_vision_tokens()
    config = t.Exaone4_5_Config(
        text_config={"model_type": "exaone4", "head_dim": 16, **text_settings(tokens)},
        vision_config={**_QWEN_VISION, "num_key_value_heads": 1, "fullatt_block_indexes": [1]},
        image_token_id=tokens["<|image_pad|>"],
        video_token_id=tokens["<|video_pad|>"],
    )
    processor = t.Exaone4_5_Processor(
        t.Qwen2VLImageProcessor(size=_QWEN_SIZE),
        tokens.tokenizer,
        t.Qwen2VLVideoProcessor(size=_QWEN_SIZE),
        chat_template=template(**_QWEN_TEMPLATE),
    )
    return save(folder, t.Exaone4_5_ForConditionalGeneration, config, processor, tokens)


def kimi_k25(folder):
    named = {"image_token": "<|media_pad|>", "video_token": "<|video_pad|>"}
    tokens = make_tokenizer(named, others=["<|media_begin|>", "<|media_end|>", "<|media_content|>"])
    latent = {"q_lora_rank": 16, "kv_lora_rank": 16, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 16}
    experts = {
        "n_routed_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16, "n_group": 1, "topk_group": 1,
        "first_k_dense_replace": 1, "n_shared_experts": 1,
    }  # fmt: skip
    text = {**text_settings(tokens, **latent, **experts), "num_key_value_heads": 2}
    config = t.Kimi_K25Config(
        text_config={"model_type": "deepseek_v3", **text},
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "initializer_range": RANGE,
        },
        projection_hidden_size=32,
        image_token_id=tokens["<|media_pad|>"],
        video_token_id=tokens["<|video_pad|>"],
        vision_start_token_id=tokens["<|media_begin|>"],
        vision_end_token_id=tokens["<|media_end|>"],
    )  # fmt: skip
    processor = t.Kimi_K25Processor(
        t.Kimi_K25ImageProcessor(),
        tokens.tokenizer,
        t.Kimi_K25VideoProcessor(),
        chat_template=template(video="<|video_pad|>", image="<|media_pad|>"),
    )
    return save(folder, t.Kimi_K25ForConditionalGeneration, config, processor, tokens)


def paddleocr_vl(folder):
    tokens = make_tokenizer({"image_token": "<|IMAGE_PLACEHOLDER|>"}, ["<|IMAGE_START|>", "<|IMAGE_END|>"])
    config = t.PaddleOCRVLConfig(
        text_config=text_settings(tokens, head_dim=16, rope_parameters=ROPE),
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 56, "initializer_range": RANGE,
        },
        image_token_id=tokens["<|IMAGE_PLACEHOLDER|>"],
    )  # fmt: skip
    processor = t.PaddleOCRVLProcessor(
        t.PaddleOCRVLImageProcessor(size={"shortest_edge": 4 * 28 * 28, "longest_edge": 16 * 28 * 28}),
        tokens.tokenizer,
        chat_template=template(image="<|IMAGE_START|><|IMAGE_PLACEHOLDER|><|IMAGE_END|>"),
    )
    return save(folder, t.PaddleOCRVLForConditionalGeneration, config, processor, tokens)


def ernie4_5_vl_moe(folder):
    named = {
        "image_token": "<|IMAGE_PLACEHOLDER|>", "video_token": "<|VIDEO_PLACEHOLDER|>",
        "image_start_token": "<|IMAGE_START|>", "image_end_token": "<|IMAGE_END|>",
        "video_start_token": "<|VIDEO_START|>", "video_end_token": "<|VIDEO_END|>",
    }  # fmt: skip
    tokens = make_tokenizer(named)
    config = t.Ernie4_5_VLMoeConfig(
        text_config=text_settings(
            tokens, moe_num_experts=4, moe_k=2, moe_intermediate_size=[16, 16],
            mlp_layer_types=["dense", "sparse"], rope_parameters={**ROPE, "mrope_section": [3, 3, 2]},
        ),
        vision_config={
            "hidden_size": 32, "intermediate_size": 32, "depth": 2, "num_heads": 2, "initializer_range": RANGE,
        },
        image_token_id=tokens["<|IMAGE_PLACEHOLDER|>"],
        video_token_id=tokens["<|VIDEO_PLACEHOLDER|>"],
        image_start_token_id=tokens["<|IMAGE_START|>"],
        image_end_token_id=tokens["<|IMAGE_END|>"],
        video_start_token_id=tokens["<|VIDEO_START|>"],
        video_end_token_id=tokens["<|VIDEO_END|>"],
    )  # fmt: skip
    processor = t.Ernie4_5_VLMoeProcessor(
        t.Ernie4_5_VLMoeImageProcessor(size=_QWEN_SIZE),
        tokens.tokenizer,
        t.Ernie4_5_VLMoeVideoProcessor(size=_QWEN_SIZE, draw_on_frames=False),
        chat_template=template(
            video="<|VIDEO_START|><|VIDEO_PLACEHOLDER|><|VIDEO_END|>",
            image="<|IMAGE_START|><|IMAGE_PLACEHOLDER|><|IMAGE_END|>",
        ),
    )
    return save(folder, t.Ernie4_5_VLMoeForConditionalGeneration, config, processor, tokens)


BUILDERS = (
    qwen2_vl, qwen3_vl_moe, qwen3_5, qwen3_5_moe, glm4v, glm4v_moe, glm46v, glm_ocr, video_llama_3, exaone4_5, kimi_k25,
    paddleocr_vl, ernie4_5_vl_moe,
)  # fmt: skip
