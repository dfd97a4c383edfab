"""Heat maps: every number can be read on its ground, light and dark; strangers' words stay words."""

import re
from xml.etree import ElementTree as ET

import pytest

from merunibench.pictures.heat import HeatMap, heat_map, whole_percent

SVG = "{http://www.w3.org/2000/svg}"
LIGHT, DARK = ((0x14, 0x56, 0x7F), (0xFD, 0xFD, 0xFC)), ((0x82, 0xBD, 0xEA), (0x14, 0x17, 0x1A))
TEXT = {"low": (0, 255), "mid": (0, 0), "high": (255, 0)}
"""Class -> grey of the number in light and in dark."""


def luminance(colour):
    parts = [value / 255 for value in colour]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("share", [step / 100 for step in range(1, 101)])
def test_a_number_can_be_read_on_its_ground_in_light_and_dark(share):
    svg = heat_map(HeatMap("t", "d", ["a"], ["b"], [[share]]), "x")
    (shade,) = [
        each.get("class") for each in ET.fromstring(svg).iter(f"{SVG}text") if each.text == whole_percent(share)
    ]
    for scheme, (hue, ground) in enumerate((LIGHT, DARK)):
        cell = [share * one + (1 - share) * other for one, other in zip(hue, ground, strict=True)]
        assert contrast(cell, [TEXT[shade][scheme]] * 3) >= 4.5


def test_cells_without_a_share_are_left_out_and_namesakes_are_framed():
    svg = heat_map(HeatMap("t", "d", ["a", "b"], ["a", "b"], [[0.5, None], [0.25, 1.0]]), "x")
    cells = ET.fromstring(svg).findall(f"{SVG}g/{SVG}rect")
    assert [each.get("fill-opacity") for each in cells] == ["0.500", "0.250", "1.000"]
    assert [each.get("class") for each in cells] == ["hue hit", "hue", "hue hit"]


def test_margins_stand_only_where_they_are_given():
    bare = HeatMap("t", "d", ["a"], ["a"], [[1.0]])
    full = HeatMap("t", "d", ["a"], ["a"], [[1.0]], totals=["12"], foot=("wrong", ["7"]), legend="of row")
    texts = [[each.text for each in ET.fromstring(heat_map(one, "x")).iter(f"{SVG}text")] for one in (bare, full)]
    assert texts == [["a", "a", "100"], ["a", "samples", "a", "100", "12", "wrong", "7", "0", "100 % of row"]]


def test_words_of_strangers_are_text():
    word = '<script>"&\x1b\u202e'
    svg = heat_map(HeatMap(word, word, [word], [word], [[1.0]], [[word]]), '"><x', word)
    assert "<script" not in svg
    assert not re.search(r"[\x1b\u202e]", svg)
    ET.fromstring(svg)
