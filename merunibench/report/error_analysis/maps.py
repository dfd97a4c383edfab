"""Confusions as heat maps: the content of the figure, and the files of `errors --svg`."""

from pathlib import Path

from merunibench._text import escape_controls
from merunibench.files import write_text
from merunibench.pictures.heat import HeatMap, heat_map, whole_percent
from merunibench.report.error_analysis import wording
from merunibench.report.error_analysis.result import Confusion, ErrorAnalysis
from merunibench.report.error_analysis.wording import LONGEST, amount


def write_all(analysis: ErrorAnalysis, folder: Path) -> list[Path]:
    """Write the figures of all data sets.

    Raises:
        InputError: a file cannot be written.
    """
    written = []
    for errors in analysis.datasets:
        for confusion in errors.confusions:
            name = errors.dataset if confusion.wheel is None else f"{errors.dataset}-wheel{confusion.wheel}"
            written.append(folder / f"{name}.svg")
            heading = f"{errors.title}, {confusion.title.lower()} · {escape_controls(analysis.model, LONGEST)}"
            write_text(written[-1], str(heat_map(confusion_map(confusion), name, heading)))
    return written


def confusion_map(confusion: Confusion) -> HeatMap:
    """Return the content of a confusion's heat map. False alarms are included only if they were counted."""
    tips = [
        [
            f"true {row}, predicted {said}: {whole_percent(share)} % ({amount(count)} of {total})"
            for said, count, share in zip(confusion.columns, counts, shares, strict=True)
        ]
        for row, counts, shares, total in zip(
            confusion.rows, confusion.counts, confusion.shares, confusion.totals, strict=True
        )
    ]
    return HeatMap(
        title=wording.confusion_title(confusion),
        says=description(confusion),
        rows=confusion.rows,
        columns=confusion.columns,
        shares=confusion.shares,
        tips=tips,
        totals=[str(total) for total in confusion.totals],
        foot=("false alarms", [str(number) for number in confusion.wrong]) if confusion.wrong else None,
        apart=True,
        legend="of row",
    )


def description(confusion: Confusion) -> str:
    """Describe the figure in words, for screen readers."""
    hits = (
        f"{row} {whole_percent(shares[confusion.columns.index(row)])} %"
        for row, shares in zip(confusion.rows, confusion.shares, strict=True)
    )
    worst = (
        f"true {row}, predicted {column} {whole_percent(share)} %"
        for row, column, _, share in wording.largest(confusion, 3)
    )
    return (
        f"{wording.confusion_note(confusion)} Hit: {', '.join(hits)}. Largest confusions: {'; '.join(worst) or 'none'}."
    )
