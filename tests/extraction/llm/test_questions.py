"""Prompts, and how what a language model writes is read."""

import pytest

from merunibench.chat import Reply
from merunibench.errors import InputError
from merunibench.extraction import EXTRACTOR
from merunibench.extraction.llm import ask_labels, ask_polarity, builtin_prompt, open_backends, read_prompt
from merunibench.extraction.llm.questions import listed_labels
from merunibench.labels import parse_label_text
from tests.scripted import Scripted

IDS = {"labels": "labels@1-ac27bba2", "polarity": "polarity@1-fd1ea14e"}


def answers(output):
    return Scripted(lambda _: Reply(output))


@pytest.mark.parametrize("field", IDS)
def test_whoever_changes_a_prompt_raises_its_version(field):
    assert builtin_prompt(field).id == IDS[field]


@pytest.mark.parametrize(("field", "placeholder"), [("labels", "{text}"), ("polarity", "{labels}")])
def test_our_prompts_end_with_the_question(field, placeholder):
    *examples, question = builtin_prompt(field).about("<here> {text} {labels}")
    assert "<here> {text} {labels}" in question["content"]
    assert [turn["role"] for turn in examples] == ["user", "assistant"] * (len(examples) // 2)
    assert len(examples) >= 4
    assert not any(placeholder in turn["content"] for turn in examples)


def test_the_examples_of_our_prompts_are_read_as_they_are_meant():
    for turn in builtin_prompt("labels").turns:
        if turn["role"] == "assistant":
            assert listed_labels(turn["content"]) == parse_label_text(turn["content"]) != []
    polarities = [turn["content"] for turn in builtin_prompt("polarity").turns if turn["role"] == "assistant"]
    assert sorted(polarities) == ["negative", "neutral", "positive"]


def test_a_prompt_of_ones_own(tmp_path):
    path = tmp_path / "my prompt (2).txt"
    path.write_text("[system]\nBe brief.\n[user]\nWhat does he feel?\n{text}\n", encoding="utf-8")
    prompt = read_prompt(path)
    assert prompt.about("x {text}") == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What does he feel?\nx {text}"},
    ]
    assert prompt.id.startswith("my_prompt_2_-")
    path.write_text("Feelings in [user] {text}?", encoding="utf-8")
    assert read_prompt(path).about("x") == [{"role": "user", "content": "Feelings in [user] x?"}]
    assert read_prompt(path).id != prompt.id


@pytest.mark.parametrize("content", [b"", b"no placeholder", b"{text}\n[assistant]\nyes", b"\xff{text}", b"{labels}"])
def test_a_prompt_that_is_none_is_refused(tmp_path, content):
    path = tmp_path / "p.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"p\.txt"):
        read_prompt(path)
    with pytest.raises(InputError, match=r"absent\.txt"):
        read_prompt(tmp_path / "absent.txt")


@pytest.mark.parametrize(
    ("output", "labels"),
    [
        ("[Happy, sad , 'let down']", ["happy", "sad", "let down"]),
        ("<think>angry? [angry]</think>\n[calm]", ["calm"]),
        ("Here you are: [sad, sad, tired]. He sighs, and [so on].", ["sad", "tired"]),
        ("[sad,\n tired]", ["sad", "tired"]),
        ("sad\ntired", ["sad", "tired"]),
        ("```\n[sad]\n```", ["sad"]),
        ("[]", []),
        ("[neutral]", ["neutral"]),
    ],
)
def test_labels_are_read_by_the_official_rule(output, labels):
    assert ask_labels(answers(output)).answers(["?"]) == [(labels, output, None)]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("<think>He is", "only its reasoning"),
        ("He is sad because he has lost his dog.", "sentences instead of a list"),
    ],
)
def test_what_is_no_list_is_a_failure(output, reason):
    (answer,) = ask_labels(answers(output)).answers(["?"])
    assert (answer.value, answer.output) == (None, output)
    assert reason in answer.error


def test_parity_cuts_the_list_and_shows():
    question = ask_labels(answers("[a, request, b, c, d, e]"), parity=True)
    assert question.answers(["?"])[0].value == ["a", "b", "c", "d"]
    assert question.name == f"hf(scripted@1,{builtin_prompt('labels').id}-parity)"


@pytest.mark.parametrize(
    ("output", "polarity"),
    [
        ("positive", "positive"),
        ("Negative.", "negative"),
        ("<think>positive</think> The attitude is neutral, not positive.", "neutral"),
        ("good", None),
        ("positively", None),
    ],
)
def test_polarity(output, polarity):
    model = answers(output)
    (answer,) = ask_polarity(model).answers(["happy, sad"])
    assert answer.value == polarity
    assert (answer.error is None) == (polarity is not None)
    assert "happy, sad" in model.asked[0][-1]["content"]


def test_backends(tmp_path):
    spec = "openai:http://127.0.0.1:9/v1#m"
    read, decide = open_backends(spec, spec, parity=True)
    assert read.model is decide.model
    assert read.name == f"openai(127.0.0.1/m,{builtin_prompt('labels').id}-parity)"
    read, decide = open_backends("rules", spec)
    assert (read.name, decide.field) == (EXTRACTOR, "polarity")
    read, decide = open_backends(spec, "rules", parity=True)
    assert (read.field, decide.name) == ("labels", EXTRACTOR)
    assert open_backends(spec)[1] is None
    for wrong in ("hf", "hf:", "openai:", "gpt", ""):
        with pytest.raises(InputError, match="hf:MODEL or openai:URL#MODEL"):
            open_backends(wrong)
    with pytest.raises(InputError, match="do not use a prompt"):
        open_backends("rules", spec, prompt=tmp_path / "p.txt")
