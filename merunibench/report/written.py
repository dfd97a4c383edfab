"""Read a report that was written as JSON: its scores, and other content of the methods paragraph."""

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
    """Samples that are in two data sets."""

    datasets: tuple[DatasetId, DatasetId]
    samples: int


class WrittenBaseline(_Plain):
    """A baseline on one data set."""

    title: str
    told: str
    score: float


class HeadWords(_Plain):
    """The score of the same answers in the head words of sectors, and its share of the score."""

    mean: float
    surviving: float | None


class WrittenReference(_Plain):
    """The score of people's labels from another data set used as answers, and of the model on the same samples."""

    source: DatasetId
    samples: int
    score: float
    model: float


class WrittenWorth(_Plain):
    """Context for the score of one data set, if baselines were requested."""

    baselines: Mapping[str, WrittenBaseline]
    best_shallow: str | None
    lift_over_shallow: float | None
    head_words: HeadWords | None
    references: tuple[WrittenReference, ...] = ()

    @property
    def best(self) -> WrittenBaseline | None:
        """The shallow baseline with the highest score."""
        return None if self.best_shallow is None else self.baselines.get(self.best_shallow)


class WrittenScore(_Plain):
    """One data set of a report, as far as the paragraph needs it. Fields that older reports lack are None."""

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
        """The data set's name as in papers; for custom data sets, the one in the report."""
        return escape_controls(self.own_title, 100) if self.own_title else title_of(self.dataset)


class WrittenReport(_Plain):
    """A report as written by `Report.to_json`."""

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
        """Read a report from a file.

        Raises:
            InputError: the file does not contain a report.
        """
        content = read_json(path, max_bytes=_MOST_BYTES)
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            raise InputError(f"{path}: not a report ({SCHEMA}); `merunibench score --format json` writes one")
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise InputError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from None

    @staticmethod
    def is_in(path: Path) -> bool:
        """Whether a file looks like one that `Report.to_json` wrote, judging by its first lines."""
        if not path.is_file():
            return False
        with open_plain(path) as file:
            return f'"schema": "{SCHEMA}"'.encode() in file.read(256)

    def methods(self) -> str:
        """Return the methods paragraph for a paper: how the scores were computed, from what, and their uncertainty."""
        from merunibench.report.methods import sentences

        return " ".join(sentences(self)) + "\n"
