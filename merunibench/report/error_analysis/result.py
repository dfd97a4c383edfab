"""The result of an error analysis: plain data, and methods that hand it to the renderers.

Names, words and model names are kept as their authors wrote them; each renderer escapes them for its own format.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from merunibench.kinds import POLARITIES, PREFERENCES

SCHEMA = "merunibench.errors/1"
NOTHING = "nothing"
"""The last column of every confusion: nothing wrong was said in the place of what was missed."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Confusion:
    """What was said in the place of what is true.

    Attributes:
        wheel: Number of the wheel, from 1; None for polarities, classes and preferences.
        rows: The R true sectors (or polarities, classes, preferences) that occur, in the wheel's order.
        columns: The C predicted ones: first those of `rows`, then others that were said; last `nothing`.
        counts: Row by row, how often; shape (R, C). A row adds up to its total.
        wrong: Samples in which each of `columns` but the last was said and is not true, whether or not something was
            missed there; shape (C - 1,).
        samples: Number of samples that count.
    """

    wheel: int | None
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[float, ...], ...]
    wrong: tuple[int, ...]
    samples: int

    @cached_property
    def totals(self) -> tuple[int, ...]:
        """Number of samples in which each of `rows` is true, shape (R,)."""
        return tuple(round(sum(row)) for row in self.counts)

    @cached_property
    def shares(self) -> tuple[tuple[float, ...], ...]:
        """Each count as a share of its row, shape (R, C); 0 in a row that is true nowhere."""
        rows = zip(self.counts, self.totals, strict=True)
        return tuple(tuple(count / total if total else 0.0 for count in row) for row, total in rows)

    @property
    def title(self) -> str:
        """What the confusion is of."""
        return self.what.capitalize() if self.wheel is None else f"Wheel {self.wheel}"

    @property
    def what(self) -> str:
        """What a row is, in a word."""
        if self.wheel is not None:
            return "sector"
        named = {*self.rows, *self.columns} - {NOTHING}
        return "polarity" if named <= POLARITIES.keys() else "preference" if named <= PREFERENCES.keys() else "class"


@dataclass(frozen=True)
class Example:
    """A sample in which an error occurs: its name, its true labels and the predicted ones."""

    name: str
    true: tuple[str, ...]
    predicted: tuple[str, ...]


@dataclass(frozen=True)
class WordErrors:
    """How often a word is wrong, unknown or missed.

    Attributes:
        word: The word, normalised.
        sectors: Its sector on each analysed wheel; None where it has none.
        count: Number of samples in which it is wrong (unknown, missed), averaged over the analysed wheels.
        total: Number of samples in which it could have been: that count and hold the word, averaged likewise.
        examples: Up to three such samples, those first in which it is wrong on the most wheels.
    """

    word: str
    sectors: tuple[str | None, ...]
    count: float
    total: float
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Group:
    """The score of some of the samples.

    Attributes:
        name: What the samples have in common.
        samples: Number of samples.
        scored: Number of those that count (on any wheel).
        score: The metric's own formula on the group's summed quantities; None where no sample counts.
        ci: Its 95 % interval; None without resampling, and for groups of a single sample, dialogue or video.
    """

    name: str
    samples: int
    scored: int
    score: float | None
    ci: Interval | None


@dataclass(frozen=True)
class Grouping:
    """The samples in groups by one property.

    Attributes:
        by: `class`, `true sector`, `strength`, `labels` or `text length`.
        wheel: The wheel whose sectors group the samples; None for other properties.
        groups: The groups. By true sector a sample is in as many groups as it has true sectors.
    """

    by: str
    wheel: int | None
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class DatasetErrors:
    """Where a model loses on one data set.

    Attributes:
        dataset: Data set id.
        title: The data set's name as papers print it; written of own data sets alone, others are known by their id.
        kind: Kind of task.
        checkpoint: The checkpoint analysed.
        primary: Key of the metric that is the score.
        score: The score, 0..1.
        chance: Its chance level.
        samples: Number of ground-truth samples that the analysis covers.
        given: Number of ground-truth samples, those included that are left out for want of a prediction.
        confusions: One for each analysed wheel; for sentiment the one of polarities.
        wrong_words: Predicted words whose sector is not among the true ones. Empty for sentiment.
        unknown_words: Predicted words without a sector on any wheel, `neutral` apart. Empty for sentiment.
        missed_words: True words whose sector is not among the predicted ones. Empty for sentiment.
        groupings: The score by category, by number of labels, by length of the raw text.
        notes: What could not be done, and why; and what must be read beside the score.
        signature: What the score was computed with.
    """

    dataset: str
    title: str
    kind: str
    checkpoint: str
    primary: str
    score: float
    chance: float
    samples: int
    given: int
    confusions: tuple[Confusion, ...]
    wrong_words: tuple[WordErrors, ...]
    unknown_words: tuple[WordErrors, ...]
    missed_words: tuple[WordErrors, ...]
    groupings: tuple[Grouping, ...]
    notes: tuple[str, ...]
    signature: str


@dataclass(frozen=True)
class ErrorAnalysis:
    """Where a model loses, data set by data set.

    Attributes:
        model: The model's name.
        protocol: The protocol of the scores.
        lexicon: Lexicon name and SHA-256 of its mapping.
        level: Wheel level whose sectors count.
        wheel: The one wheel that was analysed, from 1; None for all.
        checkpoint_selection: How checkpoints were chosen.
        datasets: One analysis a data set, in the order of the published tables.
        warnings: What a reader of the scores should know.
        signature: What the scores were computed with.
    """

    FORMATS: ClassVar = ("table", "json", "html")

    model: str
    protocol: str
    lexicon: Mapping[str, str]
    level: int
    wheel: int | None
    checkpoint_selection: str
    datasets: tuple[DatasetErrors, ...]
    warnings: tuple[str, ...]
    signature: str

    def __getitem__(self, dataset: str) -> DatasetErrors:
        """The analysis of one data set.

        Raises:
            KeyError: there is none of that data set.
        """
        for each in self.datasets:
            if each.dataset == dataset:
                return each
        raise KeyError(dataset)

    def named(self, model: str) -> "ErrorAnalysis":
        """The same analysis, the model called otherwise."""
        return replace(self, model=model)

    def to_dict(self) -> dict[str, Any]:
        """The analysis as dictionaries, lists, text and numbers; fractions, not percents."""
        content: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        for each in content["datasets"]:
            if "|data:own." not in each["signature"]:
                del each["title"]
        return {"schema": SCHEMA, **content}

    def to_json(self) -> str:
        """JSON text, schema `merunibench.errors/1`; fractions, not percents."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """The tables that the command line prints, in percent.

        Args:
            width: Columns available; by default what the tables need.
            color: Whether to use terminal colours.
        """
        from merunibench.report.error_analysis.terminal import render

        return render(self, width=width, color=color)

    def _repr_html_(self) -> str:
        from merunibench.report.notebook import error_analysis

        return error_analysis(self)

    def to_html(self, *, view: str = "") -> str:
        """One page that needs nothing from elsewhere: pictures, tables and style are in it, and no script.

        Args:
            view: Address of a page of `merunibench view`, relative to this page or whole; names of samples lead there.
        """
        from merunibench.report.error_analysis.html import render

        return render(self, view)

    def write_svg(self, folder: str | Path) -> list[Path]:
        """Write each confusion as a picture: `<dataset>-wheel<N>.svg`, for sentiment `<dataset>.svg`.

        Returns:
            The files written.

        Raises:
            InputError: a file cannot be written.
        """
        from merunibench.report.error_analysis.maps import write_all

        return write_all(self, Path(folder))
