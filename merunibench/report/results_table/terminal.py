"""The table of several models as the command line prints it."""

from rich.table import Table
from rich.text import Text

from merunibench._text import escape_controls
from merunibench.report.columns import Column, percent, span
from merunibench.report.results_table.result import Figure, ResultsTable, TableRow
from merunibench.report.terminal import least_width, plain_table, print_to_text

MARKS = {"": "", "better": "†", "worse": "‡"}
_PUBLISHED = " (published)"


def render(table: ResultsTable, *, width: int | None, color: bool) -> str:
    """Render models as rows; in a terminal that is too narrow, data sets as rows."""
    grid = _models_as_rows(table)
    if width is not None and least_width(grid) > width:
        turned = _models_as_columns(table)
        grid = turned if least_width(turned) < least_width(grid) else grid
    title = f"{table.protocol} protocol, scores in percent"
    return print_to_text(title, grid, [*table.all_notes("*"), table.signature], width=width, color=color)


def _models_as_rows(table: ResultsTable) -> Table:
    grid = plain_table(
        [Column("Model", numeric=False), *(Column(column.title, numeric=True) for column in table.columns)]
    )
    published = [row.published for row in table.rows]
    for place, row in enumerate(table.rows):
        if place and published[place] != published[place - 1]:
            grid.add_section()
        grid.add_row(Text(_name(row)), *(_cell(row.figures.get(column.name)) for column in table.columns))
    return grid


def _models_as_columns(table: ResultsTable) -> Table:
    grid = plain_table([Column("Data set", numeric=False)])
    for row in table.rows:
        grid.add_column(Text(_name(row)), justify="right", overflow="fold")
    for column in table.columns:
        grid.add_row(Text(column.title), *(_cell(row.figures.get(column.name)) for row in table.rows))
    return grid


def _name(row: TableRow) -> str:
    return escape_controls(row.name) + (_PUBLISHED if row.published else "")


def _cell(figure: Figure | None) -> Text:
    """The score with its mark and the interval below; the best is bold, with a star in case bold is not visible."""
    if figure is None:
        return Text("–")
    text = Text(f"{'*' if figure.best else ''}{percent(figure.score)}", style="bold" if figure.best else "")
    text.append(MARKS[figure.mark])
    if figure.ci is not None:
        text.append(f"\n{span(figure.ci)}", style="not bold dim")
    return text
