"""AffectGPT (ICML 2025): the reference model of MER-UniBench, run from a released checkpoint.

Its files are the boxes of the paper's Figure 3, in the order of the data:

    visual_input, audio_input   what is taken of a clip's files
    encoders                    CLIP, HuBERT
    pooling, qformer            temporal pooling: attention, mean, Q-Former
    prefusion                   picture and voice together: attention, Q-Former, none
    projection                  into the language model's width
    fusion                      these three for every modality
    prompt, tokens, placeholders   the words, their ids, and the media in their places
    language, generation        Qwen2.5 with LoRA; drawing an answer, where it stops, cleaning it
    network                     all of it as one `nn.Module`

Around them: configuration, authors (their YAML), names, checkpoint, loading, inspection, selfcheck; and model, which is
what a runner calls. docs/affectgpt.md is the manual.
"""

from importlib.util import find_spec

from merunibench.errors import InputError

_absent = [name for name in ("torch", "transformers", "peft", "safetensors") if find_spec(name) is None]
if _absent:
    raise InputError(f"AffectGPT needs {', '.join(_absent)}: pip install 'merunibench[models]'")
