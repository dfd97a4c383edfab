"""The examples of the documentation, for authors of models: run as they stand there."""

import pytest

from merunibench.errors import InputError, MediaError
from merunibench.models import Generation, Sample
from tests.clips import make_wave
from tests.models.asking import options
from tests.models.bridge.asking import adapter, answers, bridge, files
from tools import doc_examples


def example(page, file):
    """The file of this name in a page."""
    (found,) = [block.code for block in doc_examples.blocks(page) if block.file == file]
    return found


@pytest.fixture
def load():
    names = {}
    exec(example("docs/models.md", "my_package.py"), names)
    return names["load"]


def test_a_model_as_the_guide_has_it(load, tmp_path, clips):
    loud = make_wave(tmp_path / "loud.wav", seconds=1, tone=700)
    model = load("0.1", options("audio", "text", generation=Generation()))
    batch = [
        model.prepare(sample)
        for sample in (Sample("a", audio=loud, subtitle="Go."), Sample("b", clips["a"], subtitle="Go!"))
    ]
    assert model.answer(batch) == [model.answer([one])[0] for one in batch] == ["angry, loud", "angry, loud"]
    assert batch[0].media["audio"]["seconds"] == pytest.approx(1, abs=0.05)
    short = load("99", options("text", generation=Generation(max_new_tokens=1)))
    (answer,) = short.answer([short.prepare(Sample("a", subtitle="Go."))])
    assert (answer, answer.finish_reason) == ("calm,", "length")
    assert set(model.settings["versions"]) == {"merunibench", "numpy", "av"}


def test_it_refuses_what_it_does_not_take(load, clips):
    with pytest.raises(InputError, match="how loud is loud"):
        load("very", options("audio"))
    with pytest.raises(InputError, match=r"mine:0\.1 does not support video"):
        load("0.1", options())
    with pytest.raises(InputError, match="mine does not support --model-option"):
        load("0.1", options("audio", extra={"a": "b"}))
    model = load("0.1", options("audio", "text"))
    with pytest.raises(MediaError, match="no audio file"):
        model.prepare(Sample("a", subtitle=""))


def test_an_adapter_as_the_guide_has_it(tmp_path):
    script = adapter(tmp_path, example("docs/bridge.md", "R1-Omni/adapter.py").replace("child.serve(load)", ""))
    (tmp_path / "my_library.py").write_text(
        "class Model:\n"
        "    def __init__(self, path): self.path = path\n"
        "    def infer(self, video, prompt, longest): return ' '.join([self.path, video[-5:], str(longest)])\n"
        "load_model = Model\n",
        encoding="utf-8",
    )
    model = bridge(script, "video", "text", extra={"checkpoint": "/models/mine"})
    assert answers(model, files(tmp_path, 1)) == ["/models/mine 0.mp4 256"]
    assert model.settings["used"] == {"seed": 0, "checkpoint": "/models/mine", "max_new_tokens": 256}
