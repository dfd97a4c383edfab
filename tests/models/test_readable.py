"""A model with a trained language model inside answers sensibly through the whole path."""

import pytest

from merunibench.models import Generation, Options, Sample, load_model
from tests.readable import readable_model
from tests.smollm import smollm_folder

pytestmark = pytest.mark.slow


def test_a_clip_gets_an_answer_in_english(tmp_path_factory, tmp_path, clips):
    folder = readable_model(smollm_folder(tmp_path_factory), tmp_path / "readable")
    options = Options("{subtitle}", ("video", "text"), generation=Generation(max_new_tokens=24))
    model = load_model(str(folder), options)
    questions = {"a": "What is the capital of France?", "b": "What is the capital of Italy? Answer in one sentence."}
    batch = [model.prepare(Sample(name, clips[name], subtitle=said)) for name, said in questions.items()]
    together = model.answer(batch)
    assert "Paris" in together[0]
    assert "Rome" in together[1]
    assert together == [*model.answer(batch[:1]), *model.answer(batch[1:])]
