"""The rules as an extractor, and their versions. They are imported for the first text, not for ready labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from merunibench.data.account import Reason
from merunibench.errors import InputError

if TYPE_CHECKING:
    from merunibench.extraction.polarities import Polarity

RULES_VERSION = 2
"""Version of the rules."""
EXTRACTOR = f"rules@{RULES_VERSION}"
"""Name of this extractor in signatures."""
EXTRACTORS = tuple(f"rules@{version}" for version in range(RULES_VERSION, 0, -1))
"""All versions, the current one first."""


@dataclass(frozen=True)
class Rules:
    """The rules, with the interface of an extractor that scoring uses."""

    parity: bool = False
    version: int = RULES_VERSION

    @classmethod
    def named(cls, name: str, *, parity: bool = False) -> "Rules":
        """Return the rules with the name `rules@1` or `rules@2`.

        Raises:
            InputError: The version does not exist.
        """
        if name not in EXTRACTORS:
            raise InputError(f"unknown rules {name!r}; available: {', '.join(EXTRACTORS)}")
        return cls(parity, int(name.partition("@")[2]))

    @property
    def name(self) -> str:
        """Its name in signatures."""
        return f"rules@{self.version}{'-parity' if self.parity else ''}"

    def labels(self, text: str) -> list[str]:
        """See `extract_labels`."""
        from merunibench.extraction.rules import extract_labels

        return extract_labels(text, parity=self.parity, version=self.version)

    def polarity(self, labels: Sequence[str]) -> "Polarity":
        """See `merunibench.extraction.polarity`."""
        from merunibench.extraction.polarities import polarity

        return polarity(labels)

    def has_trace(self, text: str) -> bool:
        """See `clean_answer`."""
        from merunibench.extraction import envelope, version1

        return (version1.clean_answer if self.version == 1 else envelope.clean_answer)(text).had_trace

    def looks_like(self, text: str) -> Reason:
        """See `merunibench.extraction.silence.looks_like`."""
        from merunibench.extraction.silence import looks_like

        return looks_like(text)

    def knows(self, labels: Sequence[str]) -> bool:
        """Return whether any of the labels has a polarity."""
        from merunibench.extraction.polarities import label_polarity

        return any(label_polarity(label) is not None for label in labels)
