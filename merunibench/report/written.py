"""A report that was written as JSON, read again: its figures, and the paragraph that a paper needs beside them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from merunibench._text import visible
from merunibench.errors import InputError
from merunibench.files.json_text import read_json
from merunibench.report.columns import percent, span
from merunibench.report.report import SCHEMA
from merunibench.signature import Signature
from merunibench.tasks import BUILTIN, title_of

_MOST_BYTES = 64 << 20


def _known(name: str) -> str:
    if name not in BUILTIN:
        raise ValueError(f"unknown data set {name!r}")
    return name


DatasetId = Annotated[str, AfterValidator(_known)]
SignatureText = Annotated[str, AfterValidator(lambda text: str(Signature.parse(text)))]
Interval = tuple[float, float]


class _Plain(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Runs(_Plain):
    """Several runs of a model."""

    scores: tuple[float, ...]
    deviation: float


class Shared(_Plain):
    """Samples that stand in two data sets."""

    datasets: tuple[DatasetId, DatasetId]
    samples: int


class WrittenScore(_Plain):
    """One data set of a report, as far as the paragraph needs it. What reports of before lack is None."""

    signature: SignatureText
    dataset: str
    own_title: str = Field("", alias="title")
    checkpoint: str
    primary: str
    score: float
    uncorrected: float | None = None
    ci: Interval | None = None
    selection_bias: float | None = None
    runs: Runs | None = None
    chance: float
    evaluated: int | None = None
    samples: int
    missing: int
    failed: int
    checkpoints: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("dataset")
    @classmethod
    def _known_or_own(cls, name: str, info: ValidationInfo) -> str:
        own = str(info.data.get("signature")).startswith(f"mub|data:own.{name}@")
        return name if own else _known(name)

    @property
    def title(self) -> str:
        """The data set's name as papers print it; own data sets bring theirs."""
        return visible(self.own_title, 100) if self.own_title else title_of(self.dataset)


class WrittenReport(_Plain):
    """A report as `Report.to_json` writes it."""

    schema_: Literal["merunibench.report/1"] = Field(alias="schema")
    signature: SignatureText
    protocol: str
    level: int
    model: str
    checkpoint_selection: str
    datasets: tuple[WrittenScore, ...] = Field(min_length=1)
    mean: float | None
    mean_ci: Interval | None
    mean_selection_bias: float | None = None
    mean_corrected: float | None = None
    mean_corrected_ci: Interval | None = None
    mean_runs: Runs | None = None
    counted_twice: tuple[Shared, ...] = ()

    @classmethod
    def read(cls, path: Path) -> "WrittenReport":
        """The report in a file.

        Raises:
            InputError: it holds none.
        """
        content = read_json(path, max_bytes=_MOST_BYTES)
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            raise InputError(f"{path}: no report ({SCHEMA}); `merunibench score --format json` writes one")
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise InputError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from None

    def methods(self) -> str:
        """What a paper must say of these figures: how they were made, from what, and how sure they are."""
        return " ".join(_sentences(self)) + "\n"


def _sentences(report: WrittenReport) -> Iterator[str]:
    signature = Signature.parse(report.signature)
    yield (
        f"{visible(report.model)} was scored with merunibench on {_named(report)} under the {report.protocol} "
        f"protocol, metric version {signature.v}, wheel level {report.level}{_lexicon(signature)}."
    )
    yield _labels(signature)
    yield _MISSING.get(signature.missing, "")[:-1] + _missing(report) + "."
    yield from _runs(report, signature)
    yield _checkpoints(report)
    yield from _intervals(signature)
    yield "Scores in percent: " + "; ".join(map(_score, report.datasets)) + "."
    yield from _mean(report)
    yield f"Signature: {report.signature}"


def _named(report: WrittenReport) -> str:
    """The data sets and what is measured on them."""
    samples = sum(each.evaluated or each.samples for each in report.datasets)
    titles: dict[str, list[str]] = {}
    for each in report.datasets:
        titles.setdefault(each.primary.replace("_", " "), []).append(each.title)
    measured = "; ".join(f"{measure}: {', '.join(names)}" for measure, names in titles.items())
    number = len(report.datasets)
    return f"{number} data set{'s' * (number > 1)} with {samples:,} samples ({measured})"


def _lexicon(signature: Signature) -> str:
    return "" if signature.lexicon == "none" else f", lexicon {visible(signature.lexicon)}"


def _labels(signature: Signature) -> str:
    origins = sorted({*signature.labels.split("+"), *signature.polarity.split("+")} - {"none"})
    said = [
        "given with the predictions" if origin == "given" else f"read from the text by {visible(origin)}"
        for origin in origins
    ]
    return f"Labels and polarities were {' or '.join(said)}."


_MISSING = {
    "error": "Every sample had a prediction.",
    "zero": "Samples without a prediction counted as wrong.",
    "skip": "Samples without a prediction were left out.",
}


def _missing(report: WrittenReport) -> str:
    missing, failed = (sum(getattr(each, name) for each in report.datasets) for name in ("missing", "failed"))
    return f" ({missing} missing, {failed} failed)" if missing + failed else ""


def _runs(report: WrittenReport, signature: Signature) -> Iterator[str]:
    if signature.runs > 1:
        spreads = [f"{each.title} {100 * each.runs.deviation:.2f}" for each in report.datasets if each.runs]
        if report.mean_runs:
            spreads.append(f"mean {100 * report.mean_runs.deviation:.2f}")
        yield f"Figures are means over {signature.runs} runs; standard deviation between runs: {', '.join(spreads)}."


def _checkpoints(report: WrittenReport) -> str:
    rule = report.checkpoint_selection
    number = max(len(each.checkpoints) for each in report.datasets)
    if rule == "single":
        return "There was one checkpoint."
    if rule == "best-per-dataset":
        return (
            f"On each data set the best of {number} checkpoints by that set's own test labels is reported, as in the "
            "published row."
        )
    if rule == "best-overall":
        return f"The best of {number} checkpoints by the mean of the test scores is reported."
    if rule == "last":
        return f"The last of {number} checkpoints is reported."
    return f"The checkpoint {visible(rule)} was chosen without looking at the scores."


_UNITS = {
    "samples": "samples",
    "clusters": "dialogues and videos",
    "clusters+samples": "dialogues and videos where a data set has them, else over samples",
}
_METHODS = {
    "percentile": "percentiles",
    "bca": "BCa percentiles below 100 samples",
    "jackknife-t": "delete-one jackknife and Student's t below 200 dialogues or videos",
    "exact": "Clopper-Pearson where all or no answers are right",
}
"""How each method of an interval is called, and when it is taken."""


def _intervals(signature: Signature) -> Iterator[str]:
    methods = [each.partition("@") for each in signature.interval.split("+") if each != "none"]
    if not methods or not signature.bootstrap:
        yield "No intervals were computed."
        return
    said = [_METHODS.get(name, visible(name)) for name, _, _ in methods]
    kind = "Poisson bootstrap by name" if {version for _, _, version in methods} != {"1"} else "bootstrap"
    yield (
        f"Intervals are at 95 %: {kind} ({signature.bootstrap:,} resamples, seed {signature.seed}) over "
        f"{_UNITS.get(signature.units, visible(signature.units))}; {', '.join(said)}."
    )


def _score(each: WrittenScore) -> str:
    said = f"{each.title} {percent(each.score)}"
    said += f" ({span(each.ci)})" if each.ci else ""
    if each.primary == "corrected":
        return f"{said}, corrected for chance from {percent(each.uncorrected)}, chance {percent(each.chance)}"
    return f"{said}, chance {percent(each.chance)}"


def _mean(report: WrittenReport) -> Iterator[str]:
    if report.mean is not None:
        interval = f" ({span(report.mean_ci)})" if report.mean_ci else ""
        yield f"The mean of the nine data sets is {percent(report.mean)}{interval}."
    if report.mean is not None and report.mean_corrected is not None:
        yield (
            f"The choice of checkpoints on the test labels flatters it by about "
            f"{100 * (report.mean_selection_bias or 0):.2f} points (bootstrap estimate of optimism); corrected, it is "
            f"{percent(report.mean_corrected)} ({span(report.mean_corrected_ci)})."
        )
    elif any(each.selection_bias is not None for each in report.datasets):
        biases = [f"{each.title} {100 * (each.selection_bias or 0):.2f}" for each in report.datasets]
        yield f"The choice of checkpoints on the test labels flatters the scores by about: {', '.join(biases)} points."
    for each in report.counted_twice:
        first, second = (title_of(name) for name in each.datasets)
        yield f"The mean counts {each.samples} samples twice: those of {first} are in {second}."
