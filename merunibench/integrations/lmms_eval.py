"""What the task folders of lmms-eval call besides what `lm_eval` has: the clip of a sample. Imports no harness."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from merunibench.errors import InputError


def visual(document: Mapping[str, Any]) -> list[str]:
    """The clip of a sample: the path of its video, or of its sound where there is no video.

    Raises:
        InputError: it is not there.
    """
    path = str(document["clip"])
    if not Path(path).is_file():
        raise InputError(f"{path}: the clip of {document['name']} is not there; write the task folder again")
    return [path]
