"""The prompts for models: the files in this folder, one per version, or the user's own file.

A released version is never edited, since results name it: a better wording gets a new file. Every row contains the hash
of the prompt's text.
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
    """A prompt for a model.

    Attributes:
        name: `open-vocabulary@1`, or the name of the user's file.
        text: The text, with the placeholder `{subtitle}`.
    """

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()[:16]


def prompt_names() -> list[str]:
    """Return the prompts of the package as `name@version`, sorted by name and version."""
    names = (path.stem for path in _FOLDER.glob("*.txt"))
    return sorted(names, key=lambda name: (name.partition("@")[0], int(name.partition("@")[2])))


def load_prompt(name: str, *, says: bool = True) -> Prompt:
    """Load the prompt of that name (`description`, or `description@1` for an old version), or from that file.

    Args:
        name: The name or the path.
        says: Whether the model gets the subtitle; otherwise the prompt is made `without_subtitle`.

    Raises:
        InputError: There is no such prompt or file, or the file is empty or not UTF-8 text.

    Example:
        >>> load_prompt("open-vocabulary").name
        'open-vocabulary@1'
    """
    found = [known for known in prompt_names() if name in (known, known.partition("@")[0])]
    path = _FOLDER / f"{found[-1]}.txt" if found else Path(name)
    if not found and not _is_file(path):
        raise InputError(
            f"unknown prompt {short_repr(name)}: use {', '.join(prompt_names())}, or the path of a text file"
        )
    with reading(path, UnicodeDecodeError):
        text = read_plain(path, _MOST_BYTES).decode("utf-8").strip()
    if not text:
        raise InputError(f"{path}: is empty; a prompt must be UTF-8 text")
    return Prompt(found[-1] if found else path.name, text if says else without_subtitle(text))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the name is too long for a file name: perhaps the prompt's text itself
        return False
