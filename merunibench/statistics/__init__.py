"""Uncertainty: bootstrap intervals, paired tests, correction for multiple tests; NumPy only.

All functions take the per-sample quantities of a metric, shape (K, N), and a formula from their sums to a score. The
formula is recomputed on every resample; per-sample scores are never averaged.
"""

from merunibench.statistics.bootstrap import pool, resampled_sums
from merunibench.statistics.draws import BootstrapCounts, unit_keys
from merunibench.statistics.intervals import ScoreInterval, interval, score_interval
from merunibench.statistics.paired import (
    PairedDraws,
    PairedTest,
    compare_paired,
    draw_pairs,
    holm,
    mean_draws,
    paired_test,
    paired_tests,
    swapped_sums,
)
from merunibench.statistics.ranking import groups, of_pairs, paired_p_values, rank_intervals, ranks
from merunibench.statistics.selection import optimism

__all__ = [
    "BootstrapCounts",
    "PairedDraws",
    "PairedTest",
    "ScoreInterval",
    "compare_paired",
    "draw_pairs",
    "groups",
    "holm",
    "interval",
    "mean_draws",
    "of_pairs",
    "optimism",
    "paired_p_values",
    "paired_test",
    "paired_tests",
    "pool",
    "rank_intervals",
    "ranks",
    "resampled_sums",
    "score_interval",
    "swapped_sums",
    "unit_keys",
]
