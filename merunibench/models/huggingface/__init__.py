"""Any Hugging Face model, from the Hub or a folder; families that differ from the conventions are in `families`.

Import `Family` from here to write an adapter of your own (docs/models.md).
"""

from merunibench.models.huggingface.family import Family
from merunibench.models.prompting import Clip

__all__ = ["Clip", "Family"]
