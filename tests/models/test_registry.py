"""One door for every model: built-in schemes, those of installed packages, Hugging Face; and their list."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from merunibench.cli import app
from merunibench.errors import InputError, MediaError
from merunibench.models import Sample, load_model
from merunibench.models.prompting import fill
from merunibench.models.registry import FAMILIES, SCHEMES, entries
from tests.models.asking import options, samples

CODE = '''
"""Models that a package brings."""
from merunibench.models import Model, Prepared
from merunibench.models.huggingface import Family

class Echo(Model):
    def __init__(self, argument, options):
        self.name, self.modalities, self.settings_ = f"echo:{argument}", frozenset({"text"}), {"kind": "echo"}
    @property
    def settings(self):
        return self.settings_
    def prepare(self, sample):
        return Prepared(sample, ("text",), {}, None, sample.subtitle)
    def answer(self, batch):
        return [one.payload for one in batch]

class Shouting(Family):
    def messages(self, processor, clip):
        messages = super().messages(processor, clip)
        messages[0]["content"][-1]["text"] = clip.prompt.upper()
        return messages

def nothing(argument, options):
    return 42
'''


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution that brings two models, a family, and what cannot be imported."""
    module = f"brings_models_{tmp_path.name}"
    (tmp_path / f"{module}.py").write_text(CODE)
    metadata = tmp_path / "brings_models-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: brings-models\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        f"[merunibench.models]\necho = {module}:Echo_\nnothing = {module}:nothing\nbroken = no_such_module:load\n"
        f"llava = {module}:Shouting\n".replace("Echo_", "echo")
    )
    (tmp_path / f"{module}.py").write_text(
        CODE + "\ndef echo(argument, options):\n    return Echo(argument, options)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop(module, None)


@pytest.mark.usefixtures("installed")
def test_a_package_brings_a_model():
    model = load_model("echo:loud", options("text"))
    assert model.name == "echo:loud"
    assert model.answer([model.prepare(Sample("a", subtitle="Oh!"))]) == ["Oh!"]
    assert "echo" in {entry.name for entry in entries()}


@pytest.mark.usefixtures("installed")
def test_a_package_brings_a_family(tiny_models, clips):
    model = load_model(str(tiny_models / "llava"), options("video", "text"))
    assert model.settings["adapter"].endswith("Shouting")
    tokens = model._encode([model.prepare(samples(clips)[0])])["input_ids"]
    assert "HOW DO THEY FEEL?" in model._processor.tokenizer.decode(tokens[0])


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("broken:x", "registered by brings-models, which cannot be imported"),
        ("nothing:x", "returned a int, not a Model"),
    ],
)
def test_a_package_brings_trouble(spec, reason):
    with pytest.raises(InputError, match=reason):
        load_model(spec, options("text"))


def test_the_text_lexicon_reads_the_subtitle_alone(clips):
    model = load_model("text-lexicon", options(on_unsupported="drop"))
    batch = [model.prepare(sample) for sample in samples(clips)]
    assert model.answer(batch) == ["happy", "neutral"]
    assert batch[0].modalities == ("text",)
    with pytest.raises(MediaError, match="x: no subtitle"):
        model.prepare(Sample("x", clips["a"]))
    for spec, asked in (("text-lexicon", options()), ("text-lexicon:x", options("text"))):
        with pytest.raises(InputError, match=r"does not support audio or video|takes no argument"):
            load_model(spec, asked)


def test_a_prompt_without_subtitle_loses_its_sentence_alone():
    prompt = "Watch.\nThey say: {subtitle}\nHow do they feel? {x}"
    assert fill(prompt, None) == "Watch.\nHow do they feel? {x}"
    assert fill("Watch. They say: {subtitle}. How do they feel?", None) == "Watch. How do they feel?"
    assert (
        fill(prompt, "{subtitle} {0}\nTwo lines")
        == "Watch.\nThey say: {subtitle} {0}\nTwo lines\nHow do they feel? {x}"
    )


def test_the_list_names_every_family_and_scheme():
    shown = CliRunner().invoke(app, ["models"]).output
    assert all(entry.name in shown for entry in entries())
    assert set(SCHEMES) <= {entry.name for entry in entries()}


def test_the_documentation_lists_every_tested_family():
    text = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    for family in FAMILIES:
        row = next(line for line in text.splitlines() if line.startswith("|") and family.name in line)
        assert f"| {', '.join(family.modalities)} |" in row


@pytest.mark.parametrize(
    ("model", "given", "option"),
    [
        ("text-lexicon", {"extra": {"llm": "x"}}, "--model-option; leave out llm"),
        ("text-lexicon", {"processor": {"size": 2}}, "--processor-kwarg; leave out size"),
        ("openai:http://127.0.0.1:1/v1#m", {"processor": {"size": 2}}, "--processor-kwarg"),
        ("affectgpt:x.pth", {"processor": {"size": 2}}, "--processor-kwarg"),
        ("owner/model", {"extra": {"llm": "x"}}, "--model-option"),
    ],
)
def test_options_that_a_model_has_no_use_for_are_refused(model, given, option):
    with pytest.raises(InputError, match=f"does not support {option}"):
        load_model(model, options("text", **given))
