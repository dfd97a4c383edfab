"""Programs that break the rules of the exchange: each is told in one line, and none is believed."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.models import load_model
from merunibench.models.base import NoAnswerError
from merunibench.models.bridge import messages
from tests.models.asking import options
from tests.models.bridge.asking import RAW, answers, bridge, command, files

QUICK = {"seconds": "2", "start_seconds": "2"}


def raw(how, **extra):
    return bridge(RAW, "video", "text", arguments=[how], extra=extra)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("prints", r"printed 'Loading \\\\x1b\[31mweights' on its standard output, which must contain only JSON lines"),
        ("prints-without-end", r"printed '50% \{.* on its standard output"),
        ("list", r"printed '\[1\]' on its standard output"),
        ("behind", "answered question 0 .'clip0'. instead of question 1 .'clip0'.: .* once, in order"),
        ("lies", "answered for 'somebody else' instead of 'clip0'"),
        ("never-asked", "answered question 7 .'clip7'. instead of question 1 .'clip0'."),
        ("twice", "answered question 1 .'clip0'. instead of question 2 .'clip1'."),
        ("huge", "wrote a line of more than 4 MiB"),
        ("endless", "wrote a line of more than 4 MiB"),
        ("nan", "cannot be read as JSON: NaN is not a JSON value"),
        ("bytes", "cannot be read as JSON: 'utf-8' codec can't decode"),
        ("deep", "nested too deeply"),
        ("number", "its answer: text: input should be a valid string"),
        ("both", "its answer for 'clip0' must have either text or error"),
        ("neither", "its answer for 'clip0' must have either text or error"),
        ("more", "its answer: mood: extra inputs are not permitted"),
        ("fatal", "raw.py: no licence$"),
    ],
)
def test_an_answer_that_is_none(tmp_path, how, told):
    model = raw(how)
    with pytest.raises(InputError, match=told) as caught:
        answers(model, files(tmp_path))
    message = str(caught.value)
    assert message.startswith("raw.py: ")
    assert message.isprintable()
    assert not model._program.running


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("at-once/well", "raw.py: ended with code 0 before it was ready$"),
        ("with-words/well", "ended with code 1 before it was ready; its last output: ModuleNotFoundError: No module"),
        ("closed/well", "closed its standard input or output before it was ready"),
        ("never/well", r"did not answer within 2 s before it was ready \(--model-option start_seconds=N\)"),
        ("old/well", "its ready line: ready: input should be 1"),
        ("smells/well", "its ready line: modalities.*: input should be 'audio', 'video' or 'text'"),
        ("nothing/well", "its ready line: modalities: "),
        ("no-model/well", "its ready line: model: "),
        ("infinite/well", "Infinity is not a JSON value"),
        ("beyond/well", "its ready line: settings: has an invalid number or character"),
        ("half/well", "its ready line: settings: has an invalid number or character"),
    ],
)
def test_a_program_that_does_not_become_ready(how, told):
    began = time.monotonic()
    with pytest.raises(InputError, match=told) as caught:
        raw(how, **QUICK)
    assert str(caught.value).isprintable()
    assert time.monotonic() - began < 15


def test_a_slow_start_that_prints_is_waited_for(tmp_path, caplog):
    model = raw("slow/well")
    assert answers(model, files(tmp_path)) == ["calm clip0", "calm clip1", "calm clip2"]
    (said,) = caplog.messages
    assert said == "exec:raw.py: ignoring output printed on standard output at start: loading shard 0"


def test_one_that_stops_reading_is_started_again(tmp_path, caplog):
    model = raw("deaf", **QUICK | {"seconds": "0.5"})
    assert answers(model, files(tmp_path, 2)) == ["calm clip0", "calm clip1"]
    assert "did not answer within 0.5 s at this clip (--model-option seconds=N)" in caplog.text


def test_an_answer_that_comes_too_late_lands_on_no_clip(tmp_path):
    model = raw("late", **QUICK)
    assert answers(model, files(tmp_path, 1)) == ["calm clip0"]
    samples = files(tmp_path, 4)[1:]
    assert answers(model, samples) == ["calm clip1", "calm clip2", "calm clip3"]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("heirs", r"^raw\.py: ended with code 3 at this clip; tried 3 times$"),
        ("blanks", r"^raw\.py: did not answer within 2 s at this clip"),
        ("drip", r"^raw\.py: did not answer within 2 s at this clip"),
    ],
)
def test_a_clip_that_no_start_brings_further_is_given_up(tmp_path, how, told):
    began = time.monotonic()
    with pytest.raises(NoAnswerError, match=told):
        answers(raw(how, **QUICK), files(tmp_path, 1))
    assert time.monotonic() - began < 12


def test_one_that_closes_its_input_is_started_again(tmp_path, caplog):
    assert answers(raw("deafened", **QUICK), files(tmp_path, 2)) == ["calm clip0", "calm clip1"]
    assert "closed its standard input or output at this clip ('clip1'); restarting it" in caplog.text


def test_standard_error_may_be_flooded_and_its_log_full(tmp_path):
    log = Path("/dev/full")
    if not log.exists():
        pytest.skip("needs /dev/full")
    model = raw("shout", log=str(log))
    assert answers(model, files(tmp_path, 2)) == ["calm clip0", "calm clip1"]


def test_an_end_of_merunibench_waits_for_nothing_that_a_program_left_behind(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.models.bridge.test_rules import *\n"
        "model = raw('heirs')\n"
        "try:\n    answers(model, files(Path(sys.argv[1]), 1))\nexcept NoAnswerError as error:\n    print(error)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    ended = subprocess.run([sys.executable, "-c", code, tmp_path], env=environment, timeout=20, check=True, stdout=-1)
    assert b"tried 3 times" in ended.stdout


def test_nothing_said_is_no_answer(tmp_path):
    sample = files(tmp_path, 1)
    with pytest.raises(NoAnswerError, match="gave an empty answer"):
        answers(raw("blank"), sample)
    assert answers(raw("half"), sample) == ["so ? calm"]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("exec:", "exec: no program given"),
        ("exec:'open", "cannot be read: no closing quotation"),
        ("exec:/no/such/python x.py --token hunter2", "x.py: cannot be started: No such file"),
    ],
)
def test_a_command_that_is_none(spec, told):
    with pytest.raises(InputError, match=told) as caught:
        load_model(spec, options("text"))
    assert "hunter2" not in str(caught.value)


def test_no_shell_reads_the_command(tmp_path):
    mark = tmp_path / "mark"
    with pytest.raises(InputError, match=r"^raw\.py: "):
        bridge(RAW, "text", arguments=["at-once/well", ";", "touch", mark, "$(touch", f"{mark})"])
    assert not mark.exists()
    assert command(RAW, ";").endswith("';'")


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_times_that_are_none(seconds):
    with pytest.raises(InputError, match=r"--model-option seconds=.*above 0"):
        raw("well", seconds=seconds)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from(["answer", "name", "text", "error", "ready", "model", "modalities", "used", "fatal", "x"])
_OBJECTS = st.dictionaries(_FIELDS, _JSON, max_size=5).map(lambda found: json.dumps(found).encode())


def outcome(parse, *arguments):
    """What a line is, or what is told about it."""
    try:
        return parse(*arguments)
    except InputError as error:
        return str(error)


@given(st.binary(max_size=60) | _OBJECTS)
def test_whatever_a_program_writes_is_a_message_or_told_in_one_line(line):
    question = messages.Question(1, {"name": "a"})
    found = [outcome(messages.parse_ready, line, "p"), outcome(messages.parse_answer, line, question, "p")]
    told = [text for text in found if isinstance(text, str)]
    assert all(text.startswith("p: ") and text.isprintable() for text in told)
    assert all(isinstance(each, str | messages.Ready | messages.Answered) for each in found)
