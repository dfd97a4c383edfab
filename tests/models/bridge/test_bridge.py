"""A program behind `exec:`: what it is asked, what is recorded, and what becomes of it when it fails."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from merunibench.errors import InputError, MediaError
from merunibench.media import file_hash
from merunibench.models import Generation, Sample
from merunibench.models.base import NoAnswerError
from tests.models.asking import PROMPT
from tests.models.bridge.asking import RAW, adapter, answers, bridge, files

ECHO = """
import json
import sys

print("a banner without an end", end="")

def load(asked):
    print("loading", asked.modalities)
    word = asked.take("word", "calm")
    asked.take("max_new_tokens", 256)

    def answer(sample):
        print("noise in between", end="")
        if sample.subtitle == "fail":
            raise KeyError("what\\nis it")
        if sample.subtitle == "list":
            return ["calm"]
        if sample.subtitle == "exit":
            sys.exit("bye")
        if sample.subtitle == "input":
            return input("your name? ")
        if sample.subtitle == "cut":
            return "calm, ca", "length"
        return json.dumps([word, vars(sample)])

    return child.Ready(answer, model="echo", revision="7", modalities=["audio", "video", "text"],
                       settings={"clip_seconds": 8}, libraries=["no-such-library"], control_tokens=["<video>"])
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    """An adapter that answers with all it was told."""
    return adapter(tmp_path_factory.mktemp("echo"), ECHO)


def told(model, sample):
    return json.loads(answers(model, [sample])[0])


def test_a_program_is_told_paths_and_the_question(echo, tmp_path):
    (sample,) = files(tmp_path, 1)
    word, seen = told(bridge(echo), sample)
    assert word == "calm"
    assert 0 <= seen.pop("seed") < 2**31
    assert seen == {
        "name": "clip0",
        "prompt": PROMPT.replace("{subtitle}", "line 0"),
        "modalities": ["audio", "video", "text"],
        "video": str(sample.video),
        "audio": str(sample.video),
        "face": None,
        "subtitle": "line 0",
    }


def test_what_it_is_not_given_it_is_not_told(echo, tmp_path):
    (sample,) = files(tmp_path, 1)
    model = bridge(echo, "audio")
    prepared = model.prepare(Sample("a", sample.video, tmp_path / "clip0.mp4", tmp_path / "face.npy", "line 0"))
    seen = json.loads(model.answer([prepared])[0])[1]
    assert (seen["video"], seen["face"], seen["subtitle"]) == (None, None, None)
    assert seen["prompt"] == "How do they feel?"
    assert prepared.media == {"audio": {"hash": file_hash(sample.video)}}


def test_control_tokens_are_broken_up(echo, tmp_path):
    (sample,) = files(tmp_path, 1)
    assert told(bridge(echo), Sample("a", sample.video, subtitle="a <video> here"))[1]["subtitle"] == "a < video> here"


def test_odd_names_and_words_arrive(echo, tmp_path):
    video = tmp_path / "odd\udcff \u202e'\".mp4"
    video.write_bytes(b"clip")
    seen = told(bridge(echo), Sample("odd\udcff\n\u2028", video, subtitle="\u4f60\u597d \U0001f600\n"))[1]
    assert (seen["name"], seen["video"], seen["subtitle"]) == (
        "odd\udcff\n\u2028", str(video), "\u4f60\u597d \U0001f600\n",
    )  # fmt: skip


def test_what_was_asked_for_is_used_and_recorded(echo, tmp_path):
    model = bridge(echo, generation=Generation(max_new_tokens=9, seed=3), extra={"word": "proud", "seconds": "9"})
    assert told(model, files(tmp_path, 1)[0])[0] == "proud"
    assert model.settings["used"] == {"seed": 3, "word": "proud", "max_new_tokens": 9}
    assert (model.settings["model"], model.settings["revision"]) == ("echo", "7")
    assert model.settings["program"] == {"clip_seconds": 8}
    assert set(model.settings["versions"]) == {"merunibench", "python"}
    assert str(tmp_path) not in json.dumps(model.settings)


@pytest.mark.parametrize(
    ("asked", "option"),
    [
        ({"generation": Generation(temperature=0.5)}, "--temperature"),
        ({"generation": Generation(extra={"num_beams": 4})}, "--gen-kwarg num_beams"),
        ({"extra": {"wrod": "proud"}}, "--model-option wrod"),
        ({"frames": 16}, "--frames"),
        ({"dtype": "float16"}, "--dtype"),
    ],
)
def test_what_a_program_has_no_use_for_is_refused(echo, asked, option):
    with pytest.raises(InputError, match=f"does not use {option}: leave it out .options that it uses: seed, word"):
        bridge(echo, **asked)


def test_an_option_has_one_meaning(echo):
    for asked in ({"extra": {"seed": "3"}}, {"extra": {"a": "1"}, "generation": Generation(extra={"a": 2})}):
        with pytest.raises(InputError, match="given twice, or has its own flag"):
            bridge(echo, **asked)


def test_a_medium_that_it_does_not_take_is_refused():
    with pytest.raises(InputError, match=r"exec:raw\.py does not support audio"):
        bridge(RAW, "audio", "video")


@pytest.mark.parametrize(
    ("subtitle", "reason"),
    [
        ("fail", r"^KeyError: 'what\\nis it'$"),
        ("list", "^TypeError: the answer is of type list, not text$"),
        ("exit", "^SystemExit: bye$"),
        ("input", "^EOFError"),
    ],
)
def test_a_clip_that_fails_fails_alone(echo, tmp_path, subtitle, reason):
    first, second = files(tmp_path, 2)
    model = bridge(echo)
    batch = [model.prepare(Sample("odd", first.video, subtitle=subtitle)), model.prepare(second)]
    with pytest.raises(MediaError, match="odd: "):
        model.answer(batch)
    with pytest.raises(NoAnswerError, match=reason):
        model.answer(batch[:1])
    assert json.loads(model.answer(batch[1:])[0])[1]["name"] == "clip1"
    assert model._questions == 2  # nothing was asked twice


def test_how_an_answer_ended_is_handed_on(echo, tmp_path):
    (answer,) = answers(bridge(echo), [Sample("a", files(tmp_path, 1)[0].video, subtitle="cut")])
    assert (answer, answer.finish_reason) == ("calm, ca", "length")


def test_absent_files_and_subtitles(echo, tmp_path):
    model = bridge(echo)
    for sample in (Sample("a", subtitle=""), Sample("a", tmp_path / "no.mp4", subtitle=""), Sample("a", tmp_path)):
        with pytest.raises(MediaError):
            model.prepare(sample)


POISON = """
import os
import signal

def load(asked):
    def answer(sample):
        if sample.subtitle == "poison":
            os.kill(os.getpid(), signal.SIGSEGV)
        if sample.subtitle == "lost":
            raise RuntimeError("CUDA error: device-side assert triggered")
        return "pid %d" % os.getpid()
    return child.Ready(answer, model="m", modalities=["video", "text"])
"""


@pytest.mark.parametrize(
    ("subtitle", "reason"),
    [
        ("poison", r"^adapter.py: ended by SIGSEGV at this clip; tried 3 times$"),
        ("lost", r"^adapter.py: ended with code 1 at this clip; its last output: RuntimeError: CUDA error.*3 times$"),
    ],
)
def test_a_clip_that_kills_the_program(tmp_path, subtitle, reason):
    first, second = files(tmp_path, 2)
    model = bridge(adapter(tmp_path, POISON), "video", "text")
    with pytest.raises(NoAnswerError, match=reason):
        answers(model, [Sample("poison", first.video, subtitle=subtitle)])
    assert answers(model, [second])[0].startswith("pid ")


CHANGING = """
import os

def load(asked):
    print("here", file=__import__("sys").stderr)
    return child.Ready(lambda sample: os._exit(0), model=str(os.getpid()), modalities=["video", "text"])
"""


TOGETHER = """
import os

def load(asked):
    def answer(samples):
        said = [sample.subtitle for sample in samples]
        if "die" in said and len(said) > 1:
            os._exit(4)
        if "fail" in said:
            raise ValueError("no face")
        if "lose" in said and len(said) > 1:
            return ["calm"]
        return [("calm %d" % len(said), "stop") for _ in said]
    return child.Ready(answer, model="m", modalities=["text"], together=3)
"""


@pytest.mark.parametrize(
    ("fifth", "said"),
    [
        ("yes", ["calm 3"] * 3 + ["calm 3"] * 3 + ["calm 1"]),
        ("fail", ["calm 3"] * 3 + ["calm 1", "ValueError: no face", "calm 1"] + ["calm 1"]),
        ("lose", ["calm 3"] * 3 + ["calm 1"] * 3 + ["calm 1"]),
        ("die", ["calm 3"] * 3 + ["calm 1"] * 3 + ["calm 1"]),
    ],
)
def test_clips_are_asked_about_together_where_a_program_can(tmp_path, caplog, fifth, said):
    model = bridge(adapter(tmp_path, TOGETHER), "text")
    batch = [model.prepare(Sample(f"clip{n}", subtitle=fifth if n == 4 else "yes")) for n in range(7)]
    if fifth == "fail":
        with pytest.raises(MediaError, match="clip4: ValueError: no face"):
            model.answer(batch)
        found = []
        for one in batch:
            try:
                found += model.answer([one])
            except NoAnswerError as error:
                found.append(str(error))
        assert found == said
    else:
        assert model.answer(batch) == said
    ended = "adapter.py: ended with code 4 at 3 clips; restarting it and asking for one clip at a time"
    assert caplog.messages == ([ended] if fifth == "die" else [])


def test_a_program_that_becomes_another_ends_the_run(tmp_path):
    model = bridge(adapter(tmp_path, CHANGING), "video", "text", extra={"log": str(tmp_path / "log")})
    with pytest.raises(InputError, match=r"adapter\.py: reports different properties after a restart"):
        answers(model, files(tmp_path, 1))
    assert (tmp_path / "log").read_text("utf-8") == "here\nhere\n"
    with pytest.raises(InputError, match="--model-option log="):
        bridge(RAW, "text", extra={"log": str(tmp_path)})


def test_the_program_ends_with_the_model(tmp_path):
    model = bridge(adapter(tmp_path, POISON), "video", "text")
    number = int(answers(model, files(tmp_path, 1))[0].removeprefix("pid "))
    os.kill(number, 0)
    del model
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


FAMILY = """
import os
import subprocess
import sys
import time

def load(asked):
    other = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    def answer(sample):
        open(sample.video + ".pid", "w").write(str(other.pid))
        time.sleep(60)
    return child.Ready(answer, model="m", modalities=["video", "text"])
"""


def test_what_it_started_ends_with_it(tmp_path):
    (sample,) = files(tmp_path, 1)
    model = bridge(adapter(tmp_path, FAMILY), "video", "text", extra={"seconds": "0.5"})
    with pytest.raises(NoAnswerError, match=r"did not answer within 0\.5 s at this clip"):
        answers(model, [sample])
    number = int((tmp_path / "clip0.mp4.pid").read_text())
    for _ in range(50):
        state = _state(number)
        if state in {"Z", ""}:
            break
        time.sleep(0.1)
    assert state in {"Z", ""}


def _state(number):
    """The state of a process as Linux has it; empty if there is none."""
    try:
        return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_a_child_whose_parent_is_killed_ends(tmp_path):
    """Killed for good, as by a batch system: the accelerator must be free for who goes on."""
    script = adapter(tmp_path, FAMILY.replace("other.pid", "os.getpid()"))
    (sample,) = files(tmp_path, 1)
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.models.bridge.asking import Sample, answers, bridge\n"
        "script, video = map(Path, sys.argv[1:])\n"
        "answers(bridge(script, 'video', 'text'), [Sample('a', video, subtitle='')])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    parent = subprocess.Popen([sys.executable, "-c", code, script, sample.video], env=environment)
    mark = tmp_path / "clip0.mp4.pid"
    while not (mark.exists() and mark.read_text()):
        assert parent.poll() is None
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    for _ in range(100):
        if _state(int(mark.read_text())) in {"Z", ""}:
            break
        time.sleep(0.1)
    assert _state(int(mark.read_text())) in {"Z", ""}
