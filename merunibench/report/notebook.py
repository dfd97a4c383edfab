"""Notebook representations of results: small tables with all text escaped, no script."""

from typing import TYPE_CHECKING

from merunibench._html import table
from merunibench.report.columns import notes, percent
from merunibench.report.columns import table as cells_of

if TYPE_CHECKING:
    from merunibench.report.error_analysis import ErrorAnalysis
    from merunibench.report.report import Report

_MOST = 5


def report(result: "Report") -> str:
    """Return the table that the command line prints."""
    columns, rows, mean = cells_of(result)
    title = f"{result.model}, {result.protocol} protocol, lexicon {result.signature.lexicon}"
    every = [*rows, *([mean] if mean else [])]
    return table(title, [column.title for column in columns], every, [*notes(result), str(result.signature)])


def error_analysis(result: "ErrorAnalysis") -> str:
    """Return the most costly words and confusions of each data set; `to_html` gives the whole page."""
    rows = []
    for each in result.datasets:
        wrong, unknown, missed = (
            ", ".join(f"{found.word} ({found.count:.1f})" for found in words[:_MOST]) or "–"
            for words in (each.wrong_words, each.unknown_words, each.missed_words)
        )
        rows.append([each.title, percent(each.score), percent(each.chance), wrong, unknown, missed])
    titles = ["Data set", "Score", "Chance", "Wrong words", "Unknown words", "Missed words"]
    below = ["In brackets: samples, mean over the wheels. More: to_html(), to_text().", result.signature]
    return table(f"Errors of {result.model}, in percent", titles, rows, below)
