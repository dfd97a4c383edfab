"""The heavy part of a build: submissions checked and scored, by several processes, whatever is not in the cache.

A worker holds labels, lexicons and draws; a job is one submission and the cells that are wanted of it.
"""

import gc
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from merunibench._text import visible
from merunibench.data import GroundTruth
from merunibench.data.predictions import predictions_from_table
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.leaderboard.cache import Entry
from merunibench.leaderboard.checking import check
from merunibench.leaderboard.figures import Cell, Scorer
from merunibench.leaderboard.intake import joint_hash
from merunibench.leaderboard.rows import Read
from merunibench.leaderboard.submission import Submission, submission_id
from merunibench.lexicon import Lexicon
from merunibench.tasks import TASKS

_WORTH_A_PROCESS = 3  # jobs: below, starting processes takes longer than the work


@dataclass(frozen=True)
class Job:
    """A submission to check, and the cells to score if it is valid."""

    folder: Path
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        folder: The submission's folder.
        submission: Its metadata; None if it is refused.
        problems: Why it is refused; none if it is valid.
        hashes: Data set -> hash of its predictions.
        checkpoints: Data set -> its checkpoints in natural order.
        entries: Cell -> checkpoint -> figures.
        lengths: Data set -> characters of its predictions; empty where they were not opened.
    """

    folder: Path
    submission: Submission | None
    problems: tuple[str, ...]
    hashes: Mapping[str, str]
    checkpoints: Mapping[str, tuple[str, ...]]
    entries: Mapping[Cell, Entry] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """By which the board knows it."""
        return submission_id(self.folder)

    @property
    def predictions(self) -> str:
        """One hash of all predictions."""
        return joint_hash(self.hashes)


class Worker:
    """Does jobs one after the other."""

    def __init__(
        self, truths: Mapping[str, GroundTruth], lexicons: Mapping[str, Lexicon], resamples: int, seed: int
    ) -> None:
        self.scorer = Scorer(truths, lexicons, resamples, seed)

    def do(self, job: Job) -> Outcome:
        """Check a submission and score it; whatever goes wrong with it is said of it alone, and the others go on."""
        try:
            return self._do(job)
        except Exception as error:  # noqa: BLE001 - the last resort: no stranger's file may stop a board
            return Outcome(job.folder, None, (f"could not be checked ({type(error).__name__})",), {}, {})

    def _do(self, job: Job) -> Outcome:
        checked = check(job.folder, self.scorer.truths)
        stems = {dataset: tuple(held) for dataset, held in checked.read.items()}
        lengths = {dataset: sum(each.length for each in held.values()) for dataset, held in checked.read.items()}
        problems = checked.problems
        entries: dict[Cell, Entry] = {}
        if checked.valid:
            try:
                entries = self._score(checked.read, job.cells)
            except InputError as error:
                problems = (visible(str(error).replace(f"{job.folder}/", "")),)
        submission = None if problems else checked.submission
        return Outcome(job.folder, submission, problems, checked.hashes, stems, entries, lengths)

    def _score(self, read: Mapping[str, Mapping[str, Read]], cells: Sequence[Cell]) -> dict[Cell, Entry]:
        extractor = Rules()
        entries: dict[Cell, Entry] = {}
        for dataset, held in read.items():
            wanted = [cell for cell in cells if cell.dataset == dataset]
            if not wanted:
                continue
            for stem, found in held.items():
                predictions = found.predictions or predictions_from_table(found.table, TASKS[dataset], extractor)
                for cell in wanted:
                    entries.setdefault(cell, {})[stem] = self.scorer.figures(cell, predictions)
        return entries


def do_all(jobs: Sequence[Job], worker: Worker, processes: int) -> Iterator[Outcome]:
    """Do jobs, in their order.

    Args:
        jobs: What is to be done.
        worker: Does few jobs in this process; its like are made in others for many.
        processes: Most processes.
    """
    if processes < 2 or len(jobs) < _WORTH_A_PROCESS:
        yield from map(worker.do, jobs)
        return
    # Spawned, not forked: the same on every system, and safe beside the threads of other libraries.
    context = multiprocessing.get_context("spawn")
    scorer = worker.scorer
    setup = (scorer.truths, scorer.lexicons, scorer.resamples, scorer.seed)
    with _one_thread_each(), ProcessPoolExecutor(processes, context, initializer=_begin, initargs=setup) as pool:
        yield from pool.map(_do, jobs)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that start in this block multiply matrices with one thread: they share the cores already."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


_OWN: list[Worker] = []


def _begin(*setup: Any) -> None:  # noqa: ANN401 - a worker's arguments
    gc.disable()  # for good, as `gc_paused` does for a block: this process ends with its work
    _OWN.append(Worker(*setup))


def _do(job: Job) -> Outcome:
    return _OWN[0].do(job)
