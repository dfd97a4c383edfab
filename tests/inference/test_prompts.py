"""The prompts of the package, prompts of the user's own, and prompts for models that are not told what is said."""

import pytest

from merunibench.errors import InputError
from merunibench.inference.prompts import load_prompt, prompt_names
from merunibench.inference.session import plan
from merunibench.inference.settings import InferSettings
from merunibench.models import Sample
from merunibench.models.prompting import SUBTITLE, read_clip, without_subtitle


def test_every_prompt_asks_with_the_subtitle_and_can_do_without():
    assert prompt_names() == ["cues-audio@1", "cues-video@1", "description@1", "open-vocabulary@1"]
    for name in prompt_names():
        text = load_prompt(name).text
        assert text.count(SUBTITLE) == 1
        assert "says" not in without_subtitle(text)
        assert len(without_subtitle(text)) > len(text) - 40


def test_released_prompts_are_never_edited():
    hashes = {name: load_prompt(name).sha256 for name in prompt_names()}
    assert hashes == {
        "cues-audio@1": "2bbde283e4f36a33",
        "cues-video@1": "dbde3bf209377bfc",
        "description@1": "d820b19c9b6b7a36",
        "open-vocabulary@1": "1433ef5f67116a1d",
    }


def test_a_prompt_of_the_users_own(tmp_path):
    (tmp_path / "mine.txt").write_text("How does it feel?\n", encoding="utf-8")
    prompt = load_prompt(str(tmp_path / "mine.txt"))
    assert (prompt.name, prompt.text) == ("mine.txt", "How does it feel?")


WITHOUT_SUBTITLE = pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("How?", "How?"),
        ("A. Said: “{subtitle}” B.", "A. B."),
        ("{subtitle}", ""),
        ("Subtitle: {subtitle}\nHow does it feel?", "How does it feel?"),
        ("Look at the clip. The subtitle says {subtitle}! How does it feel?", "Look at the clip. How does it feel?"),
        ("一个人。他说：{subtitle}。他感觉如何？", "一个人。他感觉如何？"),
    ],
)


@WITHOUT_SUBTITLE
def test_the_whole_sentence_of_a_subtitle_disappears(prompt, left):
    assert without_subtitle(prompt) == left


@WITHOUT_SUBTITLE
def test_a_run_and_a_model_leave_out_the_same(tmp_path, prompt, left):
    (tmp_path / "mine.txt").write_text(prompt, encoding="utf-8")
    (tmp_path / "a.wav").write_bytes(b"sound")
    settings = {"model": "m", "out": tmp_path, "clips": str(tmp_path), "dataset": ("mine",), "modalities": "audio"}
    planned = plan(InferSettings(prompt=str(tmp_path / "mine.txt"), **settings))
    assert planned.options.prompt == left
    assert read_clip(Sample("a"), (), prompt, 8).prompt == left


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "unknown prompt"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff", "cannot be read")],
)
def test_what_is_no_prompt_is_refused(tmp_path, content, reason):
    path = tmp_path / "mine.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        load_prompt(str(path))
