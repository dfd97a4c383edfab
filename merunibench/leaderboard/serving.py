"""`merunibench leaderboard serve`: a look at the finished page over HTTP, from this machine alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from merunibench._text import one_line
from merunibench.errors import InputError

LOOPBACK = "127.0.0.1"


class _Handler(SimpleHTTPRequestHandler):
    """The files of one folder, never a listing of it; says nothing of what was asked for."""

    protocol_version = "HTTP/1.1"

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
        InputError: there is no page in the folder, or the port cannot be had.
    """
    if not (folder / "index.html").is_file():
        raise InputError(f"{folder}: no index.html there; write the page with: merunibench leaderboard build")
    try:
        server = ThreadingHTTPServer((LOOPBACK, port), partial(_Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        raise InputError(
            f"port {port}: {one_line(error)}; take another one with --port, 0 for any that is free"
        ) from error
    with server:
        yield server
