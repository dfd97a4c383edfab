"""Submissions: metadata, allowed files, and how predictions are packed into one. Nothing is scored here.

A submission is a folder with `submission.toml` and `predictions/<dataset>.jsonl.gz`, or, with several checkpoints,
`predictions/<checkpoint>/<dataset>.jsonl.gz`. It contains answers, never scores. Files are found by name; links that
lead out of the folder are not followed, and only plain files are opened.
"""

import datetime as dt
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from merunibench._text import escape_controls, listed, short_repr
from merunibench.data import Conversion, PredictionSource, account_of, conversions, read_table
from merunibench.data.discovery import DEFAULT_CHECKPOINT, natural_order
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.files import read_plain, whole_set, write_text
from merunibench.files.reading import reading
from merunibench.files.toml import read_toml
from merunibench.leaderboard.schema.fields import Plain
from merunibench.leaderboard.schema.texts import fit_to_show, one_line_to_show
from merunibench.tasks import BUILTIN, get_task, task_order

SCHEMA: Final = "merunibench.submission/1"
FILE = "submission.toml"
PREDICTIONS = "predictions"
SUFFIX = ".jsonl.gz"
README = "README.md"
MAX_ENTRIES = 1_000
MAX_CHECKPOINTS = 50
MAX_PACKED_BYTES = 64 << 20
"""Maximum total size of the files of a submission in bytes."""

_DEVICE = r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)"
"""Names that cannot be files on some systems, including `con.json`."""
_CHECKPOINT = re.compile(rf"(?!{_DEVICE})[a-z0-9](?:[a-z0-9._=+-]{{0,98}}[a-z0-9_=+-])?", re.IGNORECASE | re.ASCII)
_NEVER_OPENED = {
    **dict.fromkeys((".zip", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst"), "an archive"),
    **dict.fromkeys((".npz", ".npy", ".pkl", ".pickle", ".pt", ".pth", ".bin", ".joblib"), "a pickle or binary file"),
}
ROW_KEYS = ("name", "text", "labels", "polarity", "status", "error", "labels_from", "polarity_from")
"""Allowed keys of a row: the answer and where it comes from."""
SUBSET_KEY = "subset"
"""Marks rows of a run on a subset of a data set."""

FOLDER_NAME = re.compile(
    rf"(?!baseline-|published-|{_DEVICE})[a-z0-9](?:[a-z0-9._-]{{0,62}}[a-z0-9_-])?", re.IGNORECASE | re.ASCII
)
"""Allowed folder names of a submission; the name becomes part of file names and addresses of the board.

They are valid on every system; some do not allow a trailing dot.
"""

_MAX_BYTES = 32 << 10


def _text(most: int) -> StringConstraints:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=most)


Name = Annotated[str, _text(100), AfterValidator(one_line_to_show)]
Line = Annotated[str, _text(300), AfterValidator(one_line_to_show)]
Text = Annotated[str, _text(10_000), AfterValidator(fit_to_show)]
Url = Annotated[
    str,
    StringConstraints(
        strict=True, strip_whitespace=True, max_length=300, pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$"
    ),
]
Modality = Literal["audio", "video", "text"]


class Submission(Plain):
    """The metadata of a submission. Only the model's name is required; the rest helps readers to assess the row."""

    schema_: Literal["merunibench.submission/1"] = Field(default=SCHEMA, alias="schema")
    model: Name = Field(description="Name of the model, as shown on the board.")
    authors: tuple[Name, ...] = Field(default=(), max_length=200, description="Who made it.")
    link: Url | None = Field(default=None, description="URL of code or weights.")
    paper: Url | None = Field(default=None, description="URL of the paper.")
    base_model: Line | None = Field(default=None, description="Model it was built on, with revision.")
    parameters: Annotated[int, Field(strict=True, gt=0, le=10**15)] | None = Field(
        default=None, description="Total number of parameters, all components included."
    )
    modalities: tuple[Modality, ...] = Field(
        default=(), max_length=3, description="Modalities of the clip that it uses."
    )
    training_data: Text | None = Field(default=None, description="Description of the training data.")
    trained_on: tuple[Name, ...] = Field(
        default=(),
        max_length=200,
        description="Names of its training data sets. `MELD` includes the test samples, `MELD, train split` does not.",
    )
    variant_of: Annotated[str, StringConstraints(strict=True, pattern=FOLDER_NAME)] | None = Field(
        default=None,
        description="Folder of the main submission of this model, if this one is a variant of it, for example with "
        "another prompt or without sound; it is shown below that row and is not ranked.",
    )
    answers_by: Literal["people"] | None = Field(
        default=None,
        description="`people` if the answers were given by people: a human reference, which is not ranked.",
    )
    prompt: Text | None = Field(default=None, description="The exact prompt.")
    decoding: Line | None = Field(default=None, description="Sampling: temperature, top-p, length, seed.")
    extractor: Line | None = Field(default=None, description="What extracted labels from the answers, with revision.")
    date: dt.date | None = Field(default=None, description="When the predictions were made.")
    licence: Line | None = Field(default=None, description="Licence of the predictions.")
    contact: Line | None = Field(default=None, description="Contact for questions; not shown on the board.")
    withheld: Line | None = Field(
        default=None,
        description="Why the folder contains no predictions. Maintainers only: the committed scores are then kept.",
    )


ASKED_FOR = tuple(
    name for name in Submission.model_fields if name not in ("schema_", "model", "variant_of", "answers_by", "withheld")
)
"""Fields whose absence causes a warning."""


def submission_id(folder: Path) -> str:
    """Return the folder's name, which is the id of the submission on the board; escaped for display.

    A link has its own name, not that of its target.
    """
    return escape_controls(folder.name if folder.name.strip(".") else folder.resolve().name)


_EXAMPLES = {
    "authors": '["A. Author", "B. Author"]',
    "link": '"https://github.com/…"',
    "paper": '"https://arxiv.org/abs/…"',
    "base_model": '"organisation/model@revision"',
    "parameters": "7_600_000_000",
    "modalities": '["audio", "video", "text"]',
    "training_data": '"…"',
    "trained_on": '["MER-Caption+", "MELD, train split"]',
    "prompt": '"…"',
    "decoding": '"greedy, max_new_tokens 1200"',
    "extractor": '"given by the model"',
    "date": "2026-01-31",
    "licence": '"CC-BY-4.0"',
    "contact": '"…"',
}
"""Example values of fields that have not been filled in yet."""

_ADDRESSES = ("link", "paper")
_FAULTS = {
    ("", "extra_forbidden"): "is not a field of a submission",
    **{(name, "string_pattern_mismatch"): "must be a web address, such as https://example.org/" for name in _ADDRESSES},
}
"""Field and kind of an error -> its message; all others use the schema's message."""


def describe(**fields: object) -> Submission:
    """Return a submission's metadata from its fields.

    Raises:
        InputError: a field does not fit the schema; the message lists every one.
    """
    try:
        return Submission.model_validate(fields)
    except ValidationError as error:
        raise InputError("; ".join(_faults(error))) from None


def _faults(error: ValidationError) -> Iterator[str]:
    """Yield the first twenty errors of the schema, one short line each."""
    for fault in error.errors(include_url=False, include_input=False)[:20]:
        place = ".".join(str(part)[:40] for part in fault["loc"])
        reason = _FAULTS.get((place if place in _ADDRESSES else "", fault["type"]), fault["msg"])
        yield f"{escape_controls(place)}: {escape_controls(reason)}"


def parameters(text: str) -> int:
    """Parse a number of parameters, such as `8.2B`.

    Raises:
        InputError: it is not a number.

    Example:
        >>> parameters("8.2B"), parameters("600 M"), parameters("7000000000")
        (8200000000, 600000000, 7000000000)
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmbt]?)", text.strip().lower())
    if found is None or len(text) > 40:
        raise InputError(f"parameters must be a number such as 8.2B, not {short_repr(text)}")
    return round(float(found[1]) * {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}[found[2]])


def read_submission(folder: Path) -> Submission:
    """Read the metadata of the submission in a folder.

    Raises:
        InputError: there are no metadata, or they do not fit the schema; the message lists all invalid fields.
    """
    path = folder / FILE
    table = read_toml(path, max_bytes=_MAX_BYTES)
    try:
        return describe(**table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def write_submission(folder: Path, submission: Submission) -> None:
    """Write the metadata, with a comment for each missing recommended field; equal metadata give equal bytes.

    Raises:
        InputError: the file cannot be written, or is longer than the limit for reading.
    """
    import tomli_w

    known = submission.model_dump(by_alias=True, exclude_none=True)
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in known.items() if value != ()}
    text = tomli_w.dumps(plain, multiline_strings=True)
    if len(text.encode("utf-8")) > _MAX_BYTES:
        raise InputError(f"the metadata exceed {_MAX_BYTES >> 10} KiB; shorten the longest fields")
    missing = [name for name in ASKED_FOR if name not in plain]
    write_text(folder / FILE, text + "".join(map(_stub, missing)))


def _stub(name: str) -> str:
    """A comment to be filled in: what a field is for, and an example."""
    return f"\n# {Submission.model_fields[name].description}\n# {name} = {_EXAMPLES[name]}\n"


def pack(source: PredictionSource, submission: Submission, out: Path) -> list[Path]:
    """Write a submission.

    Equal predictions and metadata give equal bytes. Columns that are not part of an answer are omitted.

    Args:
        source: The predictions, all checkpoints.
        submission: Its metadata.
        out: The submission's folder; new or empty.

    Returns:
        The prediction files.

    Raises:
        InputError: the predictions cannot be read or cover only a subset of a data set, or the folder is not empty or
            cannot be written. In that case no files are left behind.
    """
    with reading(out):
        if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
            raise InputError(f"{out}: already exists and is not empty; choose a new folder, or remove it first")
    own = [name for name in source.files if source.tasks[name].own]
    if own:
        raise InputError(f"{listed(own)}: custom data sets are not on the board; leave them out (--dataset)")
    with whole_set(out) as folder:
        written = [_pack(file) for file in conversions(source, folder / PREDICTIONS)]
        write_submission(folder, submission)
    return [out / path.relative_to(folder) for path in written]


def _pack(file: Conversion) -> Path:
    """Write one compressed file, with only the columns of an answer."""
    columns = file.columns
    if any(value is not None for value in columns.get(SUBSET_KEY, ())):
        raise InputError(
            "the predictions are marked as a subset of a data set; the leaderboard accepts only whole data sets: "
            "run the model without a limit"
        )
    answers = {name: values for name, values in columns.items() if name in ROW_KEYS}
    packed = replace(file, path=file.path.with_name(f"{file.path.stem}{SUFFIX}"), columns=answers)
    packed.write()
    return packed.path


def remarks_on(path: Path) -> tuple[str, ...]:
    """Return remarks on a prediction file for readers of its scores, or why it cannot be scored."""
    answer = get_task(path.name.removesuffix(SUFFIX)).of_kind.answer
    try:
        return account_of(read_table(path), answer, Rules()).remarks()
    except InputError as error:
        return (str(error).removeprefix(f"{path}: "),)


def predictions_in(folder: Path, problem: Callable[[str], None]) -> tuple[dict[str, dict[str, Path]], bool]:
    """Check every name below the folder of a submission.

    Args:
        folder: The folder.
        problem: Called with every problem, one line each.

    Returns:
        Data set -> checkpoint -> file, checkpoints in natural order; and whether the files are few and small enough to
        open.

    Raises:
        InputError: the folder does not exist, or is a symbolic link.
    """
    with reading(folder):
        mode = folder.lstat().st_mode
    if not stat.S_ISDIR(mode):
        raise InputError(f"{folder}: is not a folder; a submission is a folder, not a link or a file")
    found: dict[str, dict[str, Path]] = {}
    packed = number = 0
    for number, (place, status) in enumerate(_walk(folder)):
        if number >= MAX_ENTRIES:
            problem(f"more than {MAX_ENTRIES} files and folders")
            break
        packed += status.st_size if stat.S_ISREG(status.st_mode) else 0
        reason = _refusal(place, status.st_mode)
        if reason:
            problem(f"{listed(['/'.join(place)])}: {reason}")
        elif place[0] == PREDICTIONS and stat.S_ISREG(status.st_mode):
            checkpoint = place[1] if len(place) == 3 else DEFAULT_CHECKPOINT
            held = found.setdefault(place[-1].removesuffix(SUFFIX), {})
            if checkpoint.casefold() in map(str.casefold, held):
                problem(f"two files for checkpoint {checkpoint!r} of one data set (ignoring case); keep one")
            held[checkpoint] = folder.joinpath(*place)
    if packed > MAX_PACKED_BYTES:
        problem(f"{packed >> 20} MiB in all; at most {MAX_PACKED_BYTES >> 20} MiB are allowed")
    many = any(len(held) > MAX_CHECKPOINTS for held in found.values())
    if many:
        problem(f"more than {MAX_CHECKPOINTS} checkpoints")
    ordered = {
        name: dict(sorted(found[name].items(), key=lambda item: natural_order(item[0]))) for name in task_order(found)
    }
    return ordered, many or packed > MAX_PACKED_BYTES or number >= MAX_ENTRIES


def _walk(folder: Path) -> Iterator[tuple[tuple[str, ...], os.stat_result]]:
    """Yield every entry below a folder with its relative path, without following links; at most three levels deep."""
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        place = waiting.pop()
        with reading(folder), os.scandir(folder.joinpath(*place)) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
        for entry in inside:
            with reading(folder):
                status = entry.stat(follow_symlinks=False)
            below = (*place, entry.name)
            yield below, status
            if stat.S_ISDIR(status.st_mode) and not _refusal(below, status.st_mode):
                waiting.append(below)


def _refusal(place: tuple[str, ...], mode: int) -> str:
    """Why an entry with this path and mode is not allowed; empty if it is."""
    if stat.S_ISLNK(mode):
        return "is a symbolic link; put the file itself there"
    if stat.S_ISDIR(mode):
        return _refusal_of_folder(place)
    return _refusal_of_file(place) if stat.S_ISREG(mode) else "is not a regular file"


def _refusal_of_folder(place: tuple[str, ...]) -> str:
    if place[0] != PREDICTIONS or len(place) > 2:
        return f"is a folder that does not belong here; only {PREDICTIONS}/ and a folder for each checkpoint do"
    if len(place) == 2 and not _CHECKPOINT.fullmatch(place[1]):
        return "a checkpoint's name may be letters, digits and ._=+- (at most 100), not end with a dot or be a device"
    return ""


def _refusal_of_file(place: tuple[str, ...]) -> str:
    name = place[-1]
    named = name.endswith(SUFFIX) and name.removesuffix(SUFFIX) in BUILTIN
    if place in ((FILE,), (README,)) or (place[0] == PREDICTIONS and len(place) > 1 and named):
        return ""
    kind = next((kind for ending, kind in _NEVER_OPENED.items() if name.lower().endswith(ending)), None)
    if kind:
        return f"is {kind}, which is not accepted; `merunibench submit` packs predictions as {SUFFIX[1:]}"
    expected = f"does not belong here; expected {FILE}, {README} and {PREDICTIONS}/<dataset>{SUFFIX}"
    return f"{expected}, <dataset> one of {', '.join(BUILTIN)}" if place[0] == PREDICTIONS else expected


def hashes_of(files: Mapping[str, Mapping[str, Path]]) -> dict[str, str]:
    """Data set -> SHA-256 of the lines `checkpoint TAB sha256 of its file`, in the order of the checkpoints."""
    found = {}
    for dataset, of_checkpoints in files.items():
        lines = []
        for checkpoint, path in of_checkpoints.items():
            lines.append(f"{checkpoint}\t{_sha256(read_plain(path, MAX_PACKED_BYTES))}\n")
        found[dataset] = _sha256("".join(lines).encode())
    return found


def joint_hash(hashes: Mapping[str, str]) -> str:
    """One hash of the predictions for all data sets."""
    return _sha256("".join(f"{dataset}\t{hashes[dataset]}\n" for dataset in sorted(hashes)).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
