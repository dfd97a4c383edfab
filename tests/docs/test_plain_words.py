"""The check of odd phrases finds them, across line ends too, and leaves plain English alone."""

import pytest

from tools import plain_words


@pytest.mark.parametrize(
    "text",
    [
        "It writes a row a sample.",
        "A cell that\nis no number is refused.",
        "The model cannot be had.",
        "The best of them cannot be told.",
        "F is taken of the averages.",
        "What is wrong and what you can mend",
    ],
)
def test_an_odd_phrase_is_found_with_what_to_write_instead(text):
    [place] = plain_words.in_text("page.md", text)
    assert place.instead
    assert place.line == 1 + text.count("\n", 0, text.index(place.phrase.split()[0]))


@pytest.mark.parametrize(
    "text",
    [
        "It writes one row per sample.",
        "A cell that is not a number is refused.",
        "Systems that cannot be told apart share a letter.",
        "There is no number in this row.",
    ],
)
def test_plain_english_passes(text):
    assert list(plain_words.in_text("page.md", text)) == []


def test_the_documentation_is_plain():
    assert list(plain_words.found([*plain_words.CHECKED, *plain_words.PACKAGE])) == []
