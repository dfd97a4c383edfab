"""`details/<model>.json`: data for the page of one model beyond its rows. Plain data, no logic.

Everything is aggregated over samples. Sample names, label lists and answers of single samples are not included, because
the licences of the data sets forbid redistributing them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from merunibench.leaderboard.schema.fields import (
    Count,
    DatasetId,
    Figure,
    Identifier,
    Line,
    Plain,
    RowId,
    Several,
    Term,
    Text,
    as_json,
)

SCHEMA: Final = "merunibench.leaderboard.details/1"

Amount = Annotated[float, Field(ge=0, le=2**53)]
"""A number of samples, averaged over wheels: sums of such are finite."""


class WheelConfusion(Plain):
    """What was predicted instead of the truth, on one wheel or by polarity (see `merunibench errors`)."""

    wheel: Annotated[int, Field(ge=1, le=8)] | None = Field(description="Counted from 1; null for sentiment.")
    rows: Several[Term] = Field(description="True sectors or polarities.")
    columns: Several[Term] = Field(description="Predicted sectors or polarities; the last is `nothing`.")
    counts: Several[Several[Amount]] = Field(
        description="One row for each of `rows`, with one value for each of `columns`."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if [len(row) for row in self.counts] != [len(self.columns)] * len(self.rows):
            raise ValueError("counts must have a row for each of rows, with one value for each of columns")
        return self


class Word(Plain):
    """A word that costs score."""

    word: Line
    count: Amount = Field(
        description="Samples in which it was wrong (or unknown, or missed), averaged over the wheels."
    )
    total: Amount = Field(description="Samples in which this could have happened.")


class Losses(Plain):
    """Every score of one checkpoint, and what was answered instead of the truth."""

    metrics: dict[Term, float]
    wheels: Several[dict[Term, float | None]] = Field(description="All metrics on each wheel.")
    scored: Several[Count] = Field(description="Number of scored samples on each wheel.")
    confusions: Several[WheelConfusion]


class Words(Plain):
    """The words that cost one checkpoint most, the most frequent first."""

    wrong: Several[Word]
    missed: Several[Word]
    unknown: Several[Word] = Field(description="Words that are not in the lexicon.")


class Part(Plain):
    """A model on one data set of one board, with the checkpoint of one of its rows."""

    board: Identifier
    dataset: DatasetId
    row: RowId = Field(description="Id of the row in `results.json`.")
    checkpoint: Line
    checkpoints: dict[Line, Figure] = Field(description="The primary score of every checkpoint.")
    losses: Losses
    words: Words | None = Field(description="Null for sentiment, for baselines, and if predictions are withheld.")


class ModelDetails(Plain):
    """Everything that a model's page needs in addition to its rows."""

    schema_: Literal["merunibench.leaderboard.details/1"] = Field(default=SCHEMA, alias="schema")
    model_id: Identifier
    reproduce: Several[Line] = Field(description="Commands that recompute the row, one per line.")
    bibtex: Text
    parts: Several[Part]


@dataclass(frozen=True)
class Details:
    """The details of a model as they are written; its parts are already JSON, as in the cache.

    Attributes:
        model_id: The model.
        reproduce: Commands, as `ModelDetails` has them.
        bibtex: Entry, as `ModelDetails` has it.
        parts: Board and data set -> JSON of a `Part`.
    """

    model_id: str
    reproduce: tuple[str, ...]
    bibtex: str
    parts: Mapping[tuple[str, str], str]

    def parts_json(self) -> str:
        """Return the parts as a JSON list."""
        return f"[{','.join(self.parts.values())}]"

    def to_json(self) -> str:
        """Return the JSON that `ModelDetails` describes, in one line."""
        head = {"schema": SCHEMA, "model_id": self.model_id, "reproduce": self.reproduce, "bibtex": self.bibtex}
        return f'{as_json(head)[:-1]},"parts":{self.parts_json()}}}\n'
