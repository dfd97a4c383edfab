"""What a submission says about itself: `submission.toml`, its schema, reading and writing it.

A submission is a folder: `submission.toml` and `predictions/<dataset>.jsonl.gz`, or, with several checkpoints,
`predictions/<checkpoint>/<dataset>.jsonl.gz`. It holds answers, never scores.
"""

import datetime as dt
import re
import unicodedata
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from merunibench._text import shown, visible
from merunibench.errors import InputError
from merunibench.files import write_text
from merunibench.files.toml import read_toml
from merunibench.leaderboard.results import Plain

SCHEMA: Final = "merunibench.submission/1"
FILE = "submission.toml"
PREDICTIONS = "predictions"
SUFFIX = ".jsonl.gz"

FOLDER_NAME = re.compile(r"(?!baseline-|published-)[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.IGNORECASE | re.ASCII)
"""What a submission's folder may be called: it becomes part of file names and addresses, beside those of the board."""

MODALITIES = ("audio", "video", "text")
_MAX_BYTES = 32 << 10
# Text direction marks can make a name read as another; other format characters are part of scripts and emoji.
_BIDIRECTIONAL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _fit_to_show(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") and character not in "\n\t":
            raise ValueError(f"holds the character U+{ord(character):04X}, which cannot be shown")
    if _BIDIRECTIONAL.search(text):
        raise ValueError("holds marks that turn the direction of text")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line without tabs")
    return _fit_to_show(text)


def _text(most: int) -> StringConstraints:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=most)


Name = Annotated[str, _text(100), AfterValidator(_one_line)]
Line = Annotated[str, _text(300), AfterValidator(_one_line)]
Text = Annotated[str, _text(10_000), AfterValidator(_fit_to_show)]
Url = Annotated[
    str,
    StringConstraints(
        strict=True, strip_whitespace=True, max_length=300, pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$"
    ),
]
Modality = Literal["audio", "video", "text"]


class Submission(Plain):
    """The metadata of a submission; only the model's name is required, the rest helps readers to judge the row."""

    schema_: Literal["merunibench.submission/1"] = Field(default=SCHEMA, alias="schema")
    model: Name = Field(description="Name of the model, as the board shows it.")
    authors: tuple[Name, ...] = Field(default=(), max_length=200, description="Who made it.")
    link: Url | None = Field(default=None, description="Address of code or weights.")
    paper: Url | None = Field(default=None, description="Address of the paper.")
    base_model: Line | None = Field(default=None, description="What it was made from, with revision.")
    parameters: Annotated[int, Field(strict=True, gt=0, le=10**15)] | None = Field(
        default=None, description="Number of parameters, all parts counted."
    )
    modalities: tuple[Modality, ...] = Field(default=(), max_length=3, description="What it is given of a clip.")
    training_data: Text | None = Field(default=None, description="What it was trained on.")
    prompt: Text | None = Field(default=None, description="What it was asked, word for word.")
    decoding: Line | None = Field(default=None, description="Sampling: temperature, top-p, length, seed.")
    extractor: Line | None = Field(default=None, description="What took labels from the answers, with revision.")
    date: dt.date | None = Field(default=None, description="When the predictions were made.")
    licence: Line | None = Field(default=None, description="Licence of the predictions.")
    contact: Line | None = Field(default=None, description="Whom to ask; not shown on the board.")
    withheld: Line | None = Field(
        default=None,
        description="Why the folder holds no predictions. Maintainers only: the scores then stand as committed.",
    )


ASKED_FOR = tuple(name for name in Submission.model_fields if name not in ("schema_", "model", "withheld"))
"""What `check` asks for where it is not there."""


def submission_id(folder: Path) -> str:
    """The folder's name, by which the board knows the submission; fit to be shown, however odd it is.

    A link has its own name, not that of the folder it leads to.
    """
    return visible(folder.name if folder.name.strip(".") else folder.resolve().name)


def describe(**fields: object) -> Submission:
    """A submission's metadata from its fields.

    Raises:
        InputError: a field does not fit the schema; the message lists every one.
    """
    try:
        return Submission.model_validate(fields)
    except ValidationError as error:
        raise InputError("; ".join(faults(error))) from None


def parameters(text: str) -> int:
    """A number of parameters as people write it.

    Raises:
        InputError: it is none.

    Example:
        >>> parameters("8.2B"), parameters("600 M"), parameters("7000000000")
        (8200000000, 600000000, 7000000000)
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmbt]?)", text.strip().lower())
    if found is None or len(text) > 40:
        raise InputError(f"parameters must be a number such as 8.2B, not {shown(text)}")
    return round(float(found[1]) * {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}[found[2]])


def read_submission(folder: Path) -> Submission:
    """The metadata of the submission in a folder.

    Raises:
        InputError: there is none, or it does not fit the schema; the message lists every field that does not.
    """
    path = folder / FILE
    table = read_toml(path, max_bytes=_MAX_BYTES)
    try:
        return describe(**table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def faults(error: ValidationError) -> list[str]:
    """Every fault that the schema finds, a short line each; the first twenty."""
    found = []
    for fault in error.errors(include_url=False, include_input=False)[:20]:
        place = ".".join(str(part)[:40] for part in fault["loc"])
        reason = "is no field of a submission" if fault["type"] == "extra_forbidden" else fault["msg"]
        found.append(f"{_printable(place)}: {_printable(reason)}")
    return found


def _printable(text: str) -> str:
    return text if text.isprintable() else repr(text)


def write_submission(folder: Path, submission: Submission) -> None:
    """Write the metadata; the same metadata gives the same bytes.

    Raises:
        InputError: the file cannot be written, or would be longer than what is read again.
    """
    import tomli_w

    known = submission.model_dump(by_alias=True, exclude_none=True)
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in known.items() if value != ()}
    text = tomli_w.dumps(plain, multiline_strings=True)
    if len(text.encode("utf-8")) > _MAX_BYTES:
        raise InputError(f"the metadata take more than {_MAX_BYTES >> 10} KiB; shorten the longest of them")
    write_text(folder / FILE, text)
