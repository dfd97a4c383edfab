"""What the commands share in printing: results, warnings, progress, escaping."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from merunibench._text import visible

_PLAIN_PROGRESS_SECONDS = 5.0


def complain(message: str) -> None:
    """Print one line to standard error, control characters made visible: names come from strangers' files."""
    sys.stderr.write(visible(message).encode(sys.stderr.encoding or "utf-8", "backslashreplace").decode() + "\n")


def emit(text: str, output: Path | None = None) -> None:
    """Print a result to standard output, or write it whole to a file."""
    if output is None:
        sys.stdout.write(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode())
        sys.stdout.flush()
        return
    from merunibench.files import write_text

    write_text(output, text)


def terminal_width() -> int | None:
    """Columns of the terminal that standard output is; None where it is a file or a pipe."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error while the block runs; plain lines, at most one in five seconds, if it is no terminal."""
    if not sys.stderr.isatty():
        yield _plain_progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda step, done, total: bar.update(task, description=step.split()[0], completed=done, total=total)


def _plain_progress() -> Callable[[str, int, int], None]:
    last = time.monotonic()

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _PLAIN_PROGRESS_SECONDS:
            last = time.monotonic()
            complain(f"{done} of {total}: {step}")

    return report


class _NoPandas:
    """An import finder that says there is no pandas."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name == "pandas":
            raise ImportError(name)


def spare_pandas() -> None:
    """Keep Arrow from importing pandas in passing: scoring does not use it, and it takes a fifth of a second.

    Arrow looks for pandas once, at the first conversion of a Python value, to recognise its types. Where that look
    fails it goes on without, and still imports pandas later if a conversion to it is asked for.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.scalar(0)
    finally:
        sys.meta_path.remove(finder)
