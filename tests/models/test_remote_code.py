"""Models whose code comes with their files: refused until one says that it may run, then run and recorded."""

import json
import shutil

import pytest

from merunibench.errors import InputError
from merunibench.models import load_model
from tests.models.asking import options, samples

CODE = """
from transformers import LlavaConfig, LlavaForConditionalGeneration

class TinyConfig(LlavaConfig):
    model_type = "tiny_of_my_own"

class TinyModel(LlavaForConditionalGeneration):
    config_class = TinyConfig
"""


@pytest.fixture
def folder(tiny_models, tmp_path, monkeypatch):
    from safetensors.torch import save_file
    from transformers import LlavaForConditionalGeneration

    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.syspath_prepend(tmp_path / "modules")
    folder = shutil.copytree(tiny_models / "llava", tmp_path / "mine")
    (folder / "tiny_code.py").write_text(CODE)
    # Weights under the names that the code gives them: what transformers renames for its own types, it does not here.
    weights = LlavaForConditionalGeneration.from_pretrained(folder).state_dict()
    save_file(
        {name: tensor.contiguous() for name, tensor in weights.items()}, folder / "model.safetensors", {"format": "pt"}
    )
    config = json.loads((folder / "config.json").read_text())
    code = {"AutoConfig": "tiny_code.TinyConfig", "AutoModelForImageTextToText": "tiny_code.TinyModel"}
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "tiny_of_my_own", "auto_map": code}))
    return folder


def test_code_of_a_model_does_not_run_unasked(folder):
    with pytest.raises(InputError, match="comes with its own code; read it, then give --trust-remote-code"):
        load_model(str(folder), options("video"))
    assert not (folder.parent / "modules").exists()


def test_code_of_a_model_runs_when_asked_and_that_is_said(folder, clips, caplog):
    model = load_model(str(folder), options("video", "text", trust_remote_code=True))
    assert "code that comes with this model will be run" in caplog.text
    assert (model.settings["trust_remote_code"], model.settings["family"]) == (True, "tiny_of_my_own")
    assert model.settings["adapter"].endswith("RemoteCode")
    batch = [model.prepare(sample) for sample in samples(clips)]
    assert model.answer(batch) == [*model.answer(batch[:1]), *model.answer(batch[1:])]
