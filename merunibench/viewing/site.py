"""Write the page as a folder that works from the file system; clips are linked to their original location."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from merunibench.errors import InputError
from merunibench.files import write_bytes
from merunibench.viewing.details import Details
from merunibench.viewing.pages import Pages
from merunibench.viewing.results import Collection

_MARK = "merunibench-view"
"""A file that marks a folder that may be overwritten."""


def write_site(collection: Collection, out: Path) -> int:
    """Write the page; return the number of files.

    Raises:
        InputError: the folder contains other files, or cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; give a new or empty folder, or one with such a page (--out)")
    if out.is_dir() and any(out.iterdir()) and not (out / _MARK).is_file():
        raise InputError(f"{out}: contains other files; give a new or empty folder, or one with such a page (--out)")
    details = Details(collection)

    def linked(place: int) -> Mapping[str, str]:
        clip = details.clip(place)
        files = {"video": clip.video, "audio": clip.audio}
        return {kind: quote(os.path.relpath(path, out).replace(os.sep, "/")) for kind, path in files.items() if path}

    pages = Pages(details, linked)
    names = list(pages.parts())
    kept = {f"{name}.js" for name in names}
    out.mkdir(parents=True, exist_ok=True)
    write_bytes(out / _MARK, b"written by merunibench view\n")
    number = 1
    for name, content in pages.static():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_bytes(out / name, content)
        number += 1
    (out / "data").mkdir(exist_ok=True)
    for former in sorted((out / "data").glob("*.js")):
        if former.name not in kept:
            former.unlink()
    for name in names:
        write_bytes(out / "data" / f"{name}.js", pages.data(name))
        number += 1
    write_bytes(out / "index.html", pages.page())  # last: if it exists, the page is complete
    return number + 1
