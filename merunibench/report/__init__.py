"""The result of an evaluation, and one small renderer for each format it is written in."""

from merunibench.report.comparison import Comparison, DatasetComparison, SystemUsed
from merunibench.report.error_analysis import ErrorAnalysis
from merunibench.report.report import BENCHMARK_DATASETS, Report

__all__ = [
    "BENCHMARK_DATASETS",
    "Comparison",
    "DatasetComparison",
    "ErrorAnalysis",
    "Report",
    "SystemUsed",
]
