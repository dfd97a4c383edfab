"""What the models are asked: the prompts in this folder, one file a version, or a file of the user's own.

A released version is never edited, since results name it: a better wording is a new file. Every row carries the hash of
the prompt's text.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.files.reading import reading
from merunibench.models.prompting import without_subtitle

OPEN_VOCABULARY = "open-vocabulary"
_FOLDER = Path(__file__).parent
_MOST_BYTES = 1 << 16


@dataclass(frozen=True)
class Prompt:
    """A question to a model.

    Attributes:
        name: `open-vocabulary@1`, or the name of the user's file.
        text: The question, with `{subtitle}` where the subtitle goes.
    """

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()[:16]


def prompt_names() -> list[str]:
    """The prompts of the package, `name@version`, by name and rising version."""
    names = (path.stem for path in _FOLDER.glob("*.txt"))
    return sorted(names, key=lambda name: (name.partition("@")[0], int(name.partition("@")[2])))


def load_prompt(name: str, *, says: bool = True) -> Prompt:
    """The prompt of that name (`description`, or `description@1` for an old version), or in the file of that path.

    Args:
        name: The name or the path.
        says: Whether the model is told what is said; else the prompt is one `without_subtitle`.

    Raises:
        InputError: there is no such prompt and no such file, or the file is empty or no UTF-8 text.

    Example:
        >>> load_prompt("open-vocabulary").name
        'open-vocabulary@1'
    """
    found = [known for known in prompt_names() if name in (known, known.partition("@")[0])]
    path = _FOLDER / f"{found[-1]}.txt" if found else Path(name)
    if not found and not _is_file(path):
        raise InputError(
            f"no prompt {short_repr(name)}: there are {', '.join(prompt_names())}, or give the path of a text file"
        )
    with reading(path, UnicodeDecodeError):
        text = read_plain(path, _MOST_BYTES).decode("utf-8").strip()
    if not text:
        raise InputError(f"{path}: is empty; a prompt is a question in UTF-8 text")
    return Prompt(found[-1] if found else path.name, text if says else without_subtitle(text))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # of a name that is longer than names may be: the question itself, perhaps
        return False
