"""Baselines that help to interpret a score. None of them uses video or audio; some use the subtitle.

All baselines are in `BASELINES`. `score --baselines` scores all of them, and the leaderboard has a row for each.
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
    """The information on a data set that a baseline may use.

    Attributes:
        kind: Kind of task.
        truth: Sample name -> label field: a class word, a number as text, or label-list text.
        subtitles: Sample name -> subtitle; None if there are no subtitles.
        lexicon: The lexicon that will score the answers.
        units: Sample name -> its dialogue or video; None if samples are independent.
        neutral: Whether neutral truths count in the score; not under the official protocol.
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
        title: Display name.
        note: What it does, in one sentence.
        answer: Returns its rows for a data set; None if information that it needs is missing.
        modalities: The modalities of a clip that it uses.
        told: The true labels that it uses, as text; empty for none.
        shallow: Whether it is a simple rule with one answer of usual length per sample, which a model must beat to show
            understanding. Stuffing is not shallow in this sense: it shows how a metric can be gamed.
        by_lexicon: Whether its answers may depend on the lexicon that scores them.
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
    """Predict from a sample's name, learned from the other dialogues."""
    tokens = {name: name_tokens(name) for name in known.truth}
    return learned(known.kind, known.truth, tokens, known.units or _alone(known), neutral=known.neutral)


def _punctuation(known: Known) -> list[Row] | None:
    """Predict from punctuation and length of the subtitle, learned from the other dialogues."""
    if known.subtitles is None:
        return None
    tokens = {name: mark_tokens(text) for name, text in known.subtitles.items()}
    return learned(known.kind, known.truth, tokens, known.units or _alone(known), neutral=known.neutral)


def _video(known: Known) -> list[Row] | None:
    """Predict from the video that a clip is from, learned from its other clips."""
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
            "Names every sector of every wheel for every sample; sentiment: always positive.",
            lambda known: stuffing(known.kind, known.truth, known.lexicon),
        ),
        Baseline(
            "majority",
            "Majority",
            "The most frequent truth of the data set for every sample.",
            lambda known: majority(known.kind, known.truth),
            told="all labels",
            shallow=True,
            by_lexicon=False,
        ),
        Baseline(
            "text-lexicon",
            "Text lexicon",
            "Labels by a small table of everyday cue words in the subtitle.",
            lambda known: None if known.subtitles is None else text_lexicon_rows(known.kind, known.subtitles),
            ("text",),
            shallow=True,
            by_lexicon=False,
        ),
        Baseline(
            "best-constant",
            "Best constant",
            "The labels that score best under the official metric if given to every sample.",
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
            "Naive Bayes over the punctuation marks and the length of the subtitle, without its words.",
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
"""All baselines by id."""

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
