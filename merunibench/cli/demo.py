"""`merunibench demo`: the main job on embedded data, from predictions to a table."""

from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli._output import emit, terminal_width


def demo(
    out: Annotated[
        Path | None, typer.Option(help="Keep the miniature's labels and predictions in this folder.")
    ] = None,
) -> None:
    """Score three baselines on an embedded miniature of the benchmark, and say what to do next.

    Nine data sets of thirty invented samples each; a reader of the subtitles, the majority class, and an answer that
    names every sector of every wheel. It takes a few seconds and no network.
    """
    from merunibench.demo import run_demo

    width = terminal_width()
    emit(run_demo(out).to_text(width=width, color=width is not None))
