"""What a language model is asked, as versioned and hashed text."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from merunibench.chat import fit_for_name
from merunibench.errors import InputError
from merunibench.extraction.rows import Field
from merunibench.files.reading import read_bounded, reading

VERSIONS: dict[Field, int] = {"labels": 1, "polarity": 1}
"""Version of each prompt of ours; whoever changes its text raises it (a test compares the hashes)."""
PLACEHOLDERS: dict[Field, str] = {"labels": "{text}", "polarity": "{labels}"}
"""What stands where the model's answer, or the label list, goes."""
_HASH_DIGITS = 8
_MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Prompt:
    """A question about one text.

    Attributes:
        name: `labels@1` for ours, the name of the file for one of the user's.
        field: What it asks for; decides the placeholder.
        template: The text, with the placeholder.
    """

    name: str
    field: Field
    template: str

    @property
    def id(self) -> str:
        """Name and hash, as signatures have them: `labels@1-ab12cd34`."""
        return f"{self.name}-{hashlib.sha256(self.template.encode()).hexdigest()[:_HASH_DIGITS]}"

    def about(self, text: str) -> str:
        """The question about one text."""
        return self.template.replace(PLACEHOLDERS[self.field], text)


@cache
def builtin_prompt(field: Field) -> Prompt:
    """Our own prompt."""
    text = files(__package__).joinpath("prompts", f"{field}.txt").read_text(encoding="utf-8")
    return Prompt(f"{field}@{VERSIONS[field]}", field, text.strip())


def read_prompt(path: Path, field: Field = "labels") -> Prompt:
    """A prompt of the user's own.

    Raises:
        InputError: it cannot be read, is not UTF-8, or lacks the placeholder.
    """
    with reading(path, UnicodeDecodeError), path.open("rb") as stream:
        template = read_bounded(stream, path, _MAX_BYTES).decode("utf-8").strip()
    if PLACEHOLDERS[field] not in template:
        raise InputError(f"{path}: must hold the placeholder {PLACEHOLDERS[field]}")
    return Prompt(fit_for_name(path.stem), field, template)
