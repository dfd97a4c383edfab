"""`merunibench leaderboard serve`: a look at the finished page over HTTP, from this machine alone.

Asked for by one of this machine's own names, so that no page of a stranger reads it under a name of theirs; and what
lies in the folder, not what a link in it leads to.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from merunibench._text import escape_controls, one_line
from merunibench.errors import InputError

LOOPBACK = "127.0.0.1"
_HTTP_PORT = 80  # which addresses leave out


def _is_name(path: str) -> bool:
    """Whether a file system can have a file of that name."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


class _Server(ThreadingHTTPServer):
    """Says in one line what went wrong with a request, but not that a browser went away."""

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the library's
        """Called where the handler failed."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            sys.stderr.write(f"a request failed: {type(error).__name__}: {escape_controls(one_line(error))}\n")


class _Handler(SimpleHTTPRequestHandler):
    """The files of one folder, never a listing of it; says nothing of what was asked for."""

    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds that a request may take to come

    def parse_request(self) -> bool:
        """A request of another server's page, or of what is no path, goes no further."""
        if not super().parse_request():
            return False
        if not (self.path.startswith("/") and _is_name(self.translate_path(self.path))):
            self.send_error(400)
        elif self.headers.get_all("Host", []) not in self._own_names():
            self.send_error(421)
        else:
            return True
        self.close_connection = True
        return False

    def _own_names(self) -> list[list[str]]:
        """What the header Host may be, where there is one and no more."""
        names, port = ("localhost", LOOPBACK, "[::1]"), self.server.server_port  # type: ignore[attr-defined]
        return [[f"{name}:{port}"] for name in names] + [[name] for name in names if port == _HTTP_PORT]

    def send_head(self) -> object:  # type: ignore[override] # an open file, or nothing
        """Send the head of a file that lies in the folder."""
        place = Path(self.translate_path(self.path))
        try:
            target = (place / "index.html" if place.is_dir() else place).resolve()
            inside = target.is_relative_to(Path(self.directory).resolve()) and target.is_file()
        except (OSError, RuntimeError):  # a name that is too long, links in a circle
            inside = False
        if not inside:
            self.send_error(404)
            return None
        return super().send_head()

    def list_directory(self, path: object) -> None:  # noqa: ARG002
        """A folder without `index.html` is not shown."""
        self.send_error(404)

    def end_headers(self) -> None:
        """A page that is built again is loaded again."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(folder: Path, port: int = 8000) -> Iterator[ThreadingHTTPServer]:
    """A server of the page, bound to the loopback interface; closed when the block ends.

    Args:
        folder: Where `index.html` stands.
        port: Port to listen on; 0 for any free one.

    Raises:
        InputError: there is no page in the folder, or the port cannot be opened.
    """
    if not (folder / "index.html").is_file():
        raise InputError(f"{folder}: no index.html there; write the page with: merunibench leaderboard build")
    try:
        server = _Server((LOOPBACK, port), partial(_Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        raise InputError(
            f"port {port}: {one_line(error)}; take another one with --port, 0 for any that is free"
        ) from error
    with server:
        yield server
