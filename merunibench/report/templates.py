"""Jinja templates that escape all text, wherever it stands, and know no value that they are not given."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def templates(folder: Path, *, last_newline: bool = True) -> "Environment":
    """The templates of a folder.

    Args:
        folder: A folder of the package.
        last_newline: Whether a page ends as its template does, with a newline.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=last_newline,
    )
