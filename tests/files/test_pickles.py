"""The pickle reader: it reads plain data as Python does, and nothing else."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.pickles import load_pickle
from tests.hostile import commands, exhausting, only_input_errors, pickled_array

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(min_size=1)
    | st.floats(allow_nan=False).map(np.float64)
    | st.integers(-(2**31), 2**31 - 1).map(np.int32)
    | st.booleans().map(np.bool_)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(np.str_)
)
keys = (
    st.text() | st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(np.str_)
)
plain_data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


def same(left, right):
    """Equal in value and in type, all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


@given(plain_data, st.sampled_from(PROTOCOLS))
def test_plain_data_is_read_as_python_reads_it(value, protocol):
    payload = pickle.dumps(value, protocol)
    assert same(load_pickle(payload, "file"), pickle.loads(payload))


@pytest.mark.parametrize("protocol", range(5))
@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(12).reshape(3, 4)),
        np.arange(3, dtype=">f4"),
        np.array(["愤怒", "joy"]),
        np.array([b"x", b"yz"]),
        np.array([True, False]),
        np.array([[1, "a"], [None, ["b"]]], dtype=object),
        np.array(5, dtype=np.uint8),
    ],
    ids=str,
)
def test_arrays_of_every_plain_type(array, protocol):
    read = load_pickle(pickle.dumps({"a": array, "b": [array]}, protocol), "file")
    assert read["a"].dtype == array.dtype
    assert read["a"].tolist() == array.tolist()
    assert read["b"][0] is read["a"]


def test_an_array_of_lists_stays_one():
    array = np.empty(2, object)
    array[:] = [["a"], ["b"]]
    assert load_pickle(pickle.dumps(array), "file").tolist() == [["a"], ["b"]]


def test_names_of_numpy_1_are_those_of_numpy_2():
    payload = pickle.dumps({"a": np.float64(0.5), "b": np.arange(2)}, 2)
    older = payload.replace(b"numpy._core.", b"numpy.core.")
    assert older != payload
    assert load_pickle(older, "file")["a"] == 0.5


@pytest.mark.parametrize("attempt", list(commands("marker")))
def test_what_would_run_is_refused_by_name(attempt, tmp_path):
    marker = tmp_path / "marker"
    payload, named = commands(marker)[attempt]
    with pytest.raises(UnsafeFileError) as refused:
        load_pickle(payload, "some file")
    assert named in str(refused.value)
    assert str(refused.value).startswith("some file: ")
    assert str(refused.value).isprintable()
    assert not marker.exists()


@pytest.mark.parametrize("attempt", list(exhausting()))
def test_what_would_crash_or_fill_the_memory_is_harmless(attempt):
    with only_input_errors("some file: "):
        assert load_pickle(exhausting()[attempt], "some file") is None


@pytest.mark.parametrize("value", [np.datetime64(1, "s"), np.complex128(1), np.zeros(2, "f4,i4"), {1, 2}, 1j, slice(1)])
def test_other_types_are_refused(value):
    with pytest.raises(InputError, match="some file: "):
        load_pickle(pickle.dumps([value]), "some file")


@pytest.mark.parametrize("deep", [15, 16, 17])
def test_nesting_has_a_limit(deep):
    value = 1
    for _ in range(deep):
        value = [value]
    if deep <= 16:
        assert load_pickle(pickle.dumps(value), "file") == value
    else:
        with pytest.raises(InputError, match="nested too deeply"):
            load_pickle(pickle.dumps(value), "file")


def test_the_number_of_instructions_has_a_limit(monkeypatch):
    payload = pickle.dumps(list(range(100)))
    assert load_pickle(payload, "file") == list(range(100))
    monkeypatch.setattr("merunibench.files.pickles._MAX_INSTRUCTIONS", 100)
    with pytest.raises(UnsafeFileError, match="has more than 100 instructions"):
        load_pickle(payload, "file")


@given(st.binary(max_size=60))
def test_any_bytes_give_plain_data_or_an_input_error(payload):
    with only_input_errors("file"):
        load_pickle(payload, "file")


@given(st.data())
def test_damaged_pickles_give_plain_data_or_an_input_error(data):
    payload = bytearray(
        pickled_array({"a": {"emo": np.int64(3)}, "b": ["x", b"y", 0.5]}, data.draw(st.sampled_from(PROTOCOLS)))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    with only_input_errors("file"):
        load_pickle(bytes(payload), "file")
