"""Names are cut by how wide they are, at their end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench._text import escape_controls
from merunibench.pictures.letters import cut, cut_apart, width


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


@given(st.lists(st.text("abcW情 ", max_size=40), max_size=6), st.integers(9, 30))
def test_names_fit_also_where_they_are_told_apart(names, most):
    short = cut_apart(names, most)
    assert all(width(each) <= most for each in short)
    alone = [cut(name, most) for name in names]
    for text, other in zip(short, alone, strict=True):
        alike = {each for each, shown in zip(names, alone, strict=True) if shown == other}
        assert text == other if len(alike) == 1 else "…" in text


def test_checkpoints_of_one_model_are_told_apart():
    names = [f"EmoLLaVA-7b-instruct-checkpoint-{step}" for step in (1000, 2000)]
    assert cut_apart(names, 17) == ["Emo…ckpoint-1000", "Emo…ckpoint-2000"]
