"""The funnel as SVG: one bar per step with kept, undecided and dropped rows, and chance as a thin line.

Every bar has text, so that readers need not distinguish colours. Text is dark on a light background, so that the
picture can be printed in grey. Equal input gives equal bytes.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from merunibench._text import escape_controls
from merunibench.curation.report.filters import Step
from merunibench.curation.report.result import CurationReport
from merunibench.curation.report.wording import headline, number, percent, title_of

_WIDTH, _LEFT, _RIGHT = 960.0, 190.0, 28.0
_TOP, _ROW, _BAR = 96.0, 54.0, 30.0
_INK, _FAINT, _LINE = "#1b2430", "#565d66", "#c3c7cc"
_KEPT, _UNDECIDED, _DROPPED = "#9fbfe6", "#f7cf68", "#eceef0"
_LONGEST = 26
_LETTER = 7.0
"""Width of a letter at 13 pixels, an upper estimate."""
_NARROW = 6.3
"""Width of a letter at 13 pixels, a lower estimate, for spacing only."""


class _Piece(NamedTuple):
    """A part of a bar: number of rows, background colour, and text."""

    rows: int
    fill: str
    text: str


def draw(report: CurationReport, prefix: str = "funnel") -> str:
    """Return the funnel as SVG.

    Args:
        report: What to draw.
        prefix: Prefix of the ids of title and description, which must be unique on a page with several pictures.
    """
    steps = report.funnel
    height = _TOP + (len(steps) + 1) * _ROW + 62
    title = f"Funnel of {escape_controls(report.name, 60)}"
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img" '
            f"aria-labelledby={quoteattr(f'{prefix}-title {prefix}-description')} "
            'font-family="Helvetica, Arial, sans-serif" font-size="13">'
        ),
        f'<title id="{prefix}-title">{escape(title)}</title>',
        f'<desc id="{prefix}-description">{escape(description(report))}</desc>',
        f'<rect width="{_WIDTH:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<text x="28" y="40" font-size="22" font-weight="bold" fill="{_INK}">{escape(title)}</text>',
        f'<text x="28" y="66" font-size="14" fill="{_FAINT}">{escape(headline(report))}</text>',
        *_bar(0, "All rows", [_Piece(report.rows, _KEPT, number(report.rows))], report.rows, None),
    ]
    for row, step in enumerate(steps, start=1):
        lines += _bar(row, title_of(step.name), _pieces(step), report.rows, step.chance if step.before else None)
    lines += [*_legend(height - 30, steps), "</svg>"]
    return "\n".join(lines) + "\n"


def description(report: CurationReport) -> str:
    """Return a description of the picture for people who cannot see it."""
    said = []
    for step in report.funnel:
        chance = "" if step.chance is None else f", {number(step.chance)} by chance"
        undecided = f", {number(step.undecided)} of them undecided" if step.undecided else ""
        said.append(
            f"{escape_controls(title_of(step.name), 60)}: {number(step.kept)} of "
            f"{number(step.before)} left{undecided}{chance}"
        )
    return f"{headline(report)} {'; '.join(said)}."


def _pieces(step: Step) -> list[_Piece]:
    decided = step.kept - step.undecided
    return [
        _Piece(decided, _KEPT, f"{number(decided)} kept ({percent(decided, step.before)})"),
        _Piece(step.undecided, _UNDECIDED, f"{number(step.undecided)} undecided"),
        _Piece(step.dropped, _DROPPED, f"{number(step.dropped)} dropped"),
    ]


def _bar(row: int, name: str, pieces: list[_Piece], rows: int, chance: float | None) -> Iterator[str]:
    """Yield one step: its name, its parts in a row, and next to or below them text that does not fit on a part."""
    y = _TOP + row * _ROW
    scale = (_WIDTH - _LEFT - _RIGHT) / max(rows, 1)
    middle = y + _BAR / 2
    yield (
        f'<text x="{_LEFT - 12:.0f}" y="{middle:.0f}" dy="0.35em" text-anchor="end" fill="{_INK}">'
        f"{escape(escape_controls(name, _LONGEST))}</text>"
    )
    x, outside = _LEFT, [] if any(piece.rows for piece in pieces) else ["no rows left"]
    for piece in pieces:
        if not piece.rows:
            continue
        width = piece.rows * scale
        yield (
            f'<rect x="{x:.2f}" y="{y:.0f}" width="{width:.2f}" height="{_BAR:.0f}" fill="{piece.fill}" '
            f'stroke="{_LINE}" stroke-width="1"/>'
        )
        if len(piece.text) * _LETTER + 12 <= width:
            yield f'<text x="{x + 8:.2f}" y="{middle:.0f}" dy="0.35em" fill="{_INK}">{escape(piece.text)}</text>'
        else:
            outside.append(piece.text)
        x += width
    if outside:
        text = escape(", ".join(outside))
        fits = x + 8 + len(text) * _LETTER <= _WIDTH
        beside = f'x="{x + 8:.2f}" y="{middle:.0f}" dy="0.35em"'
        below = f'x="{x:.2f}" y="{y + _BAR + 15:.0f}" text-anchor="end"'
        yield f'<text {beside if fits else below} fill="{_FAINT}">{text}</text>'
    if chance is not None:  # short strokes at top and bottom, so that they do not cross text
        at = _LEFT + chance * scale
        strokes = f"M{at:.2f} {y - 6:.0f}V{y + 6:.0f}M{at:.2f} {y + _BAR - 6:.0f}V{y + _BAR + 6:.0f}"
        yield f'<path d="{strokes}" stroke="{_INK}" stroke-width="2"/>'


def _legend(y: float, steps: Sequence[Step]) -> Iterator[str]:
    """Yield the legend of the colours and lines that occur."""
    there = [
        (_KEPT, "kept"),
        *([(_UNDECIDED, "kept without a verdict")] if any(step.undecided for step in steps) else []),
        *([(_DROPPED, "dropped")] if any(step.dropped for step in steps) else []),
    ]
    x = _LEFT
    for fill, text in there:
        yield f'<rect x="{x:.0f}" y="{y - 11:.0f}" width="14" height="14" fill="{fill}" stroke="{_LINE}"/>'
        yield f'<text x="{x + 20:.0f}" y="{y:.0f}" fill="{_FAINT}">{text}</text>'
        x += 44 + len(text) * _NARROW
    if any(step.chance is not None and step.before for step in steps):
        yield f'<path d="M{x + 6:.0f} {y - 13:.0f}V{y + 5:.0f}" stroke="{_INK}" stroke-width="2"/>'
        yield f'<text x="{x + 16:.0f}" y="{y:.0f}" fill="{_FAINT}">kept if votes were shuffled</text>'
