"""What the examples of single pages need: clips, small models under the names of real ones, servers.

A model of the Hub is named as `owner/name`, and a folder of that path goes first. So the examples run as they are
written, with models of random weights that are in such folders.
"""

import csv
import json
import os
import shlex
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

from merunibench.models import tiny
from tests.docs import running
from tests.fake_openai import fake_server
from tests.small import write_rows
from tools import doc_examples

NAMES = ("test_dia0_utt0", "test_dia0_utt1", "test_dia1_utt0")
SPOKEN = ("I am so happy that you came!", "I am afraid of what he will do.", "Leave me alone.")
ENDPOINT = "http://127.0.0.1:8000/v1"
"""The address that pages name; the runner replaces it with that of a server of the tests."""
_THREADS = []
"""The number of torch's threads before a page changed it."""
OMNI, CHAT = "Qwen/Qwen2.5-Omni-7B", "HuggingFaceTB/SmolLM2-135M-Instruct"


@contextmanager
def staged(page, folder):
    """Put what a page needs into a folder; yields what to replace in its examples: text -> text."""
    before, environment = set(sys.modules), dict(os.environ)
    sys.path.insert(0, str(folder))
    try:
        with _STAGES.get(page, _nothing)(folder) as replaced:
            yield replaced or {}
    finally:
        if _THREADS:
            sys.modules["torch"].set_num_threads(_THREADS.pop())
        os.environ.clear()
        os.environ.update(environment)
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if Path(getattr(sys.modules[name], "__file__", None) or "/").is_relative_to(folder):
                del sys.modules[name]


def replace(code, replaced):
    """An example with the stand-ins of its page."""
    for text, other in replaced.items():
        code = code.replace(text, other)
    return code


@contextmanager
def _nothing(folder=None):
    yield {}


def _media(root):
    """The official folders of two data sets with three clips; they replace all labels of the folder."""
    shutil.rmtree(root, ignore_errors=True)
    for folder, labels in {"meld": ("joy", "fear", "anger"), "cmumosi": ("1.5", "-0.4", "-2")}.items():
        place = root / f"{folder}-process"
        _clips(place / "subvideo", NAMES)
        _table(place / "transcription-engchi-polish.csv", "name,english", zip(NAMES, SPOKEN, strict=True))
        _table(root / f"{folder}.csv", "name,label", zip(NAMES, labels, strict=True))


def _clips(folder, names, seconds=(1, 1.5, 2)):
    """Small clips of unequal length, whose pictures differ."""
    from tests.clips import make_clip

    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, length) in enumerate(zip(names, seconds, strict=False)):
        make_clip(folder / f"{name}.mp4", length, shade=lambda k, n=number: (70 * n + 5 * k) % 250)


def _table(path, head, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head.split(","), *rows])


def _one_thread():
    """For one page: the threads of torch wait in loops, which is slow if tests share cores."""
    import torch

    _THREADS.append(torch.get_num_threads())
    torch.set_num_threads(1)


@contextmanager
def _inference(folder):
    _one_thread()
    _media(folder / "dataset")
    tiny.build(folder / OMNI)
    tiny.build(folder / "models/my-finetune")
    with fake_server(lambda *_: "I think she is relieved and happy.") as server:
        os.environ.update(SLURM_ARRAY_TASK_ID="1", SLURM_ARRAY_TASK_COUNT="8")
        yield {ENDPOINT: server.url}


@contextmanager
def _model_guide(folder):
    _one_thread()
    _media(folder / "dataset")
    tiny.build(folder / OMNI)
    yield


@contextmanager
def _models(folder):
    from tests.models.further.others import minicpmv4_6, phi4_multimodal

    _one_thread()
    _media(folder / "dataset")
    _clips(folder / "clips", "1")
    tiny.build(folder / OMNI)
    phi4_multimodal(folder / "phi4_multimodal")
    minicpmv4_6(folder / "openbmb/MiniCPM-V-4_6")
    _package(folder, "minicpmv4_6 = my_family:MiniCPM\nmine = my_package:load")
    yield


def _package(folder, entries):
    """An installed package of this folder that brings models."""
    information = folder / "my_package-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[merunibench.models]\n{entries}\n")


@contextmanager
def _extraction(folder):
    from tests.tiny_qwen2 import build_tiny_qwen2

    _one_thread()
    build_tiny_qwen2(folder / CHAT)
    shutil.rmtree(folder / "predictions/my-model")
    rows = [{"name": name, "text": text} for name, text in zip(NAMES, SPOKEN, strict=True)]
    write_rows(folder / "predictions/my-model/meld.jsonl", rows)
    _table(folder / "dataset/meld.csv", "name,label", zip(NAMES, ("joy", "fear", "anger"), strict=True))
    with fake_server(_labels) as server:
        yield {ENDPOINT: server.url}


def _labels(request, _):
    """A server's answer: a list of labels; to a question about polarity, a polarity."""
    return "positive" if "polarity" in json.dumps(request["messages"][0]).lower() else '["relieved", "happy"]'


@contextmanager
def _bridge(folder):
    _media(folder / "dataset")
    python = folder / "envs/my-model/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    (folder / "R1-Omni/my_library.py").write_text(
        "class Model:\n    def infer(self, video, prompt, longest):\n        return 'relieved, happy'\n\n\n"
        "def load_model(checkpoint):\n    return Model()\n"
    )
    yield


@contextmanager
def _affectgpt(folder):
    import numpy as np

    from tests.clips import make_wave
    from tests.models.affectgpt.tiny import make_backbones, make_checkpoint

    _one_thread()
    _media(folder / "dataset")
    frozen = make_backbones(folder / "frozen")
    for kind, name in {
        "llm": "Qwen/Qwen2.5-7B-Instruct",
        "clip": "openai/clip-vit-large-patch14",
        "hubert": "TencentGameMate/chinese-hubert-large",
    }.items():
        shutil.copytree(frozen.llm.parent / kind, folder / name)
    make_checkpoint(folder / "checkpoint_000030_loss_0.602.pth")
    faces = np.random.default_rng(0).integers(0, 256, (5, 30, 30, 3), np.uint8)
    for name in NAMES:
        place = folder / "dataset/meld-process/openface_face" / f"{name}.npy"
        place.parent.mkdir(exist_ok=True)
        np.save(place, faces)
    np.save(folder / "clip.npy", faces)
    make_wave(folder / "clip.wav")
    corpus = folder / "dataset/mer2025-dataset"
    _table(corpus / "track2_train_mercaptionplus.csv", "name,openset", [(name, "['sad']") for name in NAMES])
    _table(corpus / "track3_train_mercaptionplus.csv", "name,reason", [(name, "He sighs.") for name in NAMES])
    _table(corpus / "subtitle_chieng.csv", "name,english", zip(NAMES, SPOKEN, strict=True))
    _clips(corpus / "video", NAMES)
    (corpus / "audio").mkdir()
    for name in NAMES:
        (corpus / f"openface_face/{name}").mkdir(parents=True)
        np.save(corpus / f"openface_face/{name}/{name}.npy", faces)
        make_wave(corpus / f"audio/{name}.wav")
    yield


@contextmanager
def _interop(folder):
    _media(folder / "dataset")
    yield


@contextmanager
def _leaderboard(folder):
    shutil.copytree(doc_examples.ROOT / "leaderboard", folder / "leaderboard")
    (folder / "old").mkdir()
    shutil.copy(folder / "leaderboard/results.json", folder / "old")
    yield


@contextmanager
def _curation(folder):
    """Clips with their subtitles, human labels, votes, judgements, and outputs of candidates."""
    import transformers

    from tests.models.affectgpt.tiny import make_backbones
    from tests.models.tiny import qwen2_5_vl, qwen2_audio

    _one_thread()
    names = [f"dia{number}" for number in range(12)]
    _clips(folder / "clips", names, seconds=[1] * 12)
    said = dict(zip(names, SPOKEN * 4, strict=True))
    felt = dict(zip(names, ("happy", "afraid", "angry") * 4, strict=True))
    _table(folder / "clips/clips.csv", "name,video,subtitle", [(name, f"{name}.mp4", said[name]) for name in names])
    _table(folder / "subtitles.csv", "name,subtitle", said.items())
    _table(folder / "labelled.csv", "name,label,subtitle,group", [(n, felt[n], said[n], n) for n in names])
    _table(folder / "people.csv", "name,label", felt.items())
    _table(folder / "judged.csv", "name,speaking", [(n, "no" if n == "dia3" else "yes") for n in names])
    _table(folder / "labels.csv", "name,openset", felt.items())
    for reviewer in (1, 2):
        rows = [(f"a{row}", "yes", "yes" if row < 4 else "no", "happy") for row in range(1, 7)]
        _table(folder / f"answers-{reviewer}.csv", "name,speaks,right,emotions", rows)
    for candidate, shift in (("model-a", 0), ("model-b", 1)):
        answers = [{"name": n, "labels": [felt[names[(i + (i % 4 == 0) * shift) % 12]]]} for i, n in enumerate(names)]
        write_rows(folder / f"outputs/{candidate}.jsonl", answers)
    qwen2_audio(folder / "Qwen/Qwen2-Audio-7B-Instruct")
    qwen2_5_vl(folder / "Qwen/Qwen2.5-VL-7B-Instruct")
    frozen = make_backbones(folder / "frozen")
    shutil.copytree(frozen.visual, folder / "openai/clip-vit-large-patch14")
    shutil.copytree(frozen.acoustic, folder / "TencentGameMate/chinese-hubert-large")
    transformers.CLIPImageProcessor().save_pretrained(folder / "openai/clip-vit-large-patch14")
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(folder / "TencentGameMate/chinese-hubert-large")
    with fake_server(lambda *_: "She smiles, and she is relieved and happy.") as server:
        yield {ENDPOINT: server.url}


@contextmanager
def _quoting(folder):
    running.run_shell("merunibench score results/ --data-root dataset/ --output report.json")
    yield


_STAGES = {
    "docs/affectgpt.md": _affectgpt,
    "docs/bridge.md": _bridge,
    "docs/curate.md": _curation,
    "docs/extraction.md": _extraction,
    "docs/guides/model.md": _model_guide,
    "docs/inference.md": _inference,
    "docs/interop.md": _interop,
    "docs/leaderboard.md": _leaderboard,
    "docs/models.md": _models,
    "docs/which-number.md": _quoting,
}
