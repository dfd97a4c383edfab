"""The result of an error analysis: plain data, and methods that call the renderers.

Words and names are stored unescaped; each renderer escapes them for its own format.
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
"""The last column of every confusion: a true sector was missed and no wrong sector was predicted."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Confusion:
    """What was predicted instead of the truth.

    Attributes:
        wheel: Number of the wheel, from 1; None for polarities, classes and preferences.
        rows: The R true sectors (or polarities, classes, preferences) that occur, in the wheel's order.
        columns: The C predicted ones: first those of `rows`, then other predicted ones, then `nothing`.
        counts: Counts by row, shape (R, C). Each row sums to its total.
        wrong: For each of `columns` except the last, the number of samples in which it was predicted but is not true,
            whether or not something was missed there; shape (C - 1,).
        samples: Number of scored samples.
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
        """Each count as a share of its row, shape (R, C); 0 for a row that is never true."""
        rows = zip(self.counts, self.totals, strict=True)
        return tuple(tuple(count / total if total else 0.0 for count in row) for row, total in rows)

    @property
    def title(self) -> str:
        """The subject of the confusion."""
        return self.what.capitalize() if self.wheel is None else f"Wheel {self.wheel}"

    @property
    def what(self) -> str:
        """What a row is, in one word."""
        if self.wheel is not None:
            return "sector"
        named = {*self.rows, *self.columns} - {NOTHING}
        return "polarity" if named <= POLARITIES.keys() else "preference" if named <= PREFERENCES.keys() else "class"


@dataclass(frozen=True)
class Example:
    """A sample with an error: its name, its true labels and the predicted ones."""

    name: str
    true: tuple[str, ...]
    predicted: tuple[str, ...]


@dataclass(frozen=True)
class WordErrors:
    """How often a word is wrong, unknown or missed.

    Attributes:
        word: The word, normalised.
        sectors: Its sector on each analysed wheel, or None.
        count: Number of samples in which it is wrong (or unknown, or missed), averaged over the analysed wheels.
        total: Number of samples in which this could have happened (scored samples with the word), averaged the same
            way.
        examples: Up to three such samples; samples in which it is wrong on most wheels come first.
    """

    word: str
    sectors: tuple[str | None, ...]
    count: float
    total: float
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Group:
    """The score of a subset of the samples.

    Attributes:
        name: What the samples have in common.
        samples: Number of samples.
        scored: Number of those that are scored (on any wheel).
        score: The metric's own formula, applied to the group's summed statistics; None if no sample is scored.
        ci: Its 95 % interval; None without resampling, or if the group is a single sample, dialogue or video.
    """

    name: str
    samples: int
    scored: int
    score: float | None
    ci: Interval | None


@dataclass(frozen=True)
class Grouping:
    """The samples grouped by one property.

    Attributes:
        by: `class`, `true sector`, `strength`, `labels` or `text length`.
        wheel: The wheel whose sectors group the samples; None for other properties.
        groups: The groups. Grouped by true sector, a sample belongs to as many groups as it has true sectors.
    """

    by: str
    wheel: int | None
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class DatasetErrors:
    """The errors of a model on one data set.

    Attributes:
        dataset: Data set id.
        title: The data set's name as in papers; set only for custom data sets, since others are known by their id.
        kind: Kind of task.
        checkpoint: The checkpoint analysed.
        primary: Key of the primary metric.
        score: The score, 0..1.
        chance: Its chance level.
        samples: Number of ground-truth samples that the analysis covers.
        given: Number of ground-truth samples, including those excluded because they have no prediction.
        confusions: One for each analysed wheel; for sentiment one of polarities.
        wrong_words: Predicted words whose sector is not among the true ones. Empty for sentiment.
        unknown_words: Predicted words without a sector on any wheel, except `neutral`. Empty for sentiment.
        missed_words: True words whose sector is not among the predicted ones. Empty for sentiment.
        groupings: The score by category, by number of labels, and by length of the raw text.
        notes: What could not be done, and why, and what must be read along with the score.
        signature: How the score was computed.
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
    """The errors of a model on each data set.

    Attributes:
        model: The model's name.
        protocol: The protocol of the scores.
        lexicon: Lexicon name and SHA-256 of its mapping.
        level: Wheel level of the sectors.
        wheel: The only wheel analysed, from 1; None for all.
        checkpoint_selection: How checkpoints were chosen.
        datasets: One analysis per data set, in the order of the published tables.
        warnings: What readers of the scores should know.
        signature: How the scores were computed.
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
        """Return the analysis of one data set.

        Raises:
            KeyError: there is no analysis of that data set.
        """
        for each in self.datasets:
            if each.dataset == dataset:
                return each
        raise KeyError(dataset)

    def named(self, model: str) -> "ErrorAnalysis":
        """Return the same analysis with another model name."""
        return replace(self, model=model)

    def to_dict(self) -> dict[str, Any]:
        """Return the analysis as dictionaries, lists, text and numbers; fractions, not percentages."""
        content: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        for each in content["datasets"]:
            if "|data:own." not in each["signature"]:
                del each["title"]
        return {"schema": SCHEMA, **content}

    def to_json(self) -> str:
        """Return JSON text, schema `merunibench.errors/1`; fractions, not percentages."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the tables that the command line prints, in percent.

        Args:
            width: Available columns; by default as many as the tables need.
            color: Whether to use terminal colours.
        """
        from merunibench.report.error_analysis.terminal import render

        return render(self, width=width, color=color)

    def _repr_html_(self) -> str:
        from merunibench.report.notebook import error_analysis

        return error_analysis(self)

    def to_html(self, *, view: str = "") -> str:
        """Return one self-contained page with figures, tables and styles, without scripts.

        Args:
            view: Address of a page of `merunibench view`, absolute or relative to this page; sample names link to it.
        """
        from merunibench.report.error_analysis.html import render

        return render(self, view)

    def write_svg(self, folder: str | Path) -> list[Path]:
        """Write each confusion as a figure: `<dataset>-wheel<N>.svg`, for sentiment `<dataset>.svg`.

        Returns:
            The files written.

        Raises:
            InputError: a file cannot be written.
        """
        from merunibench.report.error_analysis.maps import write_all

        return write_all(self, Path(folder))
