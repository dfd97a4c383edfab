"""The result of an error analysis, and its renderings (terminal, JSON, SVG, one HTML page)."""

from merunibench.report.error_analysis.result import (
    Confusion,
    DatasetErrors,
    ErrorAnalysis,
    Example,
    Group,
    Grouping,
    WordErrors,
)

__all__ = ["Confusion", "DatasetErrors", "ErrorAnalysis", "Example", "Group", "Grouping", "WordErrors"]
