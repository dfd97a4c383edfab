"""`merunibench errors`: where a model loses."""

from pathlib import Path

from pydantic import PositiveInt

from merunibench.cli import _options as options
from merunibench.cli._output import emit_result, fail_on, warn
from merunibench.cli._running import progress_bar
from merunibench.settings import FAIL_ON_WARNING, Resampling, ScoringRules, option


class ErrorOptions(Resampling, ScoringRules, options.LabelledOptions):
    """What is analysed, and how it is scored."""

    wheel: options.WheelNumber | None = option(None, "Analyse this wheel only.", shown="all")
    top: PositiveInt = option(10, "Number of words per ranking.", "N", old=("limit",))


def errors(
    settings: ErrorOptions,
    output_format: str | None = options.formats("ErrorAnalysis"),
    output: Path | None = options.OUTPUT,
    svg: Path | None = option(None, "Also draw each confusion as a heat map into this folder.", "DIR"),
    name: str | None = options.NAME,
    fail_on_warning: bool = FAIL_ON_WARNING,
) -> None:
    """Show where a model loses: confused sectors, costly words, groups of samples with low scores.

    Example: `merunibench errors results/ --data-root dataset/ --output errors.html`
    """
    from merunibench.analysis import error_analysis

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
    emit_result(analysis, output_format, output)
    fail_on(analysis.warnings, fail_on_warning)
