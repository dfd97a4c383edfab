"""The mark of a model: five rings, arcs as long as sectors were hit."""

import math
import re

import pytest

from merunibench.lexicon.runtime.wheels import load_wheels
from merunibench.pictures.emblem import GROUND, emblem, shared_ground
from merunibench.pictures.wheel import layout

ARC = re.compile(r"M([\d.]+) ([\d.]+)A([\d.]+) [\d.]+ 0 ([01]) 1 ([\d.]+) ([\d.]+)")


def arcs(picture, kind):
    return ARC.findall(re.search(f'class="{kind}" d="([^"]*)"', picture)[1])


def angle(x, y):
    return math.atan2(float(x) - 20, 20 - float(y)) % (2 * math.pi)


def test_every_sector_of_every_wheel_has_an_arc():
    picture = emblem([{}] * 5)
    assert len(arcs(picture, "ground")) == sum(len(layout(load_wheels()[wheel])[0]) for wheel in range(5))
    assert arcs(picture, "hit") == []


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_an_arc_is_as_long_as_its_sector_was_hit(share):
    sector = layout(load_wheels()[0])[0][1]
    ((x, y, radius, _, to_x, to_y),) = arcs(emblem([{sector.name: share}, *[{}] * 4]), "hit")
    assert float(radius) == 18
    long = (angle(to_x, to_y) - angle(x, y)) % (2 * math.pi)
    assert long == pytest.approx((sector.end - sector.start - 0.06) * share, abs=0.01)


def test_a_title_is_escaped_and_without_one_the_mark_is_hidden():
    assert 'aria-label="&lt;b&gt; &#34;"' in emblem([{}] * 5, '<b> "')
    assert 'aria-hidden="true"' in emblem([{}] * 5)


def test_marks_of_a_page_share_the_sectors_below_their_arcs():
    sector = layout(load_wheels()[2])[0][0]
    shares = [{}, {}, {sector.name: 0.5}, {}, {}]
    alone, shared = str(emblem(shares)), str(emblem(shares, shared=True))
    (ground,) = re.findall(f'<path id="{GROUND}" d="([^"]*)"/>', shared_ground())
    assert re.search('class="ground" d="([^"]*)"', alone)[1] == ground
    assert shared == alone.replace(f'<path class="ground" d="{ground}"/>', f'<use class="ground" href="#{GROUND}"/>')
