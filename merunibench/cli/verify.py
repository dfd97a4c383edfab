"""`merunibench verify`: check that this installation computes the documented scores."""

import typer

from merunibench.cli._options import FORMAT, TableOrJson
from merunibench.cli._output import emit, emit_json


def verify(output_format: TableOrJson = FORMAT) -> None:
    """Check the metric, the lexicon tables and the installation; exit code 1 if anything differs.

    Recomputes golden cases, checks the tables' hashes, and tests properties on random data: scores between 0 and 1,
    no dependence on order or case, precision and recall swapping with their inputs, perfect predictions scoring 1.
    """
    from merunibench.verification import run_checks

    checks = []
    for check in run_checks():
        checks.append(check)
        if output_format == "table":
            emit(f"{'ok  ' if check.passed else 'FAIL'} {check.name}: {check.detail}\n")
    failures = sum(not check.passed for check in checks)
    if output_format == "json":
        emit_json([{"name": each.name, "passed": bool(each.passed), "detail": each.detail} for each in checks])
    else:
        emit(f"{failures} checks failed\n" if failures else "OK: all checks passed\n")
    if failures:
        raise typer.Exit(1)
