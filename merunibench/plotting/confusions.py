"""Find the confusion that a figure draws: in a report in memory, an error analysis, or the JSON written by `errors`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from merunibench._text import in_one_line
from merunibench.errors import InputError
from merunibench.files.json_text import read_json
from merunibench.report import ErrorAnalysis, Report
from merunibench.report.error_analysis.result import SCHEMA, Confusion
from merunibench.scoring import LoadedScores
from merunibench.signature import Signature
from merunibench.tasks import BUILTIN, title_of

_MOST_BYTES = 64 << 20
_MOST_NAMES = 100


class _Plain(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class _Confusion(_Plain):
    wheel: int | None
    rows: tuple[str, ...] = Field(max_length=_MOST_NAMES)
    columns: tuple[str, ...] = Field(max_length=_MOST_NAMES)
    counts: tuple[tuple[float, ...], ...]
    wrong: tuple[int, ...]
    samples: int

    @model_validator(mode="after")
    def _square(self) -> "_Confusion":
        if len(self.counts) != len(self.rows) or {len(row) for row in self.counts} - {len(self.columns)}:
            raise ValueError("counts must have one row for each of rows, with one number for each of columns")
        return self


class _Dataset(_Plain):
    dataset: str
    title: str = ""
    signature: str
    confusions: tuple[_Confusion, ...]


class _Errors(_Plain):
    model: str
    datasets: tuple[_Dataset, ...] = Field(min_length=1)


class Found(NamedTuple):
    """A confusion with its model, data set and signature.

    Attributes:
        confusion: The confusion.
        model: The model's name.
        title: The data set's title.
        signature: How the scores were computed.
    """

    confusion: Confusion
    model: str
    title: str
    signature: str


def find(source: object, datasets: Sequence[str], wheel: int | None) -> Found:
    """Find the confusion to draw.

    Args:
        source: A report in memory, an error analysis, or the path of its JSON.
        datasets: The data set, by any of its names; optional if there is only one.
        wheel: The wheel, from 1; None for the first.

    Raises:
        InputError: there is no such confusion; the message lists what there is.
    """
    if isinstance(source, Report):
        return _of_report(source, datasets, wheel)
    if isinstance(source, ErrorAnalysis):
        analysis = _Errors.model_validate(source.to_dict())
    elif isinstance(source, str | Path):
        analysis = _read(Path(source))
    else:
        raise InputError("a written report contains no samples; a confusion needs the JSON of `errors`")
    every = {each.dataset: each for each in analysis.datasets}
    chosen = every[_dataset(every, datasets)]
    confusions = {each.wheel: Confusion(**each.model_dump()) for each in chosen.confusions}
    number = _wheel(list(confusions), wheel, chosen.dataset)
    title = in_one_line(chosen.title, 60) or title_of(chosen.dataset)
    return Found(confusions[number], analysis.model, title, chosen.signature)


def _read(path: Path) -> _Errors:
    content = read_json(path, max_bytes=_MOST_BYTES)
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise InputError(f"{path}: not an error analysis ({SCHEMA}); `merunibench errors --format json` writes one")
    try:
        found = _Errors.model_validate(content)
        for each in found.datasets:
            Signature.parse(each.signature)
            if each.dataset not in BUILTIN and not each.title:
                raise ValueError(f"unknown data set {each.dataset[:60]!r}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InputError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise InputError(f"{path}: {in_one_line(str(error), 200)}") from None
    return found


def _of_report(report: Report, datasets: Sequence[str], wheel: int | None) -> Found:
    from merunibench.analysis.confusion import confusion

    scored = {each.dataset: each for each in report.datasets}
    chosen = scored[_dataset(scored, datasets)]
    samples = LoadedScores.of(chosen, report.model).scores
    number = _wheel(list(samples.wheels), wheel, chosen.dataset)
    return Found(confusion(samples, number), report.model, chosen.title, str(chosen.signature))


def _dataset(there: Mapping[str, object], datasets: Sequence[str]) -> str:
    wanted = [task.id if (task := BUILTIN.find(name)) else name for name in datasets] or list(there)
    if len(wanted) != 1:
        raise InputError(f"a confusion shows one data set; choose one of {', '.join(there)} (--dataset)")
    if wanted[0] not in there:
        raise InputError(f"no confusion for {wanted[0]}; available: {', '.join(there)}")
    return wanted[0]


def _wheel(there: Sequence[int | None], wheel: int | None, dataset: str) -> int | None:
    """The wheel to draw; None if there are no wheels."""
    if not there:
        raise InputError(f"{dataset}: its answers are numbers, so there is no confusion")
    if wheel is not None and wheel not in there:
        known = ", ".join(str(each) for each in there if each is not None) or "none"
        raise InputError(f"{dataset}: has no wheel {wheel}; choose from: {known}")
    return wheel if wheel is not None else there[0]
