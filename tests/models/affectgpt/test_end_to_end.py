"""From mp4, wav, faces and subtitles to a report, on the command line: infer, extract, score; and run, in one go."""

import csv
import json

import numpy as np
import pytest
import soundfile

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.clips import make_clip
from tests.models.affectgpt.tiny import FRAME, make_checkpoint

NONSENSE = ("--missing", "zero")
"""Random weights say nothing that is an emotion, and most answers that say nothing are refused otherwise."""
NAMES = ("dia0_utt0", "dia0_utt1", "dia1_utt0")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """MELD's official folder with three clips, and their labels."""
    root = tmp_path_factory.mktemp("root")
    folder = root / "meld-process"
    for part in ("subvideo", "subaudio", "openface_face"):
        (folder / part).mkdir(parents=True)
    random = np.random.default_rng(1)
    for number, name in enumerate(NAMES):
        make_clip(folder / "subvideo" / f"{name}.mp4", 1.2 + number, shade=lambda k, n=number: (60 * n + 5 * k) % 250)
        soundfile.write(folder / "subaudio" / f"{name}.wav", random.normal(0, 0.1, 20000 + 9000 * number), 16000)
        np.save(folder / "openface_face" / f"{name}.npy", random.integers(0, 256, (5, 30, 30, 3), np.uint8))
    with (folder / "transcription-engchi-polish.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["name", "english"], *([name, f"Hello {name}!"] for name in NAMES)])
    with (root / "meld.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["name", "label"], *zip(NAMES, ("joy", "anger", "neutral"), strict=True)])
    return root


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def infer(run, tiny, root, tmp_path):  # noqa: F811
    def make(model, *more):
        asked = ["--model", f"affectgpt:{model}", "--data-root", root, "--dataset", "meld", "--out", tmp_path / "preds"]
        parts = ["--llm", tiny.llm, "--visual", tiny.visual, "--acoustic", tiny.acoustic]
        return run("infer", *asked, *parts, "--name", "AffectGPT", "--max-new-tokens", "12", "--device", "cpu", *more)

    return make


@pytest.mark.parametrize("mode", [None, FRAME], ids=["face", "frame"])
def test_from_clips_to_a_report(run, infer, checkpoint, root, tmp_path, mode):  # noqa: F811
    result = infer(checkpoint, *(["--model-option", f"mode={mode}"] if mode else []))
    assert result.code == 0, result.err
    path = tmp_path / "preds" / "AffectGPT" / "meld.jsonl"
    assert result.out == f"{path}\n"
    rows = rows_of(path)
    assert [row["name"] for row in rows] == list(NAMES)
    assert {row["status"] for row in rows} == {"ok"}
    assert len({row["text"] for row in rows}) == 3
    assert rows[0]["media"]["frame" if mode else "face"]["of"] == (30 if mode else 5)

    labelled = tmp_path / "labels"
    assert run("extract", path.parent, labelled).code == 0
    extracted = next(labelled.rglob("meld.jsonl"))
    assert all("labels" in row for row in rows_of(extracted))
    scored = run(
        "score", labelled, "--data-root", root, "--dataset", "meld", "--format", "json", "--bootstrap", "0", *NONSENSE
    )
    assert scored.code == 0, scored.err
    (found,) = json.loads(scored.out)["datasets"]
    assert (found["dataset"], found["samples"], found["missing"]) == ("meld", 3, 0)


def test_the_face_path_needs_no_video(infer, checkpoint, root, tmp_path):
    folder = tmp_path / "root" / "meld-process"
    folder.parent.mkdir()
    (tmp_path / "root" / "meld.csv").write_bytes((root / "meld.csv").read_bytes())
    folder.mkdir()
    for part in ("subaudio", "openface_face", "transcription-engchi-polish.csv"):
        (folder / part).symlink_to(root / "meld-process" / part)
    assert infer(checkpoint, "--data-root", tmp_path / "root").code == 2
    result = infer(checkpoint, "--data-root", tmp_path / "root", "--allow-outside")
    assert result.code == 0, result.err
    assert {row["status"] for row in rows_of(tmp_path / "preds" / "AffectGPT" / "meld.jsonl")} == {"ok"}


def test_several_checkpoints_in_one_run_are_scored_together(run, infer, root, tmp_path):  # noqa: F811
    names = [f"checkpoint_0000{epoch}_loss_0.500" for epoch in (30, 35)]
    for seed, name in enumerate(names):
        make_checkpoint(tmp_path / "released" / f"{name}.pth", seed=seed, epoch=30 + 5 * seed)
    result = infer(tmp_path / "released")
    assert result.code == 0, result.err
    paths = [tmp_path / "preds" / "AffectGPT" / name / "meld.jsonl" for name in names]
    assert result.out == "".join(f"{path}\n" for path in paths)
    texts = [[row["text"] for row in rows_of(path)] for path in paths]
    assert texts[0] != texts[1]
    models = [{row["model"] for row in rows_of(path)} for path in paths]
    assert models == [{f"affectgpt:{name}.pth"} for name in names]

    assert run("extract", tmp_path / "preds" / "AffectGPT", tmp_path / "labels").code == 0
    scored = run(
        "score",
        tmp_path / "labels",
        "--data-root",
        root,
        "--dataset",
        "meld",
        "--format",
        "json",
        "--bootstrap",
        "0",
        *NONSENSE,
    )
    assert scored.code == 0, scored.err
    assert list(json.loads(scored.out)["datasets"][0]["checkpoints"]) == names


def test_run_does_all_three_for_every_checkpoint(run, tiny, root, tmp_path):  # noqa: F811
    names = [f"checkpoint_0000{epoch}_loss_0.500" for epoch in (30, 35)]
    for seed, name in enumerate(names):
        make_checkpoint(tmp_path / "released" / f"{name}.pth", seed=seed, epoch=30 + 5 * seed)
    parts = ["--llm", tiny.llm, "--visual", tiny.visual, "--acoustic", tiny.acoustic, "--max-new-tokens", "5"]
    asked = ["--model", f"affectgpt:{tmp_path / 'released'}", "--data-root", root, "--dataset", "meld"]
    result = run("run", *asked, *parts, "--out", tmp_path / "out", "--bootstrap", "0", "--device", "cpu", *NONSENSE)
    assert result.code == 0, result.err
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert list(report["datasets"][0]["checkpoints"]) == names


def test_a_wrong_checkpoint_is_refused_by_name_before_any_row(infer, checkpoint, tmp_path):
    import torch

    content = torch.load(checkpoint, weights_only=True)
    del content["model"]["fc_att.bias"]
    content["model"]["surprise"] = torch.zeros(1)
    content["model"]["multi_llama_proj.bias"] = torch.zeros(3)
    torch.save(content, tmp_path / "wrong.pth")
    result = infer(tmp_path / "wrong.pth")
    assert result.code == 2
    for words in ("missing: fc_att.bias", "unexpected: surprise", "misshapen: multi_llama_proj.bias (3, not 32)"):
        assert words in result.err
    assert not list((tmp_path / "preds").rglob("*.jsonl"))
