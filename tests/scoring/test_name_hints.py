"""Names that would match if they were written otherwise are counted, and the option that makes them match is ready."""

import re
import shlex

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench import evaluate
from merunibench.errors import InputError
from merunibench.scoring.name_hints import name_hint

TRUTH = [f"test_dia{number}_utt{number % 3}" for number in range(12)]


def texts(names):
    return pa.array(names, pa.large_string())


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{}.mp4", "without '.mp4'"),
        ("{}_video.wav", "without '_video.wav'"),
        ("/data/{n}/{}", "without the folder"),
        ("clips/{}.MP4", "without the folder and '.MP4'"),
        ("C:\\clips{n}\\{}.avi", "without the folder and '.avi'"),
        ("meld-{}", "without 'meld-' in front"),
        ("meld_{}+audio", "without 'meld_' in front and '+audio'"),
        (" {}\n", "without blanks"),
        ("it's {}", 'without "it\'s " in front'),
        ("\u200b{}\x08", r"without '\u200b' in front and '\x08'"),
    ],
)
def test_the_option_that_is_said_makes_them_match(form, words):
    names = [form.format(name, n=number) for number, name in enumerate(TRUTH)]
    hint = name_hint(texts(TRUTH), texts(names))
    assert hint.startswith(f"; 12 of 12 would match {words}: --name-regex ")
    assert hint.isprintable()
    _, pattern = shlex.split(hint.partition(": ")[2])
    data, truth = {"meld": dict.fromkeys(names, "happy")}, {"meld": dict.fromkeys(TRUTH, "joy")}
    assert evaluate(data, truth, name_regex=pattern, bootstrap=0)["meld"].score == 1
    with pytest.raises(InputError, match=re.escape(hint)):
        evaluate(data, truth, bootstrap=0)


def test_case_and_names_of_the_truth():
    upper = [f" {name.upper()}" for name in TRUTH]
    assert name_hint(texts(TRUTH), texts(upper)) == (
        "; 12 of 12 would match in lower case: write them as in the ground truth"
    )
    longer = [f"v/{name}.mp4" for name in TRUTH]
    assert name_hint(texts(longer), texts(TRUTH)) == (
        "; 12 of 12 would match with the folder and '.mp4', as in the ground truth"
    )


def test_endings_of_several_kinds():
    names = [f"{name}.{('mp4', 'avi', 'wav')[number % 3]}" for number, name in enumerate(TRUTH)]
    hint = name_hint(texts(TRUTH), texts(names))
    assert hint.startswith("; 12 of 12 would match without the extension: --name-regex ")
    _, pattern = shlex.split(hint.partition(": ")[2])
    data, truth = {"meld": dict.fromkeys(names, "happy")}, {"meld": dict.fromkeys(TRUTH, "joy")}
    assert evaluate(data, truth, name_regex=pattern, bootstrap=0)["meld"].score == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda name: f"{name.upper()}.MP4",
        lambda name: f"/Data/{name.title()}.avi",
        lambda name: name.replace("_", "%5F"),
        lambda name: name.replace("_", "-"),
        lambda name: f"https://host/{name.replace('_', ' ')}",
    ],
)
def test_whatever_else_differs_in_writing(write):
    names = [write(name) for name in TRUTH]
    hint = name_hint(texts(TRUTH), texts(names))
    assert hint.startswith("; 12 of 12 would match if folder, extension, case and punctuation were ignored: ")
    assert name_hint(texts(TRUTH), texts([write(f"other_{number}") for number in range(12)])) == ""


def test_half_of_the_names():
    names = [name + (".mp4" if number % 2 else "") for number, name in enumerate(TRUTH)]
    data, truth = {"meld": dict.fromkeys(names, "happy")}, {"meld": dict.fromkeys(TRUTH, "joy")}
    with pytest.raises(InputError, match=r"6 of 12 samples of meld have no prediction: .*; 6 of 6 would match without"):
        evaluate(data, truth, bootstrap=0)
    for missing in ("zero", "skip"):
        report = evaluate(data, truth, missing=missing, bootstrap=0)
        assert any("6 of 6 would match without '.mp4'" in warning for warning in report.warnings)


@given(st.lists(st.text("ab.", min_size=1, max_size=4), unique=True), st.lists(st.text("xy.", max_size=4), unique=True))
def test_names_of_something_else(wanted, given_names):
    common = {*wanted} & {*given_names}
    if not common:
        hint = name_hint(
            texts(wanted), texts([name for name in given_names if not any(map(name.__contains__, wanted))])
        )
        assert not hint or "as in the ground truth" in hint


@given(st.lists(st.text(max_size=8), max_size=8, unique=True), st.lists(st.text(max_size=8), max_size=8, unique=True))
def test_any_names(wanted, names):
    assert name_hint(texts(wanted), texts(names)).isprintable()


def test_long_names_are_not_searched_for_ever():
    names = ["ab'" * 60 + str(number) for number in range(1000)] + ["x" * 100_000]
    assert name_hint(texts(TRUTH), texts(names)) == ""
