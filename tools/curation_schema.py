"""What `merunibench curate` writes, as models from which JSON Schemas are made: report.json, and a line of decisions.

The package fills plain dataclasses and dictionaries; what they hold is said here once more, strictly, so that a key
that comes, goes or changes its type shows in a test.
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
    """The rows of one set."""

    rows: Count
    kept: Count


class FilterFigures(_Strict):
    """One filter over all rows, whatever the others did."""

    name: str
    evaluated: Count
    """Rows on which it had its input."""
    passed: Count
    failed: Count
    undecided: Count
    dropped: Count
    """Failed, and undecided where the settings say so."""
    alone: Count
    """Dropped by nothing else."""
    chance: float | None
    """Rows expected to pass if values were dealt to rows at random; null where that has no meaning."""
    lift: float | None
    reasons: Counts
    settings: dict[str, Any]


class Overlap(_Strict):
    """Whether filters drop the same rows."""

    filters: list[str]
    phi: list[list[float | None]]
    """Correlation of what two filters drop, in the order of `filters`; null where one drops all or nothing."""


class Spread(_Strict):
    """How values are spread; null where there are none."""

    count: Count
    mean: float | None
    sd: float | None
    """Standard deviation of the population."""
    min: float | None
    max: float | None
    quantiles: dict[str, float]
    """Percent -> quantile."""


class Histogram(_Strict):
    """Counts between edges, which are one more than counts and the same for every stage."""

    edges: list[float]
    counts: list[Count]


class LabelFigures(_Strict):
    """Labels of the rows that have some."""

    rows: Count
    per_row: Spread
    total: Count
    distinct: Count
    """Distinct strings, normalised."""
    concepts: Count
    sectors: Count
    unknown: Count
    distinct_unknown: Count
    commonest: Counts


class WheelFigures(_Strict):
    """The sectors of one wheel."""

    wheel: Annotated[int, Field(ge=1, le=8)]
    rows: Count
    """Rows with a sector there."""
    sectors: Counts
    entropy: float
    """In bits."""
    effective_sectors: float
    single_sector: Share | None
    """Share of rows with a single sector."""


class Statistics(_Strict):
    """What the rows of a stage are like."""

    rows: Count
    words: Spread
    characters: Spread
    histogram: Histogram
    """Of words."""
    repetition: Spread
    languages: Counts
    refusals: Count
    artefacts: Counts
    labels: LabelFigures
    wheels: list[WheelFigures]
    polarity: Counts
    seconds: Spread


class CueWheel(_Strict):
    """Agreement of cues on a wheel, and agreement of cues of any two rows."""

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
    """Rows that have something in common."""

    group: str
    rows: Count
    kept: Count
    dropped: Share
    lift: float | None
    """Share that is kept, over the share that is kept of all rows."""
    by: Counts
    """Filter -> rows that it is the first to drop."""


class Repeats(_Strict):
    """Rows that repeat the clip of an earlier one, and the first of them with that one."""

    rows: Count
    first: list[Pair]


class Duplicates(Repeats):
    """Rows that repeat the text of an earlier one, and the first of them with that one."""

    clips: Repeats


class SourceFigures(_Strict):
    """What a source of votes is and did."""

    training: str
    accuracy: Share | None
    votes: Count
    abstained: Count
    without_element: Count
    """Votes that mean nothing on any wheel."""
    words_without_element: list[str]


class CrowdFigures(_Strict):
    """The sources that vote on one task."""

    sources: dict[str, SourceFigures]
    without_vote: Count
    """Rows on which none votes."""


class LexiconUsed(_Strict):
    """What gave sectors."""

    name: str
    sha256: str


class Provenance(_Strict):
    """What made the rows."""

    descriptions: dict[str, dict[str, Any]]
    """Set -> settings of its descriptions: models, revisions, prompts and their hashes."""
    labels_from: list[str]
    polarity_from: list[str]
    speaker: str | None
    lexicon: LexiconUsed


class PublishedFigures(_Strict):
    """A published data set of this kind."""

    name: str
    rows: Count
    emotions: Count


class Report(_Strict):
    """report.json: what a data set is, what each filter did to it, and what it is worth. Fractions, not percents."""

    schema_name: Annotated[Literal["merunibench.curation/1"], Field(alias="schema")]
    name: str
    rows: Count
    kept: Count
    chance: float | None
    """Rows that would be kept if votes were dealt to rows at random; null without a crowd."""
    lift: float | None
    sets: dict[str, SetFigures]
    filters: list[FilterFigures]
    funnel: list[Step]
    overlap: Overlap
    statistics: dict[str, Statistics]
    """`all`, then each filter of the funnel: what it left."""
    cues: CueAgreement | Nothing
    drop_rates: dict[str, list[Group]]
    duplicates: Duplicates
    contamination: Counts
    """Test set of MER-UniBench -> rows that carry the name of one of its samples."""
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
    """What one filter says of a row; filters of one's own may say more."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    verdict: Literal["pass", "fail", "undecided"]
    reason: str = ""
    """Why it is no pass."""
    value: Any = None
    """What was measured."""
    least: float | None = None
    most: float | None = None
    by: str = ""
    """What measured it."""
    votes: dict[str, str | None] = {}
    """Source -> what it voted."""
    voted: list[str | None] | str | None = None
    """The voted sector of each wheel, or the voted sentiment."""
    hits: list[bool | None] = []
    """Whether a label has the voted sector of each wheel; null where there is no vote."""
    wheels: Count = 0
    """Wheels that have a vote."""
    chance: Share | None = None
    """Probability that the row agrees with the vote of a row drawn at random."""


class Decision(_Strict):
    """A line of decisions/<set>.jsonl: what every filter says of one row."""

    name: str
    kept: bool
    dropped_by: str | None
    """The first filter that drops it."""
    filters: dict[str, Entry]
    settings: str
    """Hash of the settings, and of the content of all that decided."""
