"""`merunibench curate describe`: write descriptions of clips."""

from merunibench.cli import _running as running
from merunibench.cli._options import DRY_RUN
from merunibench.cli._output import emit, log_stderr
from merunibench.curation.describe import DescribeSettings


def describe(settings: DescribeSettings, dry_run: bool = DRY_RUN) -> None:
    """Describe clips: cues by audio and video models, merged by a language model. Resumes.

    A failed call becomes a failed row, never a description.
    Example: `merunibench curate describe --audio-model A --video-model V --merge hf:M --clips clips/ --out DIR`
    """
    from merunibench.curation.describe import carry_out, plan
    from merunibench.curation.effort import effort

    with running.interruptible():
        planned = plan(settings)
        for finding in effort(planned) if dry_run else ():
            log_stderr(finding.what)
        running.report_preflight(planned, dry_run=dry_run)
        with running.progress_bar("clips") as progress:
            done = carry_out(planned, progress)
    running.report_done(done)
    emit("".join(f"{each.path}\n" for each in done[-len(planned.clips) :]))
