"""The result of putting several models into one table: plain data, and methods that hand it to the renderers."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, NamedTuple

SCHEMA = "merunibench.table/1"
MEAN = "mean"
"""Name of the column that is the mean of the nine."""

Interval = tuple[float, float]
Mark = Literal["", "better", "worse"]


class Column(NamedTuple):
    """One column of figures.

    Attributes:
        name: Data set id, kind of task (the mean of its data sets), or `mean`.
        title: Its head.
        kind: Kind of task of a data set; empty for means.
        samples: Number of samples that were scored; None for means.
    """

    name: str
    title: str
    kind: str
    samples: int | None


@dataclass(frozen=True)
class Figure:
    """One cell: a score, and what is known of it. Fractions.

    Attributes:
        score: The primary score.
        ci: Its 95 % interval; None without resampling.
        best: Whether it is the best of the computed rows at the two decimals that are printed; several may be.
        mark: Whether it is significantly better or worse than the baseline's.
        difference: The score less that of the baseline; None where nothing was tested.
        p_holm: What decided, corrected by Holm for the number of tests of this row; None where nothing was tested.
        chance: What the same answers score when shuffled, uncorrected; None for means and published figures.
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
        name: What the row is called.
        figures: Column -> cell; a column without one is empty.
        published: Whether the figures were copied from a paper.
        source: Where published figures stand; empty for computed ones.
        signature: What computed figures were computed with; empty for published ones.
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
        notes: What a reader of the paper must know, a sentence each; `all_notes` adds what bold means.
        signature: The metric part that all computed rows share.
        warnings: What the reader of this output should know.
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
        """Whether any figure has an interval."""
        return any(figure.ci is not None for row in self.rows for figure in row.figures.values())

    def all_notes(self, best: str = "Bold") -> list[str]:
        """The notes, that about the best row included.

        Args:
            best: What marks it in this format.
        """
        several = any(figure.best for row in self.rows for figure in row.figures.values())
        said = f"{best}: the best of the rows that were computed, at two decimals."
        return [*([said] if several else []), *self.notes]

    def __getitem__(self, name: str) -> TableRow:
        """The row of this name.

        Raises:
            KeyError: there is none.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """The table as dictionaries, lists, text and numbers; fractions, not percents."""
        content: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        content["columns"] = [column._asdict() for column in self.columns]
        return {"schema": SCHEMA, **content}

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """The table that the command line prints, in percent; data sets become rows where the width does not suffice.

        Args:
            width: Columns available; by default what the table needs.
            color: Whether to use terminal colours.
        """
        from merunibench.report.results_table.terminal import render

        return render(self, width=width, color=color)

    def to_latex(self) -> str:
        """A LaTeX table (booktabs) over both columns of a page, with caption, notes and label; percent."""
        from merunibench.report.results_table.latex import render

        return render(self)

    def to_markdown(self) -> str:
        """A Markdown table in percent, its notes below."""
        from merunibench.report.results_table.markup import markdown

        return markdown(self)

    def to_html(self) -> str:
        """An HTML table in percent, for a page or a notebook: no script, and no style but alignment."""
        from merunibench.report.results_table.markup import html

        return html(self)

    def to_csv(self) -> str:
        """CSV text, one line per row and column, fractions in full precision."""
        from merunibench.report.results_table.markup import csv

        return csv(self)

    def __repr__(self) -> str:
        return f"<ResultsTable: {len(self.rows)} rows, {len(self.columns)} columns, {self.signature}>"

    def _repr_html_(self) -> str:
        return self.to_html()
