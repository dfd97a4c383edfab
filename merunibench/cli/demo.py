"""`merunibench demo`: score embedded predictions and print a table."""

from pathlib import Path

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit_json, emit_result
from merunibench.settings import option


def demo(
    out: Path | None = option(None, "Keep the miniature's labels and predictions in this folder.", "DIR"),
    output_format: TableOrJson = FORMAT,
) -> None:
    """Score three baselines on an embedded miniature of the benchmark, and print the next steps.

    Nine data sets with thirty invented samples each. The baselines read the subtitles, answer the majority class, or
    name every sector of every wheel. Takes a few seconds and needs no network.
    """
    from merunibench.demo import run_demo

    done = run_demo(out)
    if output_format == "json":
        emit_json({name: report.to_dict() for name, report in done.reports.items()})
    else:
        emit_result(done, "table")
