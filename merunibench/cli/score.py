"""`merunibench score`: score predictions against ground truth."""

from pathlib import Path
from typing import Any

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit_result, fail_on, warn
from merunibench.cli._running import progress_bar
from merunibench.errors import InputError
from merunibench.settings import FAIL_ON_WARNING, ScoreSettings, option

FORMAT = options.formats("Report")


class ScoreOptions(ScoreSettings, options.LabelledOptions):
    """Options that say what is scored, and how."""

    runs: tuple[Path, ...] = option(
        (),
        "Another run of the same model; repeat for several. Scores are means over the runs.",
        "PATH",
    )
    baselines: bool = option(
        False,
        "Also score baselines (a constant, file names, punctuation, videos, cue words), and the answers "
        "rewritten to the head words of their sectors.",
    )

    trained_on: tuple[str, ...] = option(
        (),
        "What the model was trained on: a file of sample names, or a data set; repeat for several. Warns if test "
        "samples are among them.",
        "FILE|NAME",
    )

    def beside(self) -> dict[str, Any]:
        """Return the arguments that only `merunibench.evaluate` takes."""
        return {"runs": self.runs, "baselines": self.baselines, "trained_on": self.trained_on}


def score(
    settings: ScoreOptions,
    output_format: str | None = FORMAT,
    output: Path | None = options.OUTPUT,
    per_sample: Path | None = options.PER_SAMPLE,
    name: str | None = options.NAME,
    fail_on_warning: bool = FAIL_ON_WARNING,
) -> None:
    """Score a model's predictions, comparably with the published results.

    Example: `merunibench score results/ --data-root dataset/ --lexicon mer2026`
    """
    spare_pandas()
    from merunibench.evaluation import evaluate

    if settings.runs and per_sample is not None:
        raise InputError("--per-sample: a file contains one run; leave out --runs, and write one file per run")
    with progress_bar() as progress:
        report = evaluate(**settings.chosen(), **settings.arguments(), **settings.beside(), progress=progress)
        if name is not None:
            report = report.named(name)
        if per_sample is not None:
            report.write_per_sample(per_sample)
    warn(report.warnings)
    emit_result(report, output_format, output)
    fail_on(report.warnings, fail_on_warning)
