"""Killed at any moment and started again: every clip exactly once, and the bytes of a run that nobody disturbed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.inference.fake import write_clips, write_plugin

REPOSITORY = Path(__file__).parents[2]
PAUSE = 0.02
BATCH = 4


class Machine:
    """Starts `merunibench infer` in processes of its own, on clips in a folder."""

    def __init__(self, folder, count):
        self.folder, self.count = folder, count
        deadly = {place: b"deadly" for place in range(count) if place % 10 == 7}
        clips = write_clips(folder / "clips", count, special={2: b"broken", 5: b"odd"} | deadly)
        lines = [json.dumps({"name": s.name, "video": s.video.name, "subtitle": s.subtitle}) for s in clips.samples]
        (folder / "clips" / "clips.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.names = [sample.name for sample in clips.samples]
        plugin = write_plugin(folder / "plugin")
        self.environment = os.environ | {"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{plugin}"}

    def start(self, out, *arguments, model=f"fake:{PAUSE}"):
        command = [sys.executable, "-m", "merunibench", "infer", "--model", model, "--name", "m", "--dataset", "meld"]
        command += ["--clips", self.folder / "clips", "--out", out, "--batch-size", str(BATCH), *arguments]
        return subprocess.Popen(
            list(map(str, command)), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def finish(self, out, *arguments, **options):
        process = self.start(out, *arguments, **options)
        printed, messages = process.communicate(timeout=300)
        assert process.returncode == 0, messages
        return Path(printed.strip()), messages

    def killed(self, out, times, *arguments):
        """Kill a run so many times, while it starts or up to two batches later; how many of them were in time."""
        chance, in_time = random.Random(times), 0
        for _ in range(times):
            batches = chance.randrange(3)
            enough = written(out) + batches * BATCH
            process = self.start(out, *arguments)
            while process.poll() is None and written(out) < enough:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 2 * PAUSE if batches else 1.0))
            in_time += process.poll() is None
            process.kill()
            process.communicate()
        return in_time


def written(out):
    """Number of rows of unfinished results."""
    return sum(part.read_bytes().count(b"\n") for part in out.rglob("*.part"))


def check(path, machine, undisturbed):
    content = path.read_bytes()
    assert [json.loads(line)["name"] for line in content.splitlines()] == machine.names
    assert content == undisturbed


def test_a_run_killed_now_and_then(tmp_path):
    machine = Machine(tmp_path, 60)
    whole = machine.finish(tmp_path / "whole")[0].read_bytes()
    assert machine.killed(tmp_path / "out", 4) >= 2
    check(machine.finish(tmp_path / "out")[0], machine, whole)


def test_control_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path):
    machine = Machine(tmp_path, 60)
    process = machine.start(tmp_path / "out", model="fake:0.3")
    part = tmp_path / "out" / "m" / "meld.jsonl.part"
    while not (part.exists() and part.stat().st_size):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, messages = process.communicate(timeout=30)
    assert (process.returncode, printed) == (130, "")
    assert messages.splitlines()[-1] == "stopped; finished rows are kept, and the same command resumes the run"
    assert "Traceback" not in messages
    assert " kept" in machine.finish(tmp_path / "out", model="fake:0")[1]


def test_a_second_writer_is_kept_away(tmp_path):
    machine = Machine(tmp_path, 60)
    first = machine.start(tmp_path / "out", model="fake:0.3")
    part = tmp_path / "out" / "m" / "meld.jsonl.part"
    while not part.exists():
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    second = machine.start(tmp_path / "out")
    assert "another run is writing it" in second.communicate(timeout=60)[1]
    assert second.returncode == 2
    first.kill()
    first.communicate()


def test_ray_with_a_worker_that_dies(tmp_path):
    machine = Machine(tmp_path, 60)
    whole = machine.finish(tmp_path / "whole", model="fake:0")[0].read_bytes()
    (tmp_path / "grave").mkdir()
    machine.environment["FAKE_GRAVE"] = str(tmp_path / "grave")
    path, _ = machine.finish(tmp_path / "ray", "--engine", "ray", "--actors", "2", model="fake:0")
    assert (tmp_path / "grave" / "here").exists()
    check(path, machine, whole)


@pytest.mark.slow
def test_two_hundred_clips_killed_at_twenty_moments(tmp_path):
    machine = Machine(tmp_path, 200)
    whole = machine.finish(tmp_path / "whole")[0].read_bytes()
    assert machine.killed(tmp_path / "out", 20) >= 10
    check(machine.finish(tmp_path / "out")[0], machine, whole)


@pytest.mark.slow
def test_shards_killed_at_twenty_moments(tmp_path):
    machine = Machine(tmp_path, 200)
    whole = machine.finish(tmp_path / "whole")[0].read_bytes()
    for part in range(1, 5):
        assert machine.killed(tmp_path / "out", 5, "--shard", f"{part}/4") >= 2
        machine.finish(tmp_path / "out", "--shard", f"{part}/4")
    merge = [sys.executable, "-m", "merunibench", "merge", str(tmp_path / "out" / "m")]
    printed = subprocess.run(merge, env=machine.environment, capture_output=True, text=True, check=True).stdout
    check(Path(printed.strip()), machine, whole)


@pytest.mark.slow
def test_ray_killed_itself_and_taken_up_with_a_worker_that_dies(tmp_path):
    machine = Machine(tmp_path, 200)
    whole = machine.finish(tmp_path / "whole", model="fake:0.05")[0].read_bytes()
    (tmp_path / "grave").mkdir()
    ray = ("--engine", "ray", "--actors", "2")
    process = machine.start(tmp_path / "ray", *ray, model="fake:0.05")
    part = tmp_path / "ray" / "m" / "meld.jsonl.part"
    while process.poll() is None and not (part.exists() and part.stat().st_size):
        time.sleep(0.05)
    process.kill()
    process.communicate()
    machine.environment["FAKE_GRAVE"] = str(tmp_path / "grave")
    path, messages = machine.finish(tmp_path / "ray", *ray, model="fake:0.05")
    assert " kept" in messages
    assert (tmp_path / "grave" / "here").exists()
    check(path, machine, whole)
