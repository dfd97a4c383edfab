"""Printing of results, messages and warnings, shared by the commands."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from merunibench._text import escape_controls
from merunibench.cli._encoding import WIDENED, can_encode, fitted
from merunibench.errors import InputError

# Control characters that a terminal obeys, except line ends and tabs; and marks that change the direction of text.
_OBEYED = "[\0-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\x1b"
_PLAIN, _STYLED = re.compile(_OBEYED), re.compile(rf"{_OBEYED}(?!\[[0-9;]*m)")


def log_stderr(message: str) -> None:
    """Print one line to standard error with control characters escaped: names may come from untrusted files."""
    sys.stderr.write(fitted(escape_controls(message), sys.stderr.encoding) + "\n")


def emit(text: str, output: Path | None = None, *, styled: bool = False) -> None:
    """Print a result to standard output, or write it whole to a file.

    Control characters are escaped as in JSON, so that names from untrusted files cannot control the terminal.

    Args:
        text: The result.
        output: The file; None to print.
        styled: Whether the text contains our own colour codes.
    """
    if output is None:
        text = (_STYLED if styled else _PLAIN).sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        sys.stdout.write(fitted(text, sys.stdout.encoding))
        sys.stdout.flush()
        return
    from merunibench.files import write_text

    write_text(output, text)


def emit_json(content: object, output: Path | None = None) -> None:
    """Print a result as JSON, or write it to a file."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    if output is None and not can_encode(text, sys.stdout.encoding):
        text = json.dumps(content, indent=2, allow_nan=False)
    emit(text + "\n", output)


_ENDINGS = {"htm": "html", "md": "markdown", "tex": "latex"}


def emit_result(result: Any, form: str | None = None, output: Path | None = None) -> None:  # noqa: ANN401 - see FORMATS
    """Print a result in one of its formats, or write it to a file. Tables are coloured on a terminal.

    Args:
        result: Has a method `to_<name>` for each name in its `FORMATS`; the one for `table` is `to_text`.
        form: The format. By default it follows the ending of the file, else it is a table.
        output: The file; None to print.
    """
    ending = output.suffix.lower().removeprefix(".") if output else ""
    named = _ENDINGS.get(ending, ending)
    form = form or (named if named in result.FORMATS else "table")
    if form == "table":
        width = None if output else terminal_width()
        emit(result.to_text(width=width, color=width is not None), output, styled=width is not None)
    elif form == "json":
        emit_json(result.to_dict(), output)
    else:
        emit(getattr(result, f"to_{form}")(), output)


def emit_table(titles: Sequence[str], rows: Iterable[Sequence[str]], notes: Iterable[str] = ()) -> None:
    """Print a plain-text table with notes below it. The columns Samples and Words are aligned as numbers."""
    from rich.text import Text

    from merunibench.report.columns import Column
    from merunibench.report.terminal import plain_table, print_to_text

    table = plain_table([Column(title, numeric=title in {"Samples", "Words"}) for title in titles])
    for row in rows:
        table.add_row(*map(Text, row))
    width = terminal_width()
    emit(print_to_text("", table, notes, width=width, color=width is not None), styled=width is not None)


def warn(warnings: Iterable[str]) -> None:
    """Print warnings to standard error."""
    for warning in warnings:
        log_stderr(f"warning: {warning}")


def fail_on(warnings: Iterable[str], fail: bool) -> None:
    """Exit with code 2 if there are warnings and `fail` is set. Call it after everything is printed.

    Raises:
        InputError: `fail` is set and there are warnings.
    """
    number = len(list(warnings))
    if fail and number:
        raise InputError(f"{number} warning{'s' * (number > 1)}, and --fail-on-warning was given")


def terminal_width() -> int | None:
    """Return the width of the terminal; None if standard output is a file or a pipe."""
    import shutil

    if not sys.stdout.isatty():
        return None
    columns = shutil.get_terminal_size().columns
    return columns if can_encode("…", sys.stdout.encoding) else max(columns - WIDENED, 1)
