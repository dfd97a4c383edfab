"""Versioned and hashed prompts for language models.

A prompt is a text file with one question, or with a conversation of examples whose turns begin with a line `[user]`,
`[assistant]` or `[system]`. After a few examples, even very small models answer in the right form.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from merunibench.chat import Message, fit_for_name
from merunibench.errors import InputError
from merunibench.extraction.files import Field
from merunibench.files import read_plain
from merunibench.files.reading import reading

VERSIONS: dict[Field, int] = {"labels": 1, "polarity": 1}
"""Version of each builtin prompt. Increment it when its text changes (a test compares the hashes)."""
PLACEHOLDERS: dict[Field, str] = {"labels": "{text}", "polarity": "{labels}"}
"""The placeholder for the text, or for the label list."""
_HASH_DIGITS = 8
_MAX_BYTES = 1 << 20
_TURN = re.compile(r"^\[(user|assistant|system)\][ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """A question about one text.

    Attributes:
        name: `labels@1` for the builtin prompt, the file name for a user's prompt.
        field: What it asks for; determines the placeholder.
        template: The text, with the placeholder in the last turn.
    """

    name: str
    field: Field
    template: str

    @property
    def id(self) -> str:
        """Name and hash, as they appear in signatures: `labels@1-ab12cd34`."""
        return f"{self.name}-{hashlib.sha256(self.template.encode()).hexdigest()[:_HASH_DIGITS]}"

    @property
    def turns(self) -> list[Message]:
        """The conversation, with the placeholder."""
        first, *rest = _TURN.split(self.template)
        turns = [("user", first), *zip(rest[::2], rest[1::2], strict=True)]
        return [Message(role=cast("Any", role), content=text.strip()) for role, text in turns if text.strip()]

    def about(self, text: str) -> list[Message]:
        """Return the conversation that asks about one text."""
        *examples, question = self.turns
        asked = str(question["content"]).replace(PLACEHOLDERS[self.field], text)
        return [*examples, Message(role="user", content=asked)]


@cache
def builtin_prompt(field: Field) -> Prompt:
    """Load the builtin prompt."""
    text = files(__package__).joinpath("prompts", f"{field}.txt").read_text(encoding="utf-8")
    return Prompt(f"{field}@{VERSIONS[field]}", field, text.strip())


def read_prompt(path: Path, field: Field = "labels") -> Prompt:
    """Read a user's prompt.

    Raises:
        InputError: It cannot be read, is not UTF-8, or its last turn is not a user turn with the placeholder.
    """
    with reading(path, UnicodeDecodeError):
        template = read_plain(path, _MAX_BYTES).decode("utf-8").strip()
    prompt = Prompt(fit_for_name(path.stem), field, template)
    last = prompt.turns[-1] if prompt.turns else None
    if last is None or last["role"] != "user" or PLACEHOLDERS[field] not in last["content"]:
        raise InputError(f"{path}: must end with a question that contains the placeholder {PLACEHOLDERS[field]}")
    return prompt
