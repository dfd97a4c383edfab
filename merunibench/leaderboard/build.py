"""Submissions, labels and lexicons -> the whole board, recomputed from predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from merunibench import __version__
from merunibench._gc import gc_paused
from merunibench.leaderboard import rules
from merunibench.leaderboard.assembling import Held, ScoredRow, Sources, rows_on
from merunibench.leaderboard.cache import Cache
from merunibench.leaderboard.describing import details_of
from merunibench.leaderboard.details import Details
from merunibench.leaderboard.figures import is_scored
from merunibench.leaderboard.inputs import DETAILS, Inputs, Request, request
from merunibench.leaderboard.jobs import Outcome, Worker, find_submissions, score_submissions
from merunibench.leaderboard.placing import place
from merunibench.leaderboard.results import Board, Dataset, Model, NotRecomputed, Refused, Results, Row
from merunibench.protocols import METRIC_VERSION
from merunibench.tasks import TASKS, task_order

__all__ = ["DETAILS", "Request", "build", "request"]

SEED = 0
_REASONS = 20  # of a refusal, on the board; `check` says all of them


@dataclass
class _Bench:
    """What a build works with."""

    inputs: Inputs
    scored: dict[str, list[ScoredRow]] = field(default_factory=dict)
    held: dict[str, dict[str, Held]] = field(default_factory=dict)
    models: list[Model] = field(default_factory=list)
    gaps: set[tuple[str, str, str]] = field(default_factory=set)


@gc_paused()
def build(request: Request) -> tuple[Results, dict[str, Details]]:
    """Build the board.

    Returns:
        The results, and the details of every model that is described.

    Raises:
        InputError: labels, a lexicon, the committed results or the published figures cannot be used. A submission that
            cannot is left out and listed instead; without usable subtitles, the text baseline is not recomputed.
    """
    inputs = Inputs(request)
    worker, cache = Worker(inputs.truths, inputs.lexicons, request.resamples, SEED), Cache(request.cache)
    outcomes = score_submissions(find_submissions(request.submissions), inputs.own, worker, cache, request.processes)
    bench = _Bench(inputs)
    for outcome in outcomes:
        if not outcome.problems:
            _add_submission(bench, outcome)
    for model in rules.models():
        _add_baseline(bench, model, rules.score(model, inputs.own, worker, inputs.subtitles, cache))
    rows, comparisons = place({board.id: bench.scored.get(board.id, []) for board in inputs.boards}, inputs.before)
    models, reported = inputs.published
    refused = [
        Refused(submission=outcome.id, reasons=outcome.problems[:_REASONS]) for outcome in outcomes if outcome.problems
    ]
    results = Results(
        toolkit=__version__,
        metric_version=METRIC_VERSION,
        resamples=request.resamples,
        seed=SEED,
        datasets=_datasets(rows + reported),
        boards=tuple(inputs.boards),
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
    known = {each.id: each for each in (bench.inputs.before.models if bench.inputs.before else ())}
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
    held = {board.id: outcome.held(board) for board in bench.inputs.own}
    _add(bench, model, held, outcome.checkpoints, outcome.hashes, withheld=withheld)


def _add_baseline(bench: _Bench, model: Model, held: Mapping[str, Held]) -> None:
    """A baseline has one checkpoint, also of data sets whose labels or subtitles are not at hand now."""
    expected = {dataset for found in held.values() for dataset in found}
    expected |= bench.inputs.unusable.keys() if rules.reads_subtitles(model) else set()
    expected |= {dataset for row in bench.inputs.committed_rows(model) for dataset in row.scores}
    _add(bench, model, held, dict.fromkeys(task_order(expected), (rules.CHECKPOINT,)), {}, withheld=False)


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
    committed = {row.id: row for row in bench.inputs.committed_rows(model)}
    found = False
    for board in bench.inputs.boards:
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
    if dataset not in bench.inputs.truths:
        return "no labels at hand"
    if board.lexicon not in bench.inputs.lexicons:
        return f"lexicon {board.lexicon} is not installed"
    if rules.reads_subtitles(model) and dataset in bench.inputs.unusable:
        return f"the subtitles cannot be used: {bench.inputs.unusable[dataset]}"
    return "nothing to compute it from"


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
    rows: dict[str, list[ScoredRow]] = {}
    for board in bench.inputs.boards:
        for each in bench.scored.get(board.id, []):
            rows.setdefault(each.row.model_id, []).append(each)
    return {
        model.id: details_of(model, rows.get(model.id, []), bench.held[model.id], bench.inputs.committed_details(model))
        for model in bench.models
    }
