"""The embedded miniature of the benchmark: invented clips and baselines, scored from files to a table."""

from merunibench.demo.miniature import Demo, run_demo

__all__ = ["Demo", "run_demo"]
