"""Uncertainty: bootstrap intervals, paired tests, correction for several tests; NumPy only.

Everything works on the per-sample quantities of a metric (shape (K, N)) and a formula from sums to a score, so the
formula is recomputed on every resample instead of averaging per-sample scores.
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
