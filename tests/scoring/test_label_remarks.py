"""Odd labels are remarked upon, and score what they score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.labels import LabelLists
from merunibench.lexicon import load_lexicon
from merunibench.scoring.label_remarks import label_remarks


@pytest.fixture(scope="module")
def builtin():
    return load_lexicon("builtin")


@pytest.fixture
def release(toy):
    return load_lexicon(toy)


def remarks(lists, lexicon):
    return list(label_remarks(LabelLists.from_fields(lists), lexicon))


@pytest.mark.parametrize(
    "sign",
    [
        "，",
        "、",
        "；",
        ";",
        "|",
        ",",
        "／",
        "｜",
        "\n",
        "\t",
        "\r\n",
        " · ",
        "·",
        " • ",
        " -> ",
        "→",
        "或",
        "  ",
        " - ",
        ". ",
    ],
)
@pytest.mark.parametrize("lexicon", ["builtin", "release"])
def test_labels_that_hold_separators(sign, lexicon, request):
    said = remarks([[f"happy{sign}sad"]] * 4 + [["sad"]] * 4, request.getfixturevalue(lexicon))
    assert any("several labels written as one" in each and "4 of 8 labels, such as 'happy" in each for each in said)


@pytest.mark.parametrize("sign", ["/", " and ", " & "])
def test_what_a_lexicon_knows_to_join_labels_is_no_mistake(sign, builtin, release):
    lists = [[f"happy{sign}sad"]] * 4
    assert remarks(lists, builtin) == []
    assert any("several labels written as one" in each for each in remarks(lists, release))


def test_what_says_that_there_is_none_is_no_list(builtin, release):
    for lexicon in (builtin, release):
        assert remarks([["n/a"], ["sad"]], lexicon) == []


def test_half_of_a_character(builtin):
    assert remarks([["happy\ud800."], ["sad"]], builtin) == []


@pytest.mark.parametrize("label", ["happy.", "“happy”", "*happy*", " 'happy' ", "happy。", "(happy", "happy!"])
def test_labels_that_would_be_known_without_the_signs_at_their_edges(label, release):
    said = remarks([[label, "sad"]] * 3 + [["xylophone"]], release)
    assert [each for each in said if "without the punctuation around them" in each and each.startswith("3 of 7 labels")]
    assert remarks([["happy", "sad"]], release) == []


@pytest.mark.parametrize(
    "label",
    ["The person on the left looks happy.", "s emotional state is happy", "这个人的语气比较平静，没有那种激动的感觉吧"],
)
def test_labels_that_look_like_whole_answers_belong_into_the_text(label, builtin):
    assert any("look like whole answers" in each and "'text'" in each for each in remarks([[label], ["sad"]], builtin))
    assert not any("whole answers" in each for each in remarks([[label], *[["sad"]] * 9], builtin))


def test_sentiment_and_empty_lists_have_nothing_to_remark_upon(builtin):
    assert list(label_remarks(None, builtin)) == remarks([[], None], builtin) == []


@given(st.lists(st.lists(st.text(max_size=8), max_size=3), max_size=5))
def test_any_labels_can_be_looked_at(lists):
    for remark in remarks(lists, load_lexicon("builtin")):
        assert "\n" not in remark
