"""Create the files of a leaderboard repository: workflows, README, submissions, published scores; no toolkit code.

`template/` contains what every such repository has. The toolkit's own workflows are the same files, filled in for a
board that is in the same repository as its code; a test checks this.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from merunibench import __version__
from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.files import read_plain, whole_set, write_bytes
from merunibench.files.reading import reading

TEMPLATE = Path(__file__).parent / "template"
_MAX_BYTES = 1 << 20
_WORKFLOWS = ("submission.yml", "submission-comment.yml", "pages.yml")
_PLACES = {
    **{f"workflows/{name}": f".github/workflows/{name}" for name in _WORKFLOWS},
    "pull_request_template.md": ".github/pull_request_template.md",
    "README.md": "README.md",
    "gitignore": ".gitignore",
    "requirements.txt": "requirements.txt",
}

_DOCUMENTATION = """\
      - name: The documentation, once a version has been released
        continue-on-error: true
        uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with: { ref: docs-site, path: site/docs, persist-credentials: false }
      - run: rm -rf site/docs/.git
"""

ALONE: Mapping[str, str] = MappingProxyType(
    {
        "BOARD": ".",
        "INSTALL": "python -m pip install --requirement base/requirements.txt",
        "PATHS": "",
        "PAGES_PATHS": "",
        "CALLED": "",
        "DOCUMENTATION": "",
        "VERSION": __version__,
    }
)
"""The values for a repository that contains only a board."""

BESIDE_CODE: Mapping[str, str] = MappingProxyType(
    {
        "BOARD": "leaderboard",
        "INSTALL": "python -m pip install --constraint base/constraints.txt ./base",
        "PATHS": '    paths: ["leaderboard/**"]\n',
        "PAGES_PATHS": '    paths: ["leaderboard/**", "merunibench/leaderboard/**"]\n',
        "CALLED": "  workflow_call: # by docs.yml\n",
        "DOCUMENTATION": _DOCUMENTATION,
        "VERSION": __version__,
    }
)
"""The values for the toolkit's own repository, where the board is a folder."""


def filled_in(name: str, values: Mapping[str, str]) -> str:
    """Return a file of the template, filled in."""
    text = (TEMPLATE / name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def create(folder: Path) -> list[Path]:
    """Write the files of a new leaderboard repository.

    Args:
        folder: A new folder, or one that is empty except for `.git`.

    Returns:
        The files written.

    Raises:
        InputError: the folder is not empty or cannot be written. In that case no files are left behind.
    """
    with reading(folder):
        if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or _others(folder))):
            raise InputError(f"{folder}: already exists and is not empty; choose a new folder")
    contents = {place: filled_in(name, ALONE).encode() for name, place in _PLACES.items()}
    contents["published.csv"] = read_plain(resource("leaderboard", "published.csv"), _MAX_BYTES)
    contents["submissions/.gitkeep"] = b""
    with whole_set(folder) as temporary:
        for place, content in contents.items():
            path = temporary / place
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, content)
    return [folder / place for place in contents]


def _others(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name != ".git"]
