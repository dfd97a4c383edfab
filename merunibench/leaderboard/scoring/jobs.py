"""The expensive part of a build: validate and score submissions in several processes, unless they are cached.

What decides whether a submission is accepted is checked in every build; the cache contains only what predictions and
labels determine. A job is one submission with its requested cells.
"""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, cast

from merunibench._arrow import spare_pandas
from merunibench.baselines import BASELINES
from merunibench.data import Table
from merunibench.data.predictions import predictions_from_table
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.files.reading import reading
from merunibench.kinds import KINDS
from merunibench.leaderboard.processes import SPAWN, one_thread_each
from merunibench.leaderboard.schema.results import Board
from merunibench.leaderboard.scoring import baseline_rows
from merunibench.leaderboard.scoring.baseline_rows import BaselineRows, ByRule, RuleJob
from merunibench.leaderboard.scoring.cache import Cache, Entry, cell_key, key, read_ahead
from merunibench.leaderboard.scoring.cells import Cell, Scorer
from merunibench.leaderboard.submissions.checked import Checked, Read
from merunibench.leaderboard.submissions.checking import check, outline, too_long, unchecked
from merunibench.leaderboard.submissions.submission import FILE, hashes_of
from merunibench.protocols import PROTOCOLS
from merunibench.scoring import Progress
from merunibench.tasks import get_task

_CHECKED = "checked"
_WORTH_A_PROCESS = 3  # jobs; with fewer, starting processes takes longer than the work


class Job(NamedTuple):
    """A submission to validate, and the cells to score if it is valid."""

    folder: Path
    cells: tuple[Cell, ...]


class Outcome(NamedTuple):
    """The result of a job.

    Attributes:
        checked: The submission and its problems, without its predictions.
        entries: Cell -> checkpoint -> figures.
    """

    checked: Checked
    entries: Mapping[Cell, Entry]


class Elsewhere(NamedTuple):
    """Another process that scores, and what this one does in the meantime.

    Attributes:
        helper: The process.
        meanwhile: Called with the submissions whose figures are cached.
    """

    helper: Executor
    meanwhile: Callable[[Iterable[Outcome]], None]


def do(scorer: Scorer, job: Job) -> Outcome:
    """Validate a submission and score it; an error is reported for it alone, and the others continue."""
    checked = check(job.folder, scorer.truths)
    entries: dict[Cell, Entry] = {}
    if checked.valid:
        try:
            entries = _score(scorer, checked.read, job.cells)
        except InputError as error:
            checked.problem(str(error).replace(f"{job.folder}/", ""))
        except Exception as error:  # noqa: BLE001 - the last resort: no submission may stop a board
            checked = unchecked(job.folder, error)
    checked.read = {}  # large, and no longer needed
    return Outcome(checked, entries)


def _score(scorer: Scorer, read: Mapping[str, Mapping[str, Read]], cells: Sequence[Cell]) -> dict[Cell, Entry]:
    extractor = Rules()
    entries: dict[Cell, Entry] = {}
    for dataset, held in read.items():
        wanted = [cell for cell in cells if cell.dataset == dataset]
        if not wanted:
            continue
        for stem, found in held.items():
            answers = found.answers
            predictions = (
                predictions_from_table(answers, get_task(dataset), extractor) if isinstance(answers, Table) else answers
            )
            for cell in wanted:
                entries.setdefault(cell, {})[stem] = scorer.figures(cell, predictions)
    return entries


def find_submissions(folder: Path) -> list[Path]:
    """Return the submissions in a folder, sorted by name; or the folder itself if it is a submission.

    Raises:
        InputError: the folder does not exist.
    """
    if (folder / FILE).is_file():
        return [folder]
    with reading(folder):
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


class _Known(NamedTuple):
    """A submission whose files were inspected, and the cache keys of its content.

    Attributes:
        checked: The submission with its hashes; already rejected if it is invalid regardless of its predictions.
        keys: Cell -> key of its figures.
        markers: Data set -> key of the length of its answers, which is stored for valid rows.
    """

    checked: Checked
    keys: Mapping[Cell, str]
    markers: Mapping[str, str]

    def were_valid(self, lengths: Mapping[str, int]) -> bool:
        """Whether the rows of all files were valid before, in any submission, and are not too long together."""
        if not self.checked.valid or not all(name in lengths for name in self.markers.values()):
            return False
        return not too_long({dataset: lengths[name] for dataset, name in self.markers.items()})


def score_submissions(
    folders: Sequence[Path],
    boards: Sequence[Board],
    scorer: Scorer,
    cache: Cache,
    processes: int,
    progress: Progress | None = None,
    rules: BaselineRows | None = None,
    elsewhere: "Elsewhere | None" = None,
) -> list[Outcome]:
    """Validate and score submissions, and the baselines along with them.

    Args:
        folders: Their folders.
        boards: The boards to score them for; data sets without labels are checked, not scored.
        scorer: Provides labels and lexicons.
        cache: Contains earlier figures; new ones are added.
        processes: Maximum number of processes; 0 for one per core.
        progress: Called with the number of finished uncached submissions.
        rules: The baselines, if requested; receives the results of their jobs.
        elsewhere: Another process that scores the uncached submissions, if they are few.
    """
    cells = scorer.cells(boards)
    known = {folder: _look(folder, cells, scorer) for folder in folders}
    begun = _begin_few(known, scorer, cache, elsewhere) if elsewhere else {}
    cached = _cached(known, cache)
    lengths = cache.lengths({name for each in known.values() for name in each.markers.values()})
    done: dict[Path, Outcome] = {}
    jobs: list[Job] = []
    for folder, each in known.items():
        if each.were_valid(lengths) and len(cached[folder]) == len(each.keys):
            done[folder] = Outcome(each.checked, cached[folder])
        else:
            jobs.append(Job(folder, tuple(cell for cell in each.keys or cells if cell not in cached[folder])))
    if begun and elsewhere:
        elsewhere.meanwhile(done.values())
    fresh: dict[str, Entry] = {}
    valid: dict[str, int] = {}
    results = do_all([*(rules.jobs if rules else ()), *jobs], scorer, processes, begun)
    if rules is not None:  # first, so that no process is left with one of these long jobs at the end
        for _ in rules.jobs:
            rules.take(cast("ByRule", next(results)))
    outcomes = zip(jobs, cast("Iterator[Outcome]", results), strict=True)
    for number, ((folder, _), (checked, entries)) in enumerate(outcomes, start=1):
        if progress is not None:
            progress("submissions", number, len(jobs))
        before, keys, markers = known[folder]
        if checked.valid and checked.hashes == before.hashes:
            fresh |= {keys[cell]: entry for cell, entry in entries.items()}
            valid |= {name: checked.lengths[dataset] for dataset, name in markers.items()}
            done[folder] = Outcome(checked, {**cached[folder], **entries})
        else:  # refused, or changed since it was inspected: cached figures belong to other predictions
            done[folder] = Outcome(checked, entries)
    cache.store(fresh, valid)
    if rules is not None:
        rules.store()
    return [done[folder] for folder in folders]


def _cached(known: Mapping[Path, _Known], cache: Cache) -> dict[Path, dict[Cell, Entry]]:
    """Return the figures of each submission that are in the cache."""
    found = cache.load({name for each in known.values() for name in each.keys.values()})
    return {
        folder: {cell: found[name] for cell, name in each.keys.items() if name in found}
        for folder, each in known.items()
    }


def _begin_few(
    known: Mapping[Path, _Known], scorer: Scorer, cache: Cache, elsewhere: Elsewhere
) -> "dict[Job, Future[Outcome]]":
    """Let another process begin with the submissions that the cache lacks, if they are few, and read the texts of all.

    A text that cannot be read is reported when it is needed.
    """
    there = cache.places(name for each in known.values() for name in each.keys.values())
    keys = {place.key for place in there}
    missing = {
        folder: tuple(cell for cell, name in each.keys.items() if name not in keys) for folder, each in known.items()
    }
    jobs = [Job(folder, cells) for folder, cells in missing.items() if cells]
    if len(jobs) >= _WORTH_A_PROCESS:
        return {}
    try:
        begun = {job: elsewhere.helper.submit(do, scorer, job) for job in jobs}
        elsewhere.helper.submit(read_ahead, cache, there)
    except BrokenProcessPool:  # it is not there any more; this process does the work
        return {}
    return begun


def _look(folder: Path, cells: Sequence[Cell], scorer: Scorer) -> _Known:
    """Inspect a submission without opening its predictions."""
    try:
        checked = outline(folder)
        checked.hashes = hashes_of(checked.files) if checked.valid else {}
    except Exception as error:  # noqa: BLE001 - the last resort, as in `check`, which says it again
        return _Known(unchecked(folder, error), {}, {})
    hashes, truths = checked.hashes, scorer.truths
    keys = {cell: cell_key(scorer, cell, hashes[cell.dataset]) for cell in cells if cell.dataset in hashes}
    # Names are compared with the labels: with other labels the same file may be rejected.
    markers = {
        dataset: key(_CHECKED, dataset, found, truths[dataset].sha256 if dataset in truths else "none")
        for dataset, found in hashes.items()
    }
    return _Known(checked, keys, markers)


def is_extended() -> bool:
    """Whether protocols, kinds or baselines were registered: caches and other processes do not know them."""
    return any(table.is_changed for table in (PROTOCOLS, KINDS, BASELINES))


def do_all(
    jobs: Sequence[Job | RuleJob],
    scorer: Scorer,
    processes: int,
    begun: "Mapping[Job, Future[Outcome]]" = MappingProxyType({}),
) -> Iterator[Outcome | ByRule]:
    """Run jobs, in order; many jobs use several processes, at most `processes` (0: one per core).

    Args:
        jobs: The jobs.
        scorer: Provides labels and lexicons.
        processes: Maximum number of processes.
        begun: The submissions that another process has begun with.
    """
    processes = processes or os.cpu_count() or 1
    submissions = sum(isinstance(job, Job) for job in jobs)
    if processes < 2 or submissions < _WORTH_A_PROCESS or is_extended():
        for job in jobs:
            if isinstance(job, Job) and job in begun:
                yield _taken(begun[job], job, scorer)
            else:
                yield _done(scorer, job)
        return
    done = 0
    try:
        for outcome in _in_processes(jobs, scorer, processes):
            yield outcome
            done += 1
    except BrokenProcessPool as error:  # one was killed, perhaps for its memory: each remaining job gets its own
        rest = [_alone(job, scorer) for job in jobs[done:]]
        if not done and all(found is None for found in rest):
            raise  # not caused by a submission: no process can be started
        for job, found in zip(jobs[done:], rest, strict=True):
            if found is not None:
                yield found
            elif isinstance(job, RuleJob):
                raise
            else:
                yield Outcome(unchecked(job.folder, error), {})


def _taken(begun: "Future[Outcome]", job: Job, scorer: Scorer) -> Outcome | ByRule:
    """Return the result of a job that another process has begun; if it was killed, the job gets its own process."""
    try:
        return begun.result()
    except BrokenProcessPool as error:
        return _alone(job, scorer) or Outcome(unchecked(job.folder, error), {})


def _done(scorer: Scorer, job: Job | RuleJob) -> Outcome | ByRule:
    return do(scorer, job) if isinstance(job, Job) else baseline_rows.do(scorer, job)


def _alone(job: Job | RuleJob, scorer: Scorer) -> Outcome | ByRule | None:
    """Run one job in its own process; None if the process is killed."""
    try:
        return next(_in_processes([job], scorer, 1))
    except BrokenProcessPool:
        return None


def _in_processes(jobs: Sequence[Job | RuleJob], scorer: Scorer, processes: int) -> Iterator[Outcome | ByRule]:
    """Run jobs in several processes, in order; BrokenProcessPool if one of them is killed."""
    with one_thread_each(), ProcessPoolExecutor(processes, SPAWN, initializer=_begin, initargs=(scorer,)) as pool:
        yield from pool.map(_do, jobs)


_OWN: list[Scorer] = []


def _begin(scorer: Scorer) -> None:
    gc.disable()  # permanently, unlike `gc_paused`: this process ends with its work
    spare_pandas()
    _OWN.append(scorer)


def _do(job: Job | RuleJob) -> Outcome | ByRule:
    return _done(_OWN[0], job)
