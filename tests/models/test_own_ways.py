"""Families that generate in a way of their own, or ask a model without template and `generate`."""

import re
from pathlib import Path

import pytest
import torch

from merunibench.errors import InputError
from merunibench.models import Generation, Options, Sample
from merunibench.models.authoring import Answer
from merunibench.models.huggingface.families import Omni
from merunibench.models.huggingface.family import Family
from merunibench.models.huggingface.model import HuggingFaceModel
from merunibench.models.tiny import build

PROMPT = "They say: {subtitle}\nHow do they feel?"
SHORT = Generation(max_new_tokens=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "tiny"
    build(path)
    return path


def load(folder, family, **given):
    given.setdefault("generation", SHORT)
    return HuggingFaceModel(str(folder), Options(PROMPT, **given), lambda _: family)


def ask(model, *samples):
    return model.answer(model.collate([model.prepare(sample) for sample in samples]))


def said(clips, *texts):
    return [Sample(f"clip{number}", clips["a"], subtitle=text) for number, text in enumerate(texts)]


def test_what_generates_can_be_replaced(folder, clips):
    asked = []

    class Once(Omni):
        """Generates one token, whatever is asked for."""

        def generate(self, model, arguments):
            asked.append(arguments)
            return super().generate(model, {**arguments, "max_new_tokens": 1})

    usual, once = load(folder, Omni), load(folder, Once)
    probed = len(asked)
    assert probed == once.probe.passes > 0  # the probe asks the same way
    (long,), (short,) = (ask(model, *said(clips, "Go.")) for model in (usual, once))
    assert long.startswith(short)
    assert len(short.split()) == 1
    assert set(asked[probed]) >= {"input_ids", "max_new_tokens", "return_dict_in_generate"}


class Chatting(Omni):
    """Asks by a `chat` of its own, which says what it was given, and a number that it draws."""

    def takes(self, *_):
        return frozenset({"video", "text"})

    def answers(self, _model, _processor, clips, decoding):
        drawn = f" {torch.rand(1).item():.6f}" if decoding.temperature else ""
        return [Answer(f"{clip.prompt[10:13]} {len(clip.frames.pixels)}{drawn}", "stop") for clip in clips]


def test_a_model_is_asked_in_its_own_way(folder, clips):
    (folder / "chat_template.jinja").rename(folder / "away")
    try:
        model = load(folder, Chatting, modalities=("video", "text"), frames=4)
        with pytest.raises(InputError, match="has no chat template"):
            load(folder, Omni)
    finally:
        (folder / "away").rename(folder / "chat_template.jinja")
    first, second = ask(model, *said(clips, "Go!", "Oh!"))
    assert (first, second, first.finish_reason) == ("Go! 4", "Oh! 4", "stop")
    groups = {model.prepare(sample).group for sample in said(clips, "Go!", "Oh!")}
    assert len(groups) == 2  # so a runner asks about one at a time
    assert (model.settings["batches"], model.probe.passes) == ("alone", 0)
    assert model.settings["adapter"].endswith("Chatting")


def test_a_drawn_answer_depends_on_no_other_clip(folder, clips):
    drawn = Generation(temperature=1.0, seed=3)
    model = load(folder, Chatting, modalities=("video", "text"), generation=drawn)
    one, two = said(clips, "Go!", "Go!")
    assert ask(model, one, two) == [ask(model, two)[0], ask(model, one)[0]][::-1]
    assert ask(model, one) != ask(model, two)


def test_what_it_does_not_take_is_refused(folder):
    with pytest.raises(InputError, match="does not support audio"):
        load(folder, Chatting)
    refused = {"--processor-kwarg": {"processor": {"size": 2}}, "--template-kwarg": {"template": {"a": 1}}}
    for option, asked in refused.items():
        with pytest.raises(InputError, match=f"does not support {option}"):
            load(folder, Chatting, modalities=("video", "text"), **asked)


def test_one_text_for_each_clip(folder, clips):
    class Silent(Chatting):
        def answers(self, *_):
            return []

    with pytest.raises(RuntimeError, match=r"Silent\.answers must return one text per clip"):
        ask(load(folder, Silent, modalities=("video", "text")), *said(clips, "Go."))


def test_the_family_of_the_guide(folder, clips, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (block,) = [block for block in blocks if "A family whose models are asked by model.chat." in block]
    names = {}
    exec(block, names)
    assert issubclass(names["Chatting"], Family)

    class Guided(names["Chatting"], Omni):
        """The same, on the model that is here."""

    def chat(self, processor, frames, prompt, *, do_sample, max_new_tokens):
        return f"{type(processor).__name__} {len(frames)} {prompt} {do_sample} {max_new_tokens}"

    model = load(folder, Guided, modalities=("video", "text"), frames=2)
    monkeypatch.setattr(type(model._model), "chat", chat, raising=False)
    assert ask(model, *said(clips, "Go!")) == [
        "Qwen2_5OmniProcessor 2 They say: Go!\nHow do they feel? False 3",
    ]
