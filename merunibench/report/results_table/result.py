"""The result of combining several models in one table: plain data, and methods that call the renderers."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, NamedTuple

SCHEMA = "merunibench.table/1"
MEAN = "mean"
"""Name of the column with the mean of the nine."""

Interval = tuple[float, float]
Mark = Literal["", "better", "worse"]


class Column(NamedTuple):
    """One column of scores.

    Attributes:
        name: Data set id, kind of task (the mean of its data sets), or `mean`.
        title: Its heading.
        kind: Kind of task of a data set; empty for means.
        samples: Number of samples that were scored; None for means.
    """

    name: str
    title: str
    kind: str
    samples: int | None


@dataclass(frozen=True)
class Figure:
    """One cell: a score with its interval and test, as fractions.

    Attributes:
        score: The primary score.
        ci: Its 95 % interval; None without resampling.
        best: Whether it is the best of the computed rows when rounded to two decimals; several may be.
        mark: Whether it is significantly better or worse than the baseline.
        difference: The score minus that of the baseline; None if nothing was tested.
        p_holm: The deciding p-value, corrected by Holm for the number of tests of this row; None if nothing was tested.
        chance: Uncorrected expected score of the same answers when shuffled; None for means and published scores.
    """

    score: float
    ci: Interval | None = None
    best: bool = False
    mark: Mark = ""
    difference: float | None = None
    p_holm: float | None = None
    chance: float | None = None


@dataclass(frozen=True)
class TableRow:
    """One model.

    Attributes:
        name: Name of the row.
        figures: Column -> cell; missing columns are empty.
        published: Whether the scores were copied from a paper.
        source: Source of published scores; empty for computed ones.
        signature: How computed scores were computed; empty for published ones.
        checkpoint_selection: How checkpoints were chosen.
    """

    name: str
    figures: Mapping[str, Figure]
    published: bool = False
    source: str = ""
    signature: str = ""
    checkpoint_selection: str = ""


@dataclass(frozen=True, repr=False)
class ResultsTable:
    """Several models on the same data sets.

    Attributes:
        columns: The columns, data sets first, then means.
        rows: The rows, published ones first.
        protocol: The protocol of the scores.
        baseline: The row that others are tested against; None if nothing was tested.
        notes: What readers of the paper must know, one sentence each; `all_notes` adds the meaning of bold.
        signature: The metric part, which all computed rows share.
        warnings: What readers of this output should know.
    """

    FORMATS: ClassVar = ("table", "latex", "markdown", "csv", "html", "json")

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    protocol: str
    baseline: str | None
    notes: tuple[str, ...]
    signature: str
    warnings: tuple[str, ...] = ()

    @property
    def has_intervals(self) -> bool:
        """Whether any score has an interval."""
        return any(figure.ci is not None for row in self.rows for figure in row.figures.values())

    def all_notes(self, best: str = "Bold") -> list[str]:
        """Return the notes, including the one about the best row.

        Args:
            best: How this format marks it.
        """
        several = any(figure.best for row in self.rows for figure in row.figures.values())
        said = f"{best}: the best of the computed rows, rounded to two decimals."
        return [*([said] if several else []), *self.notes]

    def __getitem__(self, name: str) -> TableRow:
        """Return the row of this name.

        Raises:
            KeyError: there is no such row.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as dictionaries, lists, text and numbers; fractions, not percentages."""
        content: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        content["columns"] = [column._asdict() for column in self.columns]
        return {"schema": SCHEMA, **content}

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the table that the command line prints, in percent; in a narrow terminal, data sets become rows.

        Args:
            width: Available columns; by default as many as the table needs.
            color: Whether to use terminal colours.
        """
        from merunibench.report.results_table.terminal import render

        return render(self, width=width, color=color)

    def to_latex(self) -> str:
        """Return a LaTeX table (booktabs) over both columns of a page, with caption, notes and label; percent."""
        from merunibench.report.results_table.latex import render

        return render(self)

    def to_markdown(self) -> str:
        """Return a Markdown table in percent, with its notes below."""
        from merunibench.report.results_table.markup import markdown

        return markdown(self)

    def to_html(self) -> str:
        """Return an HTML table in percent for a page or a notebook, without scripts or styles other than alignment."""
        from merunibench.report.results_table.markup import html

        return html(self)

    def to_csv(self) -> str:
        """Return CSV text, one line per row and column, fractions in full precision."""
        from merunibench.report.results_table.markup import csv

        return csv(self)

    def __repr__(self) -> str:
        return f"<ResultsTable: {len(self.rows)} rows, {len(self.columns)} columns, {self.signature}>"

    def _repr_html_(self) -> str:
        return self.to_html()
