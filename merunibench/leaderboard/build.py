"""Submissions, labels and lexicons -> the whole board, recomputed from predictions."""

from collections.abc import Sequence

from merunibench import __version__
from merunibench._gc import gc_paused
from merunibench.leaderboard import rules
from merunibench.leaderboard.assembling import Contender, ScoredRow, details_of, rows_on
from merunibench.leaderboard.cache import Cache, Entry
from merunibench.leaderboard.checking import Checked
from merunibench.leaderboard.details import Details
from merunibench.leaderboard.figures import Cell, Scorer
from merunibench.leaderboard.inputs import Inputs, Request
from merunibench.leaderboard.jobs import Outcome, find_submissions, is_extended, score_submissions
from merunibench.leaderboard.lifts import with_lifts
from merunibench.leaderboard.placing import place
from merunibench.leaderboard.results import Board, Dataset, Model, NotRecomputed, Refused, Results, Row
from merunibench.protocols import METRIC_VERSION
from merunibench.tasks import BUILTIN, task_order

SEED = 0
_REASONS = 20  # of a refusal, on the board; `leaderboard validate` lists all of them


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
    scorer, cache = (
        Scorer(inputs.truths, inputs.lexicons, request.resamples, SEED),
        Cache(None if is_extended() else request.cache),
    )
    outcomes = score_submissions(find_submissions(request.submissions), inputs.own, scorer, cache, request.processes)
    _refuse_twins([outcome.checked for outcome in outcomes], inputs.before)
    contenders = [_submitted(inputs, outcome) for outcome in outcomes if outcome.checked.valid]
    contenders += [
        _baseline(inputs, model, rules.score(model, inputs.own, scorer, inputs.subtitles, cache))
        for model in rules.models()
    ]
    scored: dict[str, list[ScoredRow]] = {board.id: [] for board in inputs.boards}
    models, details, gaps = [], {}, set()
    for each in contenders:
        found: list[ScoredRow] = []
        for board in inputs.boards:
            held = each.held(board) if board.lexicon in inputs.lexicons else {}
            rows = rows_on(board, each, held)
            scored[board.id] += rows
            found += rows
            expected = each.columns(board) or {name for row in each.committed for name in row.scores}
            gaps |= {(each.model.id, name, _why(inputs, each, board, name)) for name in expected if name not in held}
        if found or each.model.origin == "computed":
            models.append(each.model)
            details[each.model.id] = details_of(each.model, found, inputs.committed_details(each.model))
    placed, comparisons = place(scored, inputs.before)
    published, reported = inputs.published
    checked = [outcome.checked for outcome in outcomes]
    results = Results(
        toolkit=__version__,
        metric_version=METRIC_VERSION,
        resamples=request.resamples,
        seed=SEED,
        datasets=_datasets(placed + reported),
        boards=tuple(inputs.boards),
        models=(*models, *published),
        rows=(*with_lifts(placed), *reported),
        comparisons=tuple(comparisons),
        refused=tuple(
            Refused(submission=each.id, reasons=tuple(each.problems[:_REASONS])) for each in checked if not each.valid
        ),
        not_recomputed=tuple(
            NotRecomputed(model_id=model, dataset=dataset, reason=reason) for model, dataset, reason in sorted(gaps)
        ),
    )
    return results, details


def _refuse_twins(submissions: Sequence[Checked], before: Results | None) -> None:
    """Refuse ids that differ in case alone: on many disks their pages are one file. Who is on the board stays there."""
    standing = {model.id for model in (before.models if before else ())}
    taken: dict[str, str] = {}
    for each in sorted(submissions, key=lambda each: (each.id not in standing, each.id)):
        first = taken.setdefault(each.id.casefold(), each.id) if each.valid else each.id
        if first != each.id:
            each.problem(f"the folder's name differs from {first!r} in case alone; choose another")


def _submitted(inputs: Inputs, outcome: Outcome) -> Contender:
    checked, submission = outcome.checked, outcome.checked.submission
    if submission is None:  # pragma: no cover - a valid one has metadata
        raise TypeError(f"{checked.folder}: no metadata")
    withheld = submission.withheld is not None and not checked.hashes
    known = {each.id: each for each in (inputs.before.models if inputs.before else ())}
    before = known[checked.id].predictions if checked.id in known else None
    fields = submission.model_dump(
        mode="json", exclude={"schema_", "model", "trained_on", "contact", "withheld"}, exclude_none=True
    )
    model = Model.model_validate(
        {
            **fields,
            "id": checked.id,
            "name": submission.model,
            "origin": "computed",
            "note": submission.withheld,
            "predictions": before if withheld else checked.predictions,
        }
    )
    stems = {dataset: tuple(files) for dataset, files in checked.files.items()}
    return Contender(model, stems, outcome.entries, checked.hashes, inputs.committed_rows(model), withheld=withheld)


def _baseline(inputs: Inputs, model: Model, entries: dict[Cell, Entry]) -> Contender:
    """A baseline has one checkpoint, also of data sets whose labels or subtitles are not at hand now."""
    committed = inputs.committed_rows(model)
    expected = {dataset for row in committed for dataset in row.scores}
    expected |= inputs.unusable.keys() if rules.reads_subtitles(model) else set()
    datasets = [*(cell.dataset for cell in entries), *task_order(expected)]
    return Contender(model, dict.fromkeys(datasets, (rules.CHECKPOINT,)), entries, committed=committed)


def _why(inputs: Inputs, contender: Contender, board: Board, dataset: str) -> str:
    """Why a score could not be computed."""
    if contender.withheld:
        return "the predictions are withheld"
    if dataset in inputs.mistaken:
        return inputs.mistaken[dataset]
    if dataset not in inputs.truths:
        return "no labels at hand"
    if board.lexicon not in inputs.lexicons:
        return f"lexicon {board.lexicon} is not installed"
    if rules.reads_subtitles(contender.model) and dataset in inputs.unusable:
        return f"the subtitles cannot be used: {inputs.unusable[dataset]}"
    return "nothing to compute it from"


def _datasets(rows: Sequence[Row]) -> tuple[Dataset, ...]:
    """The nine, and others that some row has."""
    there = {dataset for row in rows for dataset in row.scores}
    return tuple(
        Dataset(id=task.id, title=task.title, kind=task.kind, samples=task.samples, benchmark=task.benchmark)
        for task in BUILTIN.values()
        if task.benchmark or task.id in there
    )
