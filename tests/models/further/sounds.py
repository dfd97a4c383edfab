"""Types that hear: an encoder of sound before a language model."""

import transformers as t

from tests.models.tiny import RANGE, make_tokenizer, save, template, text_settings

_ENCODER = {
    "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "num_mel_bins": 16,
    "initializer_range": RANGE,
}  # fmt: skip


def _windows(folder, prefix, encoder, processor, named, template_of_sound, text="qwen2", audio=None, **others):
    """Models that hear windows of thirty seconds."""
    tokens = make_tokenizer({"audio_token": named})
    audio = {"model_type": encoder, **_ENCODER, **(audio or {})}
    config = getattr(t, f"{prefix}Config")(
        audio_config=audio,
        text_config={"model_type": text, **text_settings(tokens)},
        audio_token_id=tokens[named],
        **others,
    )
    asked = getattr(t, processor)(
        t.WhisperFeatureExtractor(feature_size=16),
        tokens.tokenizer,
        chat_template=template(audio=template_of_sound),
        audio_token=named,
    )
    return save(folder, getattr(t, f"{prefix}ForConditionalGeneration"), config, asked, tokens)


def audioflamingo3(folder):
    return _windows(folder, "AudioFlamingo3", "audioflamingo3_encoder", "AudioFlamingo3Processor", "<sound>", "<sound>")


def glmasr(folder):
    return _windows(
        folder, "GlmAsr", "glmasr_encoder", "GlmAsrProcessor", "<|pad_audio|>", "<|pad_audio|>", text="llama",
        audio={"intermediate_size": 128, "num_key_value_heads": 2},
    )  # fmt: skip


def musicflamingo(folder):
    tokens = make_tokenizer({"audio_token": "<sound>"}, ["<|sound_bos|>", "<|sound_eos|>"])
    config = t.MusicFlamingoConfig(
        audio_config={"model_type": "audioflamingo3_encoder", **_ENCODER},
        text_config={"model_type": "qwen2", **text_settings(tokens)},
        audio_token_id=tokens["<sound>"],
        audio_bos_token_id=tokens["<|sound_bos|>"],
        audio_eos_token_id=tokens["<|sound_eos|>"],
    )
    processor = t.MusicFlamingoProcessor(
        t.WhisperFeatureExtractor(feature_size=16),
        tokens.tokenizer,
        chat_template=template(audio="<sound>"),
    )
    return save(folder, t.MusicFlamingoForConditionalGeneration, config, processor, tokens)


def qwen3_asr(folder):
    named = {"audio_token": "<|audio_pad|>", "audio_bos_token": "<|audio_start|>", "audio_eos_token": "<|audio_end|>"}
    tokens = make_tokenizer(named)
    config = t.Qwen3ASRConfig(
        audio_config={
            "model_type": "qwen3_asr_encoder", "d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 2,
            "encoder_ffn_dim": 32, "num_mel_bins": 16, "output_dim": 32, "downsample_hidden_size": 8,
            "initializer_range": RANGE,
        },
        text_config={"model_type": "qwen3", "head_dim": 16, **text_settings(tokens)},
        audio_token_id=tokens["<|audio_pad|>"],
        pad_token_id=tokens["<|pad|>"],
        eos_token_id=tokens["<|im_end|>"],
    )  # fmt: skip
    processor = t.Qwen3ASRProcessor(
        t.Qwen3ASRFeatureExtractor(feature_size=16) if hasattr(t, "Qwen3ASRFeatureExtractor")
        else t.WhisperFeatureExtractor(feature_size=16),
        tokens.tokenizer,
        chat_template=template(audio="<|audio_start|><|audio_pad|><|audio_end|>"),
    )  # fmt: skip
    return save(folder, t.Qwen3ASRForConditionalGeneration, config, processor, tokens)


def voxtral(folder):
    tokens = make_tokenizer({"audio_token": "[AUDIO]"})
    config = t.VoxtralConfig(
        audio_config={"model_type": "voxtral_encoder", **_ENCODER, "intermediate_size": 128},
        text_config={"model_type": "llama", "head_dim": 16, **text_settings(tokens)},
        audio_token_id=tokens["[AUDIO]"],
    )
    tokens.tokenizer.chat_template = template(audio="[AUDIO]")
    processor = t.VoxtralProcessor(t.WhisperFeatureExtractor(feature_size=16), tokens.tokenizer)
    return save(folder, t.VoxtralForConditionalGeneration, config, processor, tokens)


BUILDERS = (audioflamingo3, musicflamingo, glmasr, qwen3_asr, voxtral)
