"""Baselines that say what a score is worth, and one that reads the subtitle alone; none of them looks at a clip."""

from merunibench.baselines.constant import Row, empty, majority, shuffled, stuffing
from merunibench.baselines.text_lexicon import text_lexicon, text_lexicon_rows

__all__ = ["Row", "empty", "majority", "shuffled", "stuffing", "text_lexicon", "text_lexicon_rows"]
