"""The style sheets that all pages share: tokens (colours, fonts, measures), the sheet of paper, the pictures.

A site links to them as files. A page that must stand alone has them inside, its fonts too.
"""

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING

from merunibench._resources import resource

if TYPE_CHECKING:
    from markupsafe import Markup

SHEETS = ("tokens.css", "base.css", "pictures.css")
"""In the order in which they apply; a page's own ones come after them."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'"
"""What a page that stands alone may load: nothing but what is in it; no script at all."""

_FONT = re.compile(r"url\((fonts/[\w-]+\.woff2)\)")


def folder() -> Path:
    """Where the shared sheets and fonts lie."""
    return resource("pictures", "static")


def inlined(*own: Path) -> "Markup":
    """The content of a `style` element: shared sheets with their fonts, then sheets of the page's own."""
    from markupsafe import Markup

    text = "".join(path.read_text(encoding="utf-8") for path in (*(folder() / name for name in SHEETS), *own))
    return Markup(_FONT.sub(_as_data, text))  # noqa: S704 - comes with the package


def _as_data(found: re.Match[str]) -> str:
    content = base64.b64encode((folder() / found[1]).read_bytes()).decode()
    return f"url(data:font/woff2;base64,{content})"
