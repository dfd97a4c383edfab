"""Other networks than the published one, and what is written: each can be run again by `infer`'s reader."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from merunibench.models.affectgpt.checkpoint import read_checkpoint
from merunibench.models.affectgpt.configuration import AffectGPTConfig, QFormerConfig
from merunibench.models.affectgpt.fusion import AffectGPTFusion
from merunibench.models.affectgpt.inspection import expected_shapes
from merunibench.models.affectgpt.training.plan import plan_training
from merunibench.models.affectgpt.training.run import build_network
from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.models.affectgpt.training.clips import write_config

QFORMERS = {"visual_pooling": "qformer", "acoustic_pooling": "qformer", "pre_fusion": "qformer", "visual_tokens": 3}
QFORMERS |= {"acoustic_tokens": 2, "multi_tokens": 2}


@pytest.fixture
def trained(run, learner, clips, tmp_path):  # noqa: F811
    """Two steps of it: the network at its start, the checkpoint, what was said."""

    def make(model=None, name="run", **more):
        settings = {"batch": 2, "steps_per_epoch": 2} | more
        config = write_config(tmp_path / f"{name}.toml", learner, clips.table, tmp_path / name, model=model, **settings)
        if model and "qformer" in str(model.values()):
            sizes = "width = 24\nheads = 12\ninner_width = 16\n"
            config.write_text(config.read_text() + f"[model.qformer]\n{sizes}")
        result = run("affectgpt", "train", config)
        assert result.code == 0, result.err
        (path,) = (tmp_path / name).glob("checkpoint_*.pth")
        return build_network(plan_training(config)), read_checkpoint(path), result

    return make


def changed(network, checkpoint):
    """The released names of what training has changed."""
    start = network.trained()
    after = checkpoint.parameters({name: tuple(value.shape) for name, value in start.items()})
    return {name for name, value in start.items() if not torch.equal(value, after[name])}


@pytest.mark.parametrize("model", [{}, QFORMERS, {"visual_pooling": "mean", "acoustic_pooling": "mean"}], ids=str)
def test_every_fusion_is_trained_and_read_back(run, trained, model):  # noqa: F811
    network, checkpoint, _ = trained(model)
    parts = changed(network, checkpoint)
    expected = {name for name in network.trained() if not name.startswith("fusion.image.")}
    # Attention does not change with the bias of its keys, whose gradient is noise that Adam may or may not heed.
    assert {name for name in expected if not name.endswith("key.bias")} <= parts <= expected
    assert checkpoint.config.mode == "multiface_audio_face_text"
    assert (checkpoint.config.visual_pooling, checkpoint.config.pre_fusion) == (
        model.get("visual_pooling", "attention"),
        model.get("pre_fusion", "attention"),
    )
    assert checkpoint.config.visual_tokens == model.get("visual_tokens", 1)
    assert checkpoint.parameters(expected_shapes(checkpoint))
    assert run("affectgpt", "inspect", checkpoint.path).code == 0


def test_without_pre_fusion_its_weights_are_saved_as_they_began(trained):
    network, checkpoint, _ = trained({"mode": "face"})
    assert not any(name.startswith("fusion.multi.") for name in changed(network, checkpoint))
    assert any(name.startswith("fusion.acoustic.") for name in changed(network, checkpoint))


def test_without_lora_it_stays_without_effect(trained):
    network, checkpoint, _ = trained({"lora": False})
    assert not any(".lora_" in name for name in changed(network, checkpoint))
    after = {key: value for key, value in checkpoint.tensors.items() if ".lora_B." in key}
    assert after
    assert not any(value.any() for value in after.values())


def test_it_begins_with_a_checkpoint(trained):
    _, first, _ = trained()
    network, _, _ = trained({"start": str(first.path)}, name="second")
    start = network.trained()
    for name, value in first.parameters({name: tuple(each.shape) for name, each in start.items()}).items():
        assert torch.equal(value, start[name])


def test_the_rank_of_lora_is_in_the_file(trained):
    assert trained({"lora_rank": 8})[1].config.lora_rank == 8


def test_several_sets_and_accumulation(run, learner, clips, tmp_path):  # noqa: F811
    config = write_config(tmp_path / "t.toml", learner, clips.table, tmp_path / "run", batch=2, accumulation=2)
    text = config.read_text()
    table = text[text.index("table") : text.index("[model]")]
    config.write_text(text.replace("[data]\n", f"[[data]]\nweight = 2.0\n{table}[[data]]\n"))
    result = run("affectgpt", "train", config)
    assert result.code == 0, result.err
    assert "on 16 clips" in result.err


def test_bfloat16(trained):
    _, checkpoint, _ = trained(dtype="bfloat16")
    assert {value.dtype for value in checkpoint.tensors.values()} == {torch.float32}
    assert all(torch.isfinite(value).all() for value in checkpoint.tensors.values())


def test_gradient_checkpointing_changes_nothing_but_memory(trained):
    """LoRA's dropout is drawn again for the second forward pass, from the same state."""
    first, second = trained()[1], trained(name="second", gradient_checkpointing=True)[1]
    for key, value in first.tensors.items():
        torch.testing.assert_close(value, second.tensors[key], rtol=0, atol=1e-6)


def test_held_out_clips_are_scored_after_each_epoch(run, learner, clips, tmp_path):  # noqa: F811
    config = write_config(tmp_path / "t.toml", learner, clips.table, tmp_path / "run", batch=2, epochs=2, held_out=3)
    result = run("affectgpt", "train", config)
    assert result.code == 0, result.err
    assert "on 5 clips" in result.err
    assert result.err.count("on 3 held-out clips") == 2
    folder = tmp_path / "run" / "held_out"
    rows = [json.loads(line) for line in (folder / "epoch_000002.jsonl").read_text().splitlines()]
    truth = (folder / "truth.csv").read_text().splitlines()
    assert [row["name"] for row in rows] == [line.partition(",")[0] for line in truth[1:]]
    assert len(rows) == 3


def test_a_cached_state_is_that_of_the_encoders_and_not_computed_twice(learner, clips, tmp_path, monkeypatch):
    from merunibench.models.affectgpt.clip_input import read_medium
    from merunibench.models.affectgpt.loading import load_acoustic, load_visual
    from merunibench.models.affectgpt.training import features

    plan = plan_training(write_config(tmp_path / "t.toml", learner, clips.table, tmp_path / "run"))
    plan.features.complete(plan.examples, lambda *_: None)
    example = plan.examples.kept[2]
    found = plan.features.load(example)
    for medium, load in (("face", load_visual), ("audio", load_acoustic)):
        media, _ = read_medium(example.sample, medium, 8, 8, "stored")
        with torch.inference_mode():
            expected = load(plan.network).eval()(media[None])[0]
        torch.testing.assert_close(found[medium], expected, rtol=0, atol=0)
    monkeypatch.setattr(features, "read_medium", lambda *_: pytest.fail("read again"))
    plan.features.complete(plan.examples, lambda *_: None)


def test_a_file_that_has_changed_is_read_again(learner, clips, tmp_path):
    import os
    import shutil

    copy = tmp_path / "clips"
    shutil.copytree(clips.folder, copy)
    plan = plan_training(write_config(tmp_path / "t.toml", learner, copy / "train.csv", tmp_path / "run"))
    plan.features.complete(plan.examples, lambda *_: None)
    example = plan.examples.kept[0]
    before = plan.features.load(example)["face"]
    np.save(example.sample.face, 255 - np.load(example.sample.face))
    os.utime(example.sample.face, ns=(1, 1))
    plan.features.complete(plan.examples, lambda *_: None)
    assert not torch.equal(plan.features.load(example)["face"], before)


def test_a_q_former_begins_as_bert_does_and_drops_in_training_alone():
    torch.manual_seed(0)
    sizes = QFormerConfig(width=240, heads=12, inner_width=480)
    config = AffectGPTConfig(
        visual_pooling="qformer", pre_fusion="qformer", visual_tokens=64, multi_tokens=4, qformer=sizes
    )
    fusion = AffectGPTFusion(config)
    pooling = fusion.visual.pooling
    for name, parameter in pooling.named_parameters():
        value = parameter.detach()
        if name == "positions.weight":
            assert abs(float(value.std()) - 1) < 0.02
        elif name == "queries" or value.dim() == 2:
            assert abs(float(value.std()) - 0.02) < 0.002, name
        elif "norm.weight" in name:
            assert (value == 1).all()
        else:
            assert (value == 0).all(), name
    # Not alike, as they would be if they began at zero.
    assert float(fusion.multi.fusion.queries.detach().std(dim=1).min()) > 0
    states = torch.randn(2, 8, 768)
    training = [pooling(states) for _ in range(2)]
    assert not torch.equal(*training)
    pooling.eval()
    assert torch.equal(pooling(states), pooling(states))


def test_hubert_runs_in_training_mode_and_over_the_batch_if_not_cached(learner, clips, tmp_path):
    plan = plan_training(write_config(tmp_path / "t.toml", learner, clips.table, tmp_path / "run", cache="visual"))
    plan.features.complete(plan.examples, lambda *_: None)
    network = build_network(plan)
    given = []
    network.fusion.forward = lambda _, states: given.append(states["audio"]) or {}

    def heard(audio):
        network.embed(torch.zeros(len(audio), 1, dtype=torch.long), {"audio": audio})
        return given[-1]

    clips_of = [plan.features.load(example)["audio"] for example in plan.examples.kept[:2]]
    assert clips_of[0].shape == (8, 32000)
    batch = torch.stack([clips_of[0], 5 * clips_of[1]])
    noisy = [heard(batch) for _ in range(2)]
    assert not torch.equal(*noisy)
    assert not noisy[0].requires_grad
    network.acoustic_encoder.eval()
    alone = heard(batch[:1])
    assert (heard(batch)[0] - alone[0]).abs().max() > 1e-4


def test_it_can_be_imported_in_a_fresh_process():
    code = "import merunibench.models.affectgpt.training.run"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
