"""Other processes of a build. Imports almost nothing, so that one can be started before anything else."""

import atexit
import gc
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from merunibench._arrow import spare_pandas

SPAWN = multiprocessing.get_context("spawn")
"""Spawned, not forked: works the same on every system, and is safe with threads of other libraries."""

_WORTH_A_HELPER = 40
"""Number of submissions; with fewer, starting a process takes longer than what it saves."""


@contextmanager
def helper(submissions: Path, processes: int, module: str) -> Iterator[Executor | None]:
    """Start one process that works beside this one; None if it is not worth it, or only one process is wanted.

    NumPy uses one thread in both, also in this one if it is imported later: with more, they would wait for each other.

    Args:
        submissions: The folder of submissions.
        processes: Maximum number of processes; 0 for one per core.
        module: Imported there at once, so that it is ready when it gets work; its function `warm_up` is called.
    """
    if (processes or os.cpu_count() or 1) < 2 or not _many(submissions):
        yield None
        return
    pool = ProcessPoolExecutor(1, SPAWN)
    try:
        with one_thread_each():
            pool.submit(_prepare, module)
            yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _many(folder: Path) -> bool:
    try:
        return sum(1 for _ in os.scandir(folder)) >= _WORTH_A_HELPER
    except OSError:  # the build reports it
        return False


def _prepare(module: str) -> None:
    gc.disable()  # permanently, as this process ends with its work
    atexit.register(os._exit, 0)  # its memory is not freed piece by piece, which would take longer than its last task
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is interrupted too, and ends this one
    spare_pandas()
    import_module(module).warm_up()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes started in this block use one thread for matrix multiplication, since they already share the cores."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
