"""Detect which tool wrote a file, from its first bytes and the keys of its rows, never from its name."""

import shlex
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from merunibench._registry import Registry
from merunibench._text import listed
from merunibench.conversion import batches, harnesses, training
from merunibench.conversion.base import Format
from merunibench.errors import InputError
from merunibench.files import open_plain

ZIP = b"PK\x03\x04"
_HEADERS = frozenset({"header.json", "_journal/start.json"})
_WORKBOOK = "[Content_Types].xml"

FORMATS = Registry(
    "format",
    (
        batches.OPENAI_BATCH,
        training.MS_SWIFT,
        training.HUMANOMNI,
        training.HUMANOMNI_V2,
        training.MERBENCH,
        # Before lm-eval, since files of lmms-eval before 2026 also have its keys.
        harnesses.LMMS_EVAL,
        harnesses.INSPECT,
        harnesses.VLMEVALKIT,
        harnesses.LM_EVAL,
        harnesses.LIGHTEVAL,
        training.LLAMA_FACTORY,
    ),
    lambda each: each.name,
)
"""The supported formats, in the order in which they are tried."""


def detect(keys: Iterable[str]) -> Format | None:
    """Return the format whose rows have these keys, or None if no known format matches.

    Args:
        keys: The keys of all rows together.

    Example:
        >>> detect(["response", "labels", "messages", "videos"]).name
        'ms-swift'
    """
    held = frozenset(keys)
    fits = (each for each in FORMATS.values() if each.keys <= held and (not each.alone or each.keys == held))
    return next(fits, None)


def get_format(name: str) -> Format:
    """Return the format with this name.

    Raises:
        InputError: There is no such format.
    """
    if name not in FORMATS:
        raise InputError(f"--from {name}: unknown format; known formats: auto, {', '.join(FORMATS)}")
    return FORMATS[name]


def archive_format(path: Path) -> Format | None:
    """Return the format of a zip archive: a log of inspect_ai, or a workbook of VLMEvalKit; None for any other."""
    with suppress(InputError, OSError, zipfile.BadZipFile, ValueError), open_plain(path) as stream:
        if stream.read(len(ZIP)) == ZIP:
            with zipfile.ZipFile(stream) as archive:
                names = frozenset(archive.namelist())
            if names & _HEADERS:
                return harnesses.INSPECT
            if _WORKBOOK in names:
                return harnesses.VLMEVALKIT
    return None


def hint(path: Path, found: Format | None, dataset: str = "DATASET") -> str:
    """Return the command to convert a file, as the end of a message (`; it looks like … output: …`), or nothing.

    Args:
        path: The file.
        found: The detected format.
        dataset: The data set of the file.
    """
    if found is None:
        return ""
    # Names that cannot be printed in a terminal cannot be pasted either.
    place = shlex.quote(str(path)) if str(path).isprintable() else "FILE"
    command = f"merunibench convert {place} converted --dataset {dataset} --from {found.name}"
    return f"; it looks like {found.tool} output; to convert it to predictions, run: {command}"


def wrong_format(wanted: Format, keys: Iterable[str], path: Path) -> InputError:
    """Return the error for a file that does not have the format that the caller named."""
    held = list(keys)
    lacking = [key for key in sorted(wanted.keys) if key not in held]
    found = detect(held)
    lacks = f"its rows lack {listed(lacking)}" if lacking else "its rows have additional keys"
    advice = f"; it looks like {found.tool} output: use --from {found.name}" if found else f"; they have {listed(held)}"
    return InputError(f"{path}: is not a file of format {wanted.name}: {lacks}{advice}")
