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
UNTRIED = {
    "emu3": ("no tiny build of it takes pictures", "these tests"),
    "granite_speech": ("its feature extractor needs torchaudio, which the tests do not install", "these tests"),
    "granite_speech_plus": ("its feature extractor needs torchaudio, which the tests do not install", "these tests"),
    "instructblipvideo": (
        "no chat template, and a processor that calls videos images",
        "transformers",
    ),
    "nemotron_h_omni": ("its processor takes one video a question; there is no tiny build of it", "these tests"),
    "voxtral_realtime": ("Mistral's own tokenizer, as voxtral; serve it with vLLM", "transformers"),
}
"""Types that were not tried, where the cause is known; of the others that transformers has there is no tiny build."""
