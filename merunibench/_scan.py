"""Find words of a table in unsegmented text in one pass, longest match first."""

from collections.abc import Callable, Iterator, Mapping


def scan(
    text: str, words: Mapping[str, str], fits: Callable[[int, int], bool] | None = None
) -> Iterator[tuple[int, int, str]]:
    """Yield words in a text from left to right, longest match first: start, end, and the value of each.

    Args:
        text: The text in its normal form.
        words: Word -> its value.
        fits: Whether a word from `start` to `end` is accepted; rejected words do not hide others. None accepts all.
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
    """Return first character -> length of the longest word that begins with it."""
    if key not in _LONGEST:
        found: dict[str, int] = {}
        for word in words:
            found[word[0]] = max(found.get(word[0], 0), len(word))
        _LONGEST[key] = found
    return _LONGEST[key]
