"""`merunibench curate report`: write statistics, card, funnel and page of a filtered data set."""

from pathlib import Path

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit_result, log_stderr
from merunibench.cli.curate.filter import FORMAT, ReportFormat, Truth
from merunibench.cli.curate.measure import DIR
from merunibench.curation.folder import Folder


def report(
    truth: Truth,
    folder: Path = DIR,
    output_format: ReportFormat | None = FORMAT,
    output: Path | None = options.OUTPUT,
) -> None:
    """Show what each filter did, next to chance; write report.json, card, funnel and page.

    Uses the settings of the last `curate filter`. Example: `merunibench curate report DIR --output report.html`
    """
    spare_pandas()
    from merunibench._gc import gc_paused
    from merunibench.curation.decisions import stale
    from merunibench.curation.filtering import filter_rows, stored_settings
    from merunibench.curation.report import build_report

    place = Folder(folder)
    with gc_paused():
        settings = stored_settings(place)
        decisions = filter_rows(place, settings)
        if told := stale(decisions, place):
            log_stderr(told)
        found = build_report(
            place, decisions, settings, truth=truth.truth, resamples=truth.bootstrap, seed=truth.bootstrap_seed
        )
        found.write(place)
    emit_result(found, output_format, output)
