"""Hooks of MkDocs: pictures, links out of docs/, llms.txt.

Files under docs/ link to files next to docs/ (`../CONTRIBUTING.md`), so that the links also work in the repository.
"""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any

from tools.site import pictures

ELSEWHERE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "emotion_wheels/languages/README.md": "reference/languages.md",
    "examples/bridges": "reference/bridges.md",
    "examples/bridges/README.md": "reference/bridges.md",
    "examples/notebook.ipynb": "examples/notebook.ipynb",
}
"""A path in the repository -> its page on the site."""

UNNAMED = {
    'data-md-component="search" role="dialog"': 'data-md-component="search" role="dialog" aria-label="Search"',
    "<th></th>": "<td></td>",
    '<input type="checkbox" disabled': '<input type="checkbox" aria-label="To be checked" disabled',
}
"""HTML of the theme without an accessible name -> the same with one."""

_PICTURE = re.compile(r"<!-- picture: ([\w-]+) -->")
_LINK = re.compile(r"\]\(((?:\.\./)+[^)#\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:  # noqa: ANN401
    """Return the page with its pictures, and with links out of docs/ replaced by links within the site."""
    folder = PurePosixPath(page.file.src_uri).parent
    up = "../" * len(folder.parts)
    markdown = _PICTURE.sub(lambda found: pictures.embedded(found[1], up), markdown)
    return _LINK.sub(lambda found: _led(found, folder), markdown)


def _led(found: re.Match[str], folder: PurePosixPath) -> str:
    parts: list[str] = []
    for part in (PurePosixPath("docs") / folder / found[1]).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    target = ELSEWHERE.get("/".join(parts))
    if target is None:
        return found[0]
    up = "../" * len(folder.parts)
    return f"]({up}{target}{found[2] or ''})"


def on_post_page(output: str, **_: Any) -> str:  # noqa: ANN401
    """Return the HTML with accessible names that the theme lacks, for screen readers."""
    for bare, named in UNNAMED.items():
        output = output.replace(bare, named)
    return output


def on_post_template(output_content: str, **_: Any) -> str:  # noqa: ANN401
    """The same for pages that are not Markdown, such as 404.html."""
    return on_post_page(output_content)


def on_post_build(config: Any) -> None:  # noqa: ANN401
    """Write llms.txt: every page of the navigation with its address and first paragraph."""
    lines = [f"# {config.site_name}", "", f"> {config.site_description}", ""]
    for title, uri in _pages(config.nav):
        page = Path(config.site_dir) / PurePosixPath(uri).with_suffix(".html")
        if PurePosixPath(uri).name == "README.md":
            page = page.with_name("index.html")
        text = page.read_text(encoding="utf-8")
        heading = re.search(r"<h1[^>]*>(.*?)(?:<a|</h1>)", text, re.DOTALL)
        first = re.search(r"</h1>.*?<p>(.*?)</p>", text, re.DOTALL)
        says = unescape(" ".join(re.sub(r"<[^>]+>", "", first[1]).split())) if first else ""
        name = unescape(re.sub(r"<[^>]+>", "", heading[1])) if heading and not title else title
        address = page.relative_to(config.site_dir).as_posix()
        lines.append(f"- [{name.strip()}]({address}): {says}")
    (Path(config.site_dir) / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _pages(nav: Any, title: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401
    if isinstance(nav, str):
        yield title, nav
    elif isinstance(nav, dict):
        for name, each in nav.items():
            yield from _pages(each, name)
    else:
        for each in nav:
            yield from _pages(each)
