"""What `infer` and `run` print while they work, and how they are stopped."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from merunibench.cli._output import complain

if TYPE_CHECKING:
    from merunibench.inference.runner import Done, Progress
    from merunibench.inference.session import Plan

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
_PLAIN_SECONDS = 10.0


def report_preflight(planned: "Plan", *, check: bool) -> None:
    """Print what the preflight found; what is hopeless only where the run ends here, since it is said again else."""
    for finding in planned.findings:
        if check or finding.level != "error":
            complain(f"{finding.level}: {finding.what}")
    if check:
        raise typer.Exit(1 if planned.hopeless else 0)


def report_done(done: "list[Done]") -> None:
    """Print what became of each data set."""
    for each in done:
        details = [f"{each.kept} kept"] if each.kept else []
        details += [f"{each.changed} asked again, their clips have changed"] if each.changed else []
        details += [f"{each.failed} failed; --retry-failed asks again"] if each.failed else []
        complain(f"{each.path}: {each.rows} rows" + (f" ({', '.join(details)})" if details else ""))


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C, and the signal with which schedulers end a job, stop the run between rows; what is finished is kept."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        complain("stopped; finished rows are kept: the same command goes on from here")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def run_progress() -> "Iterator[Progress]":
    """Rows, rate and time left on standard error: a bar, or a line now and then where it is no terminal."""
    import sys

    if not sys.stderr.isatty():
        yield _plain_progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}
        clock = _Clock()

        def show(dataset: str, done: int, total: int, failed: int) -> None:
            if dataset not in tasks:
                tasks[dataset] = bar.add_task(dataset, total=total, rate="")
            rate, _ = clock.rate(dataset, done, total)
            text = f"{rate:.2f} clips/s" + (f", {failed} failed" if failed else "")
            bar.update(tasks[dataset], completed=done, rate=text)

        yield show


class _Clock:
    """How fast each data set goes, rows that were there before not counted."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[float, int]] = {}

    def rate(self, dataset: str, done: int, total: int) -> tuple[float, float]:
        """(clips a second, seconds left)."""
        since, before = self._begun.setdefault(dataset, (time.monotonic(), done))
        rate = (done - before) / max(time.monotonic() - since, 1e-9) if done > before else 0.0
        return rate, (total - done) / rate if rate else float("inf")


def _plain_progress() -> Callable[[str, int, int, int], None]:
    clock, last = _Clock(), time.monotonic()

    def show(dataset: str, done: int, total: int, failed: int) -> None:
        nonlocal last
        rate, left = clock.rate(dataset, done, total)
        if time.monotonic() - last >= _PLAIN_SECONDS and rate:
            last = time.monotonic()
            minutes, seconds = divmod(round(left), 60)
            trouble = f", {failed} failed" if failed else ""
            complain(f"{dataset}: {done} of {total}, {rate:.2f} clips/s, {minutes}:{seconds:02} left{trouble}")

    return show
