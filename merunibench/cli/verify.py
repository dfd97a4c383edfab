"""`merunibench verify`: does this installation compute what it claims?"""

import typer

from merunibench.cli._output import emit


def verify() -> None:
    """Check the metric, the lexicon tables and the installation; exit code 1 if anything differs.

    Recomputes golden cases, checks the tables' hashes, and tests what must hold on random data: figures between 0 and
    1, no dependence on order or case, precision and recall changing places, perfect predictions scoring 1.
    """
    from merunibench.verification import run_checks

    failures = 0
    for check in run_checks():
        failures += not check.passed
        emit(f"{'ok  ' if check.passed else 'FAIL'} {check.name}: {check.detail}\n")
    if failures:
        emit(f"{failures} checks failed\n")
        raise typer.Exit(1)
    emit("everything is as it should be\n")
