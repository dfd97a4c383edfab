"""HTML for notebooks: a table with a caption and notes, with all text escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from merunibench._text import escape_controls

_RIGHT = ' style="text-align:right"'


def table(caption: str, titles: Sequence[str], rows: Iterable[Sequence[str]], notes: Iterable[str] = ()) -> str:
    """Return a `table` element without scripts, style sheets or external resources.

    Args:
        caption: The caption.
        titles: Titles of the C columns.
        rows: Rows of C cells; the first cell is the row's title, numbers are aligned right.
        notes: Lines below the table.

    Example:
        >>> "<caption>&lt;b&gt;</caption>" in table("<b>", ["Word"], [["a&b"]])
        True
    """
    head = "".join(f'<th scope="col">{_text(title)}</th>' for title in titles)
    body = "".join(f'<tr><th scope="row">{_text(first)}</th>{"".join(map(_cell, rest))}</tr>' for first, *rest in rows)
    below = "".join(f"<p><small>{_text(line)}</small></p>" for line in notes)
    return (
        f"<table><caption>{_text(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"
    )


def _cell(text: str) -> str:
    numeric = _RIGHT if text[:1] in "0123456789+-–[" and text else ""
    return f"<td{numeric}>{_text(text)}</td>"


def _text(text: str) -> str:
    return escape(escape_controls(text))
