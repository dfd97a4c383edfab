"""Build the whole board from submissions, labels and lexicons; every score is recomputed from predictions."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

from merunibench import __version__
from merunibench._gc import gc_paused
from merunibench.leaderboard.board.describing import Sketch, details_of, sketch_of
from merunibench.leaderboard.board.inputs import Inputs, Request
from merunibench.leaderboard.board.lifts import with_lifts
from merunibench.leaderboard.board.pairs import Compared, pairs_of
from merunibench.leaderboard.board.ranking import place
from merunibench.leaderboard.board.rows import Contender, Held, ScoredRow, rows_on
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.results import Board, Dataset, Model, NotRecomputed, Pairs, Refused, Results, Row
from merunibench.leaderboard.scoring import baseline_rows
from merunibench.leaderboard.scoring.cache import Cache, Entry
from merunibench.leaderboard.scoring.cells import Cell, Scorer
from merunibench.leaderboard.scoring.jobs import Elsewhere, Outcome, find_submissions, is_extended, score_submissions
from merunibench.leaderboard.submissions.checked import Checked
from merunibench.leaderboard.submissions.submission import Submission, submission_id
from merunibench.protocols import METRIC_VERSION
from merunibench.scoring import Progress
from merunibench.tasks import BUILTIN, task_order

SEED = 0
_CHOSEN_OVER_ALL = "its checkpoint is chosen over all data sets, and not all of them can be scored now"
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
    return ScoredBoard(request, progress).finished()


def with_pairs(results: Results, pairs: Pairs) -> Results:
    """Return results with the paired comparisons of their rows."""
    return results.model_copy(update={"pairs": pairs.pairs, "packed_pairs": pairs.packed})


_Made = Mapping[str, tuple[Held, list[ScoredRow]]]
"""Board id -> what a model has there, and its rows."""


class ScoredBoard:
    """A board whose rows have scores, but no ranks yet.

    Args:
        request: What to build it from.
        progress: Is told what is being done, the steps done, and their number.
        helper: A process that scores single submissions, if there is one.

    Attributes:
        cache: Contains figures of earlier builds, and now those of this one.
        boards: The boards, the main one first.
        sketches: Model id -> the sketch of its details.

    Raises:
        InputError: as for `build`.
    """

    def __init__(self, request: Request, progress: Progress | None = None, helper: Executor | None = None) -> None:
        inputs = Inputs(request)
        self._inputs = inputs
        self.boards = inputs.boards
        self.cache = Cache(None if is_extended() else request.cache)
        scorer = Scorer(inputs.truths, inputs.lexicons, request.resamples, SEED)
        rules = baseline_rows.BaselineRows(inputs.own, scorer, inputs.subtitles, self.cache)
        self._prepared: dict[str, _Made] = {}
        elsewhere = None if helper is None else Elsewhere(helper, self._prepare)
        self._outcomes = score_submissions(
            _folders(request), inputs.own, scorer, self.cache, request.processes, progress, rules, elsewhere
        )
        self._rows: dict[str, list[ScoredRow]] = {board.id: [] for board in inputs.boards}
        self._models: list[Model] = []
        self._gaps: set[tuple[str, str, str, str, str]] = set()
        self.sketches: dict[str, Sketch] = {}
        for each in _contenders(inputs, self._outcomes, rules):
            self._add(each)

    def _prepare(self, outcomes: Iterable[Outcome]) -> None:
        """Make the rows of submissions in advance, while another process is scoring."""
        for outcome in outcomes:
            contender = _submitted(self._inputs, outcome)
            self._prepared[contender.model.id] = self._made(contender)

    def _made(self, each: Contender) -> _Made:
        """Return what a model has on all boards, by board."""
        lexicons = self._inputs.lexicons
        held = {board.id: each.held(board) if board.lexicon in lexicons else {} for board in self.boards}
        return {board.id: (held[board.id], rows_on(board, each, held[board.id])) for board in self.boards}

    def _add(self, each: Contender) -> None:
        """Add a model with its rows on all boards."""
        inputs, key = self._inputs, each.model.id
        made = self._prepared.pop(key, None) or self._made(each)
        for board in self.boards:
            held, rows = made[board.id]
            self._rows[board.id] += rows
            expected = each.columns(board).keys() or {name for row in each.committed for name in row.scores}
            gaps = [(name, *_why(inputs, each, board, name), "") for name in expected - held.keys()]
            for row in rows:
                kept = row.row.scores.keys() & held.keys() - row.held.keys()
                gaps += [(name, _CHOSEN_OVER_ALL, "", row.row.selection) for name in kept]
            self._gaps |= {(key, *gap) for gap in gaps}
        found = [row for _, rows in made.values() for row in rows]
        if found or each.model.origin == "computed":
            self._models.append(each.model)
            self.sketches[key] = sketch_of(each.model, found, inputs.committed_details(each.model))

    def finished(self) -> tuple[Results, dict[str, Details]]:
        """Return the whole results, and the details of every model that is described.

        Raises:
            InputError: the cache cannot be used.
        """
        results = with_pairs(self.ranked(), self.compared().pairs)
        return results, details_of(self.sketches, self.cache)

    def ranked(self) -> Results:
        """Return the results, with ranks and tests, but without pairs."""
        placed, comparisons = place(self._rows, self._inputs.before)
        published, reported = self._inputs.published
        refused = (outcome.checked for outcome in self._outcomes if not outcome.checked.valid)
        return Results(
            toolkit=__version__,
            metric_version=METRIC_VERSION,
            resamples=self._inputs.request.resamples,
            seed=SEED,
            datasets=_datasets(placed + reported),
            boards=tuple(self.boards),
            models=(*self._models, *published),
            rows=(*with_lifts(placed), *reported),
            comparisons=tuple(comparisons),
            refused=tuple(map(_refused, refused)),
            not_recomputed=tuple(
                NotRecomputed(
                    model_id=model, dataset=dataset, reason=reason, board=board or None, selection=selection or None
                )
                for model, dataset, reason, board, selection in sorted(self._gaps)
            ),
        )

    def compared(self) -> Compared:
        """Return the paired comparisons of the rows.

        Raises:
            InputError: the cache cannot be used.
        """
        resamples = self._inputs.request.resamples
        return pairs_of(self._rows, self._inputs.before, self.cache, resamples=resamples, seed=SEED)


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


def _why(inputs: Inputs, contender: Contender, board: Board, dataset: str) -> tuple[str, str]:
    """Return the reason why a score could not be computed, and the board if it is true of that board alone."""
    if contender.withheld:
        return "the predictions are withheld", ""
    if dataset in inputs.mistaken:
        return inputs.mistaken[dataset], ""
    if dataset not in inputs.truths:
        return "no labels available", ""
    if board.lexicon not in inputs.lexicons:
        return f"lexicon {board.lexicon} is not installed", board.id
    if baseline_rows.reads_subtitles(contender.model) and dataset in inputs.unusable:
        return f"the subtitles cannot be used: {inputs.unusable[dataset]}", ""
    return "no predictions to compute it from", ""


def _datasets(rows: Sequence[Row]) -> tuple[Dataset, ...]:
    """Return the nine data sets, and any others that occur in a row."""
    there = {dataset for row in rows for dataset in row.scores}
    return tuple(
        Dataset(id=task.id, title=task.title, kind=task.kind, samples=task.samples, benchmark=task.benchmark)
        for task in BUILTIN.values()
        if task.benchmark or task.id in there
    )
