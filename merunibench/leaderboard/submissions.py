"""A folder of submissions -> what is known of each: from the cache where nothing changed, else checked and scored.

The cache holds what predictions and labels decide, nothing else: names, sizes and metadata are checked on every build.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from merunibench.files.reading import reading
from merunibench.leaderboard.cache import Cache, Entry, key
from merunibench.leaderboard.checking import outline, too_long
from merunibench.leaderboard.figures import Cell, cell_of, is_scored
from merunibench.leaderboard.results import Board
from merunibench.leaderboard.submission import FILE
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
