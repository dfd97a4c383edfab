"""Comparisons of two systems as Markdown, LaTeX, HTML and CSV."""

from collections.abc import Iterator

from merunibench._html import table
from merunibench.report.columns import percent
from merunibench.report.comparison import ALPHA, Comparison, DatasetComparison, MeanComparison
from merunibench.report.csv_text import csv_text
from merunibench.report.latex import escape as in_latex
from merunibench.report.markdown import escape as in_markdown

_TITLES = ("Data set", "A", "B", "A - B", "95 % CI", "p boot", "p swap", "p Holm")
_COLUMNS = (
    *("dataset", "first", "second", "score_first", "score_second", "difference", "ci_low", "ci_high"),
    *("p_bootstrap", "p_randomization", "p_holm", "samples", "samples_needed", "resamples", "seed", "units"),
    "signature",
)


def _rows(comparison: Comparison) -> Iterator[tuple[str, tuple[float, float], DatasetComparison | MeanComparison]]:
    for each in comparison.datasets:
        first, second = each.systems
        yield each.title, (first.score, second.score), each
    for mean in comparison.means:
        yield mean.title, mean.scores, mean


def _cells(title: str, scores: tuple[float, float], each: DatasetComparison | MeanComparison) -> list[str]:
    test = each.test
    ci = "–" if test.ci is None else f"[{100 * test.ci[0]:+.2f}, {100 * test.ci[1]:+.2f}]"
    figures = [*map(percent, scores), f"{100 * test.difference:+.2f}", ci]
    return [title, *figures, *(f"{p:.4f}" for p in (test.p_bootstrap, test.p_randomization, each.p_holm))]


def csv(comparison: Comparison) -> str:
    """Return one line per data set and mean, as fractions."""
    return csv_text(_COLUMNS, _records(comparison))


def _records(comparison: Comparison) -> Iterator[dict[str, object]]:
    for _, scores, each in _rows(comparison):
        low, high = each.test.ci or (None, None)
        yield {
            "dataset": each.dataset if isinstance(each, DatasetComparison) else each.name,
            "first": comparison.models[0],
            "second": comparison.models[1],
            "score_first": scores[0],
            "score_second": scores[1],
            "difference": each.test.difference,
            "ci_low": low,
            "ci_high": high,
            "p_bootstrap": each.test.p_bootstrap,
            "p_randomization": each.test.p_randomization,
            "p_holm": each.p_holm,
            "samples": each.samples,
            "samples_needed": each.samples_needed,
            "resamples": comparison.resamples,
            "seed": comparison.seed,
            "units": comparison.units,
            "signature": each.signature if isinstance(each, DatasetComparison) else None,
        }


def markdown(comparison: Comparison) -> str:
    """Return the outcome, a table with significant differences in bold, and the notes."""
    lines = [in_markdown(comparison.sentence), "", _line(_TITLES), _line(["---", *["---:"] * (len(_TITLES) - 1)])]
    for title, scores, each in _rows(comparison):
        cells = [in_markdown(cell) for cell in _cells(title, scores, each)]
        if each.p_holm < ALPHA:
            cells[3] = f"**{cells[3]}**"
        lines.append(_line(cells))
    notes = [f"- {in_markdown(line)}" for line in ("Bold: p Holm < 0.05.", *comparison.lines)]
    return "\n".join([*lines, "", *notes]) + "\n"


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def latex(comparison: Comparison) -> str:
    """Return a tabular; everything that must be read along with it is in comments."""
    comments = [comparison.sentence, "Bold: p Holm < 0.05.", *comparison.lines, r"needs \usepackage{booktabs}"]
    titles = " & ".join(in_latex(title) for title in _TITLES)
    rows, means = [], False
    for title, scores, each in _rows(comparison):
        first, *figures = _cells(title, scores, each)
        cells = [in_latex(first), *(in_latex(figure.replace("-", "−")) for figure in figures)]
        if each.p_holm < ALPHA:
            cells[3] = rf"\textbf{{{cells[3]}}}"
        if isinstance(each, MeanComparison) and not means:
            rows.append(r"\midrule")
            means = True
        rows.append(" & ".join(cells) + r" \\")
    columns = "l" + "r" * (len(_TITLES) - 1)
    head = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", rf"{titles} \\", r"\midrule"]
    said = [f"% {' '.join(line.split())}" for line in comments]
    return "\n".join([*said, *head, *rows, r"\bottomrule", r"\end{tabular}"]) + "\n"


def html(comparison: Comparison) -> str:
    """Return a table for a notebook."""
    rows = [_cells(*each) for each in _rows(comparison)]
    return table(comparison.sentence, _TITLES, rows, comparison.lines)
