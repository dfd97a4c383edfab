"""`merunibench curate filter`: decide which rows are kept, and why."""

from pathlib import Path
from typing import Literal

from merunibench._arrow import spare_pandas
from merunibench.cli import _options as options
from merunibench.cli._output import emit_result, log_stderr
from merunibench.cli.curate.measure import DIR, Intake, measured
from merunibench.curation.folder import Folder
from merunibench.curation.settings import FilterSettings
from merunibench.settings import Resampling, option

FORMAT = option(None, "Format of the report.", flag="--format", shown="from the ending of --output, else table")
ReportFormat = Literal["table", "json", "markdown", "html"]


class Truth(Resampling):
    """Options for human labels that the rows are compared with."""

    truth: Path | None = option(
        None, "Table with name and human labels; kept and dropped rows are scored against it, with chance.", "FILE"
    )


def filter_(
    settings: FilterSettings,
    intake: Intake,
    truth: Truth,
    folder: Path = DIR,
    output_format: ReportFormat | None = FORMAT,
    output: Path | None = options.OUTPUT,
) -> None:
    """Judge every row by all filters; write decisions, report and card. Nothing is measured twice.

    Measures new texts first. Votes are read from votes/, speaker values from speaker/; a filter without its input drops
    nothing. Settings that are not given have their default, not the value in curate.toml; differences are reported.
    Example: `merunibench curate filter DIR --length 50-170 --truth human.csv`
    """
    spare_pandas()
    place = Folder(folder)
    intake.take_in(place)
    measured(place)
    from merunibench._gc import gc_paused
    from merunibench.curation.decisions import write_decisions
    from merunibench.curation.filtering import changes, filter_rows, store_settings
    from merunibench.curation.report import build_report

    for line in changes(place, settings):
        log_stderr(line)
    with gc_paused():
        decisions = filter_rows(place, settings)
        report = build_report(
            place, decisions, settings, truth=truth.truth, resamples=truth.bootstrap, seed=truth.bootstrap_seed
        )
        store_settings(place, settings)
        write_decisions(decisions, place)
        report.write(place)
    emit_result(report, output_format, output)
