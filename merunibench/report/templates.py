"""Jinja templates that escape all text, wherever it stands, and know no value that they are not given."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def templates(*folders: Path, last_newline: bool = True) -> "Environment":
    """The templates of some folders.

    Args:
        folders: Folders of the package; what several have, the first one gives.
        last_newline: Whether a page ends as its template does, with a newline.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=last_newline,
    )
