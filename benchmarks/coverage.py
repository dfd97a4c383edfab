"""Measure the coverage of intervals and the error rates of tests, on simulated data sets with known true scores.

    python -m benchmarks.coverage [--sets 2000]

Each cell simulates this many data sets (`benchmarks.simulated_sets`, with fixed seeds), and applies to each the same
functions as a report, a comparison or a board. It counts how often the true score was covered, or equal systems were
called different. The counts of resamples depend only on names, so all simulations of a data set share them, like all
models that are scored on it.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.simulated_sets import (
    METRICS,
    NINE,
    Answers,
    Difficulty,
    SimulatedSet,
    checkpoint_shares,
    simulate,
    unit_names,
)
from merunibench.scoring.scored import shifted
from merunibench.statistics import (
    PairedDraws,
    holm,
    interval,
    mean_draws,
    of_pairs,
    optimism,
    paired_p_values,
    paired_test,
    rank_intervals,
    score_interval,
    unit_keys,
)
from merunibench.statistics.draws import draw_counts, draw_swaps

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 1000
BLOCK = 50  # simulations per block
ALPHA = 0.05


class Cell(NamedTuple):
    """One figure, and the bar that it is compared with.

    Attributes:
        name: What was simulated, and what was counted.
        share: How often the true score was covered, or equal systems were called different.
        bar: The minimum, or for errors the maximum; None for figures that only explain others.
        error: Whether it is an error rate.
    """

    name: str
    share: float
    bar: float | None
    error: bool = False

    @property
    def passed(self) -> bool:
        """Whether the figure meets its bar."""
        return self.bar is None or (self.share <= self.bar if self.error else self.share >= self.bar)


class Drawn(NamedTuple):
    """M systems in S simulations of one data set.

    Attributes:
        answers: Their answers.
        scores: Their scores, shape (S, M).
        replicates: Their scores on resamples, shape (S, M, B).
    """

    answers: Answers
    scores: FloatArray
    replicates: FloatArray


class Judge:
    """Resamples units in the same way as a report, with the same draws for all simulations of a data set."""

    def __init__(self) -> None:
        self._counts: dict[str, FloatArray] = {}
        self._swaps: dict[str, FloatArray] = {}

    def counts(self, each: SimulatedSet) -> FloatArray:
        """Return how often each unit is drawn in each resample, shape (B, U)."""
        if each.name not in self._counts:
            chunks = draw_counts(unit_keys(unit_names(each)), RESAMPLES, 0)
            self._counts[each.name] = np.concatenate(list(chunks)).astype(float)
        return self._counts[each.name]

    def swaps(self, each: SimulatedSet) -> FloatArray:
        """Return whether two systems are swapped on each unit, shape (B, U)."""
        if each.name not in self._swaps:
            chunks = draw_swaps(unit_keys(unit_names(each)), RESAMPLES, 0)
            self._swaps[each.name] = np.concatenate(list(chunks)).astype(float)
        return self._swaps[each.name]

    def resample(self, each: SimulatedSet, answers: Answers) -> Drawn:
        """Return scores on the sample and on resamples."""
        formula = METRICS[each.kind].score
        sums = np.moveaxis(np.tensordot(answers.units, self.counts(each), axes=(3, 1)), 2, -1)
        return Drawn(answers, formula(answers.units.sum(axis=-1)), formula(sums))

    def pairs(self, each: SimulatedSet, drawn: Drawn) -> list[PairedDraws]:
        """Return the difference between the first two systems in each simulation."""
        formula = METRICS[each.kind].score
        first, second = drawn.answers.units[:, 0], drawn.answers.units[:, 1]
        moved = np.moveaxis(np.tensordot(second - first, self.swaps(each), axes=(2, 1)), 1, -1)
        swapped = formula(first.sum(axis=-1)[:, None] + moved) - formula(second.sum(axis=-1)[:, None] - moved)
        resampled = drawn.replicates[:, 0] - drawn.replicates[:, 1]
        observed = drawn.scores[:, 0] - drawn.scores[:, 1]
        return [PairedDraws(float(o), r, s) for o, r, s in zip(observed, resampled, swapped, strict=True)]


def blocks(simulations: int, seed: int) -> Iterator[tuple[int, np.random.Generator]]:
    """Yield simulations in blocks, each with its own random numbers."""
    for number, start in enumerate(range(0, simulations, BLOCK)):
        yield min(BLOCK, simulations - start), np.random.default_rng([seed, number])


def simulate_nine(
    judge: Judge, count: int, rng: np.random.Generator, shares: Callable[[SimulatedSet], FloatArray]
) -> dict[str, Drawn]:
    """Simulate all nine data sets; clips that are in two of them are the same clips."""
    around: dict[str, Difficulty] = {}
    found = {}
    for each in NINE:
        answers = simulate(each, shares(each), count, rng, around.get(each.inside))
        around[each.name] = answers.difficulty
        found[each.name] = judge.resample(each, answers)
    return found


def interval_cells(judge: Judge, simulations: int) -> Iterator[Cell]:
    """Yield the coverage of a report's interval for one checkpoint, on each of the nine data sets."""
    covered: dict[str, list[bool]] = {each.name: [] for each in NINE}
    for count, rng in blocks(simulations, 1):
        for name, drawn in simulate_nine(judge, count, rng, lambda each: checkpoint_shares(each)[:1]).items():
            covered[name] += _covered(next(each for each in NINE if each.name == name), drawn)
    for each in NINE:
        units = f"{each.clusters} dialogues" if each.clusters else f"{each.clips} samples"
        bar = 0.90 if each.name == "iemocapfour" else 0.92
        yield Cell(f"interval, {each.name}, {units}", float(np.mean(covered[each.name])), bar)


def small_cells(judge: Judge, simulations: int) -> Iterator[Cell]:
    """Yield the coverage for few independent samples, for each kind of task."""
    for kind, score in (("basic", 0.77), ("sentiment", 0.87), ("fine-grained", 0.62)):
        for clips, bar in ((15, None), (30, None), (50, 0.92), (100, 0.92)):
            each = SimulatedSet(f"{kind} {clips}", kind, score, clips)
            covered: list[bool] = []
            for count, rng in blocks(simulations, clips):
                covered += _covered(each, judge.resample(each, simulate(each, np.array([score]), count, rng)))
            yield Cell(f"interval, {kind}, {clips} samples", float(np.mean(covered)), bar)


def _covered(each: SimulatedSet, drawn: Drawn) -> list[bool]:
    """Return whether the interval of the first system contains its true score, in each simulation."""
    truth, formula = float(drawn.answers.truth[0]), METRICS[each.kind].score
    found = []
    for units, replicates in zip(drawn.answers.units[:, 0], drawn.replicates[:, 0], strict=True):
        ends = score_interval(units, formula, replicates, clustered=each.clusters > 0)
        found.append(ends is not None and ends.low <= truth <= ends.high)
    return found


def selection_cells(judge: Judge, simulations: int) -> Iterator[Cell]:
    """Yield the coverage for the mean of the nine with the best checkpoint on each, with and without correction."""
    rows: list[tuple[bool, bool, float, float]] = []
    for count, rng in blocks(simulations, 2):
        nine = list(simulate_nine(judge, count, rng, checkpoint_shares).values())
        rows += [_selected([_one(drawn, number) for drawn in nine]) for number in range(count)]
    plain, corrected, true, estimated = np.array(rows, float).mean(axis=0)
    yield Cell("mean, best per data set, uncorrected interval", float(plain), None)
    yield Cell("mean, best per data set, corrected interval", float(corrected), 0.92)
    yield Cell(f"  (true bias {100 * true:.2f} points, estimated {100 * estimated:.2f})", float(estimated / true), None)


def _one(drawn: Drawn, number: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the true scores, scores and replicates of one simulation."""
    return drawn.answers.truth, drawn.scores[number], drawn.replicates[number]


def _selected(nine: Sequence[tuple[FloatArray, FloatArray, FloatArray]]) -> tuple[bool, bool, float, float]:
    """Return whether the plain and the corrected interval cover the true score, the true bias and the estimated one."""
    best = [int(scores.argmax()) for _, scores, _ in nine]
    truth = float(np.mean([true[k] for (true, _, _), k in zip(nine, best, strict=True)]))
    score = float(np.mean([scores[k] for (_, scores, _), k in zip(nine, best, strict=True)]))
    bias = float(np.mean([optimism(scores, replicates)[0] for _, scores, replicates in nine]))
    ends = interval(np.mean([replicates[k] for (_, _, replicates), k in zip(nine, best, strict=True)], axis=0))
    moved = shifted(ends, bias)
    return _holds(ends, truth), _holds(moved, truth), score - truth, bias


def _holds(ends: tuple[float, float] | None, truth: float) -> bool:
    return ends is not None and ends[0] <= truth <= ends[1]


def rank_cells(judge: Judge, simulations: int) -> Iterator[Cell]:
    """Yield how often all rank intervals of thirty nearly tied systems contain the true ranks simultaneously."""
    each = SimulatedSet("board", "basic", 0.6, 600)
    for spacing in (0.0, 0.002, 0.01):
        shares: FloatArray = 0.6 + spacing * (np.arange(30.0)[::-1] - 15)
        best = 1 + (shares > shares[:, None] + 1e-12).sum(axis=1)
        worst = (shares >= shares[:, None] - 1e-12).sum(axis=1)
        held = []
        for count, rng in blocks(simulations, 3):
            drawn = judge.resample(each, simulate(each, shares, count, rng, shared=0.4))
            for scores, replicates in zip(drawn.scores, drawn.replicates, strict=True):
                apart = of_pairs(holm(paired_p_values(scores, replicates)), len(scores)) < ALPHA
                bounds = rank_intervals(scores, apart)
                # Any order of equal systems is true, so the interval must contain all their ranks.
                held.append(bool((bounds[:, 0] <= best).all() and (bounds[:, 1] >= worst).all()))
        name = f"ranks of 30 systems, {100 * spacing:.1f} points apart, all at once"
        yield Cell(name, float(np.mean(held)), 0.93)


def error_cells(judge: Judge, simulations: int) -> Iterator[Cell]:
    """Yield how often one of two systems of equal score is called better, for each printed test."""
    sets = [
        *(SimulatedSet(f"{kind} of {clips}", kind, 0.7, clips) for kind in METRICS for clips in (50, 300)),
        *(SimulatedSet(f"p/r {p}/{r} of {clips}", f"{p}/{r}", p, clips) for p, r in PAIRS for clips in (50, 300)),
        next(each for each in NINE if each.name == "iemocapfour"),
    ]
    for each in sets:
        bar = 0.075 if each.clips == 50 else 0.06
        outcomes = []
        for count, rng in blocks(simulations, each.clips):
            answers = _equal_systems(each, count, rng)
            plain = each._replace(kind="fine-grained") if "/" in each.kind else each
            drawn = judge.resample(plain, answers)
            for number, pair in enumerate(judge.pairs(plain, drawn)):
                test = paired_test(pair)
                units = drawn.answers.units.shape[-1]
                mark = paired_p_values(drawn.scores[number], drawn.replicates[number], units)[0]
                outcomes.append((test.p < ALPHA, mark < ALPHA, test.p_randomization < ALPHA))
        decided, marked, swapped = np.mean(outcomes, axis=0)
        yield Cell(f"type I, {each.name}: p of compare", float(decided), bar, error=True)
        yield Cell(f"type I, {each.name}: groups of a board", float(marked), bar, error=True)
        yield Cell("  (only the swap test)", float(swapped), None, error=True)


PAIRS = ((0.8, 0.4), (0.95, 0.3))
"""Precision and recall of one system; the other has them exchanged, with the same F1."""


def _equal_systems(each: SimulatedSet, count: int, rng: np.random.Generator) -> Answers:
    """Simulate two different systems of equal true score."""
    if "/" not in each.kind:
        return simulate(each, np.full(2, each.score), count, rng, shared=max(0.4, each.of_cluster))
    p, r = map(float, each.kind.split("/"))
    difficulty = rng.standard_normal((count, each.clips))
    units = []
    for shares in ((p, r), (r, p)):
        own = np.sqrt(0.4) * difficulty + np.sqrt(0.6) * rng.standard_normal(difficulty.shape)
        parts = [np.ones_like(own), *(_of_four(own, share) for share in shares)]
        units.append(np.stack(parts, axis=1))
    return Answers(np.stack(units, axis=1), np.full(2, 2 * p * r / (p + r)), Difficulty(difficulty, difficulty))


def _of_four(normal: FloatArray, share: float) -> FloatArray:
    """Return shares of correct words out of four, each correct with this probability: binomial quantiles of normals."""
    from scipy import stats

    edges = stats.norm.ppf(stats.binom.cdf(np.arange(4), 4, share))
    quarters: FloatArray = np.searchsorted(edges, normal) / 4
    return quarters


def sentence_cells(judge: Judge, simulations: int) -> Iterator[Cell]:
    """Yield how often the summary sentence calls one of two equal systems better on any data set, or in the mean."""
    anywhere, in_mean = [], []
    for count, rng in blocks(simulations, 4):
        nine = simulate_nine(judge, count, rng, lambda each: np.full(2, each.score))
        pairs = [judge.pairs(each, nine[each.name]) for each in NINE]
        for draws in zip(*pairs, strict=True):
            anywhere.append(bool((holm(np.array([paired_test(pair).p for pair in draws])) < ALPHA).any()))
            in_mean.append(paired_test(mean_draws(draws)).p < ALPHA)
    yield Cell("type I, sentence: better on any of nine", float(np.mean(anywhere)), 0.06, error=True)
    yield Cell("type I, sentence: better in the mean", float(np.mean(in_mean)), 0.06, error=True)


def cells(simulations: int) -> Iterator[Cell]:
    """Yield every cell."""
    judge = Judge()
    for group in (interval_cells, small_cells, selection_cells, sentence_cells, error_cells, rank_cells):
        yield from group(judge, simulations)


def main() -> None:
    """Print every cell and its bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=2000, help="simulated data sets per cell")
    failed = 0
    for cell in cells(parser.parse_args().sets):
        bar = "" if cell.bar is None else f"{'at most' if cell.error else 'at least'} {100 * cell.bar:.1f}"
        failed += not cell.passed
        print(f"{cell.name:<62} {100 * cell.share:6.1f} %  {bar}{'' if cell.passed else '  MISSED'}", flush=True)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
