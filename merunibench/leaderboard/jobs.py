"""The heavy part of a build: submissions checked and scored, by several processes, whatever is not in the cache.

What decides whether a submission is on the board is looked at on every build; the cache holds only what predictions and
labels decide. A worker holds labels, lexicons and draws; a job is one submission and the cells that are wanted of it.
"""

import gc
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from merunibench._text import visible
from merunibench.data import GroundTruth
from merunibench.data.predictions import predictions_from_table
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.files.reading import reading
from merunibench.leaderboard.cache import Cache, Entry, key
from merunibench.leaderboard.checking import check, outline, too_long
from merunibench.leaderboard.figures import Cell, Scorer, cell_of, is_scored
from merunibench.leaderboard.intake import joint_hash
from merunibench.leaderboard.results import Board
from merunibench.leaderboard.rows import Read
from merunibench.leaderboard.submission import FILE, Submission, submission_id
from merunibench.lexicon import Lexicon
from merunibench.tasks import TASKS

_CHECKED = "checked"
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

    def held(self, board: Board) -> dict[str, Entry]:
        """What was computed for a board: data set -> checkpoint -> figures."""
        cells = {dataset: cell_of(dataset, board) for dataset in self.checkpoints}
        return {dataset: self.entries[cell] for dataset, cell in cells.items() if cell in self.entries}


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


def find_submissions(folder: Path) -> list[Path]:
    """The submissions in a folder, by name; the folder itself if it is one.

    Raises:
        InputError: there is no such folder.
    """
    if (folder / FILE).is_file():
        return [folder]
    with reading(folder):
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


@dataclass(frozen=True)
class _Known:
    """A submission whose files were looked at, and where the cache has what is known of their content.

    Attributes:
        outcome: What becomes of it if its predictions are valid; None if it is refused whatever they are.
        keys: Cell -> key of its figures.
        markers: Data set -> key of the length of its answers, which is noted of valid rows.
    """

    outcome: Outcome | None
    keys: Mapping[Cell, str]
    markers: Mapping[str, str]


def score_submissions(
    folders: Sequence[Path], boards: Sequence[Board], worker: Worker, cache: Cache, processes: int
) -> list[Outcome]:
    """Check and score submissions.

    Args:
        folders: Their folders.
        boards: The boards to score them for; data sets without labels are checked, not scored.
        worker: Has labels and lexicons.
        cache: What is known from before; what is new is added.
        processes: Most processes.
    """
    known = [_look(folder, boards, worker) for folder in folders]
    found = cache.load({name for each in known for name in each.keys.values()})
    lengths = cache.lengths({name for each in known for name in each.markers.values()})
    done: dict[Path, Outcome] = {}
    jobs: list[Job] = []
    for folder, each in zip(folders, known, strict=True):
        missing = tuple(cell for cell, name in each.keys.items() if name not in found)
        if each.outcome is not None and _were_valid(each, lengths) and not missing:
            done[folder] = each.outcome
        else:
            jobs.append(Job(folder, missing or tuple(_cells(worker, boards)) if each.outcome is None else missing))
    fresh: dict[str, Entry] = {}
    valid: dict[str, int] = {}
    by_folder = dict(zip(folders, known, strict=True))
    for outcome in do_all(jobs, worker, processes):
        done[outcome.folder] = outcome
        each = by_folder[outcome.folder]
        if outcome.problems or each.outcome is None or outcome.hashes != each.outcome.hashes:
            continue  # refused, or changed after it was looked at
        fresh |= {each.keys[cell]: entry for cell, entry in outcome.entries.items() if cell in each.keys}
        valid |= {name: outcome.lengths[dataset] for dataset, name in each.markers.items()}
    cache.store(fresh, valid)
    return [_with_known(done[folder], by_folder[folder], found) for folder in folders]


def _cells(worker: Worker, boards: Sequence[Board]) -> list[Cell]:
    """Every cell that can be scored here."""
    scorer = worker.scorer
    every = (cell_of(dataset, board) for dataset in scorer.truths for board in boards if is_scored(dataset, board))
    return list(dict.fromkeys(every))


def cell_key(worker: Worker, cell: Cell, predictions: str) -> str:
    """The cache's key for predictions with this hash in one cell: everything that decides a figure."""
    scorer = worker.scorer
    lexicon = scorer.lexicons[cell.lexicon].sha256 if cell.lexicon in scorer.lexicons else "none"
    truth = scorer.truths[cell.dataset].sha256
    return key("cell", cell.dataset, cell.protocol, lexicon, truth, predictions, scorer.resamples, scorer.seed)


def _look(folder: Path, boards: Sequence[Board], worker: Worker) -> _Known:
    """What can be said of a submission without opening its predictions."""
    try:
        seen = outline(folder)
        hashes = {} if seen.problems else seen.intake.hashes()
    except Exception:  # noqa: BLE001 - whoever checks it in full says what is wrong
        return _Known(None, {}, {})
    if seen.problems or seen.submission is None:
        return _Known(None, {}, {})
    truths = worker.scorer.truths
    stems = {dataset: tuple(files) for dataset, files in seen.intake.files.items()}
    keys = {
        cell: cell_key(worker, cell, hashes[cell.dataset]) for cell in _cells(worker, boards) if cell.dataset in hashes
    }
    # Names are held against the labels: with other labels the same file may be refused.
    markers = {
        dataset: key(_CHECKED, dataset, found, truths[dataset].sha256 if dataset in truths else "none")
        for dataset, found in hashes.items()
    }
    return _Known(Outcome(folder, seen.submission, (), hashes, stems), keys, markers)


def _were_valid(known: _Known, lengths: Mapping[str, int]) -> bool:
    """Whether the rows of every file were valid before, in whichever submission, and are not too much together."""
    markers = known.markers.values()
    return all(name in lengths for name in markers) and not too_long(sum(lengths[name] for name in markers))


def _with_known(outcome: Outcome, known: _Known, found: Mapping[str, Entry]) -> Outcome:
    if outcome.problems:
        return outcome
    cached = {cell: found[name] for cell, name in known.keys.items() if name in found}
    return replace(outcome, entries={**cached, **outcome.entries})


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
