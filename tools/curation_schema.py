"""Models for the JSON Schemas of files that `merunibench curate` writes: report.json, and a line of decisions.

The package uses plain dataclasses and dictionaries. Their content is defined again here, strictly, so that tests detect
keys that are added, removed or change their type.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from merunibench.curation.report.filters import Step
from merunibench.curation.report.truth import TruthFigures

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Counts = dict[str, Count]
Pair = tuple[str, str]
_STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True, json_schema_serialization_defaults_required=True)


class _Strict(BaseModel):
    model_config = _STRICT


class SetFigures(_Strict):
    """Numbers of rows of one set."""

    rows: Count
    kept: Count


class FilterFigures(_Strict):
    """One filter over all rows, whatever the others decide."""

    name: str
    evaluated: Count
    """Rows with its input."""
    passed: Count
    failed: Count
    undecided: Count
    dropped: Count
    """Rows that failed, and undecided rows if the settings say so."""
    alone: Count
    """Rows that only this filter drops."""
    chance: float | None
    """Expected number of passes if values were assigned to rows at random; null if that has no meaning."""
    lift: float | None
    reasons: Counts
    settings: dict[str, Any]


class Overlap(_Strict):
    """Whether filters drop the same rows."""

    filters: list[str]
    phi: list[list[float | None]]
    """Correlation of the drops of two filters, in the order of `filters`; null if one drops all or no rows."""


class Spread(_Strict):
    """Distribution of some values; null if there are no values."""

    count: Count
    mean: float | None
    sd: float | None
    """Population standard deviation."""
    min: float | None
    max: float | None
    quantiles: dict[str, float]
    """Percentage -> quantile."""


class Histogram(_Strict):
    """Counts between edges. There is one more edge than counts, and edges are the same for every stage."""

    edges: list[float]
    counts: list[Count]


class LabelFigures(_Strict):
    """Labels of the labelled rows."""

    rows: Count
    per_row: Spread
    total: Count
    distinct: Count
    """Distinct normalised strings."""
    concepts: Count
    sectors: Count
    unknown: Count
    distinct_unknown: Count
    commonest: Counts


class WheelFigures(_Strict):
    """The sectors of one wheel."""

    wheel: Annotated[int, Field(ge=1, le=8)]
    rows: Count
    """Rows with a sector on this wheel."""
    sectors: Counts
    entropy: float
    """Entropy in bits."""
    effective_sectors: float
    single_sector: Share | None
    """Share of rows with a single sector."""


class Statistics(_Strict):
    """Statistics of the rows of a stage."""

    rows: Count
    words: Spread
    characters: Spread
    histogram: Histogram
    """Histogram of words per row."""
    repetition: Spread
    languages: Counts
    refusals: Count
    artefacts: Counts
    labels: LabelFigures
    wheels: list[WheelFigures]
    polarity: Counts
    seconds: Spread


class CueWheel(_Strict):
    """Agreement of the cues of a row on a wheel, and agreement of cues of any two rows."""

    wheel: Annotated[int, Field(ge=1, le=8)]
    agree: Share
    chance: Share


class CueAgreement(_Strict):
    """How often audio and video cues share a sector on most wheels."""

    rows: Count
    agree: Share
    wheels: list[CueWheel]


class Nothing(_Strict):
    """Cues have no labels."""


class Group(_Strict):
    """A group of rows."""

    group: str
    rows: Count
    kept: Count
    dropped: Share
    lift: float | None
    """Share of kept rows in the group, divided by the share of kept rows overall."""
    by: Counts
    """Filter -> number of rows that it is the first to drop."""


class Repeats(_Strict):
    """Rows that repeat the clip of an earlier row, and the first few with that row."""

    rows: Count
    first: list[Pair]


class Duplicates(Repeats):
    """Rows that repeat the text of an earlier row, and the first few with that row."""

    clips: Repeats


class SourceFigures(_Strict):
    """Summary of a source of votes."""

    training: str
    accuracy: Share | None
    votes: Count
    abstained: Count
    without_element: Count
    """Votes without a sector on any wheel."""
    words_without_element: list[str]


class CrowdFigures(_Strict):
    """The sources that vote on one task."""

    sources: dict[str, SourceFigures]
    without_vote: Count
    """Rows without a vote of any source."""


class LexiconUsed(_Strict):
    """The lexicon that defines the sectors."""

    name: str
    sha256: str


class Provenance(_Strict):
    """Origin of the rows."""

    descriptions: dict[str, dict[str, Any]]
    """Set -> settings of its descriptions: models, revisions, prompts and their hashes."""
    labels_from: list[str]
    polarity_from: list[str]
    speaker: str | None
    lexicon: LexiconUsed


class PublishedFigures(_Strict):
    """A published data set of the same kind."""

    name: str
    rows: Count
    emotions: Count


class Report(_Strict):
    """report.json: the rows of a data set, the effect of each filter, and agreement with human labels, as fractions."""

    schema_name: Annotated[Literal["merunibench.curation/1"], Field(alias="schema")]
    name: str
    rows: Count
    kept: Count
    chance: float | None
    """Rows that would be kept if votes were randomly assigned to rows; null without a crowd."""
    lift: float | None
    sets: dict[str, SetFigures]
    filters: list[FilterFigures]
    funnel: list[Step]
    overlap: Overlap
    statistics: dict[str, Statistics]
    """`all`, then the rows left after each filter of the funnel."""
    cues: CueAgreement | Nothing
    drop_rates: dict[str, list[Group]]
    duplicates: Duplicates
    contamination: Counts
    """Test set of MER-UniBench -> rows with the name of one of its samples."""
    crowd: dict[Literal["emotion", "sentiment"], CrowdFigures]
    truth: TruthFigures | None
    provenance: Provenance
    published: list[PublishedFigures]
    card: dict[str, Any]
    settings: dict[str, Any]
    config: str
    signature: str
    remarks: list[str]


class Entry(BaseModel):
    """Verdict of one filter on a row; user-defined filters may have more keys."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    verdict: Literal["pass", "fail", "undecided"]
    reason: str = ""
    """Why the verdict is not pass."""
    value: Any = None
    """The measured value."""
    least: float | None = None
    most: float | None = None
    by: str = ""
    """The measurer."""
    votes: dict[str, str | None] = {}
    """Source -> its vote."""
    voted: list[str | None] | str | None = None
    """The voted sector of each wheel, or the voted sentiment."""
    hits: list[bool | None] = []
    """Whether a label has the voted sector of each wheel; null without a vote."""
    wheels: Count = 0
    """Number of wheels with a vote."""
    chance: Share | None = None
    """Probability that the row agrees with the vote of a randomly drawn row."""


class Decision(_Strict):
    """A line of decisions/<set>.jsonl: the verdicts of all filters on one row."""

    name: str
    kept: bool
    dropped_by: str | None
    """The first filter that drops the row."""
    filters: dict[str, Entry]
    settings: str
    """Hash of the settings, and of the content of all files that decisions depend on."""
