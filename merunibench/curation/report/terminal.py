"""The report for the command line."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from merunibench._text import escape_controls
from merunibench.curation.report.result import CurationReport
from merunibench.curation.report.truth import Score, TruthFigures
from merunibench.curation.report.wording import LABEL_IN_PROMPT, bounds, headline, number, reasons, score
from merunibench.report.columns import Column
from merunibench.report.terminal import least_width, plain_table, print_to_text

_LONGEST = 60
_ROWS = 12
_ROOM_FOR_WORDS = 110
"""Minimum width at which bounds and reasons have columns; otherwise they are on separate lines."""

Block = tuple[str, Table, Sequence[str]]


def render(report: CurationReport, *, width: int | None, color: bool) -> str:
    """Return all tables, one below the other, and the signature."""
    blocks = [f"{escape_controls(report.name, _LONGEST)}: {headline(report)}\n"]
    for title, table, notes in _blocks(report, width):
        blocks.append(print_to_text(title, table, notes, width=width, color=color))
    notes = [
        *([LABEL_IN_PROMPT] if report.label_in_prompt else []),
        *_cues(report),
        *_duplicates(report),
        *_contamination(report),
        *map(escape_controls, report.remarks),
    ]
    blocks.append("".join(f"{note}\n" for note in [*notes, escape_controls(report.signature)]))
    return "\n".join(blocks)


def _blocks(report: CurationReport, width: int | None) -> Iterator[Block]:
    yield _filters(report, width)
    yield _statistics(report, width)
    for name, groups in report.drop_rates.items():
        table = _table(("", False), *((title, True) for title in ("Rows", "Kept", "Dropped %", "Lift")))
        for group in groups[:_ROWS]:
            cells = (group["rows"], group["kept"], round(100 * group["dropped"], 1), group["lift"])
            table.add_row(Text(escape_controls(group["group"], _LONGEST)), *(Text(number(cell)) for cell in cells))
        yield f"Drop rates by {name}", table, ()
    if report.truth is not None:
        yield _truth(report.truth)


def _filters(report: CurationReport, width: int | None) -> Block:
    heads = ("Pass", "Fail", "Undecided", "Drops", "Alone", "By chance", "Lift", "Left")
    columns = [("Filter", False), *((head, True) for head in heads)]
    wide = width is None or width >= _ROOM_FOR_WORDS
    columns += [("Bounds", False), ("Why not", False)] if wide else []
    left = {step.name: step.kept for step in report.funnel}
    rows, told = [], []
    for each in report.filters:
        cells = (each.passed, each.failed, each.undecided, each.dropped, each.alone, each.chance, each.lift)
        name, limits, why = (
            escape_controls(text, _LONGEST) for text in (each.name, bounds(each.settings), reasons(each.reasons))
        )
        rows.append([name, *map(number, cells), number(left.get(each.name)), *((limits, why) if wide else ())])
        if not wide and (limits or why):
            told.append(f"{name}: {'; '.join(filter(None, (limits, why)))}")
    note = (
        "Every filter judges all rows. Alone: rows that only it drops. Left: rows left after it and all earlier ones."
    )
    table, missing = _fitted(columns, rows, width, spare=("Drops", "Lift", "Alone"))
    return "Filters", table, [note, *missing, *told]


def _statistics(report: CurationReport, width: int | None) -> Block:
    heads = ("Rows", "Words", "sd", "Labels", "Distinct", "Concepts", "Sectors", "Unknown", "Refusals", "Damaged")
    rows: list[list[str]] = []
    for stage, found in report.statistics.items():
        labels, damage = found["labels"], found["artefacts"]
        broken = sum(count for kind, count in damage.items() if kind != "cue name")
        cells = (
            found["rows"],
            found["words"]["mean"],
            found["words"]["sd"],
            labels["per_row"]["mean"],
            *(labels[key] for key in ("distinct", "concepts", "sectors", "unknown")),
            found["refusals"],
            broken,
        )
        figures = list(map(number, cells))
        if not rows or figures != rows[-1][1:]:
            rows.append([escape_controls(stage, _LONGEST), *figures])
    notes = [
        "Words and Labels: mean per row. Distinct: label strings. Damaged: doubled possessives and endings, templates."
    ]
    if len(rows) < len(report.statistics):
        notes.append("Filters that dropped nothing are left out.")
    spare = ("Damaged", "Refusals", "Concepts", "sd", "Unknown")
    table, missing = _fitted([("After", False), *((head, True) for head in heads)], rows, width, spare)
    return "Statistics", table, [*notes, *missing]


def _fitted(
    columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]], width: int | None, spare: Sequence[str]
) -> tuple[Table, list[str]]:
    """Return a table that fits into the width, and a note on the columns that were left out.

    Args:
        columns: (title, whether its cells are numbers) of each column.
        rows: Rows with one cell per column.
        width: The available width; None if unlimited.
        spare: Titles of columns that may be left out, least important first.
    """
    for count in range(len(spare) + 1):
        places = [place for place, (title, _) in enumerate(columns) if title not in spare[:count]]
        table = _table(*(columns[place] for place in places))
        table.columns[0].no_wrap = True
        for column in table.columns:
            if column.no_wrap:
                column.min_width = cell_len(str(column.header))
        for row in rows:
            table.add_row(*(Text(row[place]) for place in places))
        if width is None or least_width(table) <= width:
            break
    missing = ", ".join(spare[:count])
    return table, [f"No space for {missing}; see report.json."] if missing else []


def _truth(truth: TruthFigures) -> Block:
    table = _table(("Rows", False), *((head, True) for head in ("n", "F", "95 % CI", "Precision", "Recall", "Chance")))
    for name, found in (("all", truth.all), ("kept", truth.kept), ("dropped", truth.dropped)):
        table.add_row(name, *map(Text, _cells(found)))
    table.add_section()
    for name, (left, lost) in truth.by_filter.items():
        if not lost.rows:
            continue
        table.add_row(Text(f"{escape_controls(name, _LONGEST)}: left"), *map(Text, _cells(left)))
        table.add_row(Text(f"{escape_controls(name, _LONGEST)}: dropped"), *map(Text, _cells(lost)))
    notes = []
    if truth.difference is not None:
        difference, span = truth.difference
        around = f" (95 % CI {score(span[0])} to {score(span[1])})" if span else ""
        notes.append(f"Kept minus dropped: {score(difference)}{around}.")
    if truth.shuffled:
        luck = truth.shuffled
        notes.append(
            f"With shuffled votes, {number(luck['rows'])} rows are kept, with F {score(luck['f'])}; "
            f"kept minus shuffled: {score(luck['kept_minus_shuffled'])}."
        )
    return f"Against human labels ({escape_controls(truth.where, _LONGEST)})", table, notes


def _cells(found: Score) -> list[str]:
    span = f"{score(found.ci[0])}–{score(found.ci[1])}" if found.ci else "–"
    return [number(found.rows), score(found.f), span, score(found.precision), score(found.recall), score(found.chance)]


def _table(*heads: tuple[str, bool]) -> Table:
    return plain_table([Column(title, numeric=numeric) for title, numeric in heads])


_NUMBERS = ("no", "one", "two", "three", "four", "five")


def _cues(report: CurationReport) -> list[str]:
    if not report.cues:
        return []
    agree, most = score(report.cues["agree"]), len(report.cues["wheels"]) // 2 + 1
    wheels = "the wheel" if most == len(report.cues["wheels"]) == 1 else f"{_NUMBERS[most]} wheels or more"
    return [f"Audio and video cues share a sector on {wheels} in {agree} % of {report.cues['rows']} rows"]


def _duplicates(report: CurationReport) -> list[str]:
    said = []
    for what, found in (("clip", report.duplicates["clips"]), ("text", report.duplicates)):
        if rows := found["rows"]:
            name, other = map(escape_controls, found["first"][0])
            said.append(
                f"{rows} rows repeat the {what} of an earlier row, such as {name} that of {other} (see --unique)"
            )
    return said


def _contamination(report: CurationReport) -> list[str]:
    return [
        f"{count} rows have names of the test set {dataset}; they prevent an export (see --allow-test)"
        for dataset, count in report.contamination.items()
    ]
