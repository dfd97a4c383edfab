"""Progress, reports and interruption of long-running commands."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import typer

from merunibench.cli._output import log_stderr

if TYPE_CHECKING:
    from merunibench.inference.preflight import Finding
    from merunibench.inference.runner import Done

INTERRUPTED = 130
"""Exit code after Ctrl-C, as in shells."""
_PLAIN_SECONDS = 10.0
_MOST_REASONS = 10


class Planned(Protocol):
    """The plan of a run, made before anything is loaded."""

    @property
    def findings(self) -> "Sequence[Finding]":
        """Findings of the preflight checks."""
        ...

    @property
    def hopeless(self) -> list[str]:
        """Reasons why the run cannot succeed."""
        ...


def report_preflight(planned: Planned, *, dry_run: bool) -> None:
    """Print the preflight findings; errors only for a dry run, since a real run reports them when it fails."""
    for finding in planned.findings:
        if dry_run or finding.level != "error":
            log_stderr(f"{finding.level}: {finding.what}")
    if dry_run:
        raise typer.Exit(1 if planned.hopeless else 0)


def report_done(done: "list[Done]", lacking: str = "an answer") -> None:
    """Print the outcome for each data set; `lacking` names what failed rows are missing."""
    for each in done:
        details = [f"{each.kept} kept"] if each.kept else []
        details += [f"{each.changed} asked again because their clips have changed"] if each.changed else []
        details += [f"{each.failed} failed; --retry-failed asks again"] if each.failed else []
        log_stderr(f"{each.path}: {each.rows} rows" + (f" ({', '.join(details)})" if details else ""))
        for reason in each.account.unanswered[:_MOST_REASONS]:
            log_stderr(f"  {reason.rows} without {lacking}, the first {reason.first}: {reason.reason}")
        if more := each.account.unanswered[_MOST_REASONS:]:
            log_stderr(f"  {sum(reason.rows for reason in more)} more, for {len(more)} other reasons")
        if each.account.cut:
            log_stderr(f"  {each.account.cut} answers were cut at the maximum length; {each.longest} raises it")


@contextmanager
def interruptible() -> Iterator[None]:
    """Stop the run between rows on Ctrl-C or SIGTERM, which schedulers send; finished rows are kept."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        log_stderr("stopped; finished rows are kept, and the same command resumes the run")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def progress_bar(unit: str = "") -> Iterator[Callable[..., None]]:
    """Show progress on standard error while the block runs: bars on a terminal, otherwise a line every 10 seconds.

    Args:
        unit: What is counted. If given, the rate is shown and each name has its own bar.

    Yields:
        A function to call with the name of the current step, the steps done, their total, and how many failed.
    """
    if not sys.stderr.isatty():
        yield _plain_progress(unit)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=not unit) as bar:
        tasks: dict[str, Any] = {}
        clock = _Clock()

        def show(name: str, done: int, total: int, failed: int = 0) -> None:
            key = name if unit else ""
            if key not in tasks:
                tasks[key] = bar.add_task(name, total=total, rate="")
            rate = f"{clock.rate(key, done, total)[0]:.2f} {unit}/s" if unit else ""
            trouble = f", {failed} failed" if failed else ""
            bar.update(
                tasks[key], description=name.split(maxsplit=1)[0], completed=done, total=total, rate=rate + trouble
            )

        yield show


class _Clock:
    """The speed of each data set; rows that existed before the run are not counted."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[float, int]] = {}

    def rate(self, dataset: str, done: int, total: int) -> tuple[float, float]:
        """Return (steps per second, seconds left)."""
        since, before = self._begun.setdefault(dataset, (time.monotonic(), done))
        rate = (done - before) / max(time.monotonic() - since, 1e-9) if done > before else 0.0
        return rate, (total - done) / rate if rate else float("inf")


def _plain_progress(unit: str) -> Callable[..., None]:
    clock, last = _Clock(), time.monotonic()

    def show(name: str, done: int, total: int, failed: int = 0) -> None:
        nonlocal last
        rate, left = clock.rate(name if unit else "", done, total)
        if time.monotonic() - last >= _PLAIN_SECONDS and rate:
            last = time.monotonic()
            minutes, seconds = divmod(round(left), 60)
            speed = f", {rate:.2f} {unit}/s" if unit else ""
            trouble = f", {failed} failed" if failed else ""
            log_stderr(f"{name}: {done} of {total}{speed}, {minutes}:{seconds:02} left{trouble}")

    return show
