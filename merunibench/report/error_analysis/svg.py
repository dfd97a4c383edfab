"""A confusion as a heat map in SVG: one hue, the number in every cell, light and dark.

Colours stand as attributes, which every viewer understands; a style sheet replaces them where the reader prefers dark.
Opacity is the share of the row, so the scale is linear and the same in both.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from merunibench._text import visible
from merunibench.files import write_text
from merunibench.report.error_analysis import wording
from merunibench.report.error_analysis.result import Confusion, ErrorAnalysis
from merunibench.report.error_analysis.wording import LONGEST, amount, whole_percent

DARK_STYLE = (
    ".mub-map .hue{fill:#6aa2e6}.mub-map .ink{fill:#e6e9ee}.mub-map .dim{fill:#9aa4b2}.mub-map .low{fill:#fff}"
    ".mub-map .high{fill:#000}.mub-map .hit{stroke:#e6e9ee}.mub-map .ground{fill:#15181d}"
)
"""What changes in the dark."""

_STYLE = f"@media (prefers-color-scheme:dark){{{DARK_STYLE}}}"
_FONT = "font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif\""
_HUE, _INK, _DIM, _GROUND = "#123f7d", "#1b2430", "#5c6675", "#ffffff"
_TURN = 0.7
"""Share at which black on the light scale, and white on the dark one, stops being the readable text colour."""

_GAP = 10
_FALSE_ALARMS = "false alarms"
_LEGEND = (0.0, 0.25, 0.5, 0.75, 1.0)


class _Layout:
    """Where things stand, in pixels."""

    def __init__(self, confusion: Confusion, *, heading: bool) -> None:
        large = len(confusion.columns) > 14
        self.cell_width, self.cell_height = (27, 21) if large else (46, 38)
        self.font = 11 if large else 14
        letter = 0.58 * self.font
        self.left = round(letter * max(map(len, (_FALSE_ALARMS, *confusion.rows)))) + 14
        slanted = letter * max(map(len, confusion.columns)) * 0.71
        self.top = round(slanted) + 18 + (30 if heading else 0)
        self.width = self.x(len(confusion.columns) - 1, confusion) + self.cell_width + max(58, round(slanted) - 20)
        self.bottom = self.top + len(confusion.rows) * self.cell_height
        self.height = self.bottom + _GAP + self.cell_height + 40

    def x(self, column: int, confusion: Confusion) -> int:
        """Left edge of a column; the last one stands apart."""
        return self.left + column * self.cell_width + (_GAP if column == len(confusion.columns) - 1 else 0)

    def y(self, row: int) -> int:
        """Upper edge of a row."""
        return self.top + row * self.cell_height


def write_all(analysis: ErrorAnalysis, folder: Path) -> list[Path]:
    """Write the pictures of all data sets.

    Raises:
        InputError: a file cannot be written.
    """
    written = []
    for errors in analysis.datasets:
        for confusion in errors.confusions:
            name = errors.dataset if confusion.wheel is None else f"{errors.dataset}-wheel{confusion.wheel}"
            written.append(folder / f"{name}.svg")
            heading = f"{errors.title}, {confusion.title.lower()} · {visible(analysis.model, LONGEST)}"
            write_text(written[-1], heat_map(confusion, name, heading))
    return written


def heat_map(confusion: Confusion, identifier: str, heading: str | None = None) -> str:
    """The picture.

    Args:
        confusion: What to draw.
        identifier: Unique on the page: names the title and the description.
        heading: Drawn above a picture that stands alone, which then also has its own background and style.
    """
    layout = _Layout(confusion, heading=heading is not None)
    title = heading or wording.confusion_title(confusion)
    key = escape(identifier)
    box = f'viewBox="0 0 {layout.width} {layout.height}" width="{layout.width}" height="{layout.height}"'
    names = f'role="img" aria-labelledby="{key}-t {key}-d"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mub-map" {box} {names} {_FONT} font-size="{layout.font}">',
        f'<title id="{key}-t">{escape(title)}</title>',
        f'<desc id="{key}-d">{escape(description(confusion))}</desc>',
    ]
    if heading is not None:
        lines += [
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="100%" height="100%" fill="{_GROUND}"/>',
            _text(12, 24, visible(heading, layout.width // 9), "ink", _INK, extra=' font-weight="600" font-size="15"'),
        ]
    lines += [*_heads(confusion, layout), *_rows(confusion, layout), *_margin(confusion, layout), *_legend(layout)]
    return "\n".join(lines) + "\n</svg>\n"


def description(confusion: Confusion) -> str:
    """The picture in words, for who cannot see it."""
    hits = (
        f"{row} {whole_percent(shares[confusion.columns.index(row)])} %"
        for row, shares in zip(confusion.rows, confusion.shares, strict=True)
    )
    worst = (
        f"true {row}, said {column} {whole_percent(share)} %" for row, column, _, share in wording.largest(confusion, 3)
    )
    text = (
        f"{wording.confusion_note(confusion)} Hit: {', '.join(hits)}. Largest confusions: {'; '.join(worst) or 'none'}."
    )
    return visible(text)


def _heads(confusion: Confusion, layout: _Layout) -> Iterator[str]:
    for column, name in enumerate(confusion.columns):
        x, y = layout.x(column, confusion) + layout.cell_width // 2 - 2, layout.top - 8
        turned = f' transform="rotate(-45 {x} {y})"'
        last = column == len(confusion.columns) - 1
        yield _text(x, y, name, "dim" if last else "ink", _DIM if last else _INK, extra=turned)
    right = layout.x(len(confusion.columns) - 1, confusion) + layout.cell_width + 50
    yield _text(right, layout.top - 8, "samples", "dim", _DIM, anchor="end", extra=' font-size="11"')


def _rows(confusion: Confusion, layout: _Layout) -> Iterator[str]:
    width, height = layout.cell_width, layout.cell_height
    baseline = height // 2 + round(0.35 * layout.font)
    right = layout.x(len(confusion.columns) - 1, confusion) + width + 50
    for row, name in enumerate(confusion.rows):
        y = layout.y(row)
        yield _text(layout.left - 10, y + baseline, name, "ink", _INK, anchor="end")
        cells = zip(confusion.columns, confusion.counts[row], confusion.shares[row], strict=True)
        for column, (said, count, share) in enumerate(cells):
            x, hit = layout.x(column, confusion), said == name
            tip = f"true {name}, said {said}: {whole_percent(share)} % ({amount(count)} of {confusion.totals[row]})"
            opacity = f"{max(share, 0.02 if count else 0.0):.3f}"
            frame = f' class="hue hit" stroke="{_INK}" stroke-width="1.5"' if hit else ' class="hue"'
            yield (
                f'<g><title>{escape(visible(tip))}</title><rect x="{x + 1}" y="{y + 1}" width="{width - 2}" '
                f'height="{height - 2}" rx="3" fill="{_HUE}" fill-opacity="{opacity}"{frame}/>'
            )
            shade, fill = ("high", "#fff") if share > _TURN else ("low", "#000")
            if not count:
                shade, fill = "dim", _DIM
            bold = ' font-weight="600"' if hit else ""
            middle = x + width / 2
            yield _text(middle, y + baseline, whole_percent(share), shade, fill, anchor="middle", extra=bold) + "</g>"
        yield _text(right, y + baseline, str(confusion.totals[row]), "dim", _DIM, anchor="end")


def _margin(confusion: Confusion, layout: _Layout) -> Iterator[str]:
    """Below: in how many samples each sector was said and is not true."""
    y = layout.bottom + _GAP + layout.cell_height // 2 + 5
    small = f' font-size="{layout.font - 2}"'
    yield _text(layout.left - 10, y, _FALSE_ALARMS, "dim", _DIM, anchor="end", extra=small)
    for column, number in enumerate(confusion.wrong):
        x = layout.x(column, confusion) + layout.cell_width / 2
        yield _text(x, y, str(number), "dim", _DIM, anchor="middle", extra=small)


def _legend(layout: _Layout) -> Iterator[str]:
    y, size = layout.height - 26, 30
    for step, share in enumerate(_LEGEND):
        x = layout.left + step * size
        yield (
            f'<rect class="hue" x="{x + 1}" y="{y}" width="{size - 2}" height="8" rx="2" fill="{_HUE}" '
            f'fill-opacity="{max(share, 0.02):.3f}"/>'
        )
    ends = (("0", layout.left, "start"), ("100 % of the row", layout.left + 4 * size, "start"))
    for label, x, anchor in ends:
        yield _text(x, y + 22, label, "dim", _DIM, anchor=anchor, extra=' font-size="11"')


def _text(x: float, y: float, content: str, name: str, fill: str, *, anchor: str = "start", extra: str = "") -> str:
    shown = escape(visible(content, LONGEST))
    return f'<text class="{name}" x="{x:g}" y="{y:g}" fill="{fill}" text-anchor="{anchor}"{extra}>{shown}</text>'
