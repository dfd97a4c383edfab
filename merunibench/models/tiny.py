"""`tiny`: a model with random weights for video, audio and text, built in seconds to rehearse a run with a real one.

It is a Qwen2.5-Omni with a hundred thousand weights, saved and loaded like a published one. Decoders, batches, devices,
resuming and scoring can thus be tried on one's own clips before gigabytes are downloaded. It answers with emotion words
that depend on its input but have no meaning.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from merunibench.errors import InputError
from merunibench.hub import ensure_torchvision, load_transformers
from merunibench.models.base import Model, Options

if TYPE_CHECKING:
    from merunibench.models.huggingface import Family

NAME = "tiny"
WORDS = (
    "afraid", "amused", "angry", "annoyed", "anxious", "ashamed", "bored", "calm", "confused", "content", "curious",
    "disappointed", "disgusted", "embarrassed", "excited", "grateful", "happy", "hopeful", "neutral", "proud",
    "relieved", "sad", "surprised", "worried",
)  # fmt: skip
_LONGEST = len(WORDS) + 1
"""Maximum number of words of an answer, unless fewer are requested; no word is repeated, so an answer always ends."""
_WIDTH, _SPREAD = 32, 0.2
"""Hidden size, and spread of the weights: at the usual 0.02, media would hardly affect such a small model."""
_MARKS = {
    "image_token": "<|image_pad|>", "video_token": "<|video_pad|>", "audio_token": "<|AUDIO|>",
    "vision_bos_token": "<|vision_start|>", "vision_eos_token": "<|vision_end|>",
    "audio_bos_token": "<|audio_bos|>", "audio_eos_token": "<|audio_eos|>",
}  # fmt: skip
_PAD, _START, _END = "<|pad|>", "<|im_start|>", "<|im_end|>"
_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% for c in m.content %}"
    "{% if c.type == 'video' %}<|vision_start|><|video_pad|><|vision_end|>"
    "{% elif c.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif c.type == 'audio' %}<|audio_bos|><|AUDIO|><|audio_eos|>{% else %}{{ c.text }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def load(argument: str, options: Options) -> Model:
    """Build the model and load it like any model folder.

    Args:
        argument: Must be empty.
        options: As for any Hugging Face model; answers always end.

    Raises:
        InputError: An argument is given, or a library is missing.
    """
    from merunibench.models.huggingface.model import HuggingFaceModel

    if argument:
        raise InputError(f"tiny takes no argument, but {argument!r} was given")
    longest = options.generation.max_new_tokens or _LONGEST
    options = replace(options, generation=replace(options.generation, max_new_tokens=longest))
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place) / NAME
        build(folder)
        return HuggingFaceModel(str(folder), options, _no_other, name=NAME)


def _no_other(_: str) -> "type[Family] | None":
    """Ignore families of the same type that packages register."""
    return None


def build(folder: Path) -> None:
    """Write the model's files; they are the same each time.

    Raises:
        InputError: A library is missing.
    """
    transformers = load_transformers()
    import torch

    ensure_torchvision()
    tokenizer = _tokenizer(transformers)
    config = transformers.Qwen2_5OmniThinkerConfig(**_sizes(tokenizer))
    size = {"shortest_edge": 8 * 28 * 28, "longest_edge": 32 * 28 * 28}
    processor = transformers.Qwen2_5OmniProcessor(
        transformers.Qwen2VLImageProcessor(size=size),
        transformers.Qwen2VLVideoProcessor(size=size),
        transformers.WhisperFeatureExtractor(feature_size=16, return_attention_mask=True),
        tokenizer,
        chat_template=_TEMPLATE,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.Qwen2_5OmniThinkerForConditionalGeneration(config)
    words, ends = _ids(tokenizer, ","), _ids(tokenizer, "")
    _say_words(model, words, ends)
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=ends, pad_token_id=tokenizer.pad_token_id, no_repeat_ngram_size=1
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def _say_words(model: Any, words: list[int], ends: list[int]) -> None:  # noqa: ANN401
    """Change the weights so that only words are likely, and words that end an answer are less likely.

    The head has no bias. So one feature is made constant at every position and serves as the bias.
    """
    import torch

    with torch.no_grad():
        model.get_input_embeddings().weight[:, 0] = 1.0
        for layer in model.get_decoder().layers:
            layer.self_attn.o_proj.weight[0] = 0
            layer.mlp.down_proj.weight[0] = 0
        bias = torch.full((len(model.lm_head.weight),), -100.0)
        bias[words], bias[ends] = 0.0, -4.0
        model.lm_head.weight[:, 0] = bias


def _tokenizer(transformers: Any) -> Any:  # noqa: ANN401 - transformers' own
    """Build a tokenizer of bytes and of words that no text is split into: each with a comma, and without (last one)."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    whole = [f"Ġ{word}{end}" for end in (",", "") for word in WORDS]  # Ġ is the byte-level form of a space
    backend = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(alphabet + whole)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token=_PAD, eos_token=_END, extra_special_tokens=_MARKS
    )
    tokenizer.add_special_tokens(
        {"additional_special_tokens": [_PAD, _START, _END]}, replace_extra_special_tokens=False
    )
    return tokenizer


def _ids(tokenizer: Any, end: str) -> list[int]:  # noqa: ANN401
    found: list[int] = tokenizer.convert_tokens_to_ids([f"Ġ{word}{end}" for word in WORDS])
    return found


def _sizes(tokenizer: Any) -> Mapping[str, Any]:  # noqa: ANN401
    """Return the configuration of the thinker, the part that generates text."""
    numbers = {name: tokenizer.convert_tokens_to_ids(token) for name, token in _MARKS.items()}
    rope = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 10000.0}
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": _WIDTH,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 32768,
        "rope_parameters": rope,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision = {"depth": 2, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": _WIDTH}
    audio = {"d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 32}
    return {
        "text_config": text | {"initializer_range": _SPREAD},
        "vision_config": vision | {"fullatt_block_indexes": [1], "initializer_range": _SPREAD},
        "audio_config": audio
        | {"num_mel_bins": 16, "output_dim": _WIDTH, "n_window": 50, "initializer_range": _SPREAD},
        "audio_token_index": numbers["audio_token"],
        "image_token_index": numbers["image_token"],
        "video_token_index": numbers["video_token"],
        "vision_start_token_id": numbers["vision_bos_token"],
        "vision_end_token_id": numbers["vision_eos_token"],
        "audio_start_token_id": numbers["audio_bos_token"],
        "audio_end_token_id": numbers["audio_eos_token"],
        "user_token_id": tokenizer.convert_tokens_to_ids("u"),
        "initializer_range": _SPREAD,
    }
