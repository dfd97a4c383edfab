"""Draw emotion wheels, one or all of a lexicon, with the sectors of given words, as self-contained SVG.

Level 1 is the inner ring, level 2 the outer one. Words are next to the wheel, each with a line to its position. Equal
input gives equal bytes. Every sector is labelled, so no colours have to be distinguished, and dark text is on a light
background, so the figure can be printed in grey.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from merunibench._text import escape_controls
from merunibench.errors import InputError
from merunibench.labels import normalise_label
from merunibench.lexicon.critique.evidence import MEANINGS, evidence_for
from merunibench.lexicon.runtime.lexicon import Lexicon
from merunibench.lexicon.runtime.wheels import Wheel

_WIDTH = 1180.0
_CENTRE_X = _WIDTH / 2
_HOLE, _INNER, _OUTER, _RIM = 62.0, 178.0, 318.0, 330.0
_COLUMN = 372.0
_ROW = 23.0
_TOP = 92.0
_MOST_WORDS = 48
_BESIDE = 2
_LONGEST = 26

_INK, _FAINT = "#22252a", "#565d66"
# Inner ring, outer ring: light backgrounds (contrast with the ink at least 8), one hue per emotion on every wheel.
_COLOURS = {
    "anger": ("#f2a799", "#fbe3de"),
    "disgust": ("#b9cf86", "#e9f1d6"),
    "sadness": ("#9fbfe6", "#e0ebf8"),
    "fear": ("#c5aee0", "#ece4f6"),
    "surprise": ("#8fd3cf", "#dcf2f0"),
    "joy": ("#f7cf68", "#fdf1cf"),
    "peace": ("#a5d8b0", "#e2f3e6"),
    "power": ("#f0b27a", "#fbe6d3"),
    "genius": ("#e8b3cf", "#f8e6ef"),
    "strain": ("#c3c7cc", "#eceef0"),
}
_PLAIN = ("#c3c7cc", "#eceef0")


class Segment(NamedTuple):
    """A segment of a ring: a sector's name, its angles (clockwise from the top, radians) and its colours."""

    name: str
    start: float
    end: float
    colours: tuple[str, str]

    @property
    def middle(self) -> float:
        """The angle in the middle."""
        return (self.start + self.end) / 2


class _Placed(NamedTuple):
    """A word and its position: an angle and a radius."""

    word: str
    angle: float
    radius: float


class _Drawn(NamedTuple):
    """A wheel: its title, its description in words, its height, and its elements."""

    title: str
    description: str
    height: float
    body: list[str]


def draw_wheel(number: int, words: Sequence[str], lexicon: Lexicon) -> str:
    """Return the SVG text of a wheel with words on it.

    Args:
        number: The wheel, counted from 1.
        words: The words to show; the first 48 are drawn, others are only counted.
        lexicon: The lexicon that maps them.

    Raises:
        InputError: the wheel does not exist, or the lexicon's sectors differ from the published wheel.
    """
    drawn = _draw(number, words, lexicon)
    lines = [_opening(_WIDTH, drawn.height), *_named(drawn.title, drawn.description), *drawn.body, "</svg>"]
    return "\n".join(lines) + "\n"


def draw_wheels(words: Sequence[str], lexicon: Lexicon) -> str:
    """Return the SVG text of all wheels of a lexicon with the same words on each, two wheels per row.

    Raises:
        InputError: the lexicon's sectors differ from the published wheels, and it defines no wheels.
    """
    wheels = lexicon.n_wheels
    drawn = [_draw(number, words, lexicon) for number in range(1, wheels + 1)]
    heights = [max(each.height for each in drawn[first : first + _BESIDE]) for first in range(0, wheels, _BESIDE)]
    title = f"The words on {'the wheel' if wheels == 1 else f'all {wheels} wheels'}"
    lines = [
        _opening(min(_BESIDE, wheels) * _WIDTH, sum(heights)),
        *_named(title, " ".join(f"{each.title}. {each.description}" for each in drawn)),
    ]
    for place, each in enumerate(drawn):
        row, column = divmod(place, _BESIDE)
        lines += [f'<g transform="translate({column * _WIDTH:.0f} {sum(heights[:row]):.0f})">', *each.body, "</g>"]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _draw(number: int, words: Sequence[str], lexicon: Lexicon) -> _Drawn:
    if not 1 <= number <= lexicon.n_wheels:
        raise InputError(f"lexicon {lexicon.name} has no wheel {number}; its wheels are 1 to {lexicon.n_wheels}")
    known = evidence_for(lexicon)
    if not known.knows(number - 1, lexicon.sectors_of_wheels[1][number - 1]):
        raise InputError(
            f"wheel {number} of {lexicon.label} is not the published one; only published wheels can be drawn"
        )
    wheel = known.wheels[number - 1]
    sectors, inner = layout(wheel)
    distinct = list(dict.fromkeys(normalise_label(word) for word in words))
    placed, lost = _place(distinct[:_MOST_WORDS], number - 1, lexicon, sectors, inner)
    right = [word for word in placed if math.sin(word.angle) >= 0]
    left = [word for word in placed if math.sin(word.angle) < 0]
    height = max(2 * _RIM + 40, max(len(left), len(right)) * _ROW + 20)
    centre_y = _TOP + height / 2
    notes = _notes(lost, len(distinct) - _MOST_WORDS)
    total = _TOP + height + 26 + 20 * len(notes)
    hit = {lexicon.sectors(word.word)[number - 1] for word in placed}
    title = f"Wheel {number}: {wheel.title}"
    body = [
        *_heading(title, lexicon, total),
        *_rings(sectors, inner, hit, centre_y),
        *_labels(right, centre_y, side=1),
        *_labels(left, centre_y, side=-1),
        *(
            f'<text x="40" y="{_TOP + height + 30 + 20 * row:.0f}" font-size="14" fill="{_FAINT}">{_safe(note)}</text>'
            for row, note in enumerate(notes)
        ),
    ]
    return _Drawn(title, _description(number, lexicon, placed, lost), total, body)


# --- where things are ----------------------------------------------------------------------------------------------


def layout(wheel: Wheel) -> tuple[list[Segment], list[Segment]]:
    """The segments of both rings of a wheel. The size of a sector depends on its number of inner words."""
    groups = wheel.sectors
    step = 2 * math.pi / sum(map(len, groups.values()))
    sectors, inner, angle = [], [], 0.0
    for name, group in groups.items():
        colours = _COLOURS[MEANINGS[name].emotion] if name in MEANINGS else _PLAIN
        sectors.append(Segment(name, angle, angle + step * len(group), colours))
        for word in group:
            inner.append(Segment(word, angle, angle + step, colours))
            angle += step
    return sectors, inner


def _place(
    words: Sequence[str], wheel: int, lexicon: Lexicon, sectors: Sequence[Segment], inner: Sequence[Segment]
) -> tuple[list[_Placed], list[str]]:
    """Place words at their inner word's segment or in the middle of their sector's ring; also return unplaced words."""
    placed, lost = [], []
    for word in words:
        outer_name, inner_name = (lexicon.sectors(word, level)[wheel] for level in (1, 2))
        sector = next((segment for segment in sectors if segment.name == outer_name), None)
        if sector is None:
            lost.append(word)
            continue
        within = [segment for segment in inner if sector.start <= segment.middle <= sector.end]
        place = next((segment for segment in within if segment.name == inner_name), None)
        if place is None:
            # Between two inner words, so that the line crosses out neither.
            placed.append(_Placed(word, within[len(within) // 2].start, _INNER - 14))
        else:
            placed.append(_Placed(word, place.middle, _OUTER - 12))
    return placed, lost


def _point(angle: float, radius: float, centre_y: float) -> tuple[float, float]:
    return _CENTRE_X + radius * math.sin(angle), centre_y - radius * math.cos(angle)


# --- what is drawn -------------------------------------------------------------------------------------------------


def _opening(width: float, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-labelledby="title description" font-family="Helvetica, Arial, sans-serif">'
    )


def _named(title: str, description: str) -> list[str]:
    return [
        f'<title id="title">{_safe(title, 200)}</title>',
        f'<desc id="description">{_safe(description, 10_000)}</desc>',
    ]


def _description(number: int, lexicon: Lexicon, placed: Sequence[_Placed], lost: Sequence[str]) -> str:
    said = "; ".join(f"{word.word}: {lexicon.sectors(word.word)[number - 1]}" for word in placed)
    without = f" Without a sector: {', '.join(lost)}." if lost else ""
    return f"Positions of words under the lexicon {lexicon.label}. {said or 'No word has a sector'}.{without}"


def _heading(title: str, lexicon: Lexicon, total: float) -> list[str]:
    return [
        f'<rect width="{_WIDTH:.0f}" height="{total:.0f}" fill="#ffffff"/>',
        f'<text x="40" y="46" font-size="24" font-weight="bold" fill="{_INK}">{_safe(title, 90)}</text>',
        f'<text x="40" y="70" font-size="14" fill="{_FAINT}">Lexicon {_safe(lexicon.label, 90)}</text>',
    ]


def _rings(
    sectors: Sequence[Segment], inner: Sequence[Segment], hit: set[str | None], centre_y: float
) -> Iterator[str]:
    for segment in inner:
        yield _slice(segment, (_INNER, _OUTER), segment.colours[1], "#ffffff", 1.0, centre_y)
        yield _radial(segment, (_INNER + _OUTER) / 2, centre_y)
    for segment in sectors:
        yield _slice(segment, (_HOLE, _INNER), segment.colours[0], "#ffffff", 2.5, centre_y)
        yield _slice(segment, (_OUTER, _RIM), segment.colours[0], "#ffffff", 2.5, centre_y)
        yield _radial(segment, (_HOLE + _INNER) / 2 - 8, centre_y, size=17, bold=True)
    for segment in sectors:
        if segment.name in hit:
            yield _slice(segment, (_HOLE, _RIM), "none", _INK, 2.2, centre_y)


def _slice(segment: Segment, radii: tuple[float, float], fill: str, stroke: str, width: float, centre_y: float) -> str:
    """A segment of a ring as a path: along the outer arc, inwards, and back along the inner arc."""
    near, far = radii
    # An arc with equal ends is not drawn, so a sector that fills the whole wheel stops just before.
    segment = segment._replace(end=min(segment.end, segment.start + 2 * math.pi - 0.005))
    large = 1 if segment.end - segment.start > math.pi else 0
    corners = [
        _point(angle, radius, centre_y)
        for angle, radius in ((segment.start, far), (segment.end, far), (segment.end, near), (segment.start, near))
    ]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    return (
        f'<path d="M{ax:.1f} {ay:.1f}A{far:.0f} {far:.0f} 0 {large} 1 {bx:.1f} {by:.1f}L{cx:.1f} {cy:.1f}'
        f'A{near:.0f} {near:.0f} 0 {large} 0 {dx:.1f} {dy:.1f}Z" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="{width}" stroke-linejoin="round"/>'
    )


def _radial(segment: Segment, radius: float, centre_y: float, *, size: int = 13, bold: bool = False) -> str:
    """A name along the radius, rotated so that it is never upside down."""
    x, y = _point(segment.middle, radius, centre_y)
    degrees = math.degrees(segment.middle) - 90
    if math.sin(segment.middle) < 0:
        degrees += 180
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text transform="translate({x:.1f} {y:.1f}) rotate({degrees:.1f})" text-anchor="middle" dy="0.35em" '
        f'font-size="{size}"{weight} fill="{_INK}">{_safe(segment.name)}</text>'
    )


def _labels(placed: Sequence[_Placed], centre_y: float, *, side: int) -> Iterator[str]:
    """The words of one side in a column, in the order of the wheel, each with a line."""
    ordered = sorted(placed, key=lambda word: (-math.cos(word.angle), word.radius, word.word))
    wished = [_point(word.angle, _RIM + 20, centre_y)[1] for word in ordered]
    anchor = "start" if side > 0 else "end"
    for word, y in zip(ordered, _spread(wished, centre_y), strict=True):
        x0, y0 = _point(word.angle, word.radius, centre_y)
        x1, y1 = _point(word.angle, _RIM + 8, centre_y)
        x2 = _CENTRE_X + side * (_COLUMN - 8)
        yield (
            f'<path d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}L{x2 - side * 10:.1f} {y:.1f}H{x2:.1f}" fill="none" '
            f'stroke="{_INK}" stroke-width="1"/><circle cx="{x0:.1f}" cy="{y0:.1f}" r="4" fill="{_INK}" '
            f'stroke="#ffffff" stroke-width="1.5"/>'
        )
        yield (
            f'<text x="{x2 + side * 6:.1f}" y="{y:.1f}" dy="0.35em" text-anchor="{anchor}" font-size="16" '
            f'fill="{_INK}">{_safe(word.word, _LONGEST)}</text>'
        )


def _spread(wished: Sequence[float], centre_y: float) -> list[float]:
    """Heights at least one row apart, in the same order, as near to the wished ones as one pass down and up allows."""
    heights = list(wished)
    for index in range(1, len(heights)):
        heights[index] = max(heights[index], heights[index - 1] + _ROW)
    lowest = max(centre_y + _RIM, centre_y + (len(heights) - 1) * _ROW / 2)
    for index in reversed(range(len(heights))):
        limit = lowest if index == len(heights) - 1 else heights[index + 1] - _ROW
        heights[index] = min(heights[index], limit)
    return heights


def _notes(lost: Sequence[str], more: int) -> list[str]:
    """The text below the wheel: words without a sector, several per line, and how many were omitted."""
    lines, line = [], "No sector on this wheel:"
    for word in lost:
        piece = f" {escape_controls(word, _LONGEST)},"
        if len(line) + len(piece) > 130:
            lines.append(line)
            line = ""
        line += piece
    if lost:
        lines.append(line.rstrip(",") + ".")
    if more > 0:
        lines.append(f"{more} more words are not shown.")
    return [text.strip() for text in lines]


def _safe(text: str, longest: int = 1000) -> str:
    """Text for XML: control characters and unpaired surrogates are escaped, long text is cut, markup is escaped."""
    return escape(escape_controls(text, longest), quote=False)
