"""`results.json`: every row of the board as plain data, from which tables and page are rendered. No logic here.

Figures are fractions, not percentages. A board is one lexicon and one protocol. Scores of different boards are
different metrics and never appear in the same table.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from merunibench._text import one_line
from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.leaderboard.schema.fields import (
    AnyPlain,
    Bounded,
    Count,
    DatasetId,
    Figure,
    Hash,
    Identifier,
    Interval,
    KindName,
    Line,
    MeanCount,
    Plain,
    ProtocolName,
    RowId,
    Selection,
    Several,
    SignatureText,
    Sparse,
    Term,
    Text,
    as_json,
)
from merunibench.leaderboard.schema.packed import PackedPairs

SCHEMA: Final = "merunibench.leaderboard/1"
MEAN = "mean"
"""Used as the name of a data set for the mean of the nine."""

PAIRS = "pairs.json"
"""File of the paired comparisons, next to the results."""

DECIMALS: Final = 10
"""Number of decimals of figures. The last bits of a sum differ between processors, but a board must not."""

Origin = Literal["computed", "baseline", "reported"]
"""computed: from a submission's predictions; baseline: from a rule of this project; reported: copied from a paper."""

MAX_BYTES, MAX_VALUES = 32 << 20, 400_000
"""Maximum bytes and values of a committed file: three times a board of 200 models. Rejecting a value may take 1 kB."""


class Dataset(Plain):
    """A data set that the board shows, in the order of the published tables."""

    id: DatasetId
    title: Line
    kind: KindName
    samples: Count = Field(description="Number of samples of the official test split; 0 if not published.")
    benchmark: bool = Field(description="Whether it is one of the nine whose mean is the benchmark score.")


class Board(Plain):
    """One table: a lexicon and a protocol."""

    id: Identifier = Field(
        description="`<protocol>-<lexicon>`, e.g. `official-mer2025`; unique, safe in file names and URLs."
    )
    protocol: ProtocolName
    lexicon: Identifier
    lexicon_sha256: Hash
    title: Line = Field(description="Display title: `Official protocol, lexicon mer2025`.")

    @property
    def label(self) -> str:
        """Name and hash of its lexicon, as in signatures: `mer2025@1b2c3d4e`."""
        return f"{self.lexicon}@{self.lexicon_sha256[:8]}"


class Rank(Sparse):
    """A rank in one column of one board, among the ranked rows that have a score there."""

    rank: Count = Field(description="1 for the highest score; equal scores share a rank.")
    of: Count = Field(description="Number of rows that are ranked in this column.")
    low: Count | None = Field(
        default=None,
        description="Best rank of its interval: 1 + the number of significantly better rows; absent if not recomputed.",
    )
    high: Count | None = Field(
        default=None,
        description="Worst rank of its interval: all rows minus the significantly worse ones. The intervals of a "
        "column hold simultaneously at 95 %.",
    )
    mark: str | None = Field(
        default=None,
        pattern="^[a-z]{1,8}(-[a-z]{1,8})?$",
        description="Significance groups: rows that share a letter do not differ significantly (paired bootstrap, "
        "Holm). One letter (`b`) or a run of groups (`b-d`).",
    )


class Score(Sparse):
    """One row on one data set."""

    score: Figure = Field(description="The primary score; chance-corrected if the protocol corrects for chance.")
    ci: Interval | None = Field(default=None, description="95 % bootstrap interval.")
    chance: Figure | None = Field(
        default=None, description="The expected uncorrected score of the same predictions when shuffled."
    )
    lift: Figure | None = Field(
        default=None, description="The score minus that of the best shallow baseline of the board; for computed models."
    )
    uncorrected: Figure | None = Field(default=None, description="The score before chance correction, if corrected.")
    checkpoint: Line | None = None
    labels_per_sample: MeanCount | None = Field(
        default=None, description="Mean number of predicted labels; absent for sentiment."
    )
    out_of_lexicon: Figure | None = Field(default=None, description="Share of predicted labels without any sector.")
    samples: Count | None = Field(default=None, description="Number of ground-truth samples scored against.")
    missing: Count | None = Field(default=None, description="Samples without a prediction; they count as wrong.")
    failed: Count | None = Field(
        default=None, description="Samples whose prediction is marked as failed; they count as wrong."
    )
    complete: bool | None = Field(default=None, description="Whether the whole official set was scored.")
    predictions: Hash | None = Field(
        default=None, description="SHA-256 of the predictions for this data set, all checkpoints."
    )
    signature: SignatureText | None = Field(default=None, description="How the score was computed.")
    rank: Rank | None = None


class TaskMean(Sparse):
    """One row on all data sets of one task."""

    score: Figure = Field(description="Mean of the scores on the data sets of the task.")
    ci: Interval | None = None
    rank: Rank | None = None


class Model(Sparse):
    """What is known about a model: the metadata of its submission, or the source of a published row."""

    id: Identifier = Field(
        description="Folder of the submission, or `baseline-…`, `published-…`; safe in file names and URLs."
    )
    name: Line
    origin: Origin
    authors: Several[Line] = ()
    link: Line | None = None
    paper: Line | None = None
    base_model: Line | None = None
    parameters: Count | None = None
    modalities: Several[Literal["audio", "video", "text"]] = ()
    training_data: Text | None = None
    trained_on: Several[Line] = Field(default=(), description="Data sets it was trained on, according to its authors.")
    variant_of: Identifier | None = Field(default=None, description="The model that this is a variant of.")
    answers_by: Literal["people"] | None = Field(default=None, description="`people` for a human reference.")
    prompt: Text | None = None
    decoding: Line | None = None
    extractor: Line | None = None
    date: Line | None = Field(default=None, description="ISO date.")
    licence: Line | None = None
    note: Line | None = Field(
        default=None, description="Added by the board: why predictions are withheld, or what a baseline does."
    )
    source: Line | None = Field(default=None, description="Source that a published row was copied from.")
    grade: Line | None = Field(
        default=None, description="Kind of source of a published score: paper, second-hand, abstract, …"
    )
    predictions: Hash | None = Field(default=None, description="SHA-256 over all prediction files.")


class Row(Plain):
    """A model on one board, with one way to choose its checkpoint."""

    id: RowId = Field(description="`<model id>/<selection>/<board id>`; unique.")
    model: Line = Field(description="Display name.")
    model_id: Identifier
    origin: Origin
    board: Identifier | None = Field(description="Board id; null for published rows whose lexicon is not stated.")
    lexicon: Line | None = Field(description="Null if the source does not state it.")
    protocol: ProtocolName
    selection: Selection = Field(
        description="How the checkpoint was chosen: `single`, `last`, `best-overall`, `best-per-dataset`, `not-stated`."
    )
    on_test: bool = Field(description="Whether the checkpoint was chosen on the test labels.")
    ranked: bool
    unranked_because: Line | None = None
    shown: bool = Field(default=True, description="Whether the row is shown by default; false for second-hand scores.")
    complete: bool = Field(description="Whether all nine data sets were scored completely.")
    mean: Figure | None = Field(description="Mean of the nine data sets; only for complete rows.")
    mean_ci: Interval | None = None
    mean_corrected: Figure | None = Field(
        default=None,
        description="The mean corrected for choosing checkpoints on the test labels; only for such rows.",
    )
    mean_corrected_ci: Interval | None = None
    lift: Figure | None = Field(
        default=None, description="Mean lift over those of the nine data sets that the row has."
    )
    mean_rank: Rank | None = None
    labels_per_sample: MeanCount | None = Field(default=None, description="Mean over the data sets that have labels.")
    extractor: Line | None = Field(
        default=None, description="Where labels and polarity come from: `given`, `rules@2`, …"
    )
    signature: SignatureText | None = None
    scores: dict[DatasetId, Score] = Field(description="Data set id -> score.")
    task_means: dict[KindName, TaskMean] = Field(
        default_factory=dict,
        description="Kind of task -> the mean over its data sets among the nine, if all were scored.",
    )

    def figure(self, column: str) -> Score | TaskMean | None:
        """Return the score in a column (data set id, kind of task or `mean`), or None."""
        if column == MEAN:
            return None if self.mean is None else TaskMean(score=self.mean, ci=self.mean_ci, rank=self.mean_rank)
        return self.scores.get(column) or self.task_means.get(column)

    def value(self, column: str) -> float | None:
        """Return the value in a column, or None."""
        if column == MEAN:
            return self.mean
        figure = self.figure(column)
        return None if figure is None else figure.score

    def rank(self, column: str) -> Rank | None:
        """Return the rank in a column, or None."""
        if column == MEAN:
            return None if self.mean is None else self.mean_rank
        figure = self.figure(column)
        return None if figure is None else figure.rank


class Comparisons(Plain):
    """Paired tests between all rows of one column of one board.

    `levels[i][j]`, for j < i, is the significance level of the difference between rows i and j: `0` none, `1` p < 0.05,
    `2` p < 0.01, `3` p < 0.001. It is adjusted (Holm) for all tests among ranked rows of the column, or for all tests
    of the column if one of the two rows is not ranked. The scores show which row is better.
    """

    board: Identifier
    dataset: Line = Field(description="Data set id, or `mean`.")
    rows: Several[RowId] = Field(description="Row ids, the highest score first.")
    levels: Several[Annotated[str, StringConstraints(pattern="^[0-3]*$")]]

    @model_validator(mode="after")
    def _triangle(self) -> Self:
        if [len(level) for level in self.levels] != list(range(len(self.rows))):
            raise ValueError("levels must have one digit for each earlier row")
        return self


Paired = tuple[Figure, Figure | None, Figure | None, Figure]
"""A difference, the ends of its 95 % interval, and its p-value."""


class Pair(Plain):
    """Two ranked rows of a board, compared on the same resamples of the same samples."""

    a: RowId
    b: RowId
    columns: dict[Term, Paired] = Field(
        description="Data set, kind of task or `mean` -> the score of a minus that of b, the ends of its 95 % "
        "interval, and the larger p of paired bootstrap and random swaps, adjusted (Holm) for the data sets, or "
        "the kinds, that both rows have."
    )
    swapped: bool = Field(
        description="Whether random swaps were used; if not, p is that of the paired bootstrap alone."
    )
    sentence: Line = Field(description="The outcome, in the words of `merunibench compare`.")

    def to_json(self) -> str:
        """Return strict JSON, in one line."""
        return as_json(self)


class Pairs(Plain):
    """`pairs.json`: comparisons that the page shows when a reader selects two rows."""

    schema_: Literal["merunibench.leaderboard-pairs/1"] = Field(
        default="merunibench.leaderboard-pairs/1", alias="schema"
    )
    pairs: Several[Pair] = Field(description="Pairs of the best ranked rows of each board.")
    packed: Several[PackedPairs] = Field(
        default=(),
        description="Pairs of all ranked rows of boards with more rows; entries in `pairs` take precedence.",
    )

    def to_json(self, lines: Sequence[str] | None = None) -> str:
        """Return strict JSON, one pair per line.

        Args:
            lines: The JSON of each pair, if it is known already.
        """
        pairs = [pair.to_json() for pair in self.pairs] if lines is None else lines
        packed = list(map(as_json, self.packed))
        parts = [f'"schema": {as_json(self.schema_)}', f'"pairs": {_listed(pairs)}', f'"packed": {_listed(packed)}']
        return "{\n  " + ",\n  ".join(parts) + "\n}\n"


class Refused(Plain):
    """A submission that is left out, and the reasons."""

    submission: Annotated[str, Bounded]
    reasons: Several[Annotated[str, Bounded]]


class NotRecomputed(Sparse):
    """A score that was carried over or is missing, because its inputs could not be used."""

    model_id: Identifier
    dataset: DatasetId
    reason: Line
    selection: Selection | None = Field(
        default=None, description="The choice of checkpoint whose rows are meant; absent for all rows of the model."
    )
    board: Identifier | None = Field(default=None, description="The board that is meant; absent for all boards.")

    def is_about(self, row: Row) -> bool:
        """Whether a row has the score that was not recomputed."""
        there = row.model_id == self.model_id and self.dataset in row.scores
        return there and self.selection in (None, row.selection) and self.board in (None, row.board)


class Results(Plain):
    """The whole board."""

    schema_: Literal["merunibench.leaderboard/1"] = Field(default=SCHEMA, alias="schema")
    toolkit: Line
    metric_version: Count
    resamples: Count
    seed: Count
    datasets: Several[Dataset]
    boards: Several[Board] = Field(description="The boards; the first is shown first.")
    models: Several[Model]
    rows: Several[Row]
    comparisons: Several[Comparisons]
    refused: Several[Refused]
    not_recomputed: Several[NotRecomputed]
    pairs: Several[Pair] = Field(
        default=(), exclude=True, repr=False, description="Stored in `pairs.json` next to this file."
    )
    packed_pairs: Several[PackedPairs] = Field(default=(), exclude=True, repr=False, description="Stored there too.")

    def to_json(self) -> str:
        """Return strict JSON, one row per line, so that versions can be compared by eye."""
        content = {"schema": self.schema_, **vars(self)}
        parts = [f"  {json.dumps(key)}: {_lines(content[key])}" for key in content if key not in _ELSEWHERE]
        return "{\n" + ",\n".join(parts) + "\n}\n"


_ELSEWHERE = ("schema_", "pairs", "packed_pairs")  # attributes that are not written under their names


def _lines(value: object) -> str:
    return _listed(list(map(as_json, value))) if isinstance(value, tuple) else as_json(value)


def _listed(lines: Sequence[str]) -> str:
    """Return a JSON list with one element per line."""
    return "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"


def read_results(path: Path) -> Results:
    """Read a board that `Results.to_json` wrote, with the pairs next to it.

    Raises:
        InputError: the file cannot be read or is not a results file; the message names the field.
    """
    results = read_committed(path, Results, "leaderboard results")
    beside = path.parent / PAIRS
    if not beside.is_file():
        return results
    found = read_committed(beside, Pairs, "leaderboard pairs")
    return results.model_copy(update={"pairs": found.pairs, "packed_pairs": found.packed})


def read_committed(path: Path, model: type[AnyPlain], what: str) -> AnyPlain:
    """Read a JSON file as one of the leaderboard's models.

    Raises:
        InputError: the file cannot be read or is not valid `what`; the message names the field.
    """
    content = read_plain(path, MAX_BYTES)
    if content.count(b",") > MAX_VALUES:
        raise InputError(f"{path}: not valid {what}: contains more than {MAX_VALUES} values")
    try:
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        reason = one_line(ValueError(f"{place}: {fault['msg']}" if place else fault["msg"]))
        raise InputError(f"{path}: not valid {what}: {reason}; use the committed file, or rebuild the board") from None
