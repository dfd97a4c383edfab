"""Extract labels and polarity from a model's free-text answers; docs/extraction.md describes the rules.

The public names are imported when they are first used (PEP 562), so that scoring ready-made labels does not compile the
rules. Importing this package does not import spaCy.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from merunibench.extraction.envelope import Answer, clean_answer
    from merunibench.extraction.extractor import EXTRACTOR, RULES_VERSION, Rules
    from merunibench.extraction.files import Extracted, extract
    from merunibench.extraction.polarities import DEAD_ZONE, Polarity, polarity
    from merunibench.extraction.rules import extract_labels

_HOME = {
    "DEAD_ZONE": "polarities",
    "EXTRACTOR": "extractor",
    "RULES_VERSION": "extractor",
    "Answer": "envelope",
    "Extracted": "files",
    "Polarity": "polarities",
    "Rules": "extractor",
    "clean_answer": "envelope",
    "extract": "files",
    "extract_labels": "rules",
    "polarity": "polarities",
}

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


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public object
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"merunibench.extraction.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
