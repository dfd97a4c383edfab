"""Text from a clip: Hugging Face models, AffectGPT, endpoints and the subtitle-only baseline, all behind one door.

Nothing on the scoring path imports this package, and importing it loads no model library: those are imported when a
model is loaded.
"""

from merunibench.errors import MediaError
from merunibench.models.base import Generation, Modality, Model, Options, Prepared, Sample
from merunibench.models.registry import load_model

__all__ = ["Generation", "MediaError", "Modality", "Model", "Options", "Prepared", "Sample", "load_model"]
