"""Paths of the data files of the package: inside it if installed, next to it in a source checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(*parts: str) -> Path:
    """Return the path of a data file or folder, e.g. `resource("emotion_wheels", "wheel1.toml")`."""
    installed = _PACKAGE.joinpath(*parts)
    return installed if installed.exists() else _PACKAGE.parent.joinpath(*parts)
