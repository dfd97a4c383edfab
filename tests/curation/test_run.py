"""The whole pipeline from one file: from clips to a data set that others read; killed at any moment, the same bytes."""

import csv
import json
import os
import random
import shutil
import time
import zlib
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from merunibench.cli import main
from merunibench.curation.run import plan, read_config, run
from merunibench.errors import InputError
from tests.curation.forking import Forking
from tests.curation.small import CLASSES, data_set, names
from tests.fake_openai import fake_server
from tests.inference.fake import write_clips, write_plugin
from tests.speaking.installed import need_speaking

REPOSITORY = Path(__file__).parents[2]
ENDINGS = ("happy and grateful", "sad and worried", "angry", "calm, though a little bored")


def merged(request, _):
    """A description that depends on all that is asked."""
    text = request["messages"][-1]["content"]
    mark = zlib.crc32(text.encode())
    return (
        f"In clip {mark} the voice and the face go together, and what is said fits both well enough to be sure. "
        f"The person most likely feels {ENDINGS[mark % 4]}."
    )


def write_config(path, clips, url, describe, *, out, rest=""):
    path.write_text(
        f"""
out = "{out}"
[clips]
clips = "{clips}"
dataset = ["mine"]
[describe]
{describe}
merge = "openai:{url}#merger"
[filter]
length = "1-400"
undecided = ["keep"]
[export]
formats = ["affectgpt", "datasets", "jsonl"]
[card]
licence = "CC0-1.0"
{rest}""",
        encoding="utf-8",
    )
    return path


def contents(folder):
    """File -> bytes; locks, which say nothing, apart."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_as_the_authors(path):
    """Rows of a CSV file as AffectGPT's loader takes them: labels between brackets, divided by commas."""
    with path.open(newline="", encoding="utf-8") as stream:
        return {row["name"]: row for row in csv.DictReader(stream)}


class Machine(Forking):
    """Runs `merunibench curate run` in processes of its own."""

    def __init__(self, folder, config):
        super().__init__(os.environ | {"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{folder / 'plugin'}"})
        self.arguments = ["curate", "run", "--config", config, "--out"]

    def finish(self, out):
        assert self.run([*self.arguments, out]) == 0
        return contents(out)

    def killed(self, out, times, longest):
        """Kill a run so many times at random moments, sooner and sooner where one comes after its end."""
        chance = random.Random(5)
        for _ in range(times):
            while self.run([*self.arguments, out], chance.uniform(0.02, longest)) is not None:
                longest *= 0.7


def test_killed_at_ten_moments_and_finished_it_has_the_same_bytes(tmp_path):
    write_plugin(tmp_path / "plugin")
    clips = write_clips(tmp_path / "clips", 16, special={2: b"broken", 5: b"odd"})
    lines = [json.dumps({"name": s.name, "video": s.video.name, "subtitle": s.subtitle}) for s in clips.samples]
    (tmp_path / "clips" / "clips.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    values = "".join(f"{sample.name},{place / 16}\n" for place, sample in enumerate(clips.samples))
    (tmp_path / "speaker.csv").write_text(f"name,value\n{values}")

    def slowly(request, number):
        time.sleep(0.01)
        return merged(request, number)

    with fake_server(slowly) as server:
        describe = 'model = "fake:0.02"\nbatch_size = 4\nconcurrency = 2'
        rest = f'[speaker]\nspeaker = "file:{tmp_path / "speaker.csv"}"\n'
        config = write_config(tmp_path / "c.toml", tmp_path / "clips", server.url, describe, out="unused", rest=rest)
        with Machine(tmp_path, config) as machine:
            whole = machine.finish(tmp_path / "whole" / "set")
            machine.killed(tmp_path / "killed" / "set", 10, longest=0.6)
            assert machine.finish(tmp_path / "killed" / "set") == whole
    rows = [json.loads(line) for line in whole["descriptions/mine.jsonl"].splitlines()]
    assert [row["name"] for row in rows] == [sample.name for sample in clips.samples]
    assert sum(row["status"] == "failed" for row in rows) == 2


SAID = {"talk": "I am so glad, really.", "listen": "", "noface": "Oh no."}
TINY = """
audio_model = "{models}/qwen2_audio"
video_model = "{models}/qwen2_5_vl"
max_new_tokens = 8
frames = 2
dtype = "float32"
"""


def three_clips(shared, folder):
    """Talking, listening, and no face: synthetic, with a table of what is said."""
    folder.mkdir()
    lines = ["name,video,subtitle\n"]
    for name, text in SAID.items():
        shutil.copyfile(shared / "fixtures" / "curate" / f"syn_{name}.mp4", folder / f"{name}.mp4")
        lines.append(f'{name},{name}.mp4,"{text}"\n')
    (folder / "clips.csv").write_text("".join(lines))
    return folder


@pytest.fixture(scope="session")
def two_models(tmp_path_factory):
    """Folder with a tiny model that hears and one that sees."""
    from filelock import FileLock

    pytest.importorskip("transformers")
    from tests.models.tiny import BUILDERS

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "two_tiny_models"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            for name in ("qwen2_audio", "qwen2_5_vl"):
                BUILDERS[name](unfinished / name)
            unfinished.rename(folder)
    return folder


def check_exports(out, names):
    """Both what `datasets` reads and the authors' tables hold these clips, with the same texts and labels."""
    import datasets

    loaded = datasets.load_from_disk(str(out / "export" / "datasets"))
    assert loaded["name"] == names
    track2 = read_as_the_authors(out / "export" / "affectgpt" / "track2_train_mercaptionplus.csv")
    track3 = read_as_the_authors(out / "export" / "affectgpt" / "track3_train_mercaptionplus.csv")
    subtitles = read_as_the_authors(out / "export" / "affectgpt" / "subtitle_chieng.csv")
    assert list(track2) == list(track3) == names
    for row in loaded:
        said = track2[row["name"]]["openset"]
        assert said[0] + said[-1] == "[]"
        labels = [label.strip() for label in said[1:-1].split(",") if label.strip()]
        assert (labels or ["neutral"]) == (list(row["labels"]) or ["neutral"])  # so an empty list is read
        assert track3[row["name"]]["reason"] == row["text"]
        assert subtitles[row["name"]]["english"] == SAID[row["name"]]


def test_three_clips_become_a_data_set(tmp_path, shared, two_models):
    need_speaking()
    clips = three_clips(shared, tmp_path / "clips")
    with fake_server(merged) as server:
        config = write_config(
            tmp_path / "c.toml", clips, server.url, TINY.format(models=two_models), out=tmp_path / "set",
            rest="[speaker]\n",
        )  # fmt: skip
        found = run(plan(read_config(config)))
        assert len(server.requests) == 3
    assert (found.report.rows, found.report.kept) == (3, 1)
    decisions = {row["name"]: row for row in rows_of(tmp_path / "set/decisions/mine.jsonl")}
    assert [decisions[name]["dropped_by"] for name in ("talk", "listen", "noface")] == [None, "speaker", "speaker"]
    assert decisions["talk"]["filters"]["speaker"]["value"] > 0.5
    assert decisions["listen"]["filters"]["speaker"]["value"] < 0.15
    check_exports(tmp_path / "set", ["talk"])
    for name in ("report.json", "README.md", "funnel.svg", "statistics.json", "curate.toml"):
        assert (tmp_path / "set" / name).stat().st_size
    # What the folder keeps is a file for the command itself, and says the same.
    again = read_config(tmp_path / "set" / "curate.toml")
    assert again.filter == read_config(config).filter
    assert again.describe.model_dump() == read_config(config).describe.model_dump()


@pytest.mark.slow
def test_three_clips_with_a_language_model_on_this_machine_killed_at_ten_moments(
    tmp_path, tmp_path_factory, shared, two_models
):
    from tests.smollm import smollm_folder

    need_speaking()
    merger = smollm_folder(tmp_path_factory)
    clips = three_clips(shared, tmp_path / "clips")
    describe = TINY.format(models=two_models) + "merge_max_tokens = 48"
    config = write_config(tmp_path / "c.toml", clips, "", describe, out="unused", rest="[speaker]\n")
    text = config.read_text().replace('merge = "openai:#merger"', f'merge = "hf:{merger}"')
    config.write_text(text.replace("[export]\n", "[export]\nwith_dropped = true\n"))
    with Machine(tmp_path, config) as machine:
        whole = machine.finish(tmp_path / "whole" / "set")
        machine.killed(tmp_path / "killed" / "set", 10, longest=12)
        assert machine.finish(tmp_path / "killed" / "set") == whole
    check_exports(tmp_path / "whole" / "set", list(SAID))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[clips]\n", "no folder for the data set"),
        ('out = "o"\n[descirbe]\n', r"unknown section \[descirbe\]; did you mean describe"),
        ('out = "o"\ndescribe = 3\n', "describe: must be a table"),
        ('out = "o"\n[describe]\nclips = "c"\nmodel = "m"\n', r"\[describe\] two cues must be merged"),
        (
            'out = "o"\n[describe]\nvideo_model = "exec:x"\n',
            r"video_model: a file must not start a program",
        ),
        (
            'out = "o"\n[clips]\nmodel = "exec:x"\n[describe]\n',
            r"model: a file must not start a program",
        ),
        ('out = "o"\n[describe]\nmodel = "m"\ntrust_remote_code = true\n', r"first, then give --trust-remote-code"),
        ('out = "o"\n[filter]\nlenght = "1-2"\n', r"\[filter\] .*unknown setting; did you mean length"),
        ('out = "o"\n[export]\nformats = ["jsonl"]\n', "needs the licence"),
        ('out = "o"\n[export]\nformats = ["xml"]\n', r"\[export\]"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path, text, message):
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        read_config(tmp_path / "c.toml")


def test_descriptions_made_elsewhere_are_taken_up(tmp_path):
    place = tmp_path / "set" / "descriptions"
    place.mkdir(parents=True)
    rows = [{"name": f"c{n}", "text": f"Clip {n}: she smiles and looks happy about it."} for n in range(5)]
    (place / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "set" / "curate.toml").write_text('[filter]\nlength = "1-99"\n')
    found = run(plan(read_config(tmp_path / "set" / "curate.toml")))
    assert (found.report.kept, found.done, found.exports) == (5, [], [])
    with pytest.raises(InputError, match="contains no descriptions"):
        plan(read_config(tmp_path / "set" / "curate.toml", tmp_path / "nothing"))


def test_a_crowd_votes_within_a_run(tmp_path):
    pytest.importorskip("sklearn")
    data_set(tmp_path / "set", 12, speaker=False)
    shutil.rmtree(tmp_path / "set/votes")
    said = "".join(f"{name},so {CLASSES[n % 4]} today\n" for n, name in enumerate(names(12)))
    (tmp_path / "said.csv").write_text("name,subtitle\n" + said)
    (tmp_path / "human.csv").write_text("name,label\n" + "".join(f"train{n},{CLASSES[n % 4]}\n" for n in range(24)))
    (tmp_path / "taught.csv").write_text(
        "name,subtitle\n" + "".join(f"train{n},so {CLASSES[n % 4]} again\n" for n in range(24))
    )
    taught = (
        "--labels",
        tmp_path / "human.csv",
        "--texts",
        tmp_path / "taught.csv",
        "--text",
        "subtitle",
        "--folds",
        "2",
    )
    line = ["merunibench", "curate", "train", *map(str, taught), "--out", str(tmp_path / "said")]
    with patch("sys.argv", line), suppress(SystemExit):
        main()
    assert (tmp_path / "said/settings.json").exists()
    (tmp_path / "set/curate.toml").write_text(
        f'[filter]\nlength = "1-99"\n[vote]\nsources = ["{tmp_path / "said"}"]\ntexts = "{tmp_path / "said.csv"}"\n'
    )
    found = run(plan(read_config(tmp_path / "set/curate.toml")))
    crowd = next(each for each in found.report.filters if each.name == "crowd.emotion")
    assert (crowd.passed, found.report.kept) == (12, 12)
    assert len(rows_of(tmp_path / "set/votes/said/train.jsonl")) == 12
    before = contents(tmp_path / "set")
    run(plan(read_config(tmp_path / "set/curate.toml")))
    assert contents(tmp_path / "set") == before


def test_labels_are_read_by_a_model_and_left_by_the_rules(tmp_path):
    place = tmp_path / "set" / "descriptions"
    place.mkdir(parents=True)
    rows = [{"name": f"c{n}", "text": f"Clip {n}: she smiles and looks happy about it."} for n in range(3)]
    (place / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def behave(request, _):
        return "negative" if "polarity" in str(request).lower() else "[sad, lonely]"

    with fake_server(behave) as server:
        text = f'[labels]\nextractor = "openai:{server.url}#reader"\n[filter]\nlength = "1-99"\n'
        (tmp_path / "set" / "curate.toml").write_text(text)
        for _ in range(2):  # the second time nothing is asked
            run(plan(read_config(tmp_path / "set" / "curate.toml")))
            asked = len(server.requests)
        assert asked <= 6
    found = rows_of(tmp_path / "set/labels/mine.jsonl")
    assert [row["labels"] for row in found] == [["sad", "lonely"]] * 3
    assert all(row["labels_from"].startswith("openai(") for row in found)
