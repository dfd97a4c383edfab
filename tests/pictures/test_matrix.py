"""The matrix of paired tests: who is dark where, and whose every element is."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from merunibench.pictures.matrix import Contender, matrix


def square(rows):
    return st.lists(st.lists(st.integers(-3, 3), min_size=rows, max_size=rows), min_size=rows, max_size=rows)


LEVELS = st.integers(1, 8).flatmap(square)


def drawn(rows, levels):
    return ET.fromstring(matrix("a", rows, levels))


@given(LEVELS)
def test_every_cell_says_who_is_better_and_how_sure_that_is(levels):
    rows = [Contender(f"id-{at}", f"Row {at}", str(at + 1)) for at in range(len(levels))]
    picture = drawn(rows, levels)
    for row, (group, of_row) in enumerate(zip(picture.findall("g"), levels, strict=True)):
        assert group.get("data-id") == f"id-{row}"
        cells = {cell.get("data-id"): cell for cell in group.findall("path")}
        assert len(cells) == len(rows) - 1
        for column, level in enumerate(of_row):
            if column == row:
                continue
            cell = cells[f"id-{column}"]
            assert cell.get("class") == (f"better level{level}" if level > 0 else "worse" if level else "same")
            tip = f"Row {row} is better than Row {column}, p < {['', '0.05', '0.01', '0.001'][abs(level)]}"
            assert cell.findtext("title") == (tip if level > 0 else None)
    assert f"Row 0 is better than {sum(level > 0 for level in levels[0])}" in picture.get("aria-label")


def test_cells_of_many_rows_still_have_room_for_their_places():
    rows = [Contender(f"id-{at}", "W" * 200, str(at + 1)) for at in range(30)]
    picture = drawn(rows, [[0] * 30 for _ in rows])
    assert float(picture.get("width")) < 720
    assert all("h14v14" in cell.get("d") for cell in picture.iter("path"))


def test_strangers_words_are_text():
    attack = '"><script>alert(1)</script>\x1b[31m'
    found = matrix(attack, [Contender('"<script>', attack, attack), Contender("b", "b", "2")], [[0, 1], [-1, 0]])
    assert "<script" not in found
    assert not re.search(r"\x1b", found)
