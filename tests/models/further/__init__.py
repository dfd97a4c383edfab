"""Tiny models of many further types, and what is found out about each.

`python -m tests.models.further` tries them all, and records what held in the package and in docs/models.md.
"""

from tests.models.further import grids, others, sounds, towers

BUILDERS = {build.__name__: build for module in (grids, towers, others, sounds) for build in module.BUILDERS}
"""Model type -> what builds a tiny model of it in a folder."""
FAST = ("molmo2", "ovis2", "audioflamingo3", "t5gemma2", "qwen3_asr")
"""Those that every run of the tests tries: each stands for a mechanism. The others are slow together."""
FAIL = {
    "got_ocr2": ("its processor accepts one image per prompt, not a list of frames", "transformers"),
    "llama4": ("its forward pass reads the attribute image_outputs of an output that lacks it", "transformers"),
    "voxtral": ("its processor accepts sound only with Mistral's own tokenizer; serve it with vLLM", "transformers"),
}
"""Types that were tried but do not work: the cause, and its owner."""
UNTRIED = {
    "emu3": ("no tiny build of it accepts images", "these tests"),
    "granite_speech": ("its feature extractor needs torchaudio, which the tests do not install", "these tests"),
    "granite_speech_plus": ("its feature extractor needs torchaudio, which the tests do not install", "these tests"),
    "instructblipvideo": (
        "it has no chat template, and its processor calls videos images",
        "transformers",
    ),
    "nemotron_h_omni": ("its processor accepts one video per prompt; there is no tiny build of it", "these tests"),
    "voxtral_realtime": ("it needs Mistral's own tokenizer, like voxtral; serve it with vLLM", "transformers"),
}
"""Types that were not tried for a known cause; the other types of transformers have no tiny build."""
