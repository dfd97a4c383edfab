"""Read the model's name from a packed submission."""

from pathlib import Path

from merunibench._text import in_one_line
from merunibench.errors import InputError
from merunibench.files.toml import read_toml

_SUBMISSION, _PREDICTIONS = "submission.toml", "predictions"
_LONGEST_NAME = 100


def submitted_name(path: Path) -> str | None:
    """Return the model's name in the `submission.toml` of a folder or of the folder above `predictions`, or None."""
    for folder in (path, path.parent) if path.name == _PREDICTIONS else (path,):
        if (folder / _SUBMISSION).is_file():
            try:
                name = read_toml(folder / _SUBMISSION).get("model")
            except InputError:
                return None  # scores do not depend on it; `leaderboard validate` reports the error
            return in_one_line(name, _LONGEST_NAME) if isinstance(name, str) and name.strip() else None
    return None
