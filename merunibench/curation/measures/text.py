"""What is measured on one description: length, repetition, language, refusal, signs of damage."""

import hashlib
import zlib
from typing import Any

from merunibench.curation.measures.artefacts import artefacts
from merunibench.curation.measures.refusal import refuses
from merunibench.languages import language_of

VERSION = "text@2"
"""Version of all that is measured here. Whoever changes what any text gives raises it."""

WITHOUT_BLANKS = ("zh", "ja")
"""Languages that set no blanks between words: their texts are as long as their characters."""

_HASH_DIGITS = 16


def measure_text(text: str) -> dict[str, Any]:
    """The values of a text, as a row of `measures/<set>.jsonl` has them.

    `words` are runs of anything but white space, `characters` all signs but white space. `repetition` is the length of
    the zlib-compressed UTF-8 over its own: real descriptions give 0.26 to 0.6, loops 0.04 to 0.13, and very short texts
    more than 1. `language` is a two-letter code, None where there are no letters. `refusal` says whether the text says
    that it cannot tell what is felt; `artefacts` names the kinds of damage found.

    Example:
        >>> found = measure_text("In the text, the man's's tone is happy.")
        >>> found["words"], found["language"], found["refusal"], found["artefacts"]
        (8, 'en', False, ['doubled possessive'])
    """
    words = text.split()
    return {
        "words": len(words),
        "characters": sum(map(len, words)),
        "repetition": repetition(text),
        "language": language_code(text),
        "refusal": refuses(text),
        "artefacts": artefacts(text),
    }


def repetition(text: str) -> float | None:
    """Length of the compressed text over its length, in bytes, to four decimals; None of an empty one."""
    content = text.encode("utf-8", "surrogatepass")
    return round(len(zlib.compress(content, 6)) / len(content), 4) if content else None


def language_code(text: str) -> str | None:
    """The two-letter code of a text's language: English where no other is found; None without letters."""
    if not any(map(str.isalpha, text)):
        return None
    language = language_of(text)
    return "en" if language is None else language.code


def text_hash(text: str) -> str:
    """What identifies a text: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
