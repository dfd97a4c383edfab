"""The table of several models with data sets as columns, for papers: plain data, and one renderer per format."""

from merunibench.report.results_table.result import MEAN, Column, Figure, Mark, ResultsTable, TableRow

__all__ = ["MEAN", "Column", "Figure", "Mark", "ResultsTable", "TableRow"]
