"""Signs that a text was damaged on its way: statistics, no verdicts, since a damaged text may still be right."""

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
"""What is looked for: doubled possessives (`man's's`) and endings, rests of templates, cues called by their names."""


def artefacts(text: str) -> list[str]:
    """The kinds of damage in a text.

    Example:
        >>> artefacts("This reflectinging of the man's's mood alignss with {emotion}.")
        ['doubled possessive', 'doubled ending', 'template']
    """
    return [kind for kind, pattern in _PATTERNS.items() if pattern.search(text)]
