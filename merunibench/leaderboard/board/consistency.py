"""Check that a board is internally consistent, without labels and predictions.

To alter a score unnoticed, one also has to alter its interval, the mean, the lift, all ranks of the column, the order
of its tests and the model's details. Such a change can only be found by recomputing the scores (`verify`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from statistics import fmean

from merunibench._text import escape_controls
from merunibench.kinds import KINDS
from merunibench.leaderboard.board.consistency_tests import packed_faults, pair_faults, rank_faults
from merunibench.leaderboard.board.diff import TOLERANCE
from merunibench.leaderboard.board.lifts import with_lifts
from merunibench.leaderboard.board.rows import extractor_of, why_unranked
from merunibench.leaderboard.schema.details import ModelDetails
from merunibench.leaderboard.schema.fields import parsed
from merunibench.leaderboard.schema.results import MEAN, Board, Model, Rank, Results, Row, Score
from merunibench.protocols import PROTOCOLS
from merunibench.report import BENCHMARK_DATASETS
from merunibench.scoring import shifted
from merunibench.signature import Signature, joint_signature
from merunibench.tasks import BUILTIN, benchmark_tasks

_ROUNDED = 1e-8
"""Figures are rounded before they are written; recomputing from rounded figures differs by less than this."""


def contradictions(results: Results) -> list[str]:
    """Return all contradictions, one line each: `row data set: what`."""
    boards = {board.id: board for board in results.boards}
    found: list[str] = []
    found += _identities(results)
    found += _head(results)
    models = {model.id: model for model in results.models}
    for row in results.rows:
        found += _row(row, boards.get(row.board or ""), models.get(row.model_id))
    found += _lifts(results)
    for board in results.boards:
        rows = [row for row in results.rows if row.board == board.id]
        for column in (*BUILTIN, *KINDS, MEAN):
            found += _ranks(rows, column)
        found += rank_faults(rows, [each for each in results.comparisons if each.board == board.id])
    found += _tests(results)
    found += [*pair_faults(results), *packed_faults(results)]
    return [escape_controls(line) for line in found]


def against_details(results: Results, details: Mapping[str, ModelDetails]) -> list[str]:
    """Return scores that contradict the details of their models, one line each."""
    rows = {row.id: row for row in results.rows}
    found = []
    for model, held in details.items():
        for part in held.parts:
            row = rows.get(part.row)
            score = row.scores.get(part.dataset) if row else None
            if row is None or score is None or row.model_id != model:
                found.append(f"details/{model}.json: {part.row} {part.dataset}: is not in the results")
            elif not _near(score.score, part.checkpoints.get(score.checkpoint or ""), _ROUNDED):
                stated = part.checkpoints.get(score.checkpoint or "")
                found.append(f"{part.row} {part.dataset}: score {score.score}, in details/{model}.json {stated}")
    return [escape_controls(line) for line in found]


def _identities(results: Results) -> Iterator[str]:
    """Ids are unique and match their parts; everything that a row refers to exists."""
    models = {model.id: model for model in results.models}
    boards = {board.id for board in results.boards}
    for kind, ids in (
        ("model", [model.id for model in results.models]),
        ("board", [board.id for board in results.boards]),
        ("row", [row.id for row in results.rows]),
    ):
        yield from (f"{kind} {key}: occurs {count} times" for key, count in Counter(ids).items() if count > 1)
    for run in results.models:
        stands = models.get(run.variant_of or run.id)
        if run.variant_of is not None and (stands is None or stands.variant_of is not None):
            yield f"model {run.id}: is a variant of {run.variant_of}, which is not a main model of the board"
    for row in results.rows:
        model = models.get(row.model_id)
        if model is None or (model.name, model.origin) != (row.model, row.origin):
            yield f"{row.id}: model {row.model_id} does not match the list of models"
        if row.board is not None and row.board not in boards:
            yield f"{row.id}: board {row.board} is not in the list of boards"
        if row.origin != "reported" and row.id != f"{row.model_id}/{row.selection}/{row.board}":
            yield f"{row.id}: its id is not {row.model_id}/{row.selection}/{row.board}"


def _head(results: Results) -> Iterator[str]:
    """Data sets match this toolkit, and every score was computed with the settings that the results state."""
    for each in results.datasets:
        task = BUILTIN[each.id]
        if any(getattr(each, name) != getattr(task, name) for name in ("title", "kind", "samples", "benchmark")):
            yield f"data set {each.id}: differs from its description in this toolkit"
    said = set()
    for row in results.rows:
        for score in row.scores.values():
            if score.signature is not None:
                signature = parsed(score.signature)
                said.add((signature.v, signature.bootstrap or results.resamples, signature.seed))
    for version, resamples, seed in sorted(said, key=str):
        if (version, resamples, seed) != (results.metric_version, results.resamples, results.seed):
            yield (
                f"results: metric version {results.metric_version}, {results.resamples} resamples, seed "
                f"{results.seed}; scores are of version {version}, {resamples} resamples, seed {seed}"
            )


def _row_of_board(row: Row, board: Board, model: Model) -> Iterator[str]:
    """Check what a computed row repeats from its board and its scores."""
    if (row.lexicon, row.protocol) != (board.lexicon, board.protocol):
        yield f"{row.id}: is of {row.protocol} and {row.lexicon}, its board of {board.protocol} and {board.lexicon}"
    because = why_unranked(model, on_test=row.on_test)
    if (row.ranked, row.unranked_because) != (because is None, because):
        yield f"{row.id}: ranked is {row.ranked} ({row.unranked_because}), but its model and selection imply {because}"
    if not row.shown:
        yield f"{row.id}: is hidden, but was not copied from a paper"
    signatures = []
    for dataset, score in row.scores.items():
        if score.signature is None:
            continue
        signature = parsed(score.signature)
        signatures.append(signature)
        stated = (signature.data, signature.checkpoint)
        if stated != (dataset, row.selection):
            yield f"{row.id} {dataset}: its signature is of {stated[0]}, checkpoint {stated[1]}"
    joint = str(joint_signature(signatures)) if signatures else None
    if row.signature != joint:
        yield f"{row.id}: its signature does not match its scores"
    if row.extractor != extractor_of(signatures):
        yield f"{row.id}: extractor {row.extractor}, but its scores say {extractor_of(signatures)}"


def _row(row: Row, board: Board | None, model: Model | None) -> Iterator[str]:
    """Check the intervals, means and marks of one row."""
    if board is not None and model is not None and row.origin != "reported":
        yield from _row_of_board(row, board, model)
    if row.ranked and (row.origin != "computed" or row.on_test):
        yield f"{row.id}: is ranked, but is a row of origin {row.origin}, chosen on test: {row.on_test}"
    if row.origin != "reported" and row.on_test != row.selection.startswith("best"):
        yield f"{row.id}: selection {row.selection}, chosen on test: {row.on_test}"
    for dataset, score in row.scores.items():
        yield from (f"{row.id} {dataset}: {fault}" for fault in _score(score, board))
    if row.origin == "reported":
        return  # papers round, and some do not say which data sets their mean covers
    complete = all(name in row.scores and row.scores[name].complete for name in BENCHMARK_DATASETS)
    if row.complete != complete:
        yield f"{row.id}: complete is {row.complete}, but its data sets imply {complete}"
    mean = fmean(row.scores[name].score for name in BENCHMARK_DATASETS) if complete else None
    if not _near(row.mean, mean, _ROUNDED):
        yield f"{row.id} mean: {row.mean}, but its data sets give {mean}"
    yield from (f"{row.id} mean: {fault}" for fault in _interval(row.mean, row.mean_ci))
    yield from _corrected(row)
    yield from _task_means(row)
    counts = [each.labels_per_sample for each in row.scores.values() if each.labels_per_sample is not None]
    if not _near(row.labels_per_sample, fmean(counts) if counts else None, _ROUNDED):
        yield f"{row.id}: labels per sample {row.labels_per_sample}, but its data sets give {fmean(counts or [0])}"


def _corrected(row: Row) -> Iterator[str]:
    """A mean corrected for the choice of checkpoints needs such a choice; its interval is shifted equally."""
    if row.mean_corrected is None and row.mean_corrected_ci is None:
        return
    if row.mean is None or row.mean_corrected is None or not row.on_test:
        yield f"{row.id}: has a corrected mean, but was not chosen on the test labels or has no mean"
        return
    ends = shifted(row.mean_ci, row.mean - row.mean_corrected)
    for stated, expected in zip(row.mean_corrected_ci or (None, None), ends or (None, None), strict=True):
        if not _near(stated, expected, 2 * _ROUNDED):
            yield f"{row.id}: corrected mean {row.mean_corrected} with {row.mean_corrected_ci}, the mean gives {ends}"
            return


def _task_means(row: Row) -> Iterator[str]:
    """Check the means over the data sets of one task; boards of earlier versions have none."""
    for kind, stated in row.task_means.items():
        sets = [task.id for task in benchmark_tasks() if task.kind == kind]
        there = sets and all(name in row.scores and row.scores[name].complete is not False for name in sets)
        mean = fmean(row.scores[name].score for name in sets) if there else None
        if not _near(stated.score, mean, _ROUNDED):
            yield f"{row.id} {kind}: mean {stated.score}, but its data sets give {mean}"
        yield from (f"{row.id} {kind}: {fault}" for fault in _interval(stated.score, stated.ci))


def _score(score: Score, board: Board | None) -> Iterator[str]:
    """Check one score on its own."""
    yield from _interval(score.score, score.ci)
    if score.score > 1 + TOLERANCE:
        yield f"score {score.score} is above 1"
    if score.signature is None:
        return
    signature = parsed(score.signature)
    yield from _correction(score, signature)
    if board is not None and signature.lexicon not in ("none", board.label):
        yield f"was scored with lexicon {signature.lexicon}, but the board uses {board.label}"
    if score.samples is not None and signature.n != score.samples:
        yield f"{score.samples} samples, but its signature says {signature.n}"
    if score.samples is not None and (score.missing or 0) + (score.failed or 0) > score.samples:
        yield f"{score.missing} missing and {score.failed} failed of {score.samples} samples"


def _correction(score: Score, signature: Signature) -> Iterator[str]:
    """A chance-corrected score must follow from the uncorrected one and the chance level."""
    metric = PROTOCOLS[signature.protocol][signature.kind] if signature.protocol in PROTOCOLS else None
    if metric is None or score.chance is None or score.uncorrected is None:
        return
    due = float(metric.primary(score.uncorrected, score.chance))
    if not _near(score.score, due, _ROUNDED):
        yield f"score {score.score}, but its uncorrected score and chance level give {due}"


def _interval(score: float | None, interval: tuple[float, float] | None) -> Iterator[str]:
    if score is not None and interval is not None and not interval[0] - _ROUNDED <= score <= interval[1] + _ROUNDED:
        yield f"score {score} is outside its interval {interval[0]} to {interval[1]}"


def _lifts(results: Results) -> Iterator[str]:
    """Lift is the score minus that of the best shallow baseline; baselines and published rows have none."""
    for row, computed in zip(results.rows, with_lifts([_without_lifts(row) for row in results.rows]), strict=True):
        for dataset, score in row.scores.items():
            lift = computed.scores[dataset].lift
            if not _near(score.lift, lift, _ROUNDED):
                yield f"{row.id} {dataset}: lift {score.lift}, but the shallow baselines give {lift}"
        if not _near(row.lift, computed.lift, _ROUNDED):
            yield f"{row.id}: lift {row.lift}, but its data sets give {computed.lift}"


def _without_lifts(row: Row) -> Row:
    scores = {dataset: score.model_copy(update={"lift": None}) for dataset, score in row.scores.items()}
    return row.model_copy(update={"scores": scores, "lift": None})


def _ranks(rows: Iterable[Row], column: str) -> Iterator[str]:
    """The ranks of one column of one board must follow its scores."""
    placed = [(row, rank) for row in rows if (rank := row.rank(column)) is not None]
    values = {row.id: row.value(column) for row, _ in placed}
    for row, rank in placed:
        value = values[row.id]
        if value is None or not row.ranked:
            yield (
                f"{row.id} {column}: has rank {rank.rank}, but no score"
                if value is None
                else (f"{row.id} {column}: has rank {rank.rank}, but is not ranked")
            )
            continue
        due = 1 + sum(other is not None and other > value for other in values.values())
        if (rank.rank, rank.of) != (due, len(placed)):
            yield f"{row.id} {column}: rank {rank.rank} of {rank.of}, but the scores give {due} of {len(placed)}"
        if not _holds(rank):
            yield f"{row.id} {column}: rank {rank.rank} of {rank.of} is outside its interval {rank.low} to {rank.high}"
    kinds = {_metric(row, column) for row, _ in placed}
    for row in rows:
        if row.ranked and row.value(column) is not None and row.rank(column) is None and _metric(row, column) in kinds:
            yield f"{row.id} {column}: has no rank, although its score is comparable with ranked ones"


def _holds(rank: Rank) -> bool:
    if rank.low is None or rank.high is None:
        return rank.low is rank.high
    return 1 <= rank.low <= rank.rank <= rank.high <= rank.of


def _metric(row: Row, column: str) -> str:
    """What the scores of a column must share to be ranked together."""
    signature = row.scores[column].signature if column in BUILTIN else None
    return parsed(signature).metric_part if signature else ""


def _tests(results: Results) -> Iterator[str]:
    """Tests name rows of their board, in descending order of the scores."""
    rows = {row.id: row for row in results.rows}
    for each in results.comparisons:
        values = []
        for key in each.rows:
            value = rows[key].value(each.dataset) if key in rows and rows[key].board == each.board else None
            if value is None:
                yield f"{key} {each.dataset}: is in the tests of board {each.board}, but has no score there"
            else:
                values.append((value, key))
        for (above, one), (below, other) in pairwise(values):
            if below > above:
                yield f"{other} {each.dataset}: is listed below {one} in the tests, but has the higher score"


def _near(stated: float | None, computed: float | None, tolerance: float) -> bool:
    if stated is None or computed is None:
        return stated is computed
    return abs(stated - computed) <= tolerance
