"""Tiny models of many further types, and what is found out about each.

`python -m tests.models.further` tries them all, and records what held in the package and in docs/models.md.
"""

from tests.models.further import grids, others, sounds, towers

BUILDERS = {build.__name__: build for module in (grids, towers, others, sounds) for build in module.BUILDERS}
"""Model type -> what builds a tiny model of it in a folder."""
FAST = ("molmo2", "ovis2", "audioflamingo3", "t5gemma2", "qwen3_asr")
"""Those that every run of the tests tries: each stands for a mechanism. The others are slow together."""
FAIL = {
    "got_ocr2": ("its processor takes one picture a question, no list of frames", "transformers"),
    "llama4": ("its forward pass asks an output for image_outputs, which it has not", "transformers"),
    "voxtral": ("its processor takes sound through Mistral's own tokenizer alone; serve it with vLLM", "transformers"),
}
"""Types that were tried in vain: the cause, and whose it is."""
