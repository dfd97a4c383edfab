"""Hugging Face models from the Hub or a folder; families that do not follow the conventions are in `families`.

Import `Family` from here to write your own adapter (docs/models.md).
"""

from merunibench.models.huggingface.family import Family
from merunibench.models.prompting import Clip

__all__ = ["Clip", "Family"]
