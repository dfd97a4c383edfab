"""The table of several models as Markdown, HTML and CSV."""

from collections.abc import Iterator

from markupsafe import Markup

from merunibench._text import escape_controls
from merunibench.report.columns import percent, span
from merunibench.report.csv_text import csv_text
from merunibench.report.markdown import escape
from merunibench.report.results_table.result import Figure, ResultsTable, TableRow
from merunibench.report.results_table.terminal import MARKS

_COLUMNS = (
    *("model", "published", "dataset", "kind", "samples", "score", "ci_low", "ci_high", "chance", "best"),
    *("baseline", "difference", "p_holm", "mark", "source", "checkpoint_selection", "signature"),
)

_PAGE = Markup("""<table>
<caption>{} protocol, scores in percent</caption>
<thead><tr>{}</tr></thead>
<tbody>
{}
</tbody>
</table>
<ul>{}</ul>
<p><small><code>{}</code></small></p>
""")


def markdown(table: ResultsTable) -> str:
    """Return a Markdown table, and a list of the notes."""
    titles = ["Model", *(escape(column.title) for column in table.columns)]
    lines = [_line(titles), _line(["---", *["---:"] * len(table.columns)])]
    for row in table.rows:
        name = escape(row.name) + (" (published)" if row.published else "")
        lines.append(_line([name, *(_in_markdown(row.figures.get(column.name)) for column in table.columns)]))
    notes = [f"- {escape(note)}" for note in table.all_notes()]
    return "\n".join([*lines, "", *notes, "", f"`{table.signature.replace('`', '')}`"]) + "\n"


def _in_markdown(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    score = f"**{percent(figure.score)}**" if figure.best else percent(figure.score)
    interval = f"<br>{span(figure.ci)}" if figure.ci is not None else ""
    return score + MARKS[figure.mark] + interval


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def html(table: ResultsTable) -> str:
    """Return one `table` element, and the notes below it; untrusted names are escaped."""
    titles = [column.title for column in table.columns]
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(title) for title in ["Model", *titles])
    rows = []
    for row in table.rows:
        cells = Markup("").join(_in_html(row.figures.get(column.name)) for column in table.columns)
        published = Markup(" <small>(published)</small>") if row.published else ""
        rows.append(Markup('<tr><th scope="row">{}{}</th>{}</tr>').format(escape_controls(row.name), published, cells))
    notes = Markup("").join(Markup("<li>{}</li>").format(escape_controls(note)) for note in table.all_notes())
    return str(_PAGE.format(table.protocol, head, Markup("\n").join(rows), notes, table.signature))


def _in_html(figure: Figure | None) -> str:
    if figure is None:
        return Markup("<td>–</td>")
    score = Markup("<strong>{}</strong>").format(percent(figure.score)) if figure.best else percent(figure.score)
    interval = Markup("<br><small>{}</small>").format(span(figure.ci)) if figure.ci is not None else ""
    return Markup("<td>{}{}{}</td>").format(score, MARKS[figure.mark], interval)


def csv(table: ResultsTable) -> str:
    """Return one line per row and column, so that any program can reshape it."""
    return csv_text(_COLUMNS, (record for row in table.rows for record in _records(table, row)))


def _records(table: ResultsTable, row: TableRow) -> Iterator[dict[str, object]]:
    for column in table.columns:
        figure = row.figures.get(column.name)
        if figure is None:
            continue
        low, high = figure.ci or (None, None)
        yield {
            "model": row.name,
            "published": str(row.published).lower(),
            "dataset": column.name,
            "kind": column.kind or None,
            "samples": None if row.published else column.samples,
            "score": figure.score,
            "ci_low": low,
            "ci_high": high,
            "chance": figure.chance,
            "best": str(figure.best).lower(),
            "baseline": table.baseline if figure.p_holm is not None else None,
            "difference": figure.difference,
            "p_holm": figure.p_holm,
            "mark": figure.mark or None,
            "source": row.source or None,
            "checkpoint_selection": row.checkpoint_selection or None,
            "signature": row.signature or None,
        }
