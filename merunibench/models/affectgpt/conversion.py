"""Convert a released checkpoint to a folder without pickles: safetensors weights and a configuration.

The folder can be hosted on the Hugging Face Hub, and `AffectGPT.from_pretrained` loads it by path or name.
"""

import json
import shutil
import tempfile
from pathlib import Path

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.files import write_text
from merunibench.models.affectgpt.checkpoint import CONFIG_FILE, WEIGHTS_FILE, Checkpoint
from merunibench.models.affectgpt.inspection import expected_shapes

_CARD = """---
library_name: merunibench
base_model:
- {llm}
- {visual}
- {acoustic}
tags:
- emotion-recognition
- multimodal
- affectgpt
---

# AffectGPT

The trained parts of AffectGPT (the fusion and LoRA; {numbers:,} numbers), converted from the authors' `{file}`
(SHA-256 {sha256}…). The frozen models above are loaded from where they are. The weights are the authors', under the
authors' licence.

```
merunibench infer --model affectgpt:FOLDER_OR_NAME …
```

Mode: {mode}.
"""


def convert_checkpoint(checkpoint: Checkpoint, out: Path) -> Path:
    """Write a checkpoint as a folder with `model.safetensors`, `config.json` and a model card, atomically.

    Args:
        checkpoint: A released checkpoint, or a converted one with another configuration.
        out: The folder; it must not exist, or be empty.

    Returns:
        The folder.

    Raises:
        InputError: the checkpoint's keys are wrong, or the folder cannot be written.
    """
    from safetensors.torch import save_file

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out}: already exists and is not empty; choose another folder")
    parameters = checkpoint.parameters(expected_shapes(checkpoint))
    config = checkpoint.config
    origin = {"file": checkpoint.path.name, "sha256": checkpoint.sha256, "epoch": checkpoint.epoch}
    values = json.loads(config.to_json()) | {"converted_from": origin}
    card = _CARD.format(
        llm=config.llm,
        visual=config.visual,
        acoustic=config.acoustic,
        numbers=sum(tensor.numel() for tensor in parameters.values()),
        file=origin["file"],
        sha256=origin["sha256"],
        mode=config.mode or "unknown; give one with --model-option mode=…",
    )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".affectgpt-") as temporary:
            folder = Path(temporary) / "whole"
            folder.mkdir()
            tensors = {name: tensor.contiguous() for name, tensor in parameters.items()}
            save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})
            write_text(folder / CONFIG_FILE, json.dumps(values, indent=2) + "\n")
            write_text(folder / "README.md", card)
            if out.exists():
                out.rmdir()
            shutil.move(folder, out)
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {one_line(error)}") from error
    return out
