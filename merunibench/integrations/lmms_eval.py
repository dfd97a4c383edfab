"""Functions for the task folders of lmms-eval in addition to `lm_eval`: the clip of a sample. Imports no harness."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from merunibench.errors import InputError


def visual(document: Mapping[str, Any]) -> list[str]:
    """Return the clip of a sample: the path of its video, or of its audio if there is no video.

    Raises:
        InputError: the file does not exist.
    """
    path = str(document["clip"])
    if not Path(path).is_file():
        raise InputError(f"{path}: the clip of {document['name']} does not exist; write the task folder again")
    return [path]
