"""Uncertainty: bootstrap intervals, paired tests, correction for several tests; NumPy only.

Everything works on the per-sample quantities of a metric (shape (K, N)) and a formula from sums to a score, so the
formula is recomputed on every resample instead of averaging per-sample scores.
"""

from merunibench.statistics.bootstrap import interval, pool, resampled_sums
from merunibench.statistics.paired import PairedTest, compare_paired, holm

__all__ = ["PairedTest", "compare_paired", "holm", "interval", "pool", "resampled_sums"]
