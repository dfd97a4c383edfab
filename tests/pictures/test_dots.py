"""Dots on a scale: where they stand, and what is drawn with them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.pictures.dots import Axis, Dot, axis, dots, strip

FRACTIONS = st.floats(-1, 1).map(lambda value: round(value, 6))


@given(st.lists(FRACTIONS, min_size=1, max_size=20))
def test_a_scale_holds_all_values_between_few_even_ticks(values):
    scale = axis(values)
    steps = {round(after - before, 6) for before, after in zip(scale.ticks, scale.ticks[1:], strict=False)}
    assert scale.ticks[0] <= 100 * min(values) + 1e-6
    assert scale.ticks[-1] >= 100 * max(values) - 1e-6
    assert len(steps) == 1 or max(steps) - min(steps) < 2e-6
    assert 2 <= len(scale.ticks) <= 7


@given(FRACTIONS, FRACTIONS)
def test_places_keep_the_order_and_stay_within(one, other):
    scale = Axis((-20.0, 40.0))
    places = [scale.place(value) for value in sorted((one, other))]
    assert places == sorted(places)
    assert all(2 <= place <= 98 for place in places)


def test_a_strip_has_dot_interval_and_mark_where_they_are():
    scale = Axis((0.0, 100.0))
    assert strip(scale, None) == ""
    assert 'cx="50.0%"' in strip(scale, 0.5)
    drawn = strip(scale, 0.5, (0.25, 0.75), 0.0)
    assert 'class="whisker" x1="26.0%" x2="74.0%"' in drawn
    assert 'class="mark" x1="2.0%" x2="2.0%"' in drawn
    assert "whisker" not in strip(scale, 0.5)
    assert 'aria-hidden="true"' in drawn


@pytest.mark.parametrize("name", ["<script>", 'a"b', "\x1b[31m\u202e"])
def test_dots_say_what_they_are_in_text(name):
    drawn = dots(name, [(name, [Dot(0.5, name, ci=(0.4, 0.6)), Dot(0.7, "b", hollow=True)])], floor=0.2)
    assert "<script" not in drawn
    assert not re.search(r"[\x1b\u202e]", drawn)
    assert re.findall(r'<(?:path|circle) class="(joined|whisker|dot|hollow|mark)"', drawn) == [
        "mark", "joined", "whisker", "dot", "hollow"
    ]  # fmt: skip
    assert "95 % interval 40 to 60" in drawn
