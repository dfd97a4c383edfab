"""`merunibench leaderboard serve`: show a finished page in the browser."""

from pathlib import Path

from pydantic import NonNegativeInt

from merunibench.cli._output import emit, log_stderr
from merunibench.cli.leaderboard._options import FOLDER
from merunibench.settings import argument, option


def serve(
    folder: Path = argument(FOLDER, "Folder with the page that `build` wrote.", "DIR"),
    port: NonNegativeInt = option(8000, "Port to listen on; 0: any free port.", "PORT", le=65535),
) -> None:
    """Show a finished page in the browser, served on this machine only, until interrupted."""
    from contextlib import suppress

    from merunibench.leaderboard.page.serving import LOOPBACK, serving

    with serving(folder, port) as server, suppress(KeyboardInterrupt):
        emit(f"http://{LOOPBACK}:{server.server_port}/\n")
        log_stderr("stop with Ctrl-C")
        server.serve_forever()
