"""A folder of submissions -> what is known of each: from the cache where nothing changed, else checked and scored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from merunibench.errors import InputError
from merunibench.files.reading import reading
from merunibench.leaderboard.cache import Cache, Entry, key
from merunibench.leaderboard.figures import Cell, cell_of, is_scored
from merunibench.leaderboard.intake import take_in
from merunibench.leaderboard.results import Board
from merunibench.leaderboard.submission import FILE, read_submission
from merunibench.leaderboard.work import Job, Outcome, Worker, do_all

_CHECKED = "checked"


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
    """A submission whose files were looked at, and what the cache has of it."""

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
    seen = cache.marked({name for each in known for name in each.markers.values()})
    done: dict[Path, Outcome] = {}
    jobs: list[Job] = []
    for folder, each in zip(folders, known, strict=True):
        missing = tuple(cell for cell, name in each.keys.items() if name not in found)
        checked = seen.issuperset(each.markers.values())
        if each.outcome is not None and checked and not missing:
            done[folder] = each.outcome
        else:
            jobs.append(Job(folder, missing or tuple(_cells(worker, boards)) if each.outcome is None else missing))
    fresh: dict[str, Entry] = {}
    marks: set[str] = set()
    by_folder = dict(zip(folders, known, strict=True))
    for outcome in do_all(jobs, worker, processes):
        done[outcome.folder] = outcome
        if outcome.problems:
            continue
        each = by_folder[outcome.folder]
        fresh |= {each.keys[cell]: entry for cell, entry in outcome.entries.items() if cell in each.keys}
        marks |= set(each.markers.values())
    cache.store(fresh, marks)
    return [_with_known(done[folder], by_folder[folder], found) for folder in folders]


def _cells(worker: Worker, boards: Sequence[Board]) -> list[Cell]:
    """Every cell that can be scored here."""
    scorer = worker.scorer
    every = (
        cell_of(dataset, board.protocol, board.lexicon)
        for dataset in scorer.truths
        for board in boards
        if board.lexicon in scorer.lexicons and is_scored(dataset, board)
    )
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
        intake = take_in(folder)
        submission = None if intake.problems else read_submission(folder)
        hashes = intake.hashes() if submission else {}
    except InputError:
        submission = None
    if submission is None:
        return _Known(None, {}, {})
    truths = worker.scorer.truths
    stems = {dataset: tuple(files) for dataset, files in intake.files.items()}
    keys = {
        cell: cell_key(worker, cell, hashes[cell.dataset]) for cell in _cells(worker, boards) if cell.dataset in hashes
    }
    # Names are held against the labels: with other labels the same file may be refused.
    markers = {
        dataset: key(_CHECKED, dataset, found, truths[dataset].sha256 if dataset in truths else "none")
        for dataset, found in hashes.items()
    }
    if not hashes and submission.withheld is None:
        return _Known(None, {}, {})
    return _Known(Outcome(folder, submission, (), hashes, stems), keys, markers)


def _with_known(outcome: Outcome, known: _Known, found: Mapping[str, Entry]) -> Outcome:
    if outcome.problems:
        return outcome
    cached = {cell: found[name] for cell, name in known.keys.items() if name in found}
    return replace(outcome, entries={**cached, **outcome.entries})
