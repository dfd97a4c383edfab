"""`merunibench curate run`: build a data set from clips."""

from pathlib import Path

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli import _running as running
from merunibench.cli._output import emit_result, log_stderr
from merunibench.cli.curate.filter import FORMAT, ReportFormat
from merunibench.settings import option

_CONFIG = option(..., "TOML file with the settings of all stages, such as the curate.toml of a data set.", "FILE")


def run(
    config: Path = _CONFIG,
    out: Path | None = option(None, "Folder of the data set.", "DIR", shown="`out` in the file"),
    retry_failed: bool = option(False, "Retry rows that failed, and measure them again."),
    dry_run: bool = options.DRY_RUN,
    output_format: ReportFormat | None = FORMAT,
    output: Path | None = options.OUTPUT,
) -> None:
    """Build a data set from clips, all stages in one go; an interrupted run resumes.

    Describes, extracts labels, measures, filters, reports, exports. --dry-run estimates clips, hours and tokens.
    Example: `merunibench curate run --config curate.toml`
    """
    spare_pandas()
    from merunibench.curation.run import plan, read_config
    from merunibench.curation.run import run as run_all

    with running.interruptible():
        planned = plan(read_config(config, out, retry_failed=retry_failed))
        for finding in planned.effort() if dry_run else ():
            log_stderr(finding.what)
        running.report_preflight(planned, dry_run=dry_run)
        with running.progress_bar("clips") as progress:
            found = run_all(planned, progress, log_stderr)
    running.report_done(found.done)
    for each in found.exports:
        log_stderr(f"{each.out}: {each.rows} rows exported")
    emit_result(found.report, output_format, output)
