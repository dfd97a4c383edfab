"""The data of a figure: the scores of a report in memory or written as JSON."""

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
"""Chance-corrected scores may be far below 0."""


@dataclass(frozen=True)
class Point:
    """One model on one data set or mean, as fractions.

    Attributes:
        name: Data set id, kind of task, or `mean`.
        title: Its title.
        score: The primary score.
        ci: Its 95 % interval, or None.
        chance: Expected score of the same answers when shuffled, on the scale of `score`; None for means.
        labels: Mean number of labels per sample, or None.
        checkpoints: Checkpoint -> its score.
        checkpoint: The checkpoint whose score it is.
        signature: How the score was computed; empty for means.
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
        model: Its name.
        protocol: The protocol of its scores.
        points: Its data sets, in the order of the published tables.
        means: The means of tasks with all data sets, and of the nine.
        signature: How its scores were computed.
    """

    model: str
    protocol: str
    points: tuple[Point, ...]
    means: tuple[Point, ...]
    signature: str


def series_of(report: Report | WrittenReport, name: str | None = None) -> Series:
    """Return the scores of a report.

    Args:
        report: The report.
        name: Name of the model; by default that in the report.
    """
    written = report if isinstance(report, WrittenReport) else WrittenReport.model_validate(report.to_dict())
    points = tuple(
        Point(
            name=each.dataset,
            title=each.title,
            score=each.score,
            ci=each.ci,
            # A chance-corrected score is 0 at the chance level.
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
            "that is not a fraction"
        )
    return Series(name or written.model, written.protocol, points, tuple(_means(points, written)), written.signature)


def _score_of(checkpoint: object, dataset: str) -> float:
    """Read the score of a checkpoint from a file, which has not been checked yet."""
    score = checkpoint.get("score") if isinstance(checkpoint, Mapping) else None
    if not isinstance(score, int | float) or not _LOWEST <= score <= 1:
        raise InputError(f"{escape_controls(dataset, 60)}: a checkpoint of the report has no score that is a fraction")
    return float(score)


def _means(points: tuple[Point, ...], written: WrittenReport) -> Iterator[Point]:
    """The task means of a complete report, and the mean of the nine with its interval."""
    if written.mean is None:
        return
    scores = {point.name: point.score for point in points}
    for kind in dict.fromkeys(task.kind for task in benchmark_tasks()):
        sets = [task.id for task in benchmark_tasks() if task.kind == kind]
        if len(sets) > 1 and scores.keys() >= set(sets):
            yield Point(kind, f"Mean, {kind}", fmean(scores[name] for name in sets))
    yield Point(MEAN, "Mean", written.mean, written.mean_ci)


def titles_of(every: Iterable[Series], *, means: bool = True) -> dict[str, str]:
    """Name -> title of every data set, then of every mean, that any of the models has."""
    models = list(every)
    found = {point.name: point.title for each in models for point in each.points}
    order = BUILTIN.in_order({name for name in found if name in BUILTIN})
    titles = {name: found[name] for name in (*order, *(name for name in found if name not in order))}
    if means:
        titles |= {point.name: point.title for each in models for point in each.means}
    return titles


def point_of(series: Series, name: str) -> Point | None:
    """Return a model's score on a data set, or its mean; None if it has none."""
    return next((point for point in (*series.points, *series.means) if point.name == name), None)


def refuse_mixed(every: Sequence[Series]) -> None:
    """Reject scores of different protocols, lexicons or sets of samples on one scale.

    Raises:
        InputError: the scores differ in one of these.
    """
    first: dict[str, tuple[str, Signature]] = {}
    for series in every:
        for point in series.points:
            ours = Signature.parse(point.signature)
            other, theirs = first.setdefault(point.name, (series.model, ours))
            differing = ours.differences(theirs)
            if differing:
                raise InputError(
                    f"{point.name}: {series.model} and {other} cannot be in one figure: their scores differ in "
                    f"{', '.join(differing)}; score them with the same settings"
                )
    protocols = sorted({Signature.parse(series.signature).protocol for series in every})
    if len(protocols) > 1:
        raise InputError(
            f"scores of {' and '.join(protocols)} cannot be in one figure; score them with the same settings"
        )
