"""`merunibench report`: show a saved report, or print a paragraph for a paper."""

from pathlib import Path

from merunibench.cli._options import OUTPUT
from merunibench.cli._output import emit, emit_table
from merunibench.errors import InputError
from merunibench.settings import argument, option

REPORT = argument(..., "A report that `merunibench score --format json` wrote.", "REPORT")
METHODS = option(False, "Print a paragraph for a paper: everything that determines the scores.")


_FORMAT = option(
    None,
    "Format of the output; eee is the aggregate JSON of Every Eval Ever.",
    flag="--format",
    choices=lambda: ("table", "eee"),
    shown="table",
)
_TIMESTAMP = option(None, "With --format eee: time of the record, in seconds since 1970.", "SECONDS", shown="0")
_ORGANIZATION = option("unspecified", "With --format eee: the evaluating organization.", "NAME")
_RELATIONSHIP = option(
    "other", "With --format eee: its relationship to the model: first_party, third_party, collaborative, other.", "NAME"
)


def report(
    report: Path = REPORT,
    methods: bool = METHODS,
    output_format: str | None = _FORMAT,
    timestamp: str | None = _TIMESTAMP,
    organization: str = _ORGANIZATION,
    relationship: str = _RELATIONSHIP,
    output: Path | None = OUTPUT,
) -> None:
    """Show a report that was written as JSON, or with --methods a paragraph for a paper.

    Example: `merunibench report report.json --methods`
    """
    from merunibench.report.columns import percent, span
    from merunibench.report.written import WrittenReport

    written = WrittenReport.read(report)
    if output_format == "eee":
        if methods:
            raise InputError("--methods and --format eee cannot be combined; give one of them")
        from merunibench.report.eee import to_eee

        text = to_eee(written, timestamp=timestamp, organization=organization, relationship=relationship)
        emit(text, output)
        return
    if methods or output is not None:
        emit(written.methods(), output)
        return
    rows = [[each.title, percent(each.score), span(each.ci), percent(each.chance)] for each in written.datasets]
    if written.mean is not None:
        rows.append(["Mean", percent(written.mean), span(written.mean_ci), ""])
    emit_table(["Data set", "Score", "95 % CI", "Chance"], rows, [written.model, written.signature])
