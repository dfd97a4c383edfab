"""The report of a data set: funnel, filters, chance, statistics, human labels; as tables, JSON, card and web page."""

from merunibench.curation.report.build import build_report
from merunibench.curation.report.result import CurationReport

__all__ = ["CurationReport", "build_report"]
