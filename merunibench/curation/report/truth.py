"""Test the pipeline against human labels: do kept rows agree with them better than dropped rows?

F, precision and recall are those of the official protocol (set-level, all wheels). Part of the gain is chance, since a
hit test favours descriptions that name many or frequent sectors. So the result for shuffled votes is also reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from merunibench._text import short_repr
from merunibench.curation.columns import places
from merunibench.curation.decisions import Decisions, coded
from merunibench.curation.filters.base import FAIL, UNDECIDED, Filter, Judged, Mask
from merunibench.curation.folder import MAX_BYTES
from merunibench.curation.rows import Rows
from merunibench.curation.settings import FilterSettings
from merunibench.data import read_table
from merunibench.data.cells import written_nulls
from merunibench.data.columns import find_column, label_column, name_column
from merunibench.errors import InputError
from merunibench.kinds import NEUTRAL
from merunibench.lexicon import Lexicon
from merunibench.protocols.official import SetF1
from merunibench.statistics import interval, pool, resampled_sums

FloatArray = npt.NDArray[np.float64]
Sets = npt.NDArray[np.unsignedinteger[Any]]

SHUFFLES = 20
_ROC_POINTS = 21
_RIGHT = 0.5
"""Overlap with the human labels (mean Jaccard over the wheels) from which a row counts as right, for the ROC."""


@dataclass(frozen=True)
class Score:
    """Agreement of some rows with human labels.

    Attributes:
        rows: Number of rows with human labels.
        f: Set-level F; None if nothing can be scored.
        precision: Precision.
        recall: Recall.
        ci: 95 % bootstrap interval of F.
        chance: Expected F if descriptions were randomly assigned to rows.
    """

    rows: int
    f: float | None = None
    precision: float | None = None
    recall: float | None = None
    ci: tuple[float, float] | None = None
    chance: float | None = None


@dataclass(frozen=True)
class TruthFigures:
    """Comparison of the rows of a data set with human labels.

    Attributes:
        where: The file of the labels.
        rows: Number of rows with human labels.
        all: Score of all these rows.
        kept: Score of the kept rows.
        dropped: Score of the dropped rows.
        difference: F of kept minus F of dropped rows, and its interval.
        shuffled: With shuffled votes: number of kept rows, their F, and F of the real kept rows minus it; empty without
            a crowd.
        by_filter: Filter -> scores of the rows that it keeps and that it drops, whatever the others decide.
        roc: Numeric filter -> area under the curve, and points (false positive rate, true positive rate).
        remarks: Notes on human labels that could not be used.
    """

    where: str
    rows: int
    all: Score
    kept: Score
    dropped: Score
    difference: tuple[float, tuple[float, float] | None] | None
    shuffled: Mapping[str, float] = field(default_factory=dict)
    by_filter: Mapping[str, tuple[Score, Score]] = field(default_factory=dict)
    roc: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def hold_against(
    path: Path,
    decisions: Decisions,
    filters: Sequence[Filter],
    settings: FilterSettings,
    lexicon: Lexicon,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> TruthFigures:
    """Score kept and dropped rows against human labels.

    Args:
        path: A table with `name` and `labels` (or `openset`, `label`).
        decisions: The decisions on the rows.
        filters: The filters, some of which can judge shuffled votes.
        settings: Their settings.
        lexicon: Defines the sectors.
        resamples: Number of bootstrap resamples; 0 for no intervals.
        seed: Seed of resampling and shuffling.

    Raises:
        InputError: the table cannot be read, or has no labels of any row.
    """
    table = written_nulls(read_table(path, max_bytes=MAX_BYTES))
    rows = decisions.rows
    names = name_column(table)
    at = places(rows.names, names)
    lists = label_column(table, find_column(table, "labels", "openset", "label", "discrete"))
    counted = (at >= 0) & rows.labelled
    if not counted.any():
        raise InputError(f"{path}: has no labels of any of the {len(rows)} rows; check that the names are the same")
    true = lexicon.sector_sets(lists.replace_empty((NEUTRAL,)).take(np.where(at >= 0, at, 0)))
    scorer = _Scorer(true, lexicon.sector_sets(rows.labels), counted, resamples, seed)
    kept, dropped = scorer.replicates(decisions.kept, 1), scorer.replicates(~decisions.kept, 2)
    score, lost = scorer.score(decisions.kept), scorer.score(~decisions.kept)
    difference = None
    if score.f is not None and lost.f is not None:
        span = interval(kept - dropped) if len(kept) and len(dropped) else None
        difference = (score.f - lost.f, span)
    by_filter = {
        outcome.name: (scorer.score(~outcome.drops), scorer.score(outcome.drops))
        for outcome in decisions.outcomes
        if outcome.measured
    }
    shuffled = _shuffled(scorer, decisions, filters, settings, seed, score.f)
    everything = scorer.score(np.ones(len(rows), bool))
    curves = _curves(decisions, scorer)
    told = _not_compared(path.name, names, rows)
    return TruthFigures(
        path.name, int(counted.sum()), everything, score, lost, difference, shuffled, by_filter, curves, told
    )


def _not_compared(where: str, names: pa.Array, rows: Rows) -> tuple[str, ...]:
    """Return notes on human labels without a row, and on those whose row has no labels."""
    at = places(names, rows.names)
    absent, bare = at < 0, (at >= 0) & ~rows.labelled[np.where(at >= 0, at, 0)]

    def told(mask: Mask, what: str) -> str:
        first = short_repr(names[int(mask.argmax())].as_py())
        return f"{where}: {int(mask.sum()):,} of {len(names):,} samples {what}, such as {first}"

    cases = ((absent, "have no row in the data set"), (bare, "have a row without labels"))
    return tuple(told(mask, what) for mask, what in cases if mask.any())


class _Scorer:
    """Scores subsets of rows."""

    def __init__(self, true: Sets, said: Sets, counted: Mask, resamples: int, seed: int) -> None:
        self._metric = SetF1()
        self._true, self._said = true, said
        self.counted = counted
        self._resamples, self._seed = resamples, seed

    def f(self, chosen: Mask) -> float:
        """Return the set-level F of the chosen rows; NaN if nothing can be scored."""
        return float(self._metric.score(self._statistics(chosen).sum(axis=1)))

    def score(self, chosen: Mask) -> Score:
        """Return all scores of the chosen rows."""
        here = self.counted & chosen
        if np.isnan(self.f(chosen)):
            return Score(int(here.sum()))
        figures = self._metric.summary(self._statistics(chosen).sum(axis=1)).metrics
        expected = self._metric.expected_under_shuffling(self._true[:, here], self._said[:, here])
        span = interval(self.replicates(chosen, 0))
        chance = float(self._metric.score(expected))
        return Score(int(here.sum()), figures["f"], figures["precision"], figures["recall"], span, chance)

    def replicates(self, chosen: Mask, draw: int) -> FloatArray:
        """Return F on each resample of the chosen rows, shape (B,); empty for fewer than two rows."""
        statistics = self._statistics(chosen)
        if statistics.shape[1] < 2 or not self._resamples:
            return np.empty(0)
        seeds = [self._seed, draw]
        return np.asarray(self._metric.score(resampled_sums(pool(statistics, None, seeds), self._resamples, seeds)))

    def agreement(self) -> FloatArray:
        """Return the overlap of each row with its human labels: mean Jaccard over wheels where these have a sector."""
        union = np.bitwise_count(self._true | self._said).astype(float)
        common = np.bitwise_count(self._true & self._said).astype(float)
        counts = self._true != 0
        ratios = np.divide(common, union, out=np.zeros(union.shape), where=union > 0) * counts
        wheels = counts.sum(axis=0)
        nothing = np.full(len(wheels), np.nan)
        return np.asarray(np.divide(ratios.sum(axis=0), wheels, out=nothing, where=wheels > 0), float)

    def _statistics(self, chosen: Mask) -> FloatArray:
        here = self.counted & chosen
        return self._metric.statistics(self._true[:, here], self._said[:, here])


def _shuffled(
    scorer: _Scorer,
    decisions: Decisions,
    filters: Sequence[Filter],
    settings: FilterSettings,
    seed: int,
    kept: float | None,
) -> dict[str, float]:
    """Return the number of rows kept, and their F, if the crowd's votes were those of other rows."""
    crowd = [each for each in filters if hasattr(each, "judge_shuffled") and decisions[each.name].measured]
    if not crowd or kept is None:
        return {}
    names = {each.name for each in crowd}
    others = [outcome.drops for outcome in decisions.outcomes if outcome.name not in names]
    rng = np.random.default_rng(seed)
    scores, numbers = [], []
    for _ in range(SHUFFLES):
        order = rng.permutation(len(decisions.rows))
        drops = [_drops(each.judge_shuffled(decisions.rows, order), settings, each.name) for each in crowd]
        left = ~np.any([*others, *drops], axis=0)
        numbers.append(int((left & scorer.counted).sum()))
        scores.append(scorer.f(left))
    mean = float(np.nanmean(scores)) if not np.isnan(scores).all() else float("nan")
    if np.isnan(mean):
        return {}
    return {"shuffles": SHUFFLES, "rows": float(np.mean(numbers)), "f": mean, "kept_minus_shuffled": kept - mean}


def _drops(judged: Judged, settings: FilterSettings, name: str) -> Mask:
    drops = judged.verdicts == FAIL
    return np.asarray(drops | (judged.verdicts == UNDECIDED) if settings.drops_undecided(name) else drops)


def _curves(decisions: Decisions, scorer: _Scorer) -> dict[str, dict[str, Any]]:
    """Return the ROC of every numeric filter: does it separate rows that agree with human labels from others?"""
    agreement = scorer.agreement()
    found = {}
    for outcome in decisions.outcomes:
        value = outcome.judged.columns.get("value")
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            continue
        here = scorer.counted & ~np.isnan(value) & ~np.isnan(agreement)
        curve = roc(value[here], agreement[here] >= _RIGHT)
        if curve is not None:
            found[outcome.name] = curve
    return found


def roc(values: FloatArray, right: Mask) -> dict[str, Any] | None:
    """Return the ROC of a value that is larger for right rows; None if all or no rows are right.

    The area is the share of pairs of a right and a wrong row whose values are in the right order; ties count half.

    Example:
        >>> roc(np.array([1.0, 2.0, 3.0]), np.array([False, True, True]))["auc"]
        1.0
    """
    positives, negatives = int(right.sum()), int((~right).sum())
    if not positives or not negatives:
        return None
    codes, distinct = coded(values)
    up = np.bincount(codes[right], minlength=len(distinct)).astype(float)
    down = np.bincount(codes[~right], minlength=len(distinct)).astype(float)
    below = np.concatenate([np.zeros(1), np.cumsum(down)[:-1]])
    area = float((up * (below + down / 2)).sum() / (positives * negatives))
    true = np.concatenate([np.zeros(1), np.cumsum(up[::-1]) / positives])
    false = np.concatenate([np.zeros(1), np.cumsum(down[::-1]) / negatives])
    some = np.unique(np.linspace(0, len(true) - 1, min(_ROC_POINTS, len(true))).astype(int))
    points = [[round(float(x), 4), round(float(y), 4)] for x, y in zip(false[some], true[some], strict=True)]
    return {"auc": round(area, 4), "right": positives, "wrong": negatives, "points": points}
