"""The stage `speaker`: one row per clip, resumable, the same bytes however often it was interrupted."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from merunibench.curation.speaker import SpeakerSettings, carry_out, measure, plan
from merunibench.errors import InputError, MediaError
from merunibench.inference.clips import clips_of
from merunibench.inference.shards import merge_shards
from merunibench.speaking import Measured
from tests.clips import broken_files, make_clip
from tests.speaking.installed import need_speaking

REPOSITORY = Path(__file__).parents[2]


class Counting:
    """Measures the length of a clip's name, and says what it was asked about."""

    name = "counting@1"

    def __init__(self, **settings):
        self.settings = {"speaker": self.name, **settings}
        self.asked = []

    def measure(self, clip):
        self.asked.append(clip.name)
        if clip.video.read_bytes() == b"broken":
            raise MediaError(f"{clip.video}: is broken")
        if clip.video.read_bytes() == b"odd":
            raise ZeroDivisionError("by nothing")
        return Measured(len(clip.name) / 100, {"speech_share": 1.0})


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, content in {"a": b"1", "bb": b"2", "ccc": b"broken", "dddd": b"odd", "eeeee": b"3"}.items():
        (folder / f"{name}.mp4").write_bytes(content)
    return folder


def run(folder, out, speaker, **options):
    settings = SpeakerSettings(clips=str(folder), out=out, dataset=("mine",), **options)
    return measure(clips_of(str(folder), "mine", out / ".clips"), speaker, settings)


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_rows(folder, tmp_path):
    done = run(folder, tmp_path / "out", Counting(), retry_failed=False)
    assert done.path == tmp_path / "out" / "speaker" / "mine.jsonl"
    rows = rows_of(done.path)
    assert [row["name"] for row in rows] == ["a", "bb", "ccc", "dddd", "eeeee"]
    assert list(rows[0]) == ["name", "value", "details", "status", "content", "inputs", "config"]
    assert (rows[0]["value"], rows[0]["details"], rows[0]["status"]) == (0.01, {"speech_share": 1.0}, "ok")
    assert list(rows[2]) == ["name", "value", "details", "status", "error", "content", "inputs", "config"]
    assert (rows[2]["value"], rows[2]["status"], rows[2]["error"]) == (None, "failed", "ccc.mp4: is broken")
    assert rows[3]["error"] == "ZeroDivisionError: by nothing"
    assert (done.rows, done.failed, done.kept) == (5, 2, 0)
    assert [reason.first for reason in done.account.unanswered] == ["ccc", "dddd"]


def test_the_same_again_asks_nothing(folder, tmp_path):
    first, second = Counting(), Counting()
    content = run(folder, tmp_path / "out", first).path.read_bytes()
    done = run(folder, tmp_path / "out", second)
    assert (second.asked, done.kept, done.path.read_bytes()) == ([], 5, content)


def test_failed_rows_are_asked_again_if_wanted(folder, tmp_path):
    run(folder, tmp_path / "out", Counting())
    again = Counting()
    run(folder, tmp_path / "out", again, retry_failed=True)
    assert again.asked == ["ccc", "dddd"]


def test_a_clip_that_changed_is_measured_again(folder, tmp_path):
    run(folder, tmp_path / "out", Counting())
    (folder / "bb.mp4").write_bytes(b"another")
    again = Counting()
    done = run(folder, tmp_path / "out", again)
    assert (again.asked, done.changed, done.kept) == (["bb"], 1, 4)


def test_other_settings_are_refused_by_name(folder, tmp_path):
    run(folder, tmp_path / "out", Counting(least_motion=0.012))
    with pytest.raises(InputError, match=r"was made with other settings: least_motion 0\.012 -> 0\.02"):
        run(folder, tmp_path / "out", Counting(least_motion=0.02))


def test_a_part_first_then_all(folder, tmp_path):
    part = run(folder, tmp_path / "out", Counting(), limit=2)
    assert (part.rows, part.partial) == (2, True)
    asked = Counting()
    content = run(folder, tmp_path / "out", asked).path.read_bytes()
    assert len(asked.asked) == 3
    assert run(folder, tmp_path / "whole", Counting()).path.read_bytes() == content


def test_shards_make_the_whole(folder, tmp_path):
    whole = run(folder, tmp_path / "whole", Counting()).path
    for part in (1, 2):
        run(folder, tmp_path / "parts", Counting(), shard=f"{part}/2")
    (merged,) = merge_shards([tmp_path / "parts" / "speaker"], tmp_path / "merged")
    assert merged.path.read_bytes() == whole.read_bytes()


def test_what_concerns_every_clip_ends_the_run(folder, tmp_path):
    class Lacking(Counting):
        def measure(self, _):
            raise InputError("a package is missing")

    with pytest.raises(InputError, match="a package is missing"):
        run(folder, tmp_path / "out", Lacking())


def of_table(folder, tmp_path, text, **options):
    (tmp_path / "values.csv").write_text(text, encoding="utf-8")
    source = f"file:{tmp_path / 'values.csv'}"
    return carry_out(plan(SpeakerSettings(clips=str(folder), out=tmp_path / "out", speaker=source, **options)))


def test_values_from_a_table(folder, tmp_path):
    (done,) = of_table(folder, tmp_path, "name,value\na,0.5\nbb,\nccc,1\neeeee,0\nzz,0.1\n")
    rows = {row["name"]: row for row in rows_of(done.path)}
    assert done.path.name == "clips.jsonl"  # as the folder is called
    assert {name: row["value"] for name, row in rows.items()} == {
        "a": 0.5,
        "bb": None,
        "ccc": 1,
        "dddd": None,
        "eeeee": 0,
    }
    assert rows["dddd"]["error"] == "values.csv: has no row of this name"
    assert rows["bb"]["status"] == "ok"


@pytest.mark.parametrize("value", ["1.1", "-0.1", "nan", "inf", "yes", "0x1"])
def test_what_is_no_share(value, folder, tmp_path):
    with pytest.raises(InputError, match=r"values\.csv, line 2: value .* must be a number from 0 to 1, or empty"):
        of_table(folder, tmp_path, f"name,value\na,{value}\n")


def test_a_table_without_values(folder, tmp_path):
    with pytest.raises(InputError, match="has no column 'value'"):
        of_table(folder, tmp_path, "name,score\na,1\n")


def test_off_writes_nothing(folder, tmp_path):
    assert carry_out(plan(SpeakerSettings(clips=str(folder), out=tmp_path / "out", speaker="off"))) == []
    assert not (tmp_path / "out").exists()


def command(clips, out, *more):
    line = [sys.executable, "-m", "merunibench", "curate", "speaker", "--clips", clips, "--out", out, *more]
    return list(map(str, line))


def environment():
    return os.environ | {"PYTHONPATH": str(REPOSITORY)}


def test_broken_clips_are_failed_rows(tmp_path):
    need_speaking()
    (tmp_path / "clips").mkdir()
    make_clip(tmp_path / "clips" / "whole.mp4", seconds=0.4)
    broken_files(tmp_path / "clips")
    settings = SpeakerSettings(clips=str(tmp_path / "clips"), out=tmp_path / "out", dataset=("mine",))
    (done,) = carry_out(plan(settings))
    rows = {row["name"]: row for row in rows_of(done.path)}
    # What has a picture is measured, whatever it sounds like; `.mkv` and `.mp4` of one name are one clip.
    assert {name for name, row in rows.items() if row["status"] == "ok"} == {"silent", "whole"}
    assert done.failed == len(rows) - 2 > 20
    for name, row in rows.items():
        if row["status"] == "failed":
            assert name in row["error"]
            assert str(tmp_path) not in row["error"]


class Machine:
    """Starts the command on clips in which there is no face, which take a moment each."""

    def __init__(self, folder, count):
        self.clips = folder / "clips"
        self.clips.mkdir()
        for k in range(count):
            make_clip(self.clips / f"c{k:02}.mp4", seconds=0.6, tone=200 + 40 * k)
        (self.clips / "c03.mp4").write_bytes(b"broken")

    def start(self, out):
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command(self.clips, out), env=environment(), **streams)

    def finish(self, out):
        process = self.start(out)
        printed, messages = process.communicate(timeout=300)
        assert process.returncode == 0, messages
        return Path(printed.strip())

    def killed(self, out, times):
        """Kill a run so many times, just after some of its rows; how many of them were in time."""
        chance, in_time = random.Random(times), 0
        for _ in range(times):
            process, enough = self.start(out), written(out) + chance.randrange(3)
            while process.poll() is None and written(out) < enough:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.2))
            in_time += process.poll() is None
            process.kill()
            process.communicate()
        return in_time


def written(out):
    return sum(part.read_bytes().count(b"\n") for part in out.rglob("*.part"))


@pytest.mark.parametrize(
    ("clips", "times"), [pytest.param(6, 2, id="twice"), pytest.param(24, 10, id="ten", marks=pytest.mark.slow)]
)
def test_killed_and_finished(clips, times, tmp_path):
    need_speaking()
    machine = Machine(tmp_path, clips)
    whole = machine.finish(tmp_path / "whole")
    assert len(rows_of(whole)) == clips
    assert machine.killed(tmp_path / "out", times) >= times / 2
    assert machine.finish(tmp_path / "out").read_bytes() == whole.read_bytes()
