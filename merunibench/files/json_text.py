"""Parse untrusted JSON within limits: quickly, or refused with an error of one line."""

import json
from pathlib import Path
from typing import Any, NoReturn

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.files.plain import read_plain

MAX_BYTES = 4 << 20
"""Default limit in bytes: a hundred times the longest description of a model or data set."""


def read_json(path: Path, *, within: Path | None = None, max_bytes: int = MAX_BYTES) -> Any:  # noqa: ANN401
    """Read a JSON file; see `parse_json`. `within` as for `open_plain`."""
    return parse_json(read_plain(path, max_bytes, within=within), path)


def parse_json(content: bytes, where: Path | str) -> Any:  # noqa: ANN401 - whatever it holds
    """Decode a JSON document in UTF-8.

    Args:
        content: The document; the caller limits its length.
        where: Its name in messages.

    Raises:
        InputError: it is not JSON in UTF-8, is nested too deeply, or contains NaN or infinity.
    """
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except RecursionError:
        raise InputError(f"{where}: cannot be read as JSON: nested too deeply") from None
    except ValueError as error:  # syntax errors, bytes that are not UTF-8, and numbers with thousands of digits
        raise InputError(f"{where}: cannot be read as JSON: {one_line(error)}") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
