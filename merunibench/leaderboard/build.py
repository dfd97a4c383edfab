"""Submissions, labels and lexicons -> the whole board, recomputed from predictions."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from merunibench import __version__
from merunibench._gc import gc_paused
from merunibench._resources import resource
from merunibench.leaderboard import rules
from merunibench.leaderboard.assembling import Held, ScoredRow, Sources, rows_on
from merunibench.leaderboard.boards import boards_of, load_lexicons, merged
from merunibench.leaderboard.cache import Cache
from merunibench.leaderboard.describing import details_of
from merunibench.leaderboard.details import Details, read_details
from merunibench.leaderboard.figures import cell_of, is_scored
from merunibench.leaderboard.placing import place
from merunibench.leaderboard.published import read_published
from merunibench.leaderboard.results import (
    Board,
    Dataset,
    Model,
    NotRecomputed,
    Refused,
    Results,
    Row,
    read_results,
)
from merunibench.leaderboard.submissions import find_submissions, score_submissions
from merunibench.leaderboard.truths import load_truths, usable_subtitles
from merunibench.leaderboard.work import Outcome, Worker
from merunibench.lexicon import home
from merunibench.protocols import METRIC_VERSION
from merunibench.tasks import TASKS, task_order

RESAMPLES, SEED = 1000, 0
_REASONS = 20  # of a refusal, on the board; `check` says all of them
DETAILS = "details"
"""Folder of the details, beside the results."""


@dataclass(frozen=True)
class Request:
    """What to build a board from.

    Attributes:
        submissions: Folder of submissions.
        data_root: Folder with labels; None if there are none.
        lexicons: Lexicons of the official boards; by default every installed release.
        committed: Results of before, for what cannot be computed here; None for nothing.
        published: File of published figures; None for none.
        cache: Where figures are kept between builds; None for nowhere.
        processes: Most processes.
        resamples: Number of bootstrap resamples.
    """

    submissions: Path
    data_root: Path | None = None
    lexicons: tuple[str | Path, ...] = ()
    committed: Path | None = None
    published: Path | None = None
    cache: Path | None = None
    processes: int = 1
    resamples: int = RESAMPLES


def request(  # noqa: PLR0913 - each is an option of `merunibench leaderboard build`
    submissions: Path,
    data_root: Path | None = None,
    *,
    lexicons: tuple[str | Path, ...] = (),
    committed: Path | None = None,
    published: Path | None = None,
    processes: int = 0,
    cache: Path | None = None,
    keep: bool = True,
    bare: bool = False,
) -> Request:
    """A request with the usual places filled in: what stands beside the submissions, and the user's cache.

    Args:
        submissions: Folder of submissions.
        data_root: Folder with labels.
        lexicons: Lexicons of the official boards.
        committed: Results of before; by default `results.json` beside the submissions, if it is there.
        published: Published figures; by default `published.csv` there, or else those that come with this package.
        processes: Most processes; 0 for one a core.
        cache: File of the cache.
        keep: Whether to use a cache.
        bare: Whether to take nothing but submissions and labels.
    """
    beside = submissions.absolute().parent

    def usual(name: str) -> Path | None:
        return beside / name if not bare and (beside / name).is_file() else None

    return Request(
        submissions,
        data_root,
        lexicons,
        committed or usual("results.json"),
        published or usual("published.csv") or (None if bare else resource("leaderboard", "published.csv")),
        (cache or home() / "cache" / "board.sqlite") if keep else None,
        processes or os.cpu_count() or 1,
    )


@dataclass
class _Bench:
    """What a build works with."""

    request: Request
    worker: Worker
    boards: list[Board]
    before: Results | None
    cache: Cache
    scored: dict[str, list[ScoredRow]] = field(default_factory=dict)
    held: dict[str, dict[str, Held]] = field(default_factory=dict)
    models: list[Model] = field(default_factory=list)
    gaps: set[tuple[str, str, str]] = field(default_factory=set)
    unusable: dict[str, str] = field(default_factory=dict)
    """Data set -> why its subtitles cannot be used."""


@gc_paused()
def build(request: Request) -> tuple[Results, dict[str, Details]]:
    """Build the board.

    Returns:
        The results, and the details of every model that is described.

    Raises:
        InputError: labels, a lexicon, the committed results or the published figures cannot be used. A submission that
            cannot is left out and listed instead; without usable subtitles, the text baseline is not recomputed.
    """
    lexicons = load_lexicons(request.lexicons)
    truths = load_truths(request.data_root)
    before = read_results(request.committed) if request.committed else None
    own = boards_of(lexicons)
    boards = merged(own, before.boards if before else ())
    bench = _Bench(request, Worker(truths, lexicons, request.resamples, SEED), boards, before, Cache(request.cache))
    folders = find_submissions(request.submissions)
    outcomes = score_submissions(folders, own, bench.worker, bench.cache, request.processes)
    for outcome in outcomes:
        if not outcome.problems:
            _add_submission(bench, outcome)
    _add_baselines(bench)
    rows, comparisons = place({board.id: bench.scored.get(board.id, []) for board in boards}, before)
    models, reported = _published(request, boards)
    refused = [
        Refused(submission=outcome.id, reasons=outcome.problems[:_REASONS]) for outcome in outcomes if outcome.problems
    ]
    results = Results(
        toolkit=__version__,
        metric_version=METRIC_VERSION,
        resamples=request.resamples,
        seed=SEED,
        datasets=_datasets(rows + reported),
        boards=tuple(boards),
        models=(*bench.models, *models),
        rows=(*rows, *reported),
        comparisons=tuple(comparisons),
        refused=tuple(refused),
        not_recomputed=tuple(
            NotRecomputed(model_id=model, dataset=dataset, reason=reason)
            for model, dataset, reason in sorted(bench.gaps)
        ),
    )
    return results, _details(bench)


def _add_submission(bench: _Bench, outcome: Outcome) -> None:
    submission = outcome.submission
    if submission is None:  # pragma: no cover - a valid one has metadata
        raise TypeError(f"{outcome.folder}: no metadata")
    withheld = submission.withheld is not None and not outcome.hashes
    known = {each.id: each for each in (bench.before.models if bench.before else ())}
    before = known[outcome.id].predictions if outcome.id in known else None
    fields = submission.model_dump(mode="json", exclude={"schema_", "model", "contact", "withheld"}, exclude_none=True)
    model = Model.model_validate(
        {
            **fields,
            "id": outcome.id,
            "name": submission.model,
            "origin": "computed",
            "note": submission.withheld,
            "predictions": before if withheld else outcome.predictions,
        }
    )
    held = {
        board.id: {
            dataset: outcome.entries[cell]
            for dataset in outcome.checkpoints
            if (cell := cell_of(dataset, board.protocol, board.lexicon)) in outcome.entries
        }
        for board in bench.boards
        if board.lexicon in bench.worker.scorer.lexicons
    }
    _add(bench, model, held, outcome.checkpoints, outcome.hashes, withheld=withheld)


def _add_baselines(bench: _Bench) -> None:
    """Chance, stuffing, majority and the text baseline on every data set whose labels are at hand."""
    scorer, root = bench.worker.scorer, bench.request.data_root
    subtitles, bench.unusable = ({}, {}) if root is None else usable_subtitles(root, scorer.truths)
    own = [board for board in bench.boards if board.lexicon in scorer.lexicons]
    for model in rules.models():
        held = rules.score(model.id, own, bench.worker, subtitles, bench.cache)
        expected = {dataset for found in held.values() for dataset in found}
        expected |= bench.unusable.keys() if model.id == rules.TEXT else set()
        _add(bench, model, held, dict.fromkeys(expected, (rules.CHECKPOINT,)), {}, withheld=False)


def _add(
    bench: _Bench,
    model: Model,
    held: Mapping[str, Held],
    checkpoints: Mapping[str, Sequence[str]],
    hashes: Mapping[str, str],
    *,
    withheld: bool,
) -> None:
    """Make the rows of a model on every board, and note what could not be computed."""
    committed = {row.id: row for row in (bench.before.rows if bench.before else ()) if row.model_id == model.id}
    if model.origin == "baseline":
        # Of data sets without labels, too, a baseline has one checkpoint.
        every = {dataset for row in committed.values() for dataset in row.scores} | set(checkpoints)
        checkpoints = dict.fromkeys(task_order(every), (rules.CHECKPOINT,))
    found = False
    for board in bench.boards:
        here = held.get(board.id, {})
        columns = {dataset: stems for dataset, stems in checkpoints.items() if is_scored(dataset, board)}
        sources = Sources(model, columns, hashes, here, committed, withheld=withheld)
        rows = rows_on(board, f"{board.lexicon}@{board.lexicon_sha256[:8]}", sources)
        bench.scored.setdefault(board.id, []).extend(rows)
        bench.held.setdefault(model.id, {})[board.id] = here
        found = found or bool(rows)
        expected = columns or {name: () for row in committed.values() for name in row.scores}
        for dataset in expected:
            if dataset not in here:
                bench.gaps.add((model.id, dataset, _why(bench, model, board, dataset, withheld=withheld)))
    if found or model.origin == "computed":
        bench.models.append(model)


def _why(bench: _Bench, model: Model, board: Board, dataset: str, *, withheld: bool) -> str:
    """Why a score could not be computed."""
    if withheld:
        return "the predictions are withheld"
    if dataset not in bench.worker.scorer.truths:
        return "no labels at hand"
    if board.lexicon not in bench.worker.scorer.lexicons:
        return f"lexicon {board.lexicon} is not installed"
    if model.id == rules.TEXT and dataset in bench.unusable:
        return f"the subtitles cannot be used: {bench.unusable[dataset]}"
    return "nothing to compute it from"


def _published(request: Request, boards: list[Board]) -> tuple[list[Model], list[Row]]:
    return read_published(request.published, boards) if request.published else ([], [])


def _datasets(rows: Sequence[Row]) -> tuple[Dataset, ...]:
    """The nine, and others that some row has."""
    there = {dataset for row in rows for dataset in row.scores}
    return tuple(
        Dataset(id=task.id, title=task.title, kind=task.kind, samples=task.samples, benchmark=task.benchmark)
        for task in TASKS.values()
        if task.benchmark or task.id in there
    )


def _details(bench: _Bench) -> dict[str, Details]:
    """Details of every model, with the committed ones of what was not computed now."""
    folder = None if bench.request.committed is None else bench.request.committed.parent / DETAILS
    rows: dict[str, list[ScoredRow]] = {}
    for board in bench.boards:
        for each in bench.scored.get(board.id, []):
            rows.setdefault(each.row.model_id, []).append(each)
    found = {}
    for model in bench.models:
        path = None if folder is None else folder / f"{model.id}.json"
        before = read_details(path) if path is not None and path.is_file() else None
        found[model.id] = details_of(model, rows.get(model.id, []), bench.held[model.id], before)
    return found
