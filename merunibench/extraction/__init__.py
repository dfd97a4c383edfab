"""Extract labels and polarity from a model's free-text answers; docs/extraction.md describes the rules.

Importing this package, and scoring ready-made labels, does not import spaCy.
"""

from merunibench.extraction.envelope import Answer, clean_answer
from merunibench.extraction.files import Extracted, extract
from merunibench.extraction.polarities import DEAD_ZONE, Polarity, polarity
from merunibench.extraction.rules import EXTRACTOR, RULES_VERSION, Rules, extract_labels

__all__ = [
    "DEAD_ZONE",
    "EXTRACTOR",
    "RULES_VERSION",
    "Answer",
    "Extracted",
    "Polarity",
    "Rules",
    "clean_answer",
    "extract",
    "extract_labels",
    "polarity",
]
