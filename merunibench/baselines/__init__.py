"""Baselines that say what a score is worth, and one that reads the subtitle alone; none of them looks at a clip.

A baseline is an entry in `BASELINES`: `score --baselines` scores all of them, and the leaderboard has a row for each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from merunibench._registry import Registry
from merunibench.baselines.best_constant import best_constant
from merunibench.baselines.constant import Row, empty, majority, shuffled, stuffing
from merunibench.baselines.shallow import learned, mark_tokens, name_tokens
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
        units: Sample name -> its dialogue or video; None where samples stand alone.
        neutral: Whether neutral truths count in the score: not under the official protocol.
    """

    kind: str
    truth: Mapping[str, str]
    subtitles: Mapping[str, str] | None = None
    lexicon: Lexicon | None = None
    units: Mapping[str, str] | None = None
    neutral: bool = True


@dataclass(frozen=True)
class Baseline:
    """A rule that answers for every sample of a data set.

    Attributes:
        id: Identifier (`majority`).
        title: Name for people.
        note: What it does, in a sentence.
        answer: Its rows for a data set; None where it lacks what it needs.
        modalities: What it is given of a clip.
        told: Which true labels it is told, in words; empty for none.
        shallow: Whether it is a rule that a model must beat to have understood something: one answer of the usual
            length a sample. A stuffed answer is none: it shows what a metric can be made to say.
        by_lexicon: Whether its answers may change with the lexicon that scores them.
    """

    id: str
    title: str
    note: str
    answer: Callable[[Known], list[Row] | None]
    modalities: tuple[str, ...] = ()
    told: str = ""
    shallow: bool = False
    by_lexicon: bool = True


def _file_name(known: Known) -> list[Row]:
    """What a sample's name tells: learned from the other dialogues."""
    tokens = {name: name_tokens(name) for name in known.truth}
    return learned(known.kind, known.truth, tokens, known.units or _alone(known), neutral=known.neutral)


def _punctuation(known: Known) -> list[Row] | None:
    """What punctuation and length tell: learned from the other dialogues."""
    if known.subtitles is None:
        return None
    tokens = {name: mark_tokens(text) for name, text in known.subtitles.items()}
    return learned(known.kind, known.truth, tokens, known.units or _alone(known), neutral=known.neutral)


def _video(known: Known) -> list[Row] | None:
    """What the video that a clip is from tells: learned from its other clips."""
    if known.units is None:
        return None
    tokens = {name: [unit] for name, unit in known.units.items()}
    return learned(known.kind, known.truth, tokens, _alone(known), neutral=known.neutral)


def _alone(known: Known) -> dict[str, str]:
    return {name: name for name in known.truth}


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
            told="all labels",
            shallow=True,
            by_lexicon=False,
        ),
        Baseline(
            "text-lexicon",
            "Text lexicon",
            "Labels by a small table of everyday cue words; it reads the subtitle alone.",
            lambda known: None if known.subtitles is None else text_lexicon_rows(known.kind, known.subtitles),
            ("text",),
            shallow=True,
            by_lexicon=False,
        ),
        Baseline(
            "best-constant",
            "Best constant",
            "The labels that score best under the official metric when every sample gets the same.",
            lambda known: best_constant(known.kind, known.truth, known.lexicon),
            told="all labels",
        ),
        Baseline(
            "file-name",
            "File name",
            "Naive Bayes over the words and numbers in a sample's name.",
            _file_name,
            told="labels of the other dialogues",
            shallow=True,
            by_lexicon=False,
        ),
        Baseline(
            "punctuation",
            "Punctuation",
            "Naive Bayes over the punctuation marks and the length of the subtitle; it reads no word.",
            _punctuation,
            ("text",),
            told="labels of the other dialogues",
            shallow=True,
            by_lexicon=False,
        ),
        Baseline(
            "video",
            "Video identity",
            "Naive Bayes over the dialogue or video that a sample is from.",
            _video,
            told="labels of the other samples",
            shallow=True,
            by_lexicon=False,
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
    "best_constant",
    "empty",
    "learned",
    "majority",
    "mark_tokens",
    "name_tokens",
    "shuffled",
    "stuffing",
    "text_lexicon",
    "text_lexicon_rows",
]
