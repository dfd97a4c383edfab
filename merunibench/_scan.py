"""Where words of a table stand in a text that nothing segments: the longest first, in one pass."""

from collections.abc import Callable, Iterator, Mapping


def scan(
    text: str, words: Mapping[str, str], fits: Callable[[int, int], bool] | None = None
) -> Iterator[tuple[int, int, str]]:
    """Where words stand in a text, from left to right, the longest first: start, end, and what each stands for.

    Args:
        text: The text in its normal form.
        words: Word -> what it stands for.
        fits: Whether a word may stand from `start` to `end`; one that may not hides no other. All may if None.
    """
    longest = _longest(id(words), words)
    position = 0
    while position < len(text):
        for end in range(min(len(text), position + longest.get(text[position], 0)), position, -1):
            value = words.get(text[position:end])
            if value is not None and (fits is None or fits(position, end)):
                yield position, end, value
                position = end - 1
                break
        position += 1


_LONGEST: dict[int, dict[str, int]] = {}


def _longest(key: int, words: Mapping[str, str]) -> dict[str, int]:
    """First sign -> length of the longest word that begins with it."""
    if key not in _LONGEST:
        found: dict[str, int] = {}
        for word in words:
            found[word[0]] = max(found.get(word[0], 0), len(word))
        _LONGEST[key] = found
    return _LONGEST[key]
