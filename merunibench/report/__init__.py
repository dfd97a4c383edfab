"""The result of an evaluation, and one small renderer for each output format."""

from merunibench.report.comparison import (
    Comparison,
    DatasetComparison,
    MeanComparison,
    Outcome,
    SystemUsed,
    outcome,
    who_is_better,
)
from merunibench.report.error_analysis import ErrorAnalysis
from merunibench.report.report import BENCHMARK_DATASETS, Report, SharedSamples
from merunibench.report.results_table import ResultsTable
from merunibench.report.validation import FileFound, Validation
from merunibench.report.worth import BaselineScore, Reference, Worth
from merunibench.scoring import Scored

DatasetResult = Scored
"""The former name of a score in a report."""

__all__ = [
    "BENCHMARK_DATASETS",
    "BaselineScore",
    "Comparison",
    "DatasetComparison",
    "DatasetResult",
    "ErrorAnalysis",
    "FileFound",
    "MeanComparison",
    "Outcome",
    "Reference",
    "Report",
    "ResultsTable",
    "SharedSamples",
    "SystemUsed",
    "Validation",
    "Worth",
    "outcome",
    "who_is_better",
]
