"""Models that answer questions about clips: Hugging Face models, AffectGPT, endpoints and a subtitle-only baseline.

Nothing on the scoring path imports this package. Importing it does not load any model library: they are imported when
a model is loaded.
"""

from merunibench.errors import MediaError
from merunibench.models.base import Generation, Modality, Model, Options, Prepared, Sample
from merunibench.models.registry import load_model

__all__ = ["Generation", "MediaError", "Modality", "Model", "Options", "Prepared", "Sample", "load_model"]
