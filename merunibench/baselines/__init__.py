"""Baselines that say what a score is worth, and one that reads the subtitle alone; none of them looks at a clip.

A baseline is an entry in `BASELINES`; the leaderboard has a row for each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from merunibench._registry import Registry
from merunibench.baselines.constant import Row, empty, majority, shuffled, stuffing
from merunibench.baselines.text_lexicon import text_lexicon, text_lexicon_rows
from merunibench.lexicon import Lexicon


@dataclass(frozen=True)
class Known:
    """What a baseline may know of a data set.

    Attributes:
        kind: Kind of task.
        truth: Sample name -> label field: a class word, a number as text, or label-list text.
        subtitles: Sample name -> what is said; None where there are no subtitles.
        lexicon: The lexicon that will score the answers.
    """

    kind: str
    truth: Mapping[str, str]
    subtitles: Mapping[str, str] | None = None
    lexicon: Lexicon | None = None


@dataclass(frozen=True)
class Baseline:
    """A rule that answers for every sample of a data set.

    Attributes:
        id: Identifier (`majority`).
        title: Name for people.
        note: What it does, in a sentence.
        answer: Its rows for a data set; None where it lacks what it needs.
        modalities: What it is given of a clip.
    """

    id: str
    title: str
    note: str
    answer: Callable[[Known], list[Row] | None]
    modalities: tuple[str, ...] = ()


BASELINES = Registry(
    "baseline",
    (
        Baseline(
            "stuffing",
            "Stuffing",
            "Names every sector of every wheel on every sample; sentiment: always positive.",
            lambda known: stuffing(known.kind, known.truth, known.lexicon),
        ),
        Baseline(
            "majority",
            "Majority",
            "The most frequent truth of the data set on every sample.",
            lambda known: majority(known.kind, known.truth),
        ),
        Baseline(
            "text-lexicon",
            "Text lexicon",
            "Labels by a small table of everyday cue words; it reads the subtitle alone.",
            lambda known: None if known.subtitles is None else text_lexicon_rows(known.kind, known.subtitles),
            ("text",),
        ),
    ),
    name=lambda baseline: baseline.id,
)
"""Every baseline, by id."""

__all__ = [
    "BASELINES",
    "Baseline",
    "Known",
    "Row",
    "empty",
    "majority",
    "shuffled",
    "stuffing",
    "text_lexicon",
    "text_lexicon_rows",
]
