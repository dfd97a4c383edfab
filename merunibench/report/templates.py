"""Jinja templates that escape all text everywhere, and fail on undefined values."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def templates(*folders: Path, last_newline: bool = True) -> "Environment":
    """Return the templates of some folders.

    Args:
        folders: Folders of the package; the first one with a template of that name is used.
        last_newline: Whether the trailing newline of a template is kept.
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
