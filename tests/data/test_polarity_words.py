"""Spellings of polarity: what is read, what is not, and that plain words stay what they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.data.polarity_words import is_complement, read_polarity
from merunibench.kinds import POLARITIES, POLARITY_OF

_BASES = {
    1: ("positive", "pos", "Positive", "POSITIVE", "正面", "积极", "積極"),
    -1: ("negative", "neg", "Neg", "负面", "負面", "消极", "消極"),
    0: ("neutral", "neu", "Neutral", "中性"),
}
_FORMS = ("{}", " {}\n", "{}.", "**{}**", "`{}`", '"{}"', "'{}'", "[{}]", "<b>{}</b>", "“{}”。", "{}!", "- {}", "{} 🙂")
_NONE = (
    "|🙂|very|happy|not positive|!positive|≠negative|positive, negative|nonneutral|0.9|+|-1|positive 0|不积极|no neg"
)
_GRADES = ("very {}", "strongly {}", "slightly {}", "Mostly {}", "somewhat_{}", "a bit {}", "{} sentiment")


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize(("number", "word"), [(number, word) for number, words in _BASES.items() for word in words])
def test_signs_and_markup_at_the_edges(form: str, number: int, word: str) -> None:
    assert read_polarity(form.format(word)) == number
    assert not is_complement(form.format(word))


@pytest.mark.parametrize("grade", _GRADES)
@pytest.mark.parametrize("word", POLARITIES)
@pytest.mark.parametrize("form", _FORMS)
def test_grades(grade: str, word: str, form: str) -> None:
    assert read_polarity(form.format(grade.format(word))) == POLARITIES[word]


@pytest.mark.parametrize("word", ["非常积极", "有點消極", "积极的", "负面情绪"])
def test_chinese_grades(word: str) -> None:
    assert read_polarity(word) == (-1 if any(sign in word for sign in "消负") else 1)


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize(
    ("word", "number"),
    [("non-negative", 1), ("nonnegative", 1), ("Non Positive", -1), ("mostly non-negative", 1), ("非负面", 1)],
)
def test_complements(form: str, word: str, number: int) -> None:
    assert read_polarity(form.format(word)) == number
    assert is_complement(form.format(word))


@pytest.mark.parametrize("word", [*_NONE.split("|"), "n" * 10**6])
def test_what_is_no_polarity(word: str) -> None:
    assert read_polarity(word) is None
    assert not is_complement(word)


@given(st.text())
def test_any_text_is_read_or_not(text: str) -> None:
    number = read_polarity(text)
    assert number is None or POLARITY_OF[number]
    assert number is not None or not is_complement(text)


@given(st.sampled_from(sorted(POLARITIES)), st.text(" \t\n", max_size=200), st.text(" \t\n"))
def test_plain_words_are_what_they_were(word: str, before: str, after: str) -> None:
    assert read_polarity(before + word.upper() + after) == POLARITIES[word]
