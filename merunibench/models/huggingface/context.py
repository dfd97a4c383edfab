"""Check that a prompt fits the model's context; if not, the error tells how to shorten it."""

from collections.abc import Mapping, Sequence
from typing import Any

from merunibench.errors import MediaError

_SHRINKING = {
    "do_image_splitting": "false",
    "crop_to_patches": "false",
    "do_pan_and_scan": "false",
    "max_image_tiles": "1",
    "max_patches": "1",
    "max_num_tiles": "1",
    "max_crops": "1",
    "max_soft_tokens": "70",
    "max_pixels": "100352",
}
"""Arguments of transformers' image processors that set the number of tokens per image, with small values."""


def longest_context(config: Any) -> int | None:  # noqa: ANN401
    """Return the maximum number of tokens of a model, or None if its configuration does not contain it."""
    try:
        text = config.get_text_config(decoder=True)
    except (ValueError, AttributeError):
        return None
    longest = getattr(text, "max_position_embeddings", None)
    return longest if isinstance(longest, int) and longest > 0 else None


def token_counts(inputs: Mapping[str, Any]) -> list[int]:
    """Return the number of tokens of each prompt of a batch, without padding."""
    mask = inputs.get("attention_mask")
    if mask is None:
        count, length = inputs["input_ids"].shape
        return [length] * count
    return [int(count) for count in mask.sum(dim=-1)]


def check_lengths(names: Sequence[str], counts: Sequence[int], answer: int, longest: int | None, advice: str) -> None:
    """Reject prompts that leave no room for an answer: models would answer them anyway, but badly.

    Args:
        names: Names of the samples.
        counts: Number of tokens of each prompt.
        answer: Maximum length of an answer; 0 if it does not share the prompt's context.
        longest: Maximum number of tokens of prompt and answer together; None if not known.
        advice: How to shorten prompts.

    Raises:
        MediaError: Some prompts are too long.
    """
    if longest is None:
        return
    room = f", plus {answer} to answer," if answer else ""
    if found := [f"{name}: {n} tokens{room}" for name, n in zip(names, counts, strict=True) if n + answer > longest]:
        raise MediaError(f"{'; '.join(found)} exceed the model's {longest}; {advice}")


def shrinking(processor: Any) -> str:  # noqa: ANN401
    """Return how to shorten the prompts of a model, as command-line options."""
    parts = [getattr(processor, name, None) for name in ("image_processor", "video_processor")]
    named = [
        f"--processor-kwarg {name}={value}"
        for name, value in _SHRINKING.items()
        if any(getattr(part, name, None) not in (None, False) for part in parts)
    ]
    frames = ["fewer --frames"] if any(part is not None for part in parts) else []
    return f"to shorten: {', '.join([*frames, *named, 'a smaller --max-new-tokens'])}"
