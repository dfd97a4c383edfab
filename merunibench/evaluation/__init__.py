"""Evaluate predictions against ground truth, and compare systems.

`evaluate` is the main path: it finds predictions and labels, scores them (`merunibench.scoring`) and builds the report.
`compare` tests the difference of two systems, `tabulate` puts several into one table, and `sample_scores` scores single
answers.
"""

from merunibench.evaluation.assembly import build_report
from merunibench.evaluation.compare import compare, told_apart
from merunibench.evaluation.evaluate import Tasks, evaluate
from merunibench.evaluation.sample_scores import sample_scores
from merunibench.evaluation.table import tabulate
from merunibench.evaluation.validate import validate

__all__ = ["Tasks", "build_report", "compare", "evaluate", "sample_scores", "tabulate", "told_apart", "validate"]
