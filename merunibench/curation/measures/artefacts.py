"""Signs of damaged text. They are reported, but do not drop a row, since a damaged text may still be right."""

import re

_PATTERNS = {
    "doubled possessive": re.compile(r"['’]s['’]s\b"),
    "doubled ending": re.compile(
        # `reflectinging`, `conflicteded`, `alignss`; not `singing`, `needed` or `assess`.
        r"\b[a-z]*[aeiouy][a-z]*(?:inging|[^aeiou\W]eded|lyly|tiontion)\b|\b[a-z]{3,}(?:gnss|ctss|ntss|rsss)\b",
        re.IGNORECASE,
    ),
    "template": re.compile(
        r"\{\{?\s*[a-z_ ]{2,30}\}\}?|<\|?/?(?:video|audio|image|subtitle|text|im_start|im_end|s|endoftext)\|?>"
        r"|\[(?:insert|subtitle|name|emotion|video|audio)[^\]]{0,40}\]|^(?:assistant|user|system)\s*:",
        re.IGNORECASE | re.MULTILINE,
    ),
    "cue name": re.compile(r"\b(?:audio|video|visual|acoustic|textual) (?:clue|cue)s?\b", re.IGNORECASE),
}
KINDS = tuple(_PATTERNS)
"""Kinds of artefacts: doubled possessives (`man's's`) and endings, leftovers of templates, cues named as such."""


def artefacts(text: str) -> list[str]:
    """Return the kinds of artefacts in a text.

    Example:
        >>> artefacts("This reflectinging of the man's's mood alignss with {emotion}.")
        ['doubled possessive', 'doubled ending', 'template']
    """
    return [kind for kind, pattern in _PATTERNS.items() if pattern.search(text)]
