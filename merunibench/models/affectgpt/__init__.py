"""AffectGPT (ICML 2025): the reference model of MER-UniBench, run from a released checkpoint.

Its modules follow the boxes of the paper's Figure 3, in the order of the data flow:

    visual_input, audio_input   frames and sound from a clip's files
    encoders                    CLIP, HuBERT
    fusion                      temporal pooling, pre-fusion of picture and voice, projection
    qformer                     a variant of pooling and pre-fusion
    prompt                      the prompt, and its token ids
    network                     all of this and Qwen2.5 with LoRA as one `nn.Module`
    generation                  sampling an answer, stopping, cleaning

Other modules: configuration, checkpoint, conversion, inspection, loading, options, selfcheck; and model, which runners
call. docs/affectgpt.md is the manual.
"""

from importlib.util import find_spec

from merunibench.errors import InputError

_absent = [name for name in ("torch", "transformers", "peft", "safetensors") if find_spec(name) is None]
if _absent:
    raise InputError(f"AffectGPT needs {', '.join(_absent)}: pip install 'merunibench[models]'")
