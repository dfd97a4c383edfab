"""`merunibench affectgpt`: what it prints and how it exits."""

import json

import numpy as np
import pytest
import torch
import yaml

from tests.models.affectgpt.tiny import CONFIG, FRAME, make_checkpoint, sections


@pytest.fixture
def checkpoint(tmp_path):
    return make_checkpoint(tmp_path / "checkpoint_000030_loss_0.602.pth")


def test_inspect(run, checkpoint, tmp_path):
    result = run("affectgpt", "inspect", checkpoint)
    assert result.code == 0
    lines = dict(line.split("  ", 1) for line in result.out.splitlines())
    assert lines["epoch"].strip() == "30"
    assert lines["mode"].strip() == "multiface_audio_face_text"
    assert lines["LoRA"].strip() == "rank 4, alpha 32, layers 2"
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(sections(CONFIG, FRAME)))
    found = json.loads(run("affectgpt", "inspect", checkpoint, "--config", tmp_path / "a.yaml", "--format", "json").out)
    assert (found["mode"], found["configuration"], found["problem"]) == (FRAME, "by a.yaml", None)


def test_inspect_exits_1_where_keys_are_wrong(run, checkpoint):
    content = torch.load(checkpoint, weights_only=True)
    del content["model"]["fc_att.weight"]
    torch.save(content, checkpoint)
    result = run("affectgpt", "inspect", checkpoint)
    assert result.code == 1
    assert result.out.startswith("file")
    assert "missing: fc_att.weight" in result.err


def test_convert(run, refused, checkpoint, tmp_path):
    result = run("affectgpt", "convert", checkpoint, tmp_path / "out", "--mode", FRAME)
    assert (result.code, result.out) == (0, f"{tmp_path / 'out'}\n")
    assert json.loads((tmp_path / "out" / "config.json").read_text())["mode"] == FRAME
    assert run("affectgpt", "inspect", tmp_path / "out").code == 0
    assert "already exists and is not empty" in refused("affectgpt", "convert", checkpoint, tmp_path / "out")
    assert "mode 'x' is not known" in refused("affectgpt", "convert", checkpoint, tmp_path / "b", "--mode", "x")


def test_what_is_no_checkpoint(refused, tmp_path):
    assert "does not exist" in refused("affectgpt", "inspect", tmp_path / "absent.pth")
    (tmp_path / "a.pth").write_text("text")
    assert "a.pth" in refused("affectgpt", "convert", tmp_path / "a.pth", tmp_path / "out")


def test_selfcheck(run, refused, shared, tmp_path):
    fixture = shared / "fixtures" / "affectgpt_fusion_fixture.npz"
    result = run("affectgpt", "selfcheck", fixture)
    assert result.code == 0
    assert len(result.out.splitlines()) == 11
    assert "absent" not in result.out

    with np.load(fixture) as archive:
        arrays = {key: archive[key] for key in archive.files if key.startswith(("in.", "attn1."))}
    arrays["attn1.out.audio_llm"] = arrays["attn1.out.audio_llm"] + np.float32(0.5)
    np.savez(tmp_path / "wrong.npz", **arrays)
    result = run("affectgpt", "selfcheck", tmp_path / "wrong.npz")
    assert result.code == 1
    assert "attn1         19 arrays  largest difference 5.0e-01  (attn1.out.audio_llm)" in result.out
    assert "splice       absent" in result.out
    assert result.err == "differs: attn1 (by more than 1e-05)\n"

    (tmp_path / "text.npz").write_text("text")
    assert "text.npz" in refused("affectgpt", "selfcheck", tmp_path / "text.npz")
