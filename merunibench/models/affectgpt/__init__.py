"""AffectGPT (ICML 2025): the reference model of MER-UniBench, run from a released checkpoint.

Its files follow the boxes of the paper's Figure 3, in the order of the data:

    visual_input, audio_input   frames and sound of a clip's files
    encoders                    CLIP, HuBERT
    fusion                      temporal pooling, pre-fusion of picture and voice, projection
    qformer                     a variant of the first two
    prompt                      the words, and their ids
    network                     all of it and Qwen2.5 with LoRA as one `nn.Module`, the media in their places
    generation                  drawing an answer, where it stops, cleaning it

Around them: configuration, checkpoint, conversion, inspection, loading, options, selfcheck; and model, which is what a
runner calls. docs/affectgpt.md is the manual.
"""

from importlib.util import find_spec

from merunibench.errors import InputError

_absent = [name for name in ("torch", "transformers", "peft", "safetensors") if find_spec(name) is None]
if _absent:
    raise InputError(f"AffectGPT needs {', '.join(_absent)}: pip install 'merunibench[models]'")
