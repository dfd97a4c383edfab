"""Untrusted text on a board: only visible characters, and none that change the text direction."""

import re
import unicodedata

# Text direction marks can make one name look like another; other format characters are part of scripts and emoji.
_BIDIRECTIONAL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def fit_to_show(text: str) -> str:
    """Return the text, which may have several lines, if it is safe to display.

    Raises:
        ValueError: it contains characters that cannot be shown, or that change the text direction.
    """
    if text.isprintable():  # neither problem is possible
        return text
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") and character not in "\n\t":
            raise ValueError(f"contains the character U+{ord(character):04X}, which cannot be shown")
    if _BIDIRECTIONAL.search(text):
        raise ValueError("contains marks that change the text direction")
    return text


def one_line_to_show(text: str) -> str:
    """Return the text if it is a single line that is safe to display.

    Raises:
        ValueError: as for `fit_to_show`, or it contains line ends or tabs.
    """
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line without tabs")
    return fit_to_show(text)
