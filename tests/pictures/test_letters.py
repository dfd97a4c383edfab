"""Names are cut by how wide they are, at their end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench._text import escape_controls
from merunibench.pictures.letters import cut, width


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.integers(3, 40))
def test_what_is_cut_is_the_end_and_it_fits(text, most):
    shown = cut(text, most)
    assert width(shown) <= most
    if shown != escape_controls(text):
        assert shown.endswith("…")
        assert escape_controls(text).startswith(shown[:-1])


@pytest.mark.parametrize("name", ["情感模型" * 20, "W" * 80, "i" * 200])
def test_letters_of_every_width_fill_the_room(name):
    assert 26 <= width(cut(name, 30)) <= 30
