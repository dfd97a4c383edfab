"""`merunibench view`: browse samples on a local page: clips, answers, truth, wheels and reasons."""

from pathlib import Path

from pydantic import NonNegativeInt

from merunibench.cli._output import emit, log_stderr, warn
from merunibench.cli.viewing._options import ViewOptions
from merunibench.settings import argument, option


def view(
    settings: ViewOptions,
    results: tuple[Path, ...] = argument(
        (), "One to four: predictions, a run folder, a submission, or a file of `score --per-sample`.", "RESULTS"
    ),
    out: Path | None = option(None, "Write the page to this folder instead of serving it.", "DIR"),
    port: NonNegativeInt = option(0, "Port to listen on.", "PORT", shown="any free port", le=65535),
    no_open: bool = option(False, "Do not open a browser."),
) -> None:
    """Browse samples on a local page: clips, answers with their labels marked, truth, wheels, reasons.

    Example: `merunibench view results/ --data-root dataset/`
    """
    from contextlib import suppress

    collection = settings.load(results)
    warn(collection.warnings)
    if out is not None:
        from merunibench.viewing.site import write_site

        number = write_site(collection, out)
        emit(f"{out / 'index.html'}\n")
        models = len(collection.models)
        log_stderr(f"{len(collection.samples)} samples, {models} model{'s' * (models != 1)}; {number} files")
        return
    from merunibench.viewing.serving import serving

    with serving(collection, port) as server, suppress(KeyboardInterrupt):
        emit(f"{server.address}\n")
        log_stderr(
            f"from another machine: ssh -L {server.server_port}:127.0.0.1:{server.server_port} HOST; same address"
        )
        log_stderr("stop with Ctrl-C")
        if not no_open:
            import webbrowser

            webbrowser.open(server.address)
        server.serve_forever()
