"""Build the whole board from submissions, labels and lexicons; every score is recomputed from predictions."""

from collections.abc import Sequence
from pathlib import Path

from merunibench import __version__
from merunibench._gc import gc_paused
from merunibench.leaderboard.board.inputs import Inputs, Request
from merunibench.leaderboard.board.lifts import with_lifts
from merunibench.leaderboard.board.pairs import pairs_of
from merunibench.leaderboard.board.ranking import place
from merunibench.leaderboard.board.rows import Contender, ScoredRow, details_of, rows_on
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.results import Board, Dataset, Model, NotRecomputed, Refused, Results, Row
from merunibench.leaderboard.scoring import baseline_rows
from merunibench.leaderboard.scoring.cache import Cache, Entry
from merunibench.leaderboard.scoring.cells import Cell, Scorer
from merunibench.leaderboard.scoring.jobs import Outcome, find_submissions, is_extended, score_submissions
from merunibench.leaderboard.submissions.checked import Checked
from merunibench.leaderboard.submissions.submission import Submission, submission_id
from merunibench.protocols import METRIC_VERSION
from merunibench.scoring import Progress
from merunibench.tasks import BUILTIN, task_order

SEED = 0
_REASONS = 20  # of a refusal, on the board; `leaderboard validate` lists all of them


@gc_paused()
def build(request: Request, progress: Progress | None = None) -> tuple[Results, dict[str, Details]]:
    """Build the board.

    Args:
        request: What to build it from.
        progress: Is told what is being done, the steps done, and their number.

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
    rules = baseline_rows.BaselineRows(inputs.own, scorer, inputs.subtitles, cache)
    outcomes = score_submissions(_folders(request), inputs.own, scorer, cache, request.processes, progress, rules)
    contenders = _contenders(inputs, outcomes, rules)
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
    pairs = pairs_of(scored, inputs.before, cache, resamples=request.resamples, seed=SEED)
    published, reported = inputs.published
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
        refused=tuple(_refused(outcome.checked) for outcome in outcomes if not outcome.checked.valid),
        pairs=pairs.pairs,
        packed_pairs=pairs.packed,
        not_recomputed=tuple(
            NotRecomputed(model_id=model, dataset=dataset, reason=reason) for model, dataset, reason in sorted(gaps)
        ),
    )
    return results, details


def _folders(request: Request) -> list[Path]:
    """Return the folders of all submissions, by name."""
    found = {submission_id(folder): folder for folder in (*find_submissions(request.submissions), *request.extra)}
    return [found[key] for key in sorted(found)]


def _contenders(inputs: Inputs, outcomes: Sequence[Outcome], rules: baseline_rows.BaselineRows) -> list[Contender]:
    """Return every model that gets rows: the valid submissions, then the baselines."""
    checked = [outcome.checked for outcome in outcomes]
    _refuse_twins(checked, inputs.before)
    _refuse_orphans(checked)
    submitted = [_submitted(inputs, outcome) for outcome in outcomes if outcome.checked.valid]
    return submitted + [_baseline(inputs, model, rules.entries(model)) for model in baseline_rows.models()]


def _refused(checked: Checked) -> Refused:
    return Refused(submission=checked.id, reasons=tuple(checked.problems[:_REASONS]))


def _refuse_twins(submissions: Sequence[Checked], before: Results | None) -> None:
    """Refuse ids that differ only in case: on many disks their pages are one file. Ids on the board go first."""
    standing = {model.id for model in (before.models if before else ())}
    taken: dict[str, str] = {}
    for each in sorted(submissions, key=lambda each: (each.id not in standing, each.id)):
        first = taken.setdefault(each.id.casefold(), each.id) if each.valid else each.id
        if first != each.id:
            each.problem(f"the folder's name differs from {first!r} only in case; choose another")


def _refuse_orphans(submissions: Sequence[Checked]) -> None:
    """Refuse variants of a model whose own submission is missing, or is a variant itself: none would be ranked."""
    runs = {each.id: each.submission.variant_of for each in submissions if each.valid and each.submission is not None}
    for each in submissions:
        parent = runs.get(each.id)
        if parent is not None and runs.get(parent, parent) is not None:
            each.problem(f"variant_of: {parent!r} is not the main submission of a model; name the one that is ranked")


def _submitted(inputs: Inputs, outcome: Outcome) -> Contender:
    checked, submission = outcome.checked, outcome.checked.submission
    if submission is None:  # pragma: no cover - a valid one has metadata
        raise TypeError(f"{checked.folder}: no metadata")
    withheld = submission.withheld is not None and not checked.hashes
    known = {each.id: each for each in (inputs.before.models if inputs.before else ())}
    before = known[checked.id].predictions if checked.id in known else None
    model = model_of(checked.id, submission, before if withheld else checked.predictions)
    stems = {dataset: tuple(files) for dataset, files in checked.files.items()}
    return Contender(model, stems, outcome.entries, checked.hashes, inputs.committed_rows(model), withheld=withheld)


def model_of(key: str, submission: Submission, predictions: str | None) -> Model:
    """Return a submission as the board lists it.

    Args:
        key: Its id.
        submission: Its metadata.
        predictions: The hash of its predictions.
    """
    fields = submission.model_dump(mode="json", exclude={"schema_", "model", "contact", "withheld"}, exclude_none=True)
    stated = {"id": key, "name": submission.model, "origin": "computed", "note": submission.withheld}
    return Model.model_validate({**fields, **stated, "predictions": predictions})


def _baseline(inputs: Inputs, model: Model, entries: dict[Cell, Entry]) -> Contender:
    """Return a baseline. It has one checkpoint, also on data sets whose labels or subtitles are not available now."""
    committed = inputs.committed_rows(model)
    expected = {dataset for row in committed for dataset in row.scores}
    expected |= inputs.unusable.keys() if baseline_rows.reads_subtitles(model) else set()
    datasets = [*(cell.dataset for cell in entries), *task_order(expected)]
    return Contender(model, dict.fromkeys(datasets, (baseline_rows.CHECKPOINT,)), entries, committed=committed)


def _why(inputs: Inputs, contender: Contender, board: Board, dataset: str) -> str:
    """Return the reason why a score could not be computed."""
    if contender.withheld:
        return "the predictions are withheld"
    if dataset in inputs.mistaken:
        return inputs.mistaken[dataset]
    if dataset not in inputs.truths:
        return "no labels available"
    if board.lexicon not in inputs.lexicons:
        return f"lexicon {board.lexicon} is not installed"
    if baseline_rows.reads_subtitles(contender.model) and dataset in inputs.unusable:
        return f"the subtitles cannot be used: {inputs.unusable[dataset]}"
    return "no predictions to compute it from"


def _datasets(rows: Sequence[Row]) -> tuple[Dataset, ...]:
    """Return the nine data sets, and any others that occur in a row."""
    there = {dataset for row in rows for dataset in row.scores}
    return tuple(
        Dataset(id=task.id, title=task.title, kind=task.kind, samples=task.samples, benchmark=task.benchmark)
        for task in BUILTIN.values()
        if task.benchmark or task.id in there
    )
