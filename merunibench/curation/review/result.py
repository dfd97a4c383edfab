"""The result of a review: plain data, and methods that render it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from merunibench.curation.folder import REVIEW, Folder
from merunibench.files import write_text

if TYPE_CHECKING:
    from merunibench.curation.review.preferences import Preference

SCHEMA = "merunibench.review/1"
FILE = "agreement.json"


@dataclass(frozen=True)
class Estimate:
    """A proportion in the data set, estimated from the sample.

    Attributes:
        value: The proportion.
        ci: Its 95 % interval.
        rows: Number of rows of the sample used.
    """

    value: float
    ci: tuple[float, float]
    rows: int


@dataclass(frozen=True)
class Agreement:
    """Agreement of reviewers on a question.

    Attributes:
        clips: Number of clips with two or more answers.
        answers: Number of answers about these clips.
        alpha: Krippendorff's alpha; None without such clips, or if all answers are equal.
        equal: Share of equal pairs of answers; None without pairs, and for emotions.
    """

    clips: int
    answers: int
    alpha: float | None
    equal: float | None


@dataclass(frozen=True)
class Keeping:
    """Whether the right rows are kept.

    Attributes:
        judged: Number of clips with a verdict of the reviewers.
        precision: Share of the kept rows that should be kept.
        recall: Share of the rows that should be kept that are kept.
        right: Share of all rows that should be kept.
    """

    judged: int
    precision: Estimate | None
    recall: Estimate | None
    right: Estimate | None


@dataclass(frozen=True)
class Overlap:
    """Agreement of the descriptions' labels with the emotions that reviewers named.

    Attributes:
        rows: Number of clips with both.
        f: Set-level F of the official protocol, with weighted rows; None if nothing can be scored.
        precision: Precision.
        recall: Recall.
        ci: 95 % bootstrap interval of F.
    """

    rows: int
    f: float | None
    precision: float | None
    recall: float | None
    ci: tuple[float, float] | None


@dataclass(frozen=True)
class Faults:
    """Rows that a filter drops wrongly.

    Attributes:
        name: The filter.
        drops: Number of rows with a description that it drops in the whole data set.
        judged: Number of dropped rows that reviewers judged.
        wrongly: Share of its dropped rows that should be kept; None if no dropped row was judged.
        names: Clips that it drops but should keep.
    """

    name: str
    drops: int
    judged: int
    wrongly: Estimate | None
    names: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """The evaluation of reviewers' answers.

    Attributes:
        sample: Identity of the sample; empty if only preferences were scored.
        clips: Number of clips in the sample.
        reviewers: Reviewer -> number of clips answered.
        agreement: Question (speaks, right, emotions) -> agreement of reviewers.
        keeping: Reading (strict: right is yes; lenient: yes or partly) -> precision and recall of keeping.
        emotions: all, kept, dropped -> agreement of labels with the reviewers' emotions.
        filters: Rows that each filter drops wrongly, by the strict reading.
        preferences: Results of choices between two descriptions.
        remarks: Notes for readers.
    """

    FORMATS: ClassVar = ("table", "json")

    sample: str = ""
    clips: int = 0
    reviewers: Mapping[str, int] = field(default_factory=dict)
    agreement: Mapping[str, Agreement] = field(default_factory=dict)
    keeping: Mapping[str, Keeping] = field(default_factory=dict)
    emotions: Mapping[str, Overlap] = field(default_factory=dict)
    filters: tuple[Faults, ...] = ()
    preferences: "tuple[Preference, ...]" = ()
    remarks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as dictionaries, lists, text and numbers; fractions, not percentages."""
        return {"schema": SCHEMA, **asdict(self)}

    def write(self, folder: Folder) -> Path:
        """Write `review/agreement.json`; return its path.

        Raises:
            InputError: the file cannot be written.
        """
        path = folder.path / REVIEW / FILE
        write_text(path, json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        return path

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the tables that the command line prints, in percent."""
        from merunibench.curation.review.terminal import render

        return render(self, width=width, color=color)
