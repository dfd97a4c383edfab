"""`merunibench curate speaker`: measure whether the visible person speaks."""

from pathlib import Path
from typing import Literal

from merunibench.cli import _running as running
from merunibench.cli._options import DRY_RUN
from merunibench.cli._output import emit, emit_result, log_stderr
from merunibench.curation.speaker import SpeakerSettings
from merunibench.settings import option

_TRUTH = option(
    None,
    "Table with the columns name and speaking (yes or no): prints ROC and a threshold for the measured values.",
    "FILE",
)
_PRECISION = option(0.9, "Precision that the threshold of --speaker-truth must reach.", "P", gt=0, le=1)
_FORMAT = option("table", "Format of the output of --speaker-truth.", flag="--format")


def speaker(
    settings: SpeakerSettings,
    speaker_truth: Path | None = _TRUTH,
    precision: float = _PRECISION,
    dry_run: bool = DRY_RUN,
    output_format: Literal["table", "json"] = _FORMAT,
) -> None:
    """Measure whether the visible person speaks. One JSON line per clip; interrupted runs resume.

    Example: `merunibench curate speaker --clips clips/ --speaker mouth --out DIR`
    """
    from merunibench.curation.speaker import carry_out, plan
    from merunibench.curation.speaker_truth import compare, read_truth

    truth = read_truth(speaker_truth) if speaker_truth else None
    with running.interruptible():
        planned = plan(settings)
        running.report_preflight(planned, dry_run=dry_run)
        with running.progress_bar("clips") as progress:
            done = carry_out(planned, progress)
    running.report_done(done, "a value")
    if planned.speaker is None:
        log_stderr("speaker off: nothing is measured")
    if truth is None:
        emit("".join(f"{each.path}\n" for each in done))
    else:
        emit_result(compare([each.path for each in done], truth, precision), output_format)
