"""Text output about lexicons: an audit, a comparison of two lexicons, and how words are mapped."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from merunibench._text import escape_controls
from merunibench.lexicon import Audit, Difference, Explanation
from merunibench.lexicon.critique.audit import RULES
from merunibench.lexicon.critique.difference import Agreement, OneSided, total
from merunibench.report.columns import Column
from merunibench.report.terminal import plain_table, print_to_text

_MOST_WORDS = 12


def audit_text(audit: Audit, *, limit: int = 50, width: int | None = None) -> str:
    """Return a table of the findings of each rule, and one of the first `limit` findings.

    Args:
        audit: The audit.
        limit: Maximum number of findings to list.
        width: Columns of the terminal; None for as many as the table needs.
    """
    weighed = audit.tokens is not None
    summary = _table("Rule", "Findings", "Words", *(["% of tokens", "% of slots"] if weighed else []), "What it finds")
    for row in audit.summaries:
        shares = [_percent(row.usage), _percent(row.slots)] if weighed else []
        _add(summary, row.rule, f"{row.findings:,}", f"{row.words:,}", *shares, RULES[row.rule])
    notes = []
    if audit.tokens is not None:
        notes.append(
            f"{audit.tokens:,} label tokens; a slot is a token on a wheel where it has a sector. Contradicted (the "
            f"first four rules): {_percent(audit.contradicted)} % of the slots."
        )
    if audit.skipped:
        wheels = ", ".join(map(str, audit.skipped))
        notes.append(f"Not audited, because the sectors differ from the published wheel: wheel {wheels}.")
    text = _print(f"Audit of {audit.lexicon}, level {audit.level}", summary, notes, width)
    if not audit.findings:
        return text
    table = _table("Rule", "Word", "Wheel", "Found", "Expected", *(["% of tokens"] if weighed else []), "Reason")
    for finding in audit.findings[:limit]:
        _add(
            table,
            finding.rule,
            finding.word or "–",
            str(finding.wheel),
            finding.found or "–",
            ", ".join(finding.expected) or "–",
            *([_percent(finding.usage)] if weighed else []),
            finding.reason,
        )
    return text + "\n" + _print("", table, _more(len(audit.findings), limit, "findings"), width)


def difference_text(difference: Difference, *, limit: int = 50, width: int | None = None) -> str:
    """Return the agreement on each wheel, then the first `limit` words of each kind of difference.

    Args:
        difference: The comparison.
        limit: Maximum number of rows of each list.
        width: Columns of the terminal; None for as many as the table needs.
    """
    one, two = difference.first, difference.second
    weighed = difference.tokens is not None
    table = _table("Wheel", "Agree, % of types", *(["Agree, % of tokens"] if weighed else []), "Both", one, two)
    for number, types in enumerate((*difference.types, total(difference.types)), 1):
        tokens = (*difference.tokens, total(difference.tokens))[number - 1] if difference.tokens else None
        wheel = str(number) if number <= len(difference.types) else "all"
        _add(
            table,
            wheel,
            _percent(types.share),
            *([_percent(tokens.share)] if tokens else []),
            *_mapped(tokens or types),
        )
    unit = "label tokens" if weighed else "words"
    note = f"Agree: same sector, where both map. Both, and each lexicon: % of {unit} with a sector on the wheel."
    text = _print(f"{one} and {two}, level {difference.level}", table, [note], width)
    if difference.different:
        table = _table("Word", "Wheel", one, two, *(["% of tokens"] if weighed else []))
        for row in difference.different[:limit]:
            _add(table, row.word, str(row.wheel), row.first, row.second, *([_percent(row.usage)] if weighed else []))
        more = _more(len(difference.different), limit, "words and wheels")
        text += "\n" + _print("Mapped differently", table, more, width)
    for name, rows in ((one, difference.only_first), (two, difference.only_second)):
        text += _only(name, rows, limit, width, weighed=weighed)
    return text


def _only(name: str, rows: Sequence[OneSided], limit: int, width: int | None, *, weighed: bool) -> str:
    if not rows:
        return ""
    table = _table("Word", *(f"Wheel {number}" for number in range(1, 6)), *(["% of tokens"] if weighed else []))
    for row in rows[:limit]:
        sectors = [sector or "–" for sector in row.sectors]
        _add(table, row.word, *sectors, *([_percent(row.usage)] if weighed else []))
    return "\n" + _print(f"Only in {name}", table, _more(len(rows), limit, "words"), width)


def _mapped(row: Agreement) -> list[str]:
    return [_percent(count / row.slots if row.slots else None) for count in (row.both, row.first, row.second)]


def explanation_text(explanations: Iterable[Explanation], *, width: int | None = None) -> str:
    """Return a block per word: its steps in each lexicon, then a table of wheels (rows) and lexicons (columns).

    Args:
        explanations: The explanations; those of one word are adjacent.
        width: Columns of the terminal; None for as many as the table needs.
    """
    blocks = [_block(list(group), width) for _, group in groupby(explanations, key=lambda one: one.word)]
    return "\n".join(blocks)


def _block(lexicons: Sequence[Explanation], width: int | None) -> str:
    lines = []
    for one in lexicons:
        way = [one.label, *(f"{step.name}: {_some(step.words)}" for step in one.steps)]
        lines.append(f"{one.lexicon}: {' → '.join(way)}")
        if one.problem:
            near = f"; similar spelling: {', '.join(one.suggestions)}" if one.suggestions else ""
            lines.append(f"  no sector: {one.problem}{near}")
    head = "\n".join(escape_controls(line) for line in (lexicons[0].word, *lines))
    if all(one.problem for one in lexicons):
        return head + "\n"
    table = _table("Wheel", "Own sector", *(one.lexicon for one in lexicons))
    for number in range(len(lexicons[0].wheels)):
        paths = [one.wheels[number] for one in lexicons]
        cells = [
            f"{path.sector or '–'}  {f'← {path.decided_by} ' if path.decided_by else ''}({path.reason})"
            for path in paths
        ]
        _add(table, str(number + 1), ", ".join(paths[0].own) or "–", *cells)
    return head + "\n" + _print("", table, [], width)


def _some(words: Sequence[str]) -> str:
    more = f", … ({len(words)})" if len(words) > _MOST_WORDS else ""
    return (", ".join(words[:_MOST_WORDS]) or "none") + more


def _more(count: int, limit: int, what: str) -> list[str]:
    return [f"{count - limit:,} more {what}: increase --top, or use --format json."] if count > limit else []


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f}"


_NUMBERS = (
    "Findings",
    "Words",
    "% of tokens",
    "% of slots",
    "Wheel",
    "Agree, % of types",
    "Agree, % of tokens",
    "Both",
)


def _table(*titles: str) -> Table:
    table = plain_table([Column(escape_controls(title), numeric=title in _NUMBERS) for title in titles])
    for column, title in zip(table.columns, titles, strict=True):
        if title in ("Reason", "What it finds", "Expected") or "@" in title:
            column.no_wrap = False  # long cells, which a narrow terminal wraps
            column.overflow = "fold"
    return table


def _add(table: Table, *cells: str) -> None:
    table.add_row(*(Text(escape_controls(cell)) for cell in cells))


def _print(title: str, table: Table, lines: Sequence[str], width: int | None) -> str:
    return print_to_text(title, table, lines, width=width, color=False)
