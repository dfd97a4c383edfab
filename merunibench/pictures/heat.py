"""Shares of rows as a heat map in SVG: one hue, the number in every cell, light and dark themes.

Opacity is the share, so the scale is linear and the same in both themes. Colours are attributes, which every viewer
supports. A style sheet overrides them: on a page with its tokens, in a separate file if the reader prefers dark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from merunibench._text import escape_controls
from merunibench.pictures.letters import cut, width

if TYPE_CHECKING:
    from markupsafe import Markup

LONGEST = 60
_STYLE = (
    "@media (prefers-color-scheme:dark){.heat .hue{fill:#82bdea}.heat .ink{fill:#e6e8ea}.heat .dim{fill:#a2aab3}"
    ".heat .low{fill:#fff}.heat .hit{stroke:#e6e8ea}.heat .high{fill:#000}.heat .ground{fill:#14171a}}"
)
_FONT = "font-family=\"'Source Sans 3',system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif\""
_HUE, _INK, _DIM, _GROUND = "#14567f", "#1a1e23", "#565e67", "#fdfdfc"
_TURNS = (0.58, 0.78)
"""Shares from which text is black in the dark theme, and white in the light one, to be readable."""

_GAP, _MARGIN = 10, 58
_LARGE = 14
_LONGEST_TIP = 300
_LEGEND = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class HeatMap:
    """The content of a heat map; where row and column have the same name, the cell is framed.

    Attributes:
        title: What it shows, in one line.
        says: The figure in words, for screen readers.
        rows: Names of the R rows.
        columns: Names of the C columns.
        shares: From 0 to 1, None for an empty cell; shape (R, C).
        tips: Tooltips of the cells, shape (R, C); empty for none.
        totals: The text at the right end of each row, its number of samples; empty for none.
        foot: Name and C - 1 or C numbers of a line below; empty for none.
        apart: Whether the last column is separated from the others.
        legend: What 100 % refers to; empty for none.
    """

    title: str
    says: str
    rows: Sequence[str]
    columns: Sequence[str]
    shares: Sequence[Sequence[float | None]]
    tips: Sequence[Sequence[str]] = ()
    totals: Sequence[str] = ()
    foot: tuple[str, Sequence[str]] | None = None
    apart: bool = False
    legend: str = ""


def heat_map(drawn: HeatMap, identifier: str, heading: str = "") -> "Markup":
    """Draw the heat map.

    Args:
        drawn: What to draw.
        identifier: Unique on the page, for the ids of title and description.
        heading: Drawn above a figure in its own file, which then also gets a background and a style.
    """
    from markupsafe import Markup

    layout = _Layout(drawn, heading=bool(heading))
    key = escape(identifier)
    box = f'viewBox="0 0 {layout.width} {layout.height}" width="{layout.width}" height="{layout.height}"'
    names = f'role="img" aria-labelledby="{key}-t {key}-d"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="heat" {box} {names} {_FONT} font-size="{layout.font}">',
        f'<title id="{key}-t">{_safe(heading or drawn.title, 200)}</title>',
        f'<desc id="{key}-d">{_safe(drawn.says, 10_000)}</desc>',
    ]
    if heading:
        lines += [
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="100%" height="100%" fill="{_GROUND}"/>',
            _text(
                12, 24, escape_controls(heading, layout.width // 9), "ink", extra=' font-weight="600" font-size="15"'
            ),
        ]
    lines += [*_heads(drawn, layout), *_rows(drawn, layout), *_foot(drawn, layout)]
    if drawn.legend:
        lines += _legend(drawn.legend, layout.left, layout.height)
    return Markup("\n".join(lines) + "\n</svg>\n")  # noqa: S704 - every text in it is escaped


class _Layout:
    """Positions in pixels."""

    def __init__(self, drawn: HeatMap, *, heading: bool) -> None:
        large = len(drawn.columns) > _LARGE
        self.cell_width, self.cell_height = (27, 21) if large else (46, 32)
        self.font = 11 if large else 14
        self.apart = len(drawn.columns) - 1 if drawn.apart else None
        letter = 0.55 * self.font
        names = (*drawn.rows, drawn.foot[0] if drawn.foot else "")
        self.left = round(letter * min(LONGEST, max(map(width, names)))) + 14
        slanted = letter * min(LONGEST, max(map(width, drawn.columns))) * 0.71
        self.top = round(slanted) + 18 + (30 if heading else 0)
        self.right = self.x(len(drawn.columns) - 1) + self.cell_width + 50
        self.width = self.right - 50 + max(_MARGIN if drawn.totals else 0, round(slanted) - 20)
        self.bottom = self.top + len(drawn.rows) * self.cell_height
        self.height = self.bottom + (_GAP + self.cell_height if drawn.foot else 4) + (40 if drawn.legend else 0)

    def x(self, column: int) -> int:
        """The left edge of a column."""
        return self.left + column * self.cell_width + (_GAP if column == self.apart else 0)

    def y(self, row: int) -> int:
        """The upper edge of a row."""
        return self.top + row * self.cell_height


def _heads(drawn: HeatMap, layout: _Layout) -> Iterator[str]:
    for column, name in enumerate(drawn.columns):
        x, y = layout.x(column) + layout.cell_width // 2 - 2, layout.top - 8
        turned = f' transform="rotate(-45 {x} {y})"'
        yield _text(x, y, name, "dim" if column == layout.apart else "ink", extra=turned)
    if drawn.totals:
        yield _text(layout.right, layout.top - 8, "samples", "dim", anchor="end", extra=' font-size="11"')


def _rows(drawn: HeatMap, layout: _Layout) -> Iterator[str]:
    down = layout.cell_height // 2 + round(0.35 * layout.font)
    size = f'width="{layout.cell_width - 2}" height="{layout.cell_height - 2}" rx="3"'
    edges = [layout.x(column) for column in range(len(drawn.columns))]
    middles = [f"{edge + layout.cell_width / 2:g}" for edge in edges]
    for row, name in enumerate(drawn.rows):
        y = layout.y(row)
        baseline = f"{y + down:g}"
        yield _text(layout.left - 10, y + down, name, "ink", anchor="end")
        tips = _tips(drawn.tips[row]) if drawn.tips else [""] * len(edges)
        for column, share in enumerate(drawn.shares[row]):
            if share is None:
                continue
            hit = drawn.columns[column] == name
            frame, bold = _FRAME if hit else _NO_FRAME
            opacity, number, ink = _shade(share)
            tip = f"<title>{tips[column]}</title>" if tips[column] else ""
            yield (
                f'<g>{tip}<rect x="{edges[column] + 1}" y="{y + 1}" {size} fill="{_HUE}" fill-opacity="{opacity}"'
                f"{frame}/>"
                f'<text class="{ink}" x="{middles[column]}" y="{baseline}" fill="{_FILLS[ink]}" text-anchor="middle"'
                f"{bold}>{number}</text></g>"
            )
        if drawn.totals:
            yield _text(layout.right, y + down, drawn.totals[row], "dim", anchor="end")


def _tips(texts: Sequence[str]) -> list[str]:
    """The tooltips of a row for XML. Line ends are control characters, so none is left in a text when they separate."""
    if not "".join(texts).isprintable() or max(map(len, texts), default=0) > _LONGEST_TIP:
        texts = [escape_controls(text, _LONGEST_TIP) for text in texts]
    return escape("\n".join(texts)).split("\n")


_FRAME = f' class="hue hit" stroke="{_INK}" stroke-width="1.5"', ' font-weight="600"'
"""Attributes of a cell with equal row and column names, and of its number."""
_NO_FRAME = ' class="hue"', ""


def _shade(share: float) -> tuple[str, str, str]:
    """The opacity, number and ink of a cell."""
    if not share:
        return _NOTHING
    ink = "low" if share <= _TURNS[0] else "mid" if share <= _TURNS[1] else "high"
    return f"{max(share, 0.02):.3f}", whole_percent(share).replace("<", "&lt;"), ink


_NOTHING = "0.000", "·", "dim"
"""The same of a cell without any share: many cells have none."""


def _foot(drawn: HeatMap, layout: _Layout) -> Iterator[str]:
    if drawn.foot is None:
        return
    name, figures = drawn.foot
    y = layout.bottom + _GAP + layout.cell_height // 2 + 5
    small = f' font-size="{layout.font - 2}"'
    yield _text(layout.left - 10, y, name, "dim", anchor="end", extra=small)
    for column, figure in enumerate(figures):
        yield _text(layout.x(column) + layout.cell_width / 2, y, figure, "dim", anchor="middle", extra=small)


@lru_cache(maxsize=1024)
def _legend(whole: str, left: int, height: int) -> tuple[str, ...]:
    y, size = height - 26, 30
    colours = (
        f'<rect class="hue" x="{left + step * size + 1}" y="{y}" width="{size - 2}" height="8" rx="2" fill="{_HUE}" '
        f'fill-opacity="{max(share, 0.02):.3f}"/>'
        for step, share in enumerate(_LEGEND)
    )
    ends = (("0", left), (f"100 % {whole}", left + 4 * size))
    labels = (_text(x, y + 22, label, "dim", extra=' font-size="11"') for label, x in ends)
    return (*colours, *labels)


def whole_percent(share: float) -> str:
    """Format a share as a whole percentage; `·` for zero, `<1` for what would be rounded to zero."""
    if share == 0:
        return "·"
    return "<1" if share < 0.005 else f"{100 * share:.0f}"


_FILLS = {"ink": _INK, "dim": _DIM, "low": "#000", "mid": "#000", "high": "#fff"}


def _text(x: float, y: float, content: str, name: str, *, anchor: str = "start", extra: str = "") -> str:
    place = f'class="{name}" x="{x:g}" y="{y:g}" fill="{_FILLS[name]}" text-anchor="{anchor}"{extra}'
    return f"<text {place}>{_name(content)}</text>"


@lru_cache(maxsize=4096)
def _name(content: str) -> str:
    return escape(cut(content, LONGEST))


def _safe(text: str, longest: int) -> str:
    """Text for XML: unprintable characters are escaped, long text is cut, markup is escaped."""
    return escape(escape_controls(text, longest))
