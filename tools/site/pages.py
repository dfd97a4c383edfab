"""The script that MkDocs' plugin gen-files runs; it writes the generated pages and files into the site."""

import re
from pathlib import Path

import mkdocs_gen_files

from merunibench.pictures import dress
from tools import doc_examples, gallery
from tools.site import pictures, reference

ROOT = Path(__file__).parent.parent.parent
FONTS = ("source-sans-3.woff2", "source-sans-3-italic.woff2", "source-serif-4.woff2")
COPIED = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "emotion_wheels/languages/README.md": "reference/languages.md",
    "examples/bridges/README.md": "reference/bridges.md",
}
"""Pages of the repository outside docs/ -> their paths on the site."""


def write(path: str, text: str) -> None:
    """Write one file of the site."""
    with mkdocs_gen_files.open(path, "w", encoding="utf-8") as file:
        file.write(text)


def within(text: str, source: str) -> str:
    """Return a page's text with links adapted to its path on the site; links to other files become plain text."""
    folder = Path(source).parent

    def led(found: re.Match[str]) -> str:
        target, _, anchor = found[2].partition("#")
        if "://" in target or not target:
            return found[0]
        path = (ROOT / folder / target).resolve()
        inside = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
        page = COPIED.get(inside) or (
            inside.removeprefix("docs/") if inside.startswith("docs/") and path.is_file() else ""
        )
        up = "../" * COPIED[source].count("/")
        return f"[{found[1]}]({up}{page}{'#' + anchor if anchor else ''})" if page else found[1]

    return re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", led, text)


for origin, place in COPIED.items():
    write(place, within((ROOT / origin).read_text(encoding="utf-8"), origin))
write("upgrade.md", reference.upgrade())
write("reference/tasks.md", reference.tasks())
write("reference/protocols.md", reference.protocols())
write("reference/lexicons.md", reference.lexicons())
write("reference/signature.md", reference.signature())
for pages in (reference.schemas(), reference.api()):
    for place, content in pages:
        write(place, content)
write("checked.md", doc_examples.page())
for name, (draw, _) in pictures.FILES.items():
    write(f"pictures/{name}.svg", draw())
for name, drawn in gallery.figures().items():
    with mkdocs_gen_files.open(f"pictures/{name}", "wb") as figure:
        figure.write(drawn)
for sheet in ("tokens.css", "pictures.css"):
    write(f"assets/{sheet}", (dress.folder() / sheet).read_text(encoding="utf-8"))
write("examples/notebook.ipynb", (ROOT / "examples" / "notebook.ipynb").read_text(encoding="utf-8"))
for font in FONTS:
    with mkdocs_gen_files.open(f"assets/fonts/{font}", "wb") as binary:
        binary.write((dress.folder() / "fonts" / font).read_bytes())
