"""`merunibench run`: run a model on clips, extract labels and score them."""

from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli import _running as running
from merunibench.cli._output import emit_result, fail_on, log_stderr, warn
from merunibench.cli.score import FORMAT
from merunibench.inference.settings import RunSettings
from merunibench.settings import FAIL_ON_WARNING


def run(
    settings: RunSettings,
    output_format: str | None = FORMAT,
    output: Path | None = options.OUTPUT,
    per_sample: Path | None = options.PER_SAMPLE,
    dry_run: bool = options.DRY_RUN,
    fail_on_warning: bool = FAIL_ON_WARNING,
) -> None:
    """Infer, extract and score in one go; an interrupted run resumes. Ends with the report.

    Example: `merunibench run --model Qwen/Qwen2.5-Omni-7B --data-root dataset/ --dataset meld --out runs/omni`
    """
    from merunibench.pipeline import plan_run
    from merunibench.pipeline import run as run_all

    with running.interruptible():
        planned = plan_run(settings)
        running.report_preflight(planned, dry_run=dry_run)
        with running.progress_bar("clips") as progress:
            done, report = run_all(settings, planned, progress, log_stderr)
    if per_sample is not None:
        report.write_per_sample(per_sample)
    running.report_done(done)
    warn(report.warnings)
    log_stderr(f"{settings.out}: run.toml, predictions, labels, report.json, report.md")
    emit_result(report, output_format, output)
    fail_on(report.warnings, fail_on_warning)
