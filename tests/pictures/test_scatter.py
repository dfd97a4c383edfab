"""The scatter plot: order is kept on both scales, names stand clear of each other, strangers' words are text."""

from itertools import combinations
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from merunibench.pictures.letters import width
from merunibench.pictures.scatter import Point, scatter

POINTS = st.lists(
    st.tuples(st.floats(0, 1500).map(lambda each: round(each, 2)), st.floats(-0.2, 1).map(lambda each: round(each, 4))),
    min_size=1,
    max_size=30,
)


def drawn(points):
    return ET.fromstring(scatter(points, "words", "Score"))


@given(POINTS)
def test_points_keep_their_order_and_stay_within(values):
    picture = drawn([Point(f"id-{at}", f"M{at}", *each) for at, each in enumerate(values)])
    places = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in picture.iter("circle")]
    assert len(places) == len(values)
    for (x, y), (across, up) in combinations(zip(values, places, strict=True), 2):
        assert (x[0] <= across[0]) <= (y[0] <= up[0])
        assert (x[1] <= across[1]) <= (y[1] >= up[1])
    assert all(0 <= x <= 560 and 0 <= y <= 380 for x, y in places)


@given(POINTS)
def test_names_stand_clear_of_each_other_and_of_points(values):
    picture = drawn([Point(f"id-{at}", f"Model {at}", *each) for at, each in enumerate(values)])
    boxes = []
    for name in picture.iter("text"):
        if name.get("data-id"):
            x, wide = float(name.get("x")), 7.0 * width(name.text)
            left = x if name.get("text-anchor") == "start" else x - wide
            boxes.append((left, left + wide, float(name.get("y"))))
    for (left, right, y), (other, end, below) in combinations(boxes, 2):
        assert right <= other or end <= left or abs(y - below) >= 12
    for dot in picture.iter("circle"):
        x, y = float(dot.get("cx")), float(dot.get("cy")) + 4
        assert not any(left < x < right and abs(y - line) < 5 for left, right, line in boxes)


def test_one_point_has_its_name_and_says_its_figures():
    (dot,) = drawn([Point("a", "Alone", 2.04, -0.012, hollow=True)]).iter("circle")
    assert dot.get("class") == "hollow"
    assert dot.findtext("title") == "Alone: −1.20 at 2.0"


def test_strangers_words_are_text():
    attack = '"><script>alert(1)</script>\x1b[31m'
    found = scatter([Point(attack, attack, 1, 0.5)], attack, attack)
    assert "<script" not in found
