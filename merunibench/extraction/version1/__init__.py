"""rules@1, as it was: how answers were unwrapped, lists and Chinese read. Nothing here changes any more.

What it shares with the present rules (descriptions, polarity, words) may change in what it does for them, never here.
"""

from merunibench.extraction.version1.answers import clean_answer
from merunibench.extraction.version1.rules import labels

__all__ = ["clean_answer", "labels"]
