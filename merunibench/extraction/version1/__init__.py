"""The frozen rules@1: unwrapping answers, reading lists and Chinese. Do not change anything in this package.

Modules that it shares with the current rules (descriptions, polarity, words) must not change the results of rules@1.
"""

from merunibench.extraction.version1.answers import clean_answer
from merunibench.extraction.version1.rules import labels

__all__ = ["clean_answer", "labels"]
