"""Text of strangers that a board may show: characters that can be seen, and that leave the direction of text alone."""

import re
import unicodedata

# Text direction marks can make a name read as another; other format characters are part of scripts and emoji.
_BIDIRECTIONAL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def fit_to_show(text: str) -> str:
    """The text, which may have several lines.

    Raises:
        ValueError: it holds characters that cannot be shown, or that turn the direction of text.
    """
    if text.isprintable():  # which neither of the two is
        return text
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") and character not in "\n\t":
            raise ValueError(f"holds the character U+{ord(character):04X}, which cannot be shown")
    if _BIDIRECTIONAL.search(text):
        raise ValueError("holds marks that turn the direction of text")
    return text


def one_line_to_show(text: str) -> str:
    """The text, which has one line.

    Raises:
        ValueError: as `fit_to_show`, or it holds line ends or tabs.
    """
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line without tabs")
    return fit_to_show(text)
