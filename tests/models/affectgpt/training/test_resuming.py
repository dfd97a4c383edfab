"""A training that is killed at any step and started again ends with the same weights, to the bit."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.cli.conftest import refused, run  # noqa: F401 - fixtures
from tests.models.affectgpt.training.clips import write_config

STEPS = 12


def command(config):
    return [sys.executable, "-m", "merunibench", "affectgpt", "train", str(config)]


def environment():
    return {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


def weights_of(out):
    return {path.name: torch.load(path, weights_only=True)["model"] for path in sorted(out.glob("checkpoint_*.pth"))}


def assert_same(first, second):
    assert first.keys() == second.keys()
    for name, weights in first.items():
        assert all(torch.equal(value, second[name][key]) for key, value in weights.items()), name


def short(tmp_path, learner, clips, out, **more):
    """Twelve steps of three, in three epochs, a state after every second step, with LoRA's dropout."""
    settings = {"batch": 3, "epochs": 3, "steps_per_epoch": 4, "save_every": 2, "features": str(tmp_path / "f")}
    return write_config(tmp_path / f"{out.name}.toml", learner, clips.table, out, **(settings | more))


@pytest.fixture
def uninterrupted(run, learner, clips, tmp_path):  # noqa: F811
    def make(**more):
        out = tmp_path / "whole"
        assert run("affectgpt", "train", short(tmp_path, learner, clips, out, **more)).code == 0
        return out

    return make


@pytest.mark.slow
@pytest.mark.parametrize("cache", ["both", "visual"])
def test_five_real_kills_at_random_steps(uninterrupted, learner, clips, tmp_path, cache):
    whole = uninterrupted(cache=cache)
    out = tmp_path / "killed"
    config = short(tmp_path, learner, clips, out, cache=cache)
    steps = sorted(np.random.default_rng(24).choice(np.arange(1, STEPS), 5, replace=False).tolist())
    for step in steps:
        process = subprocess.Popen(command(config), env=environment(), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline and process.poll() is None and last_step(out) < step:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, f"it ended before step {step}"
    finished = subprocess.run(command(config), env=environment(), capture_output=True, text=True, check=True)
    assert "resumes after step" in finished.stderr
    assert_same(weights_of(whole), weights_of(out))
    assert (whole / "loss.csv").read_bytes() == (out / "loss.csv").read_bytes()
    assert len(list((out / "state").glob("checkpoint-*"))) == 2


@pytest.mark.slow
def test_kills_while_a_state_is_written(uninterrupted, learner, clips, tmp_path):
    """Each time that a folder of a state is there and not yet said to be whole, the process dies."""
    whole, out = uninterrupted(save_every=1), tmp_path / "killed"
    config = short(tmp_path, learner, clips, out, save_every=1)
    killed = 0
    for _ in range(3):
        begun = time.time()
        process = subprocess.Popen(command(config), env=environment(), stderr=subprocess.DEVNULL)
        while process.poll() is None and not half_written(out / "state", begun):
            time.sleep(0.0005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += half_written(out / "state", begun)
    assert killed > 0
    subprocess.run(command(config), env=environment(), capture_output=True, check=True)
    assert_same(weights_of(whole), weights_of(out))
    assert (whole / "loss.csv").read_bytes() == (out / "loss.csv").read_bytes()


def half_written(folder, begun):
    """Whether a state has files of this process and is not yet said to be whole."""
    try:
        states = [state for state in folder.glob("checkpoint-*") if not (state / "complete").is_file()]
        return any(file.stat().st_mtime > begun for state in states for file in state.iterdir())
    except FileNotFoundError:  # an old state was being taken away, or a file got its name
        return False


def last_step(out):
    try:
        lines = (out / "loss.csv").read_text().splitlines()
    except OSError:
        return 0
    return int(lines[-1].partition(",")[0]) if len(lines) > 1 else 0


@pytest.mark.parametrize("where", ["before the state is complete", "after it"])
def test_stopped_at_the_worst_moments(run, uninterrupted, learner, clips, tmp_path, monkeypatch, where):  # noqa: F811
    """What a killed process leaves: half of a state beside the whole one before it; losses that no state has yet."""
    from merunibench.models.affectgpt.training import run as carried_out
    from merunibench.models.affectgpt.training import trainer

    whole = uninterrupted()
    out = tmp_path / "stopped"
    config = short(tmp_path, learner, clips, out)
    original, saved = carried_out.mark_complete, []

    def stop(settings, step):
        saved.append(step)
        if len(saved) < 3 or where == "after it":
            original(settings, step)
        if len(saved) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(carried_out, "mark_complete", stop)
        assert run("affectgpt", "train", config).code == 130
    monkeypatch.undo()
    assert saved == [2, 4, 6]
    assert (trainer.newest_state(out / "state")[1]) == (4 if where == "before the state is complete" else 6)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "argv", ["merunibench"])
    assert run("affectgpt", "train", config).code == 0
    assert_same(weights_of(whole), weights_of(out))
    assert (whole / "loss.csv").read_bytes() == (out / "loss.csv").read_bytes()
    assert len(weights_of(out)) == 3


def test_a_finished_training_is_left_alone(run, uninterrupted, tmp_path):  # noqa: F811
    out = uninterrupted()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.pth")}
    result = run("affectgpt", "train", tmp_path / "whole.toml")
    assert result.code == 0
    assert "all 12 steps are done" in result.err
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.pth")} == before


def test_more_epochs_go_on_where_fewer_ended(run, uninterrupted, learner, clips, tmp_path):  # noqa: F811
    whole = uninterrupted()
    out = tmp_path / "longer"
    assert run("affectgpt", "train", short(tmp_path, learner, clips, out, epochs=2)).code == 0
    # Killed while an old state was taken away: its mark is left, and its folder is the one that was changed last.
    (out / "state" / "checkpoint-2").mkdir()
    (out / "state" / "checkpoint-2" / "complete").touch()
    os.utime(out / "state" / "checkpoint-2", (4e9, 4e9))
    assert run("affectgpt", "train", short(tmp_path, learner, clips, out, epochs=3)).code == 0
    assert_same(weights_of(whole), weights_of(out))
    assert sorted(path.name for path in (out / "state").iterdir()) == ["checkpoint-10", "checkpoint-12"]


@pytest.mark.parametrize("change", [{"lr": 1e-3}, {"seed": 1}, {"batch": 4}, {"cache": "visual"}])
def test_another_training_in_its_folder_is_refused(refused, uninterrupted, learner, clips, tmp_path, change):  # noqa: F811
    out = uninterrupted()
    line = refused("affectgpt", "train", short(tmp_path, learner, clips, out, **change))
    assert "contains another training" in line
    assert f"config.run.{next(iter(change))}" in line


def test_other_examples_in_the_same_folder_are_refused(refused, uninterrupted, learner, clips, tmp_path):  # noqa: F811
    uninterrupted()
    rows = list(csv.reader(clips.table.read_text().splitlines()))
    rows[1][2] = "joy, relief"
    table = clips.folder / "other.csv"
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    config = tmp_path / "whole.toml"
    config.write_text(config.read_text().replace(str(clips.table), str(table)))
    line = refused("affectgpt", "train", config)
    table.unlink()
    assert "contains another training" in line


def test_a_loss_that_is_no_number_stops_it(run, learner, clips, tmp_path):  # noqa: F811
    config = short(tmp_path, learner, clips, tmp_path / "diverged", lr=1e30)
    result = run("affectgpt", "train", config)
    assert result.code == 2
    assert "the loss of step" in result.err
    assert "Start another training (out)" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("fails", ["state", "checkpoint", "losses"])
def test_a_full_disk_is_said_and_gone_on_from(run, uninterrupted, learner, clips, tmp_path, monkeypatch, fails):  # noqa: F811
    """As it fails with torch, whose error is no `OSError`: what has no room is missed when a file is closed."""
    out = tmp_path / "full"
    config = short(tmp_path, learner, clips, out)
    save, opened, states = torch.save, Path.open, []

    def full(content, target, *more, **options):
        states.extend(["state"] if "optimizer" in str(target) else [])
        checkpoint = isinstance(content, dict) and content.get("epoch") == 2
        if (states == ["state"] * 3) if fails == "state" else checkpoint:
            raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 192 vs 64")
        return save(content, target, *more, **options)

    def unwritable(path, mode="r", *more, **options):
        if path.name == "loss.csv" and mode == "a" and last_step(out) == 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, mode, *more, **options)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", full) if fails != "losses" else patch.setattr(Path, "open", unwritable)
        result = run("affectgpt", "train", config)
    assert result.code == 2, result.err
    assert "cannot be written" in result.err
    assert "Traceback" not in result.err
    assert run("affectgpt", "train", config).code == 0
    whole = uninterrupted()
    assert_same(weights_of(whole), weights_of(out))
    assert (whole / "loss.csv").read_bytes() == (out / "loss.csv").read_bytes()


def test_losses_and_picture(uninterrupted):
    out = uninterrupted()
    rows = list(csv.DictReader((out / "loss.csv").read_text().splitlines()))
    assert [int(row["step"]) for row in rows] == list(range(1, STEPS + 1))
    assert {float(row["learning_rate"]) for row in rows} == {3e-3}
    for epoch, path in enumerate(sorted(out.glob("checkpoint_*.pth")), start=1):
        mean = np.mean([float(row["loss"]) for row in rows[4 * epoch - 4 : 4 * epoch]])
        assert path.name == f"checkpoint_{epoch:06d}_loss_{mean:.3f}.pth"
    picture = (out / "loss.svg").read_text()
    assert picture.startswith("<svg")
    assert "Loss of 12 steps" in picture
    assert json.loads((out / "settings.json").read_text())["examples"]["kept"] == 8
