"""`results.json`: every row of the board as plain data, from which tables and page are drawn. No logic here.

Figures are fractions, not percents. A board is one lexicon and one protocol; scores of different boards are different
metrics and never stand in one table.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    WithJsonSchema,
    model_serializer,
)

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.files.reading import DEFAULT_MAX_BYTES, read_bounded, reading
from merunibench.kinds import KINDS
from merunibench.protocols import PROTOCOLS

SCHEMA: Final = "merunibench.leaderboard/1"
MEAN = "mean"
"""Stands in the place of a data set where the mean of the nine is meant."""

DECIMALS: Final = 10
"""To which figures are rounded: the last bits of a sum differ between processors, a board must not."""

Origin = Literal["computed", "baseline", "reported"]
"""computed: from a submission's predictions; baseline: from a rule of this project; reported: copied from a paper."""

Interval = tuple[float, float]


def _of(registry: Mapping[str, Any]) -> Callable[[str], str]:
    """A check that a name is registered."""

    def check(name: str) -> str:
        if name not in registry:
            raise ValueError(f"{name!r} is unknown; known are {', '.join(registry)}")
        return name

    return check


KindName = Annotated[str, AfterValidator(_of(KINDS)), WithJsonSchema({"type": "string", "enum": list(KINDS)})]
ProtocolName = Annotated[
    str, AfterValidator(_of(PROTOCOLS)), WithJsonSchema({"type": "string", "enum": list(PROTOCOLS)})
]


class Plain(BaseModel):
    """What all parts share: unknown keys are refused, nothing is changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


AnyPlain = TypeVar("AnyPlain", bound=Plain)


class Sparse(Plain):
    """A part whose unknown values (None) are left out when it is written."""

    @model_serializer(mode="wrap")
    def _without_none(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


class Dataset(Plain):
    """A data set that the board shows, in the order of the published tables."""

    id: str
    title: str
    kind: KindName
    samples: int = Field(description="Number of samples of the official test split; 0 where none is published.")
    benchmark: bool = Field(description="Whether it is one of the nine whose mean is the benchmark score.")


class Board(Plain):
    """One table: a lexicon and a protocol."""

    id: str = Field(description="`<protocol>-<lexicon>`, e.g. `official-mer2025`; unique, safe in file names and URLs.")
    protocol: ProtocolName
    lexicon: str
    lexicon_sha256: str
    title: str = Field(description="For people: `Official protocol, lexicon mer2025`.")

    @property
    def label(self) -> str:
        """Name and hash of its lexicon, as signatures have them: `mer2025@1b2c3d4e`."""
        return f"{self.lexicon}@{self.lexicon_sha256[:8]}"


class Rank(Sparse):
    """A place in one column of one board, among the ranked rows that have a score there."""

    rank: int = Field(description="1 for the highest score; equal scores share a rank.")
    of: int = Field(description="Number of rows that are ranked in this column.")
    low: int | None = Field(
        default=None, description="Best rank of the 95 % bootstrap interval; absent if not recomputed."
    )
    high: int | None = Field(default=None, description="Worst rank of that interval.")
    mark: str | None = Field(
        default=None,
        description="Letters of the groups a row is in: rows that share one are not distinguishable (paired bootstrap, "
        "Holm). One letter (`b`) or a run of groups (`b-d`).",
    )


class Score(Sparse):
    """One row on one data set."""

    score: float = Field(description="The primary figure; corrected for chance where the protocol corrects.")
    ci: Interval | None = Field(default=None, description="95 % bootstrap interval.")
    chance: float | None = Field(
        default=None, description="What the same predictions score, uncorrected, when shuffled."
    )
    uncorrected: float | None = Field(default=None, description="The score before correction, where one is made.")
    checkpoint: str | None = None
    labels_per_sample: float | None = Field(
        default=None, description="Mean number of predicted labels; none for sentiment."
    )
    out_of_lexicon: float | None = Field(default=None, description="Share of predicted labels without any sector.")
    samples: int | None = Field(default=None, description="Number of ground-truth samples scored against.")
    missing: int | None = Field(default=None, description="Samples without a prediction; they count as wrong.")
    failed: int | None = Field(
        default=None, description="Samples whose prediction is marked as failed; they count as wrong."
    )
    complete: bool | None = Field(default=None, description="Whether the official set was scored in full.")
    predictions: str | None = Field(
        default=None, description="SHA-256 of this data set's predictions, all checkpoints."
    )
    signature: str | None = Field(default=None, description="What the score was computed with.")
    rank: Rank | None = None


class Model(Sparse):
    """What is known of a model: its submission's own words, or the source of a published row."""

    id: str = Field(
        description="Folder of the submission, or `baseline-…`, `published-…`; safe in file names and URLs."
    )
    name: str
    origin: Origin
    authors: tuple[str, ...] = ()
    link: str | None = None
    paper: str | None = None
    base_model: str | None = None
    parameters: int | None = None
    modalities: tuple[Literal["audio", "video", "text"], ...] = ()
    training_data: str | None = None
    prompt: str | None = None
    decoding: str | None = None
    extractor: str | None = None
    date: str | None = Field(default=None, description="ISO date.")
    licence: str | None = None
    note: str | None = Field(
        default=None, description="What the board adds: why predictions are withheld, what a baseline is."
    )
    source: str | None = Field(default=None, description="Where a published row was copied from.")
    grade: str | None = Field(
        default=None, description="How a published figure is known: paper, second-hand, abstract, …"
    )
    predictions: str | None = Field(default=None, description="SHA-256 over all prediction files.")


class Row(Plain):
    """A model on one board, under one checkpoint selection."""

    id: str = Field(description="`<model id>/<selection>/<board id>`; unique.")
    model: str = Field(description="Display name.")
    model_id: str
    origin: Origin
    board: str | None = Field(description="Board id; null for published rows whose lexicon is not stated.")
    lexicon: str | None = Field(description="Null where a source does not state it.")
    protocol: ProtocolName
    selection: str = Field(
        description="How the checkpoint was chosen: `single`, `last`, `best-overall`, `best-per-dataset`, `not-stated`."
    )
    on_test: bool = Field(description="Whether the checkpoint was chosen on the test labels.")
    ranked: bool
    unranked_because: str | None = None
    shown: bool = Field(
        default=True, description="Whether the row shows before it is asked for; not second-hand figures."
    )
    complete: bool = Field(description="Whether all nine data sets are there in full.")
    mean: float | None = Field(description="Mean of the nine data sets; only of complete rows.")
    mean_ci: Interval | None = None
    mean_rank: Rank | None = None
    labels_per_sample: float | None = Field(default=None, description="Mean over the data sets that have labels.")
    extractor: str | None = Field(
        default=None, description="Where labels and polarity come from: `given`, `rules@1`, …"
    )
    signature: str | None = None
    scores: dict[str, Score] = Field(description="Data set id -> score.")

    def value(self, column: str) -> float | None:
        """The score in a column, a data set's id or `mean`; None if there is none."""
        if column == MEAN:
            return self.mean
        return self.scores[column].score if column in self.scores else None

    def rank(self, column: str) -> Rank | None:
        """The rank in a column; None if there is none."""
        if column == MEAN:
            return self.mean_rank
        return self.scores[column].rank if column in self.scores else None


class Comparisons(Plain):
    """Paired tests between all rows of one column of one board.

    `levels[i][j]`, for j < i, is the level of the difference of rows i and j: `0` none, `1` p < 0.05, `2` p < 0.01,
    `3` p < 0.001, adjusted for all tests of the column (Holm). Which row is better, the scores say.
    """

    board: str
    dataset: str = Field(description="Data set id, or `mean`.")
    rows: tuple[str, ...] = Field(description="Row ids, the highest score first.")
    levels: tuple[str, ...]


class Refused(Plain):
    """A submission that is left out, and why."""

    submission: str
    reasons: tuple[str, ...]


class NotRecomputed(Plain):
    """A score that stands as committed, or is missing: what it is computed from could not be used."""

    model_id: str
    dataset: str
    reason: str


class Results(Plain):
    """The whole board."""

    schema_: Literal["merunibench.leaderboard/1"] = Field(default=SCHEMA, alias="schema")
    toolkit: str
    metric_version: int
    resamples: int
    seed: int
    datasets: tuple[Dataset, ...]
    boards: tuple[Board, ...] = Field(description="The first is the one to show first.")
    models: tuple[Model, ...]
    rows: tuple[Row, ...]
    comparisons: tuple[Comparisons, ...]
    refused: tuple[Refused, ...]
    not_recomputed: tuple[NotRecomputed, ...]

    def to_json(self) -> str:
        """Strict JSON, one row a line, so that two versions can be compared by eye."""
        content = self.model_dump(mode="json", by_alias=True)
        parts = [f"  {json.dumps(key)}: {_lines(value)}" for key, value in content.items()]
        return "{\n" + ",\n".join(parts) + "\n}\n"


as_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
"""Strict JSON without spaces."""


def _lines(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if not isinstance(value, list) or not value:
        return as_json(value)
    return "[\n    " + ",\n    ".join(map(as_json, value)) + "\n  ]"


def read_results(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Results:
    """A board that `Results.to_json` wrote.

    Raises:
        InputError: the file cannot be read or is none; the message names the field.
    """
    return read_plain(path, Results, "results of a leaderboard", max_bytes=max_bytes)


def read_plain(path: Path, model: type[AnyPlain], what: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> AnyPlain:
    """A file of JSON as one of the leaderboard's models.

    Raises:
        InputError: the file cannot be read or is none of `what`; the message names the field.
    """
    with reading(path), path.open("rb") as stream:
        content = read_bounded(stream, path, max_bytes)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        reason = one_line(ValueError(f"{place}: {fault['msg']}" if place else fault["msg"]))
        raise InputError(f"{path}: no {what}: {reason}") from None
