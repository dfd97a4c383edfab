"""`merunibench leaderboard serve`: preview the finished page over HTTP, on this machine only.

Requests must name one of this machine's own host names, so that another site cannot read the page under its own name.
Only files inside the folder are served; links that lead out of it are not followed.
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
_HTTP_PORT = 80  # omitted from addresses


def _is_name(path: str) -> bool:
    """Whether a path can exist on the file system."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


class _Server(ThreadingHTTPServer):
    """Reports a failed request in one line; ignores browsers that disconnect."""

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the library's
        """Report the error of the handler."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            sys.stderr.write(f"a request failed: {type(error).__name__}: {escape_controls(one_line(error))}\n")


class _Handler(SimpleHTTPRequestHandler):
    """Serves the files of one folder, without directory listings or an access log."""

    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds in which a request must arrive

    def parse_request(self) -> bool:
        """Reject requests from pages of other servers, and invalid paths."""
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
        """The accepted values of the single Host header."""
        names, port = ("localhost", LOOPBACK, "[::1]"), self.server.server_port  # type: ignore[attr-defined]
        return [[f"{name}:{port}"] for name in names] + [[name] for name in names if port == _HTTP_PORT]

    def send_head(self) -> object:  # type: ignore[override] # an open file, or nothing
        """Send the headers of a file inside the folder."""
        place = Path(self.translate_path(self.path))
        try:
            target = (place / "index.html" if place.is_dir() else place).resolve()
            inside = target.is_relative_to(Path(self.directory).resolve()) and target.is_file()
        except (OSError, RuntimeError):  # the name is too long, or links form a cycle
            inside = False
        if not inside:
            self.send_error(404)
            return None
        return super().send_head()

    def list_directory(self, path: object) -> None:  # noqa: ARG002
        """Do not list a folder without `index.html`."""
        self.send_error(404)

    def end_headers(self) -> None:
        """Disable caching, so that a rebuilt page is reloaded."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def serving(folder: Path, port: int = 8000) -> Iterator[ThreadingHTTPServer]:
    """Serve the page on the loopback interface; closed when the block ends.

    Args:
        folder: Contains `index.html`.
        port: Port to listen on; 0 for any free one.

    Raises:
        InputError: the folder contains no page, or the port cannot be opened.
    """
    if not (folder / "index.html").is_file():
        raise InputError(f"{folder}: no index.html there; write the page with: merunibench leaderboard build")
    try:
        server = _Server((LOOPBACK, port), partial(_Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        raise InputError(f"port {port}: {one_line(error)}; choose another with --port (0 for any free port)") from error
    with server:
        yield server
