"""Compute figures, bootstrap replicates and errors of one checkpoint's predictions on one data set.

A cell is the unit of work and of caching: data set, protocol and lexicon, with all checkpoints of one submission. It is
plain data, so that it can be passed between processes and cached without pickling classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from merunibench._text import in_one_line
from merunibench.analysis.confusion import confusion
from merunibench.analysis.words import word_errors
from merunibench.data import GroundTruth, Predictions
from merunibench.leaderboard.schema.details import Losses, WheelConfusion, Word, Words
from merunibench.leaderboard.schema.fields import as_json
from merunibench.leaderboard.schema.results import DECIMALS, Board
from merunibench.leaderboard.scoring.units import pack
from merunibench.lexicon import Lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.report.error_analysis import WordErrors
from merunibench.scoring import SampleScores, Scored, Settings, paired_units, score_predictions
from merunibench.statistics import BootstrapCounts
from merunibench.tasks import get_task

LEVEL: Any = 1
"""The wheel level of published scores."""
WORDS = 10
"""Maximum number of words in a list of errors."""
_WORD_LENGTH = 60


class Cell(NamedTuple):
    """One data set under one protocol and lexicon; the lexicon is `none` for sentiment, which needs none."""

    dataset: str
    protocol: str
    lexicon: str


class Texts(NamedTuple):
    """What the page of a model says about one checkpoint in one cell, as JSON: most of it is written as it is.

    Attributes:
        losses: JSON of `details.Losses`.
        words: JSON of `details.Words`, or `null`.
    """

    losses: str = "null"
    words: str = "null"


_NO_TEXTS = Texts()


class Stored(NamedTuple):
    """The place in the cache of something that is read only when it is needed, as most of it never is."""

    key: str
    checkpoint: str


@dataclass(frozen=True)
class Figures:
    """One checkpoint in one cell.

    Attributes:
        scored: The score, with its replicates.
        texts: What the model's page says about it; no score or rank depends on this.
        units: Packed contributions of its units to paired tests; empty without resamples.
    """

    scored: Scored
    texts: Texts | Stored = _NO_TEXTS
    units: bytes | Stored = b""


def cell_of(dataset: str, board: Board) -> Cell:
    """Return the cell of a data set on a board."""
    return Cell(dataset, board.protocol, board.lexicon if get_task(dataset).has_sectors else "none")


def is_scored(dataset: str, board: Board) -> bool:
    """Whether a board has a column for a data set: whether its protocol scores that kind of task."""
    return PROTOCOLS[board.protocol].scores(get_task(dataset).kind)


class Scorer:
    """Scores predictions in cells; keeps lexicons, labels and resamples for reuse."""

    def __init__(
        self, truths: Mapping[str, GroundTruth], lexicons: Mapping[str, Lexicon], resamples: int, seed: int
    ) -> None:
        self.truths, self.lexicons, self.resamples, self.seed = truths, lexicons, resamples, seed
        self._draws = BootstrapCounts()
        self._of: Predictions | None = None
        self._told: dict[str, tuple[tuple[WheelConfusion, ...], str]] = {}

    def cells(self, boards: Sequence[Board]) -> list[Cell]:
        """Return every cell of these boards that can be scored here."""
        every = (cell_of(dataset, board) for dataset in self.truths for board in boards if is_scored(dataset, board))
        return list(dict.fromkeys(every))

    def figures(self, cell: Cell, predictions: Predictions) -> Figures:
        """Return all figures of one checkpoint's predictions in one cell; missing and failed ones count as wrong.

        Raises:
            InputError: the predictions belong to another data set.
        """
        # Sentiment needs no lexicon; any will do.
        lexicon = next(iter(self.lexicons.values())) if cell.lexicon == "none" else self.lexicons[cell.lexicon]
        settings = Settings(lexicon, cell.protocol, LEVEL, missing="zero", bootstrap=self.resamples, seed=self.seed)
        scored = score_predictions(self.truths[cell.dataset], predictions, settings, beside=False)
        if scored.samples_scored is None:  # pragma: no cover - a fresh score has them
            raise TypeError("no samples")
        confusions, words = self._told_of(cell, predictions, scored.samples_scored, lexicon)
        units = pack(paired_units(scored.samples_scored, seed=self.seed)) if self.resamples else b""
        scored = replace(scored.resampled(settings, self._draws), samples_scored=None)
        return Figures(scored, Texts(_losses(scored, confusions), words), units)

    def _told_of(
        self, cell: Cell, predictions: Predictions, scores: SampleScores, lexicon: Lexicon
    ) -> tuple[tuple[WheelConfusion, ...], str]:
        """Return confusions and costly words, computed once per lexicon: they are the same under all our protocols."""
        if self._of is not predictions:
            self._of, self._told = predictions, {}
        key = f"{cell.lexicon} {cell.protocol if PROTOCOLS.is_changed else ''}"
        if key not in self._told:
            self._told[key] = _confusions(scores), _words(scores, lexicon)
        return self._told[key]

    def chance(self, cell: Cell) -> Figures:
        """Return the chance level of answers distributed like the truth: true labels, shuffled, in closed form."""
        truth = self.truths[cell.dataset]
        figures = self.figures(cell, _truth_as_answer(truth))
        level = figures.scored.chance
        score = float(PROTOCOLS[cell.protocol][truth.task.kind].primary(level, level))
        scored = replace(figures.scored.alone(), score=score, uncorrected=level, ci=None)
        losses = Losses(metrics={}, wheels=(), scored=scored.scored, confusions=())
        return Figures(scored, Texts(as_json(losses.model_dump(mode="json"))))


def _truth_as_answer(truth: GroundTruth) -> Predictions:
    polarity = None if truth.values is None else np.sign(truth.values).astype(np.int8)
    return Predictions(truth.names, truth.labels, polarity, np.zeros(len(truth), bool), str(truth.path))


def _losses(scored: Scored, confusions: tuple[WheelConfusion, ...]) -> str:
    losses = Losses(
        metrics=_rounded(scored.metrics),
        wheels=tuple(map(_rounded, scored.wheels)),
        scored=scored.scored,
        confusions=confusions,
    )
    return as_json(losses.model_dump(mode="json"))


def _rounded(figures: Mapping[str, float | None]) -> dict[str, Any]:
    return {name: None if value is None else round(value, DECIMALS) for name, value in figures.items()}


def _confusions(scores: SampleScores) -> tuple[WheelConfusion, ...]:
    every = [confusion(scores, wheel) for wheel in scores.wheels]
    return tuple(
        WheelConfusion(wheel=each.wheel, rows=each.rows, columns=each.columns, counts=each.counts)
        for each in every
        if each.rows
    )


def _words(scores: SampleScores, lexicon: Lexicon) -> str:
    """Return costly words, without the samples they occur in."""
    if scores.labels is None:
        return "null"
    found = word_errors(scores, lexicon, LEVEL, range(1, lexicon.n_wheels + 1), WORDS, examples=0)
    words = Words(
        wrong=tuple(map(_word, found.wrong)),
        missed=tuple(map(_word, found.missed)),
        unknown=tuple(map(_word, found.unknown)),
    )
    return as_json(words.model_dump(mode="json"))


def _word(found: WordErrors) -> Word:
    return Word(word=in_one_line(found.word, _WORD_LENGTH), count=found.count, total=found.total)
