"""Read ground truth and predictions of any supported format into the arrays that scoring uses.

`load_truth` and `open_predictions` are the two entry points; `convert` writes any predictions as JSON Lines. Every
mistake in a file raises an InputError with one line that says what is wrong, where, and how to fix it.
"""

from merunibench.data.account import Account
from merunibench.data.arranging import Arrangement, parse_columns
from merunibench.data.convert import Conversion, conversions, convert
from merunibench.data.discovery import PredictionSource, open_predictions
from merunibench.data.memory import predictions_in_memory, truth_in_memory
from merunibench.data.predictions import Extractor, Predictions, account_of, load_predictions
from merunibench.data.tables import TABLE_SUFFIXES, Table, read_table
from merunibench.data.truth import GroundTruth, find_labels, find_truth, load_truth, truth_from_table
from merunibench.data.vocabulary import label_usage, read_usage

__all__ = [
    "TABLE_SUFFIXES",
    "Account",
    "Arrangement",
    "Conversion",
    "Extractor",
    "GroundTruth",
    "PredictionSource",
    "Predictions",
    "Table",
    "account_of",
    "conversions",
    "convert",
    "find_labels",
    "find_truth",
    "label_usage",
    "load_predictions",
    "load_truth",
    "open_predictions",
    "parse_columns",
    "predictions_in_memory",
    "read_table",
    "read_usage",
    "truth_from_table",
    "truth_in_memory",
]
