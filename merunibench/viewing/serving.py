"""Serve the page over HTTP, on this machine only.

Every address begins with a random token. The Host header must be one of this machine's own names, so that another site
cannot read this page under its own name. No path is taken from a request: data, files of the package and clips are
looked up by name, and a clip must be in one of the given folders after following all links.
"""

import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, NamedTuple

from merunibench._text import escape_controls, one_line
from merunibench.errors import InputError
from merunibench.files import open_plain
from merunibench.viewing.clips import TYPES
from merunibench.viewing.details import Details
from merunibench.viewing.pages import POLICY, Pages
from merunibench.viewing.results import Collection

LOOPBACK = "127.0.0.1"
_HTTP_PORT = 80  # omitted from addresses
_CHUNK = 1 << 16
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_MEDIA = re.compile(r"media/(\d{1,9})/(video|audio)")
_ENDINGS = {"html": "text/html", "js": "text/javascript", "css": "text/css", "woff2": "font/woff2"}
_HEADERS = {
    "Content-Security-Policy": f"{POLICY.replace(' file:', '')}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class _Slice(NamedTuple):
    """The bytes `first` to `last` (inclusive) of a file."""

    first: int
    last: int


class ViewServer(ThreadingHTTPServer):
    """The server of one collection.

    Attributes:
        address: The address to open in a browser.
    """

    daemon_threads = True

    def __init__(self, collection: Collection, port: int) -> None:
        self.token = secrets.token_urlsafe(18)
        self.details = Details(collection)
        self.pages = Pages(self.details, self._media)
        self.static = dict(self.pages.static())
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.token}/"

    def _media(self, place: int) -> Mapping[str, str]:
        clip = self.details.clip(place)
        return {kind: f"media/{place}/{kind}" for kind in ("video", "audio") if getattr(clip, kind) is not None}

    def clip(self, place: int, kind: str) -> Path | None:
        """Return the file of a sample, or None."""
        if place >= len(self.details.collection.samples):
            return None
        found: Path | None = getattr(self.details.clip(place), kind)
        return found

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the library's
        """Report a failed request in one line, but not that a browser disconnected."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            sys.stderr.write(f"a request failed: {type(error).__name__}: {escape_controls(one_line(error))}\n")


class _Handler(BaseHTTPRequestHandler):
    """Answers requests of the page; keeps no access log."""

    server: ViewServer
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds in which a request must arrive

    def do_GET(self) -> None:
        """Send a file of the page, a part of the data, or a clip."""
        self._answer(is_head=False)

    def do_HEAD(self) -> None:
        """Send the headers only."""
        self._answer(is_head=True)

    def _answer(self, *, is_head: bool) -> None:
        if self.headers.get_all("Host", []) not in self._own_names():
            self._refuse(421)
            return
        _, token, *rest = [*self.path.partition("?")[0].split("/", 2), ""]
        if not secrets.compare_digest(token.encode("utf-8", "replace"), self.server.token.encode()):
            self._refuse(403)
            return
        if len(rest) == 1:  # without the trailing slash, to which the links of the page are relative
            self._begin(308, "text/plain", 0, Location=f"/{self.server.token}/")
            return
        name = rest[0] or "index.html"
        if media := _MEDIA.fullmatch(name):
            path = self.server.clip(int(media[1]), media[2])
            if path is None:
                self._refuse(404)
            else:
                self._send_file(path, is_head=is_head)
            return
        content = self._content(name)
        if content is None:
            self._refuse(404)
            return
        self._begin(200, _ENDINGS[name.rpartition(".")[2]], len(content))
        if not is_head:
            self.wfile.write(content)

    def _content(self, name: str) -> bytes | None:
        """Return a file of the page or a part of the data; None if there is none of that name."""
        if name == "index.html":
            return self.server.pages.page()
        if name in self.server.static:
            return self.server.static[name]
        if name.startswith("data/") and name.endswith(".js"):
            try:
                return self.server.pages.data(name[len("data/") : -len(".js")])
            except KeyError:
                return None
        return None

    def _own_names(self) -> list[list[str]]:
        """The accepted values of the single Host header."""
        names, port = ("localhost", LOOPBACK, "[::1]"), self.server.server_port
        return [[f"{name}:{port}"] for name in names] + [[name] for name in names if port == _HTTP_PORT]

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._begin(status, "text/plain", 0)

    def _begin(self, status: int, kind: str, length: int, **more: str) -> None:
        self.send_response(status)
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        headers = {"Content-Type": kind + charset, "Content-Length": str(length), **_HEADERS, **more}
        for header, value in headers.items():
            self.send_header(header, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _send_file(self, path: Path, *, is_head: bool) -> None:
        """Send a clip, or the requested range of it."""
        kind = TYPES[path.suffix.lower()]
        try:
            file = open_plain(path)
        except (InputError, OSError):
            self._refuse(404)
            return
        with file:
            size = file.seek(0, 2)
            part = asked_range(self.headers.get("Range"), size)
            accepts = {"Accept-Ranges": "bytes"}
            if part is None:
                self._begin(416, kind, 0, **{"Content-Range": f"bytes */{size}"})
                return
            is_whole = self.headers.get("Range") is None
            if not is_whole:
                accepts["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
            self._begin(200 if is_whole else 206, kind, part.last - part.first + 1, **accepts)
            if not is_head:
                self._copy(file, part)

    def _copy(self, file: IO[bytes], part: _Slice) -> None:
        file.seek(part.first)
        left = part.last - part.first + 1
        while left > 0 and (block := file.read(min(_CHUNK, left))):
            self.wfile.write(block)
            left -= len(block)

    def version_string(self) -> str:
        """The name of the server."""
        return "merunibench"

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def asked_range(header: str | None, size: int) -> _Slice | None:
    """Parse a `Range` header (RFC 9110, section 14): all bytes without a header; None for an unsatisfiable range.

    Example:
        >>> asked_range("bytes=2-", 10), asked_range("bytes=-3", 10), asked_range("bytes=10-", 10)
        (_Slice(first=2, last=9), _Slice(first=7, last=9), None)
    """
    if header is None:
        return _Slice(0, size - 1)
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return _Slice(max(size - int(found[2]), 0), size - 1) if int(found[2]) and size else None
    first, last = int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
    return _Slice(first, last) if first <= last else None


@contextmanager
def serving(collection: Collection, port: int = 0) -> Iterator[ViewServer]:
    """Serve the collection on the loopback interface; closed when the block ends.

    Args:
        collection: The loaded results.
        port: Port to listen on; 0 for any free one.

    Raises:
        InputError: the port cannot be opened.
    """
    try:
        server = ViewServer(collection, port)
    except (OSError, OverflowError) as error:
        raise InputError(f"port {port}: {one_line(error)}; choose another with --port (0 for any free port)") from error
    with server:
        yield server
