"""Prompts and clean-up, against what the authors' functions gave."""

import json

import pytest

from merunibench.errors import InputError
from merunibench.models.affectgpt.generation import clean
from merunibench.models.affectgpt.prompt import MODES, PLACEHOLDERS, QUESTIONS, Mode


def test_all_templates_are_the_authors(shared):
    expected = json.loads((shared / "fixtures" / "affectgpt_prompt_templates.json").read_text())
    assert dict(MODES) == expected
    assert len(expected) == 15


def test_prompts_are_the_authors(shared):
    cases = json.loads((shared / "fixtures" / "affectgpt_prompt_tokens.json").read_text())["cases"]
    modes = {"face": "multiface_audio_face_text", "frame": "multiframe_audio_frame_text"}
    for case in cases:
        prompt = Mode(modes[case["model"]]).prompt(QUESTIONS[case["question"]], case["subtitle"])
        assert prompt == case["prompt"]
    assert len(cases) == 12


def test_clean_up_is_the_authors(shared):
    cases = json.loads((shared / "fixtures" / "affectgpt_postprocess_cases.json").read_text())
    for case in cases:
        assert clean(case["raw"]) == case["clean"]
    assert len(cases) == 9


def test_clean_up_takes_the_part_between_two_starts():
    assert clean("a<|im_start|>b<|im_start|>c") == "b"
    assert clean(" a ###b### ") == "a ###b"


def test_braces_in_subtitles_and_questions_stay():
    prompt = Mode("textonly").prompt("Why {subtitle}?", "a {question} {0}")
    assert "<Subtitle>a {question} {0}</Subtitle>" in prompt
    assert "information. Why {subtitle}? ###Assistant: " in prompt


def test_an_unknown_subtitle_is_an_empty_one():
    assert Mode("textonly").prompt("?", None) == Mode("textonly").prompt("?", "")


@pytest.mark.parametrize("mode", MODES)
def test_what_a_mode_reads(mode):
    """What its prompt mentions; those that begin with multi read sound and their own pictures as well."""
    mentioned = {medium for medium, word in PLACEHOLDERS.items() if word in MODES[mode]}
    expected = mentioned - {"multi"}
    if mode.startswith("multi"):
        expected |= {"audio", "face" if mode.startswith("multiface") else "frame"}
    assert Mode(mode).inputs == expected
    assert set(Mode(mode).placeholders) == mentioned
    assert ("multi" in mentioned) == mode.startswith("multi")


def test_copies_of_a_placeholder():
    prompt = Mode("audio_text").prompt("?", "", {"audio": 3, "face": 2})
    assert prompt.count("<AudioHere>") == 3
    assert "<Audio><AudioHere><AudioHere><AudioHere></Audio>" in prompt


def test_an_unknown_mode():
    with pytest.raises(InputError, match="mode 'faces' is not known; known are multiface_audio_face_text"):
        Mode("faces")
