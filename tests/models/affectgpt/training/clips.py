"""Eight clips whose faces and sound alone tell what is felt: all say the same; and a tiny AffectGPT to learn them.

The language model is made for speed: byte pairs of the prompt itself, so that a prompt has a hundred tokens, not five
hundred, and weights large enough that two layers of random numbers can be steered by what is put in front of them.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch
import transformers as t
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from merunibench.models.affectgpt.prompt import PLACEHOLDERS, QUESTIONS, Mode
from tests.models.affectgpt.tiny import FACE, SPECIALS, Tiny, _clip, _hubert

EMOTIONS = ("anger", "joy", "sadness", "neutral", "surprise", "fear", "joy", "anger")
NAMES = tuple(f"dia{number}_utt0" for number in range(8))
SUBTITLE = "I know."


@dataclass(frozen=True)
class Clips:
    """A root with MELD's official folder, and a table to train on beside its media."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "meld-process"

    @property
    def table(self) -> Path:
        return self.folder / "train.csv"


def make_clips(root: Path, media_of: Sequence[int] = range(len(NAMES))) -> Clips:
    """Write the clips; each with its own media, or with those of another."""
    clips = Clips(root)
    for part in ("subaudio", "openface_face"):
        (clips.folder / part).mkdir(parents=True)
    for number, name in enumerate(NAMES):
        random = np.random.default_rng(100 + media_of[number])
        tone = np.sin(2 * np.pi * random.uniform(100, 2000) * np.arange(8000) / 16000)
        soundfile.write(clips.folder / "subaudio" / f"{name}.wav", 0.3 * tone, 16000)
        faces = np.repeat(random.integers(0, 256, (3, 2, 2, 3), np.uint8), 4, axis=1).repeat(4, axis=2)
        np.save(clips.folder / "openface_face" / f"{name}.npy", faces)
    _write(clips.folder / "transcription-engchi-polish.csv", ["name", "english"], [[n, SUBTITLE] for n in NAMES])
    _write(root / "meld.csv", ["name", "label"], zip(NAMES, EMOTIONS, strict=True))
    rows = [
        [name, SUBTITLE, emotion, f"subaudio/{name}.wav", f"openface_face/{name}.npy"]
        for name, emotion in zip(NAMES, EMOTIONS, strict=True)
    ]
    _write(clips.table, ["name", "subtitle", "labels", "audio", "face"], rows)
    return clips


def _write(path, head, rows):
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])


def make_learner(folder: Path) -> Tiny:
    """Save the frozen models."""
    torch.manual_seed(0)
    tiny = Tiny(folder / "llm", folder / "clip", folder / "hubert")
    _clip().save_pretrained(tiny.visual)
    _hubert().save_pretrained(tiny.acoustic)
    tokenizer = _tokenizer()
    llm = t.Qwen2ForCausalLM(
        t.Qwen2Config(
            vocab_size=len(tokenizer) + len(PLACEHOLDERS),
            hidden_size=64,
            intermediate_size=96,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            initializer_range=0.3,
            bos_token_id=None,
            eos_token_id=None,
        )
    )
    llm.save_pretrained(tiny.llm)
    tokenizer.save_pretrained(tiny.llm)
    return tiny


def _tokenizer():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split("###", "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    backend.decoder = decoders.ByteLevel()
    prompt = Mode(FACE).prompt(QUESTIONS["ovlabel"], SUBTITLE)
    for word in PLACEHOLDERS.values():
        prompt = prompt.replace(word, " ")
    answers = [f"The character's emotional state is {emotion}." for emotion in set(EMOTIONS)]
    trainer = trainers.BpeTrainer(vocab_size=900, min_frequency=1, initial_alphabet=alphabet, show_progress=False)
    backend.train_from_iterator([prompt, *sorted(answers), "### ##"] * 2, trainer)
    backend.add_special_tokens([AddedToken(word, special=True) for word in SPECIALS])
    return t.PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<|im_end|>", pad_token="<|endoftext|>")


def write_config(path: Path, tiny: Tiny, table: Path, out: Path, model=None, data=None, **run) -> Path:
    """A training's TOML file: quick settings, changed by what is given."""
    sections = {
        "data": {"table": str(table), "questions": ["ovlabel"]} | (data or {}),
        "model": {"llm": str(tiny.llm), "visual": str(tiny.visual), "acoustic": str(tiny.acoustic), **(model or {})},
        "run": {"out": str(out), "batch": 8, "epochs": 1, "steps_per_epoch": 4, "device": "cpu", "lr": 3e-3} | run,
    }
    lines = []
    for name, section in sections.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in section.items())]
    path.write_text("\n".join(lines) + "\n")
    return path
