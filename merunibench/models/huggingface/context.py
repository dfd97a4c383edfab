"""How long a question is, and whether it fits the model: one that does not is refused, with what would shrink it."""

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
"""Arguments of transformers' image processors that decide how many tokens a picture is, and small values of them."""


def longest_context(config: Any) -> int | None:  # noqa: ANN401
    """Most tokens that a model was made for; None where its configuration does not say."""
    try:
        text = config.get_text_config(decoder=True)
    except (ValueError, AttributeError):
        return None
    longest = getattr(text, "max_position_embeddings", None)
    return longest if isinstance(longest, int) and longest > 0 else None


def token_counts(inputs: Mapping[str, Any]) -> list[int]:
    """The number of tokens of each question of a batch, padding left out."""
    mask = inputs.get("attention_mask")
    if mask is None:
        count, length = inputs["input_ids"].shape
        return [length] * count
    return [int(count) for count in mask.sum(dim=-1)]


def check_lengths(names: Sequence[str], counts: Sequence[int], answer: int, longest: int | None, advice: str) -> None:
    """Refuse questions that leave no room for an answer: models answer them all the same, and badly.

    Args:
        names: Of the samples.
        counts: Tokens of each question.
        answer: Longest answer; 0 where it does not share the question's context.
        longest: Most tokens of question and answer together; None if that is not known.
        advice: What would make questions shorter.

    Raises:
        MediaError: some are too long.
    """
    if longest is None:
        return
    room = f", and {answer} to answer," if answer else ""
    if found := [f"{name}: {n} tokens{room}" for name, n in zip(names, counts, strict=True) if n + answer > longest]:
        raise MediaError(f"{'; '.join(found)} exceed the model's {longest}; {advice}")


def shrinking(processor: Any) -> str:  # noqa: ANN401
    """What makes the questions of a model shorter, as options of the command line."""
    parts = [getattr(processor, name, None) for name in ("image_processor", "video_processor")]
    named = [
        f"--processor-kwarg {name}={value}"
        for name, value in _SHRINKING.items()
        if any(getattr(part, name, None) not in (None, False) for part in parts)
    ]
    frames = ["fewer --frames"] if any(part is not None for part in parts) else []
    return f"to shorten: {', '.join([*frames, *named, 'a smaller --max-new-tokens'])}"
