"""The embedded miniature of the benchmark: invented clips, honest baselines, the whole path from files to a table."""

from merunibench.demo.miniature import Demo, run_demo

__all__ = ["Demo", "run_demo"]
