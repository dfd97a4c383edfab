"""The page and its data: files of the package, and parts of the data that are generated on request.

Data are scripts, not JSON, so that the page reads them from a folder in the same way as from the server: browsers do
not load JSON from files.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from merunibench._resources import resource
from merunibench.pictures import dress
from merunibench.report.templates import templates
from merunibench.viewing.details import Details
from merunibench.viewing.index import PART, make_index
from merunibench.viewing.results import Collection

SCRIPTS = ("theme", "state", "data", "text", "wheels", "list", "sound", "sample", "errors", "page")
SHEETS = (*dress.SHEETS, "view.css")
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; font-src 'self' file:; "
    "media-src 'self' file: blob:; connect-src 'self' file:; img-src 'self' file:; base-uri 'none'; form-action 'none'"
)
"""What the page may load: its own files. `file:` since files of one folder may differ in origin."""


MediaOf = Callable[[int], Mapping[str, str]]
"""Index of a sample -> kind (`video`, `audio`) -> the address that the page requests."""


class Pages:
    """The files of the page by name.

    Args:
        details: Describes samples and words.
        media: Returns the addresses of a sample's files.
    """

    def __init__(self, details: Details, media: MediaOf) -> None:
        self.details, self._media = details, media
        self._part = lru_cache(maxsize=64)(self._make_part)

    @cached_property
    def index(self) -> dict[str, Any]:
        """All samples in columns."""
        return make_index(self.collection)

    @property
    def collection(self) -> Collection:
        """The loaded results."""
        return self.details.collection

    def static(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and content of every static file of the package."""
        own = resource("viewing", "static")
        shared = dress.folder()
        for sheet in SHEETS:
            yield f"static/{sheet}", ((own if sheet == "view.css" else shared) / sheet).read_bytes()
        for font in sorted((shared / "fonts").glob("*.woff2")):
            yield f"static/fonts/{font.name}", font.read_bytes()
        for script in SCRIPTS:
            folder = resource("leaderboard", "page", "static") if script == "theme" else own  # shared by all pages
            yield f"static/{script}.js", (folder / f"{script}.js").read_bytes()

    def page(self) -> bytes:
        """The page itself."""
        template = templates(resource("viewing", "templates")).get_template("view.html")
        models = ", ".join(self.collection.models)
        return template.render(scripts=SCRIPTS, sheets=SHEETS, policy=POLICY, models=models).encode()

    def parts(self) -> Iterator[str]:
        """The names of all parts of the data."""
        yield "index"
        for kind, number in (("samples", len(self.collection.samples)), ("words", len(self.index["words"]))):
            yield from (f"{kind}-{part}" for part in range(-(-number // PART)))

    def data(self, name: str) -> bytes:
        """Return a part of the data as a script.

        Raises:
            KeyError: there is no such part.
        """
        if name == "index":
            return _script(name, self.index)
        return self._part(name)

    def _make_part(self, name: str) -> bytes:
        kind, _, digits = name.partition("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
            raise KeyError(name)
        first = int(digits) * PART
        if kind == "samples" and first < len(self.collection.samples):
            places = range(first, min(first + PART, len(self.collection.samples)))
            return _script(name, [{**self.details.sample(place), "media": self._media(place)} for place in places])
        if kind == "words" and first < len(self.index["words"]):
            return _script(name, [self.details.word(word) for word in self.index["words"][first : first + PART]])
        raise KeyError(name)


def _script(name: str, content: object) -> bytes:
    """JSON as a call of the page's own function; `<` is escaped, so that nothing closes an element."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"mub.take({json.dumps(name)},{text});\n".encode()
