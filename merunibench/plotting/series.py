"""What a figure draws: the figures of a report, whether it is in memory or was written as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from merunibench._text import escape_controls
from merunibench.errors import InputError
from merunibench.protocols import CORRECTED
from merunibench.report import Report
from merunibench.report.written import WrittenReport
from merunibench.signature import Signature
from merunibench.tasks import BUILTIN, benchmark_tasks

Interval = tuple[float, float]
MEAN = "mean"
_MOST_DATASETS = 40
_LOWEST = -100.0
"""Corrected scores may lie far below 0."""


@dataclass(frozen=True)
class Point:
    """One model on one data set, or in a mean. Fractions.

    Attributes:
        name: Data set id, kind of task, or `mean`.
        title: Its title.
        score: The primary score.
        ci: Its 95 % interval, where there is one.
        chance: What the same answers score when shuffled, on the scale of `score`; None of means.
        labels: Mean number of labels per sample, where there are labels.
        checkpoints: Checkpoint -> its score.
        checkpoint: The checkpoint whose score it is.
        signature: What the score was computed with; empty for means.
    """

    name: str
    title: str
    score: float
    ci: Interval | None = None
    chance: float | None = None
    labels: float | None = None
    checkpoints: Mapping[str, float] | None = None
    checkpoint: str = ""
    signature: str = ""


@dataclass(frozen=True)
class Series:
    """One model.

    Attributes:
        model: What it is called.
        protocol: The protocol of its scores.
        points: Its data sets, in the order of the published tables.
        means: Its means: of tasks whose data sets are all there, and of the nine.
        signature: What its scores were computed with.
    """

    model: str
    protocol: str
    points: tuple[Point, ...]
    means: tuple[Point, ...]
    signature: str


def series_of(report: Report | WrittenReport, name: str | None = None) -> Series:
    """The figures of a report.

    Args:
        report: The report.
        name: What to call the model; by default as the report does.
    """
    written = report if isinstance(report, WrittenReport) else WrittenReport.model_validate(report.to_dict())
    points = tuple(
        Point(
            name=each.dataset,
            title=each.title,
            score=each.score,
            ci=each.ci,
            # A corrected score is 0 at the chance level.
            chance=0.0 if each.primary == CORRECTED else each.chance,
            labels=each.labels_per_sample,
            checkpoints={key: _score_of(value, each.dataset) for key, value in each.checkpoints.items()},
            checkpoint=each.checkpoint,
            signature=each.signature,
        )
        for each in written.datasets
    )
    ends = [end for point in points for end in (point.score, *(point.ci or ()), point.chance or 0.0)]
    if len(points) > _MOST_DATASETS or not all(_LOWEST <= end <= 1 for end in ends):
        raise InputError(
            f"{escape_controls(written.model, 60)}: cannot be drawn: more than {_MOST_DATASETS} data sets, or a score "
            "that is no fraction"
        )
    return Series(name or written.model, written.protocol, points, tuple(_means(points, written)), written.signature)


def _score_of(checkpoint: object, dataset: str) -> float:
    """The score of a checkpoint in a file, where nobody has looked at it yet."""
    score = checkpoint.get("score") if isinstance(checkpoint, Mapping) else None
    if not isinstance(score, int | float) or not _LOWEST <= score <= 1:
        raise InputError(f"{escape_controls(dataset, 60)}: a checkpoint of the report has no score that is a fraction")
    return float(score)


def _means(points: tuple[Point, ...], written: WrittenReport) -> Iterator[Point]:
    """The means of tasks of a complete report, and that of the nine with its interval."""
    if written.mean is None:
        return
    scores = {point.name: point.score for point in points}
    for kind in dict.fromkeys(task.kind for task in benchmark_tasks()):
        sets = [task.id for task in benchmark_tasks() if task.kind == kind]
        if len(sets) > 1 and scores.keys() >= set(sets):
            yield Point(kind, f"Mean, {kind}", fmean(scores[name] for name in sets))
    yield Point(MEAN, "Mean", written.mean, written.mean_ci)


def titles_of(every: Iterable[Series], *, means: bool = True) -> dict[str, str]:
    """Name -> title of every data set, then of every mean, that one of the models has."""
    models = list(every)
    found = {point.name: point.title for each in models for point in each.points}
    order = BUILTIN.in_order({name for name in found if name in BUILTIN})
    titles = {name: found[name] for name in (*order, *(name for name in found if name not in order))}
    if means:
        titles |= {point.name: point.title for each in models for point in each.means}
    return titles


def point_of(series: Series, name: str) -> Point | None:
    """A model's figure on a data set, or its mean; None if it has none."""
    return next((point for point in (*series.points, *series.means) if point.name == name), None)


def refuse_mixed(every: Sequence[Series]) -> None:
    """Refuse scores of two protocols, lexicons or sets of samples on one scale.

    Raises:
        InputError: there are such.
    """
    first: dict[str, tuple[str, Signature]] = {}
    for series in every:
        for point in series.points:
            ours = Signature.parse(point.signature)
            other, theirs = first.setdefault(point.name, (series.model, ours))
            differing = ours.differences(theirs)
            if differing:
                raise InputError(
                    f"{point.name}: {series.model} and {other} do not belong into one figure, their scores differ in "
                    f"{', '.join(differing)}; score them alike"
                )
    protocols = sorted({Signature.parse(series.signature).protocol for series in every})
    if len(protocols) > 1:
        raise InputError(f"scores of {' and '.join(protocols)} do not belong into one figure; score them alike")
