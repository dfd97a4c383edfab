"""The table of several models in LaTeX (booktabs): a two-column float that compiles as it is."""

from itertools import groupby

from merunibench.report.columns import percent
from merunibench.report.latex import escape
from merunibench.report.results_table.result import MEAN, Column, Figure, ResultsTable, TableRow

MEANS = "means"
_MOST_COLUMNS = 6
_MARKS = {"": "", "better": r"$^{\dagger}$", "worse": r"$^{\ddagger}$"}


def render(table: ResultsTable) -> str:
    """Return grouped headings, published rows in a separate block, notes below, and the signature as a comment."""
    columns = len(table.columns)
    # Nine data sets with intervals are wider than any page: the table is scaled down, and nothing is left out.
    wide = columns > _MOST_COLUMNS
    head = [
        f"% {' '.join(table.signature.split())}",
        r"% needs \usepackage{booktabs}" + (r" and \usepackage{graphicx}" if wide else ""),
        r"\begin{table*}",
        r"\centering",
        r"\footnotesize",
        r"\setlength{\tabcolsep}{2.5pt}",
        rf"\caption{{{escape(_caption(table))}}}",
        r"\label{tab:mer-unibench}",
        *([r"\resizebox{\textwidth}{!}{%"] if wide else []),
        rf"\begin{{tabular}}{{@{{}}l{'c' * columns}@{{}}}}",
        r"\toprule",
        *_grouped_heads(table),
        " & ".join(["Model", *(escape(_head(column)) for column in table.columns)]) + r" \\",
        r"\midrule",
    ]
    foot = [
        r"\bottomrule",
        r"\end{tabular}" + ("}" if wide else ""),
        r"\par\smallskip\raggedright\footnotesize",
        " ".join(map(escape, _notes(table))),
        r"\end{table*}",
    ]
    return "\n".join([*head, *_body(table), *foot]) + "\n"


def _notes(table: ResultsTable) -> list[str]:
    return [note.replace("Published rows are", "Rows with an asterisk are", 1) for note in table.all_notes()]


def _caption(table: ResultsTable) -> str:
    against = f", against {table.baseline}" if table.baseline is not None else ""
    return f"Scores on MER-UniBench in percent, {table.protocol} protocol{against}."


def _head(column: Column) -> str:
    """The heading of a column; short for a mean, because the line above says that it is one."""
    if column.samples is not None:
        return column.title
    return "All nine" if column.name == MEAN else column.name.capitalize()


def _grouped_heads(table: ResultsTable) -> list[str]:
    """A line with the task above its data sets, and the rules below the names."""
    cells, rules, place = [""], [], 2
    for kind, group in groupby(table.columns, key=lambda column: column.kind or MEANS):
        width = len(list(group))
        cells.append(rf"\multicolumn{{{width}}}{{c}}{{{escape(kind.capitalize())}}}")
        rules.append(rf"\cmidrule(lr){{{place}-{place + width - 1}}}")
        place += width
    return [" & ".join(cells) + r" \\", "".join(rules)]


def _body(table: ResultsTable) -> list[str]:
    lines: list[str] = []
    before: TableRow | None = None
    for row in table.rows:
        if before is not None and before.published != row.published:
            lines.append(r"\midrule")
        name = escape(row.name) + (r"~$^{\ast}$" if row.published else "")
        figures = [row.figures.get(column.name) for column in table.columns]
        lines.append(" & ".join([name, *map(_score, figures)]) + r" \\")
        if any(figure is not None and figure.ci is not None for figure in figures):
            lines.append(" & ".join(["", *map(_interval, figures)]) + r" \\[2pt]")
        before = row
    return lines


def _score(figure: Figure | None) -> str:
    if figure is None:
        return "--"
    score = percent(figure.score)
    return (rf"\textbf{{{score}}}" if figure.best else score) + _MARKS[figure.mark]


def _interval(figure: Figure | None) -> str:
    if figure is None or figure.ci is None:
        return ""
    low, high = (f"{round(100 * end, 1) + 0.0:.1f}" for end in figure.ci)
    return rf"{{\scriptsize [{low}, {high}]}}"
