"""The five wheels as one small emblem of a model: a ring per wheel, with arcs as long as the share of hits.

Sectors are placed as in `wheel`, the first wheel outermost.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from merunibench.lexicon.runtime.wheels import PUBLISHED_WHEELS, load_wheels
from merunibench.pictures.wheel import Segment, layout

if TYPE_CHECKING:
    from markupsafe import Markup

_CENTRE, _OUTERMOST, _STEP = 20.0, 18.0, 3.4
_GAP = 0.06
"""Gap between two sectors, in radians."""


GROUND = "emblem-ground"
"""Id of the sectors that the emblems of a page share."""


def shared_ground() -> "Markup":
    """Return the sectors of the five wheels, once for a page with many emblems: they are most of an emblem's bytes."""
    from markupsafe import Markup

    paths = f'<defs><path id="{GROUND}" d="{_ground(PUBLISHED_WHEELS)}"/></defs>'
    return Markup(f'<svg class="shared" width="0" height="0" aria-hidden="true">{paths}</svg>')  # noqa: S704 - all ours


def emblem(shares: Sequence[Mapping[str, float]], title: str = "", *, shared: bool = False) -> "Markup":
    """Return the emblem as SVG.

    Args:
        shares: For each of the five wheels: sector -> the share of its samples that were hit, 0 to 1.
        title: What it shows, for screen readers; without a title it is hidden from them.
        shared: Whether the page has `shared_ground`.
    """
    from markupsafe import Markup, escape

    hit = [
        _arc(segment, _radius(wheel), share)
        for wheel, of_sector in enumerate(shares)
        for segment in _sectors(wheel)
        if (share := of_sector.get(segment.name, 0.0))
    ]
    says = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    below = (
        f'<use class="ground" href="#{GROUND}"/>' if shared else f'<path class="ground" d="{_ground(len(shares))}"/>'
    )
    paths = f'{below}<path class="hit" d="{"".join(hit)}"/>'
    return Markup(f'<svg class="emblem" viewBox="0 0 40 40" {says}>{paths}</svg>')  # noqa: S704 - the title is escaped


@lru_cache(maxsize=8)
def _ground(wheels: int) -> str:
    """The arcs of all sectors of the first wheels: the same in every emblem."""
    return "".join(_arc(each, _radius(wheel), 1.0) for wheel in range(wheels) for each in _sectors(wheel))


def _radius(wheel: int) -> float:
    return _OUTERMOST - _STEP * wheel


@lru_cache(maxsize=8)
def _sectors(wheel: int) -> list[Segment]:
    """The sectors of a published wheel, from 0 to 4."""
    return layout(load_wheels()[wheel])[0]


def _arc(segment: Segment, radius: float, share: float) -> str:
    """A sector's arc, clockwise from its start, with a length proportional to the share."""
    start = segment.start + _GAP / 2
    end = start + (segment.end - segment.start - _GAP) * share
    (ax, ay), (bx, by) = (
        (_CENTRE + radius * math.sin(angle), _CENTRE - radius * math.cos(angle)) for angle in (start, end)
    )
    large = 1 if end - start > math.pi else 0
    return f"M{ax:.1f} {ay:.1f}A{radius:g} {radius:g} 0 {large} 1 {bx:.1f} {by:.1f}"
