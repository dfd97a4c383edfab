"""A report that was written as JSON, read again: its figures, and what the paragraph for a paper needs beside them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from merunibench._text import escape_controls
from merunibench.errors import InputError
from merunibench.files import open_plain
from merunibench.files.json_text import read_json
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


class WrittenBaseline(_Plain):
    """A baseline on one data set."""

    title: str
    told: str
    score: float


class HeadWords(_Plain):
    """The score of the same answers in the head words of sectors, and the share of the score that it is."""

    mean: float
    surviving: float | None


class WrittenReference(_Plain):
    """What people's labels in another data set score as answers, and the model on the same samples."""

    source: DatasetId
    samples: int
    score: float
    model: float


class WrittenWorth(_Plain):
    """The figures beside the score of one data set where baselines were asked for."""

    baselines: Mapping[str, WrittenBaseline]
    best_shallow: str | None
    lift_over_shallow: float | None
    head_words: HeadWords | None
    references: tuple[WrittenReference, ...] = ()

    @property
    def best(self) -> WrittenBaseline | None:
        """The shallow baseline that scores most."""
        return None if self.best_shallow is None else self.baselines.get(self.best_shallow)


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
    labels_per_sample: float | None = None
    checkpoints: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("dataset")
    @classmethod
    def _known_or_own(cls, name: str, info: ValidationInfo) -> str:
        own = str(info.data.get("signature")).startswith(f"mub|data:own.{name}@")
        return name if own else _known(name)

    @property
    def title(self) -> str:
        """The data set's name as papers print it; own data sets bring theirs."""
        return escape_controls(self.own_title, 100) if self.own_title else title_of(self.dataset)


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
    worth: Mapping[str, WrittenWorth] = Field(default_factory=dict)

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

    @staticmethod
    def is_in(path: Path) -> bool:
        """Whether a file looks like one that `Report.to_json` wrote: its first lines say so."""
        if not path.is_file():
            return False
        with open_plain(path) as file:
            return f'"schema": "{SCHEMA}"'.encode() in file.read(256)

    def methods(self) -> str:
        """What a paper must say of these figures: how they were made, from what, and how sure they are."""
        from merunibench.report.methods import sentences

        return " ".join(sentences(self)) + "\n"
