"""The result of a review: plain data, and what renders it."""

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
    """A share in the data set, estimated from the sample.

    Attributes:
        value: The share.
        ci: Its 95 % interval.
        rows: Rows of the sample that it rests on.
    """

    value: float
    ci: tuple[float, float]
    rows: int


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agree on a question.

    Attributes:
        clips: Clips that two or more of them answered.
        answers: Their answers to those.
        alpha: Krippendorff's alpha; None without such clips, or if all answers are equal.
        equal: Share of pairs of answers that are equal; None without pairs, and for emotions.
    """

    clips: int
    answers: int
    alpha: float | None
    equal: float | None


@dataclass(frozen=True)
class Keeping:
    """Are the right rows kept?

    Attributes:
        judged: Clips with a verdict of the reviewers.
        precision: Of the rows that are kept, how many should be.
        recall: Of the rows that should be kept, how many are.
        right: How many of all rows should be kept.
    """

    judged: int
    precision: Estimate | None
    recall: Estimate | None
    right: Estimate | None


@dataclass(frozen=True)
class Overlap:
    """How well labels of descriptions agree with the emotions that reviewers named.

    Attributes:
        rows: Clips with both.
        f: Set-level F of the official protocol, rows weighted; None where nothing counts.
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
    """What a filter drops wrongly.

    Attributes:
        name: The filter.
        drops: Rows with a description that it drops in the whole data set.
        judged: Those of them that reviewers judged.
        wrongly: The share of its drops that should be kept; None if no drop was judged.
        names: Clips that should be kept and that it drops.
    """

    name: str
    drops: int
    judged: int
    wrongly: Estimate | None
    names: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """What people said of a sample.

    Attributes:
        sample: What the sample is known by; empty where only preferences were scored.
        clips: Clips of the sample.
        reviewers: Who answered -> how many clips.
        agreement: Question (speaks, right, emotions) -> how far reviewers agree.
        keeping: Reading (strict: right is yes; lenient: or partly) -> precision and recall of keeping.
        emotions: all, kept, dropped -> how well labels agree with the reviewers'.
        filters: What each filter drops wrongly, by the strict reading.
        preferences: Results of choices between two descriptions.
        remarks: What a reader should know.
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
        """The result as dictionaries, lists, text and numbers; fractions, not percents."""
        return {"schema": SCHEMA, **asdict(self)}

    def write(self, folder: Folder) -> Path:
        """Write `review/agreement.json`; its path.

        Raises:
            InputError: it cannot be written.
        """
        path = folder.path / REVIEW / FILE
        write_text(path, json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        return path

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """The tables that the command line prints, in percent."""
        from merunibench.curation.review.terminal import render

        return render(self, width=width, color=color)
