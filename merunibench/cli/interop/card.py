"""`merunibench card`: write the scores of a report for a model card."""

from pathlib import Path

from merunibench.cli import _options as options
from merunibench.cli._output import emit
from merunibench.cli.report import REPORT
from merunibench.errors import InputError
from merunibench.settings import option

_HUB = option(
    None,
    "Write entries for .eval_results/ instead, for this data set, which must be registered as a benchmark on the "
    "Hugging Face Hub.",
    "OWNER/NAME",
)
_URL = option(None, "Source of the scores, such as the address of your repository.", "URL")
_DATE = option(None, "With --hub-dataset: date of the scores, such as 2026-11-28.", "DAY")


def card(
    report: Path = REPORT,
    hub_dataset: str | None = _HUB,
    url: str | None = _URL,
    date: str | None = _DATE,
    output: Path | None = options.OUTPUT,
) -> None:
    """Write the scores of a report as YAML for the head of a model card on the Hugging Face Hub.

    Example: `merunibench card report.json`
    """
    from merunibench.report.card import eval_results, model_index
    from merunibench.report.written import WrittenReport

    if date is not None and hub_dataset is None:
        raise InputError("--date can only be given with --hub-dataset; a model-index has no date")
    written = WrittenReport.read(report)
    if hub_dataset is None:
        emit(model_index(written, url=url), output)
    else:
        emit(eval_results(written, hub_dataset, url=url, date=date), output)
