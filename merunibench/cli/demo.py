"""`merunibench demo`: the main job on embedded data, from predictions to a table."""

from pathlib import Path

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit_json, emit_result
from merunibench.settings import option


def demo(
    out: Path | None = option(None, "Keep the miniature's labels and predictions in this folder.", "DIR"),
    output_format: TableOrJson = FORMAT,
) -> None:
    """Score three baselines on an embedded miniature of the benchmark, and print the next steps.

    Nine data sets of thirty invented samples each; a reader of the subtitles, the majority class, and an answer that
    names every sector of every wheel. It takes a few seconds and no network.
    """
    from merunibench.demo import run_demo

    done = run_demo(out)
    if output_format == "json":
        emit_json({name: report.to_dict() for name, report in done.reports.items()})
    else:
        emit_result(done, "table")
