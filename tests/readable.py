"""A multimodal model that answers in readable English: LLaVA-OneVision around a small trained language model.

Its eyes are random and its projector lets next to nothing through, so that it takes real frames through the real code
and answers as if it had hardly seen them: it proves the plumbing, not the sight. Nothing at all would be refused.
"""

import shutil


def readable_model(smollm, folder):
    """Write the model to a folder.

    Args:
        smollm: Folder of the language model (`tests.smollm.smollm_folder`).
        folder: Where to write.

    Returns:
        `folder`.
    """
    import torch

    from merunibench.hub import ensure_torchvision

    ensure_torchvision()
    import transformers as t

    language = t.AutoModelForCausalLM.from_pretrained(smollm, dtype=torch.float32)
    tokenizer = t.AutoTokenizer.from_pretrained(smollm)
    # Two control tokens that the language model has and nobody uses: its table of words need not grow.
    image, video = "<issue_comment>", "<jupyter_start>"
    tokenizer = t.AutoTokenizer.from_pretrained(
        smollm, extra_special_tokens={"image_token": image, "video_token": video}
    )
    number = tokenizer.convert_tokens_to_ids
    config = t.LlavaOnevisionConfig(
        vision_config={
            "model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 28, "patch_size": 14, "vision_use_head": False,
        },
        text_config=language.config.to_dict(),
        image_token_index=number(image),
        video_token_index=number(video),
        image_grid_pinpoints=[[28, 28]],
        tie_word_embeddings=language.config.tie_word_embeddings,
    )  # fmt: skip
    torch.manual_seed(0)
    model = t.LlavaOnevisionForConditionalGeneration(config).eval()
    model.model.language_model.load_state_dict(language.model.state_dict(), strict=True)
    model.lm_head.load_state_dict(language.lm_head.state_dict(), strict=True)
    with torch.no_grad():
        for weight in model.model.multi_modal_projector.parameters():
            weight.mul_(0.01)
    model.generation_config = language.generation_config
    square = {"height": 28, "width": 28}
    processor = t.LlavaOnevisionProcessor(
        t.LlavaOnevisionImageProcessor(size=square, image_grid_pinpoints=[[28, 28]]),
        tokenizer,
        t.LlavaOnevisionVideoProcessor(size=square),
        num_image_tokens=4,
        vision_feature_select_strategy="full",
        chat_template=_template(video, image),
    )
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    model.save_pretrained(unfinished)
    processor.save_pretrained(unfinished)
    unfinished.rename(folder)
    return folder


def _template(video, image):
    return (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{% for c in m.content %}"
        "{% if c.type == 'video' %}" + video + "\n{% elif c.type == 'image' %}" + image + "\n"
        "{% else %}{{ c.text }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )  # fmt: skip
