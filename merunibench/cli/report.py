"""`merunibench report`: what a written report says, and the paragraph for a paper."""

from pathlib import Path

from merunibench.cli._options import OUTPUT
from merunibench.cli._output import emit, emit_table
from merunibench.settings import argument, option

REPORT = argument(..., "A report that `merunibench score --format json` wrote.", "REPORT")
METHODS = option(False, "Print the paragraph for a paper: everything that decided the figures.")


def report(report: Path = REPORT, methods: bool = METHODS, output: Path | None = OUTPUT) -> None:
    """Show a report that was written as JSON, or with --methods the paragraph for a paper.

    Example: `merunibench report report.json --methods`
    """
    from merunibench.report.columns import percent, span
    from merunibench.report.written import WrittenReport

    written = WrittenReport.read(report)
    if methods or output is not None:
        emit(written.methods(), output)
        return
    rows = [[each.title, percent(each.score), span(each.ci), percent(each.chance)] for each in written.datasets]
    if written.mean is not None:
        rows.append(["Mean", percent(written.mean), span(written.mean_ci), ""])
    emit_table(["Data set", "Score", "95 % CI", "Chance"], rows, [written.model, written.signature])
