"""A program behind `exec:` through the whole of `merunibench infer`: killed, hung, resumed, in shards, in Ray."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from merunibench.inference.session import carry_out, plan
from merunibench.inference.settings import InferSettings, RunSettings
from merunibench.inference.shards import merge_shards
from merunibench.settings import settings_as_toml
from tests.inference.fake import write_clips
from tests.models.bridge import asking
from tests.models.bridge.asking import RAW, adapter

SCRIPT = """
import hashlib
import os
import random
import time
from pathlib import Path

print("Loading checkpoint shards")
Path("PIDS").open("a").write("%d\\n" % os.getpid())

def load(asked):
    time.sleep(float(asked.take("start", 0)))
    pause = float(asked.take("pause", 0))
    words = ["happy", "sad", "angry", "calm", "proud", "afraid", "neutral"]

    def answer(sample):
        print("frames:", sample.video)
        content = Path(sample.video).read_bytes()
        Path("ASKED").open("a").write(sample.name + "\\n")
        if content.startswith(b"hang") and not os.path.exists("HUNG"):
            Path("HUNG").touch()
            time.sleep(60)
        if content.startswith(b"odd"):
            raise ValueError("no face in " + sample.video)
        time.sleep(pause)
        drawn = random.choice(words)
        return "%s %s %s" % (drawn, hashlib.md5(content).hexdigest()[:4], sample.subtitle)

    return child.Ready(answer, model="humanomni", revision="1", modalities=["video", "text"])
"""


class Machine:
    """Clips, an adapter that notes its processes and what it was asked, and runs of it."""

    def __init__(self, folder, count, special=None):
        self.folder = folder
        clips = write_clips(folder / "clips", count, special)
        lines = [json.dumps({"name": s.name, "video": s.video.name, "subtitle": s.subtitle}) for s in clips.samples]
        (folder / "clips" / "clips.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.names = [sample.name for sample in clips.samples]
        self.count = 0

    def settings(self, out, **given):
        """Each run has an adapter of its own, under the same name."""
        self.count += 1
        body = SCRIPT
        self.notes = {note: self.folder / f"{note}{self.count}" for note in ("PIDS", "ASKED", "HUNG")}
        for note, path in self.notes.items():
            body = body.replace(f'"{note}"', repr(str(path)))
        script = adapter(self.folder / f"environment{self.count}", body, name="humanomni.py")
        least = {"clips": str(self.folder / "clips"), "dataset": ["meld"], "modalities": "video+text", "out": out}
        return InferSettings(**{"model": asking.command(script, "--token", "hunter2"), **least, **given})

    def run(self, out, **given):
        (done,) = carry_out(plan(self.settings(out, **given)))
        return done.path.read_bytes()

    def noted(self, note):
        path = self.notes[note]
        return path.read_text("utf-8").split() if path.exists() else []


def started(settings, *arguments):
    """`merunibench infer` of these settings in a process of its own."""
    command = ["--model", settings.model, "--clips", settings.clips, "--out", str(settings.out), "--dataset", "meld"]
    command += ["--modalities", "video+text", "--batch-size", "2", *arguments]
    command += [f"--model-option={name}={value}" for name, value in settings.model_option.items()]
    return subprocess.Popen(
        [sys.executable, "-m", "merunibench", "infer", *command],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def gone(number, seconds=5):
    """Whether a process ends within the time."""
    for _ in range(int(seconds * 20)):
        if not Path(f"/proc/{number}").exists():
            return True
        time.sleep(0.05)
    return False


class Killer(threading.Thread):
    """Kills the program at so many moments: each once some more clips were asked about, or while it starts."""

    def __init__(self, machine, times, seed):
        super().__init__(daemon=True)
        self._machine, self._times, self._chance = machine, times, random.Random(seed)
        self.killed = []

    def run(self):
        for kill in range(self._times):
            # Twice at one clip, perhaps, but never three times: then the clip would be given up, and rightly.
            enough = len(self._machine.noted("ASKED")) + (self._chance.randrange(3, 9) if kill % 2 else 0)
            while len(self._machine.noted("ASKED")) < enough or self._current() is None:
                time.sleep(0.002)
            time.sleep(self._chance.uniform(0, 0.02))
            number = self._current()
            os.kill(number, signal.SIGKILL)
            self.killed.append(number)

    def _current(self):
        """The process that runs now; None if it was killed and the next has not begun."""
        numbers = [int(number) for number in self._machine.noted("PIDS")]
        return numbers[-1] if numbers and numbers[-1] not in self.killed else None


@pytest.mark.parametrize("seed", [20, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(5))])
def test_a_hundred_clips_with_a_program_killed_at_ten_moments_and_hanging_once(tmp_path, seed):
    machine = Machine(tmp_path, 100, special={5: b"odd", 90: b"hang"})
    options = {"pause": "0.005", "seconds": "2"}
    undisturbed = machine.settings(tmp_path / "whole", model_option=options)
    machine.notes["HUNG"].touch()
    whole = carry_out(plan(undisturbed))[0].path.read_bytes()
    settings = machine.settings(tmp_path / "out", model_option=options)
    killer = Killer(machine, 10, seed)
    killer.start()
    (done,) = carry_out(plan(settings))
    killer.join(10)
    assert len(set(killer.killed)) == 10
    assert len(machine.noted("PIDS")) == 12  # the first, one after each kill, one after the hang
    content = done.path.read_bytes()
    rows = [json.loads(line) for line in content.splitlines()]
    assert [row["name"] for row in rows] == machine.names
    assert content == whole
    assert {row["name"]: row["error"] for row in rows if row["status"] == "failed"} == {
        machine.names[5]: f"ValueError: no face in {machine.names[5]}.mp4"
    }
    assert len({row["text"].split()[0] for row in rows if row["status"] == "ok"}) > 3  # drawn, and yet the same


def test_a_run_is_taken_up_and_nothing_is_asked_twice(tmp_path):
    machine = Machine(tmp_path, 12)
    whole = machine.run(tmp_path / "out")
    assert machine.run(tmp_path / "out") == whole
    assert machine.noted("ASKED") == []
    part = machine.run(tmp_path / "other", limit=4, model_option={"pause": "0"})
    assert part.count(b"\n") == 4
    machine.run(tmp_path / "other", model_option={"pause": "0"})
    assert len(machine.noted("ASKED")) == 8


def test_shards_are_merged(tmp_path):
    machine = Machine(tmp_path, 12)
    whole = machine.run(tmp_path / "whole")
    for part in ("1/3", "2/3", "3/3"):
        machine.run(tmp_path / "parts", shard=part)
    folder = tmp_path / "parts" / "humanomni-video+text"
    (merged,) = merge_shards([folder], folder)
    assert merged.path.read_bytes() == whole


@pytest.mark.slow
def test_ray_keeps_one_program_each_and_ends_them(tmp_path):
    machine = Machine(tmp_path, 20)
    whole = machine.run(tmp_path / "whole")
    settings = machine.settings(tmp_path / "ray")
    printed, messages = started(settings, "--engine", "ray", "--actors", "2").communicate(timeout=120)
    assert Path(printed.strip()).read_bytes() == whole, messages
    assert len(set(machine.noted("PIDS"))) >= 2  # one that says what it is, and those that answer
    assert all(map(gone, machine.noted("PIDS")))


@pytest.mark.slow
def test_merunibench_killed_at_six_moments_goes_on_and_leaves_no_program_behind(tmp_path):
    machine, chance = Machine(tmp_path, 60), random.Random(6)
    whole = machine.run(tmp_path / "whole", model_option={"pause": "0.02"})
    settings = machine.settings(tmp_path / "out", model_option={"pause": "0.02"})
    in_time = 0
    for _ in range(6):
        process, before = started(settings), len(machine.noted("ASKED"))
        while process.poll() is None and len(machine.noted("ASKED")) < before + 3:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.1))
        in_time += process.poll() is None
        process.kill()
        process.communicate()
        assert all(map(gone, machine.noted("PIDS")))
    assert in_time >= 4
    (done,) = carry_out(plan(settings))
    assert done.kept > 0
    assert done.path.read_bytes() == whole


def test_nothing_of_the_command_line_is_told(tmp_path, caplog):
    machine = Machine(tmp_path, 3)
    machine.run(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == "humanomni-video+text"
    written = "".join(path.read_text("utf-8") for path in folder.iterdir()) + caplog.text
    assert '"model": "exec:humanomni.py"' in written
    assert "hunter2" not in written
    assert str(tmp_path / "environment1") not in written


def test_a_run_is_repeated_from_its_file_by_naming_the_program_again(tmp_path):
    machine = Machine(tmp_path, 2)
    settings = machine.settings(tmp_path / "out")
    (tmp_path / "run.toml").write_text(settings_as_toml(settings), "utf-8")
    command = [sys.executable, "-m", "merunibench", "infer", "--config", str(tmp_path / "run.toml")]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "a file must not start a program; read the program first, then give --model exec:" in refused.stderr
    assert not machine.noted("PIDS")
    subprocess.run([*command, "--model", settings.model], capture_output=True, check=True)
    assert machine.noted("ASKED") == machine.names


def test_the_preflight_says_that_there_is_no_such_program(tmp_path):
    machine = Machine(tmp_path, 3)
    planned = plan(machine.settings(tmp_path / "out", model="exec:/no/such/python x.py"))
    assert planned.hopeless == ["exec: the program 'python' does not exist or is not executable"]
    planned = plan(machine.settings(tmp_path / "out"))
    assert not planned.hopeless
    assert "exec: starts humanomni.py" in [finding.what for finding in planned.findings]
    assert not any("installed" in finding.what for finding in planned.findings)  # nothing is decoded here


@pytest.mark.parametrize("kind", [InferSettings, RunSettings])
def test_folders_are_named_after_the_script(kind, tmp_path):
    least = {"out": tmp_path, "data_root": tmp_path}
    assert kind(model=asking.command(RAW, "--key=abc"), **least).model_name == "raw"
    assert kind(model="exec:./server --key=abc", modalities="text", **least).model_name == "server-text"


def test_control_c_ends_a_program_that_hangs(tmp_path):
    machine = Machine(tmp_path, 8, special={3: b"hang"})
    process = started(machine.settings(tmp_path / "out"))
    while not machine.notes["HUNG"].exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    printed, messages = process.communicate(timeout=30)
    assert (process.returncode, printed) == (130, "")
    assert messages.splitlines()[-1].startswith("stopped; finished rows are kept")
    assert all(map(gone, machine.noted("PIDS")))


def test_errors_are_the_same_wherever_the_clips_stand(tmp_path, monkeypatch):
    machine = Machine(tmp_path, 6, special={2: b"odd"})
    monkeypatch.chdir(tmp_path)
    assert machine.run(tmp_path / "here", clips="clips") == machine.run(tmp_path / "there")
