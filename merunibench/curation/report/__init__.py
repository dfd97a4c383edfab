"""The report of a data set: funnel, filters beside chance, statistics, human truth; as tables, JSON, card and page."""

from merunibench.curation.report.build import build_report
from merunibench.curation.report.result import CurationReport

__all__ = ["CurationReport", "build_report"]
