"""JSON within bounds: whatever a file of a stranger holds, it is parsed quickly or refused in one line."""

import json
from pathlib import Path
from typing import Any, NoReturn

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.files.plain import read_plain

MAX_BYTES = 4 << 20
"""Most bytes of a file, unless said otherwise: a hundred times the longest description of a model or data set."""


def read_json(path: Path, *, within: Path | None = None, max_bytes: int = MAX_BYTES) -> Any:  # noqa: ANN401
    """Read a JSON file; see `parse_json`. `within` as for `open_plain`."""
    return parse_json(read_plain(path, max_bytes, within=within), path)


def parse_json(content: bytes, where: Path | str) -> Any:  # noqa: ANN401 - whatever it holds
    """The value that a JSON document in UTF-8 is.

    Args:
        content: The document; who calls bounds its length.
        where: What messages call it.

    Raises:
        InputError: it is no JSON in UTF-8, is nested without end, or has numbers that JSON has not.
    """
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except RecursionError:
        raise InputError(f"{where}: cannot be read as JSON: nested too deeply") from None
    except ValueError as error:  # of syntax, bytes that are no UTF-8, and numbers of thousands of digits
        raise InputError(f"{where}: cannot be read as JSON: {one_line(error)}") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
