"""The style sheets that all pages share: tokens (colours, fonts, sizes), the page layout, and the figures.

Sites link to them as files. Self-contained pages embed them, including the fonts.
"""

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING

from merunibench._resources import resource

if TYPE_CHECKING:
    from markupsafe import Markup

SHEETS = ("tokens.css", "base.css", "pictures.css")
"""In the order in which they apply; a page's own sheets come after them."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'"
"""What a self-contained page may load: only embedded content, and no scripts."""

_FONT = re.compile(r"url\((fonts/[\w-]+\.woff2)\)")


def folder() -> Path:
    """The folder of the shared sheets and fonts."""
    return resource("pictures", "static")


def inlined(*own: Path) -> "Markup":
    """Return the content of a `style` element: the shared sheets with their fonts, then the page's own sheets."""
    from markupsafe import Markup

    text = "".join(path.read_text(encoding="utf-8") for path in (*(folder() / name for name in SHEETS), *own))
    return Markup(_FONT.sub(_as_data, text))  # noqa: S704 - comes with the package


def _as_data(found: re.Match[str]) -> str:
    content = base64.b64encode((folder() / found[1]).read_bytes()).decode()
    return f"url(data:font/woff2;base64,{content})"
