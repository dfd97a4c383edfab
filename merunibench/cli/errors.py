"""`merunibench errors`: where a model loses points."""

import os
from pathlib import Path
from urllib.parse import quote

from pydantic import PositiveInt

from merunibench.cli import _options as options
from merunibench.cli._output import emit, emit_result, fail_on, warn
from merunibench.cli._running import progress_bar
from merunibench.errors import InputError
from merunibench.settings import FAIL_ON_WARNING, Resampling, ScoringRules, option


class ErrorOptions(Resampling, ScoringRules, options.LabelledOptions):
    """Options that say what is analysed and how it is scored."""

    wheel: options.WheelNumber | None = option(None, "Analyse this wheel only.", shown="all")
    top: PositiveInt = option(10, "Number of words per ranking.", "N", old=("limit",))


def errors(
    settings: ErrorOptions,
    output_format: str | None = options.formats("ErrorAnalysis"),
    output: Path | None = options.OUTPUT,
    svg: Path | None = option(None, "Also write a heat map of each confusion matrix to this folder.", "DIR"),
    name: str | None = options.NAME,
    view: str | None = option(
        None, "In the HTML page, link sample names to this page of `merunibench view`.", "DIR|URL"
    ),
    fail_on_warning: bool = FAIL_ON_WARNING,
) -> None:
    """Show where a model loses: confused sectors, costly words, groups of samples with low scores.

    Example: `merunibench errors results/ --data-root dataset/ --output errors.html`
    """
    from merunibench.analysis import error_analysis

    link = None if view is None else _address(view, output_format, output)
    with progress_bar() as progress:
        analysis = error_analysis(
            **settings.chosen(),
            **settings.arguments(),
            wheel=settings.wheel,
            limit=settings.top,
            bootstrap=settings.bootstrap,
            seed=settings.bootstrap_seed,
            progress=progress,
        )
        if name is not None:
            analysis = analysis.named(name)
        if svg is not None:
            analysis.write_svg(svg)
    warn(analysis.warnings)
    if link is None:
        emit_result(analysis, output_format, output)
    else:
        emit(analysis.to_html(view=link), output)
    fail_on(analysis.warnings, fail_on_warning)


def _address(view: str, output_format: str | None, output: Path | None) -> str:
    """Return the link from the HTML page to a page of `merunibench view`.

    Raises:
        InputError: the result is not an HTML page, or the linked page does not exist.
    """
    ending = output.suffix.lower() if output else ""
    if output_format != "html" and (output_format is not None or ending not in (".html", ".htm")):
        raise InputError("--view: only the HTML page has links; give --format html, or --output FILE.html")
    if view.startswith(("http://", "https://")):
        return view
    if not (Path(view) / "index.html").is_file():
        raise InputError(f"{view}: contains no index.html; write the page with: merunibench view … --out {view}")
    folder = output.absolute().parent if output else Path.cwd()
    return quote(os.path.relpath(Path(view).absolute(), folder).replace(os.sep, "/"))
