"""Text of strangers is shown escaped, in one line, and of sensible length."""

import pytest

from merunibench._text import escape_controls, in_one_line, listed, one_line, short_repr

CONTROLS = "\x1b[31m\x00\x07\x9b\u202e\u2066\u200b\ufeff\n\r\u2028\ud800"


@pytest.mark.parametrize("control", CONTROLS.replace("[31m", ""))
def test_whatever_shows_text_leaves_no_control_character(control):
    text = f"a{control}b"
    for made in (
        escape_controls(text),
        in_one_line(text, 60),
        short_repr(text),
        listed([text]),
        one_line(ValueError(text)),
    ):
        assert made.isprintable()
        assert made.encode("utf-8")


def test_visible():
    assert escape_controls("a\x1b\n\u202eé漢") == "a\\x1b\\n\\u202eé漢"
    assert escape_controls("x" * 100) == "x" * 100
    assert escape_controls("x" * 100, 10) == "x" * 9 + "…"
    assert escape_controls("\x1b" * 9, 10) == "\\x1b\\x1b\\…"


def test_lines_are_cut_to_a_sensible_length():
    assert in_one_line("a \n\t b" + "c" * 100, 10) == "a bcccccc…"
    assert short_repr("x" * 100) == repr("x" * 60) + "…"
    assert short_repr(10**30) == "a number with many digits"
    assert short_repr([1]) == "a value of type list"
    assert listed(f"n{i}" for i in range(30)).endswith("n19, …")
    assert len(one_line(ValueError("x" * 1000))) == 200
