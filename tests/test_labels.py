"""The official rule for label fields, and the fast way of applying it to columns."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.labels import LabelLists, parse_label_field, parse_label_text
from merunibench.words import Words, unify
from tests.oracle import metrics as oracle

texts = st.text(alphabet="aB ,'\"[]{}\t\x1f\u3000é愤İΣ🙂", max_size=20)
fields = st.one_of(texts, st.none(), st.just(float("nan")), st.lists(st.text("aB ,']", max_size=4), max_size=4))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("[happy, 'sad', \"let down\"]", ["happy", "sad", "let down"]),
        ("happy, sad", ["happy", "sad"]),
        ("[happy", ["happy"]),
        ("[[happy]]", ["[happy]"]),
        (" [happy]", ["[happy"]),
        ("don't care", ["don", "t care"]),
        ("happy, happy,, ", ["happy", "happy"]),
        ("['愤怒', '高兴']", ["愤怒", "高兴"]),
        ("[]", []),
        ("[", []),
        ("]", []),
        ("", []),
    ],
)
def test_label_list_text(text, labels):
    assert parse_label_text(text) == labels
    assert LabelLists.from_arrow(pa.array([text]))[0] == labels


def test_a_list_is_taken_as_it_is():
    assert parse_label_field(["a, b", "[c]"]) == ["a, b", "[c]"]
    assert LabelLists.from_fields([["A, b ", "[c]"]])[0] == ["a, b", "[c]"]


@pytest.mark.parametrize("missing", [None, float("nan"), "", []])
def test_a_missing_field_is_the_empty_list(missing):
    assert parse_label_field(missing) == []
    assert LabelLists.from_fields([missing])[0] == []


@pytest.mark.parametrize("bad", [3, {"a": 1}, ["a", 3], [["a"]], True])
def test_what_is_no_label_field_is_refused_with_its_index(bad):
    with pytest.raises(TypeError, match=r"^1: "):
        LabelLists.from_fields(["fine", bad])


def expected(field):
    return [label for label in oracle.parse(field) if any(sign.isalnum() or sign == "🙂" for sign in label)]


@given(st.lists(fields, max_size=8))
def test_columns_agree_with_the_rule(values):
    lists = LabelLists.from_fields(values)
    assert [lists[row] for row in range(len(lists))] == [expected(field) for field in values]
    assert lists.counts().tolist() == [len(expected(field)) for field in values]


@given(st.lists(st.one_of(st.none(), texts), max_size=8), st.integers(0, 3))
def test_arrow_text_agrees_with_the_rule_whatever_its_encoding(values, skipped):
    array = pa.array(values, pa.string())
    for each in (array, array.cast(pa.large_string()), array.dictionary_encode(), array[skipped:]):
        lists = LabelLists.from_fields(each)
        assert [lists[row] for row in range(len(lists))] == [expected(field) for field in each.to_pylist()]


def test_the_former_rule_leaves_out_emoji_too():
    lists = LabelLists.from_fields([["😀", "..."], ["❤️", "2"]]).without_signs(emoji=False)
    assert [lists[row] for row in range(2)] == [[], ["2"]]


def test_long_columns_are_split_some_thousands_of_rows_at_a_time(monkeypatch):
    values = [f"['Label{row}', {'é' * (row % 3)}b]" if row % 4 else None for row in range(50)]
    whole = LabelLists.from_arrow(pa.array(values))
    monkeypatch.setattr("merunibench.labels._AT_ONCE", 7)
    parts = LabelLists.from_arrow(pa.array(values))
    assert [*parts.vocabulary] == [*whole.vocabulary] == [*dict.fromkeys(itertools.chain(*map(expected, values)))]
    for name in ("codes", "offsets", "rows"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))


@given(
    st.lists(st.one_of(st.none(), st.lists(st.text("aB ,']é", max_size=4), max_size=4)), max_size=8), st.integers(0, 3)
)
def test_arrow_lists_agree_with_the_rule(values, skipped):
    array = pa.array(values, pa.list_(pa.string()))
    for each in (array, array.cast(pa.large_list(pa.large_string())), array[skipped:]):
        lists = LabelLists.from_fields(each)
        assert [lists[row] for row in range(len(lists))] == [expected(field) for field in each.to_pylist()]


@given(st.lists(fields, min_size=1, max_size=8), st.data())
def test_taking_and_counting(values, data):
    lists = LabelLists.from_fields(values)
    rows = data.draw(st.lists(st.integers(-1, len(values) - 1), max_size=10))
    taken = lists.take(np.array(rows, np.int64))
    wanted = [[] if row < 0 else expected(values[row]) for row in rows]
    assert [taken[row] for row in range(len(rows))] == wanted
    flat = [label for labels in wanted for label in labels]
    assert dict(zip(taken.vocabulary, taken.label_counts().tolist(), strict=True)) == {
        label: flat.count(label) for label in taken.vocabulary
    }
    assert taken.distinct_as_text().take(taken.rows).to_pylist() == [",".join(labels) for labels in wanted]


@pytest.mark.parametrize("samples", [[0, 1, 2], [2, 2, 1, -1, 2]])
def test_counting_some_at_a_time_is_counting_all(monkeypatch, samples):
    lists = LabelLists.from_fields([["a", "b", "a"], [" A ", "c"], [*"abcdefg", *"abcdefg"]]).take(np.array(samples))
    whole = lists.label_counts().tolist()
    monkeypatch.setattr("merunibench.labels._COUNTED_AT_ONCE", 1)
    assert lists.take(np.arange(len(lists))).label_counts().tolist() == whole
    assert sum(whole) == lists.counts().sum()


@pytest.mark.parametrize(
    ("field", "labels"),
    [
        ("{'happy', 'calm'}", ["happy", "calm"]),
        ("['happy', 'calm']\n", ["happy", "calm"]),
        ('"[\\"happy\\", \\"calm\\"]"', ["happy\\", "calm\\"]),
        (["{", "愤怒", "…", "🙂", "7", "-"], ["愤怒", "🙂", "7"]),
        ("('happy',)", ["happy"]),
        (["[]", "--", "\ud800"], []),
    ],
)
def test_items_without_letter_digit_or_emoji_are_left_out(field, labels):
    lists = LabelLists.from_fields([["x", "{"], field, field])
    assert [lists[row] for row in range(3)] == [["x"], labels, labels]
    assert {*lists.vocabulary} == {"x", *labels}


def test_empty_lists_are_replaced_and_others_kept():
    lists = LabelLists.from_fields([[], ["sad"], None]).replace_empty(["Neutral"])
    assert [lists[row] for row in range(3)] == [["neutral"], ["sad"], ["neutral"]]


def test_words_are_a_sequence_of_text():
    words = Words.of(["happy", "let;down", "\ud800", "happy"])
    assert [*words] == [words[0], words[1], words[2], words[-1]] == ["happy", "let;down", "\ud800", "happy"]
    assert [*words[1:3]] == [*words.take(np.array([1, 2]))] == ["let;down", "\ud800"]
    assert words.equal("happy").tolist() == [True, False, False, True]
    assert words.containing(",;]").tolist() == [False, True, False, False]
    assert words.positions_in(Words.of(["\ud800", "happy"])).tolist() == [1, -1, 0, 1]
    distinct, codes = unify([words, Words.of(()), Words.of(["sad", "happy"])])
    assert [*distinct] == ["happy", "let;down", "\ud800", "sad"]
    assert [each.tolist() for each in codes] == [[0, 1, 2, 0], [], [3, 0]]
    assert Words.of(words) is words


def test_no_samples_and_no_labels():
    assert len(LabelLists.from_fields([])) == 0
    assert len(LabelLists.from_arrow(pa.array([], pa.string()))) == 0
    assert [*LabelLists.from_arrow(pa.nulls(2))[1]] == []


def test_a_null_within_a_list_and_other_types_are_refused():
    with pytest.raises(TypeError, match="null"):
        LabelLists.from_arrow(pa.array([["a", None]]))
    with pytest.raises(TypeError, match="int64"):
        LabelLists.from_arrow(pa.array([1]))
