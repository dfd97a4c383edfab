"""Labels from a model's answer, by rules: deterministic, and nothing outside the package is asked.

The way of a text: reasoning and markup are dropped, a list is taken as it stands, Chinese is read by its emotion words,
and everything else as a description (spaCy is imported only then). Whoever changes what any text gives raises `RULES`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from merunibench.data.account import Reason
from merunibench.extraction.answers import clean_answer
from merunibench.extraction.chinese import chinese_labels, is_chinese
from merunibench.extraction.lists import read_list
from merunibench.extraction.polarities import Polarity, label_polarity, polarity
from merunibench.extraction.silence import looks_like
from merunibench.extraction.words import load_words
from merunibench.lexicon import load_lexicon

RULES = 1
"""Version of the rules."""
EXTRACTOR = f"rules@{RULES}"
"""How signatures name this extractor."""
PARITY_LABELS = 4
"""As many labels as the authors' extractor mostly kept."""


def extract_labels(text: str, *, parity: bool = False) -> list[str]:
    """The labels that a model's answer gives to the person it describes, in order, lower case, each once.

    Args:
        text: The raw answer: a list in any of the usual forms, or a free description.
        parity: Do as the authors' extractor mostly did: speech acts, styles and a lone `neutral` are dropped, and the
            first four labels kept.

    Example:
        >>> extract_labels("The character's emotional state is happy, relieved.")
        ['happy', 'relieved']
    """
    cleaned = clean_answer(text).text
    labels = _labels(cleaned) if cleaned else []
    return as_the_authors(labels) if parity else labels


@dataclass(frozen=True)
class Rules:
    """The rules as an extractor, in the form in which scoring takes one."""

    parity: bool = False

    @property
    def name(self) -> str:
        """What signatures call it."""
        return f"{EXTRACTOR}-parity" if self.parity else EXTRACTOR

    def labels(self, text: str) -> list[str]:
        """See `extract_labels`."""
        return extract_labels(text, parity=self.parity)

    def polarity(self, labels: Sequence[str]) -> Polarity:
        """See `merunibench.extraction.polarity`."""
        return polarity(labels)

    def has_trace(self, text: str) -> bool:
        """See `clean_answer`."""
        return "<" in text and clean_answer(text).had_trace

    def looks_like(self, text: str) -> Reason:
        """See `merunibench.extraction.silence.looks_like`."""
        return looks_like(text)

    def knows(self, labels: Sequence[str]) -> bool:
        """Whether any of the labels decides a polarity."""
        return any(label_polarity(label) is not None for label in labels)


def as_the_authors(labels: list[str]) -> list[str]:
    """A label list cut as the authors' extractor mostly cut it; see `extract_labels`."""
    kept = [label for label in labels if label not in load_words().lists["speech_acts"]]
    return [] if kept == ["neutral"] else kept[:PARITY_LABELS]


def _labels(text: str) -> list[str]:
    found, table = read_list(text, _is_known), load_words().chinese
    if is_chinese(text) and not (found and all(item in table for item in found)):
        return chinese_labels(text)
    if found is not None:
        return list(dict.fromkeys(table.get(item, item) for item in found))
    from merunibench.extraction.descriptions import describe

    return describe(text)


def _is_known(label: str) -> bool:
    return label == "neutral" or label in load_words().chinese or label in load_lexicon("builtin")
