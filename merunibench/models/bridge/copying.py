"""Lays the file that a program imports beside the program."""

from importlib.resources import files
from pathlib import Path

from merunibench.errors import InputError
from merunibench.files.atomic import write_bytes

CHILD = "merunibench_child.py"


def write_child(folder: Path) -> Path:
    """Write `merunibench_child.py` into a folder; an older one of ours is replaced.

    Raises:
        InputError: the folder is not there or cannot be written to, or has another file of that name.
    """
    content = (files("merunibench.models.bridge") / CHILD).read_bytes()
    target = folder / CHILD
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    if target.exists() and not (target.is_file() and content[:60] == _beginning(target)):
        raise InputError(f"{target}: is there, and is not merunibench's; move it away")
    write_bytes(target, content)
    return target


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(60)
