"""Copy the file that a program imports next to the program."""

from importlib.resources import files
from pathlib import Path

from merunibench.errors import InputError
from merunibench.files.atomic import write_bytes

CHILD = "merunibench_child.py"


def write_child(folder: Path) -> Path:
    """Write `merunibench_child.py` into a folder, replacing an older version of it.

    Raises:
        InputError: The folder does not exist or cannot be written to, or contains another file of that name.
    """
    content = (files("merunibench.models.bridge") / CHILD).read_bytes()
    target = folder / CHILD
    if not folder.is_dir():
        raise InputError(f"{folder}: the folder does not exist")
    if target.exists() and not (target.is_file() and content[:60] == _beginning(target)):
        raise InputError(f"{target}: already exists and was not written by merunibench; move it away")
    write_bytes(target, content)
    return target


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(60)
