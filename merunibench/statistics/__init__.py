"""Uncertainty: bootstrap intervals, paired tests, correction for several tests; NumPy only.

Everything works on the per-sample quantities of a metric (shape (K, N)) and a formula from sums to a score, so the
formula is recomputed on every resample instead of averaging per-sample scores.
"""

from merunibench.statistics.bootstrap import Draws, interval, pool, resampled_sums
from merunibench.statistics.paired import PairedTest, compare_paired, holm
from merunibench.statistics.ranking import groups, of_pairs, paired_p_values, rank_intervals, ranks

__all__ = [
    "Draws",
    "PairedTest",
    "compare_paired",
    "groups",
    "holm",
    "interval",
    "of_pairs",
    "paired_p_values",
    "pool",
    "rank_intervals",
    "ranks",
    "resampled_sums",
]
