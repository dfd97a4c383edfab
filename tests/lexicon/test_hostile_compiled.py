"""Compiled lexicons of strangers: damaged, altered, or signed again after an alteration."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError, UnsafeFileError
from merunibench.lexicon import Lexicon, load_lexicon


def refusal(path, kind=InputError, **limits):
    with pytest.raises(kind) as caught:
        load_lexicon(path, **limits)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def compiled(release, tmp_path):
    path = tmp_path / "own.json"
    path.write_text(load_lexicon(release).to_text(), encoding="utf-8")
    return path


@pytest.mark.parametrize("kept", [0, 1, 30, 400])
def test_a_truncated_compiled_lexicon(compiled, kept):
    compiled.write_bytes(compiled.read_bytes()[:kept])
    assert "not a compiled lexicon" in refusal(compiled)


def test_a_compiled_lexicon_beyond_the_limit(compiled):
    refusal(compiled, UnsafeFileError, max_bytes=100)


def test_a_file_that_is_no_text(compiled):
    compiled.write_bytes(b"\xff\xfe\x00")
    assert "neither a compiled lexicon nor a release folder" in refusal(compiled)


def altered(compiled, change):
    table = json.loads(compiled.read_text())
    change(table)
    compiled.write_text(json.dumps(table))
    return refusal(compiled)


def test_an_altered_mapping_does_not_match_its_hash(compiled):
    assert "does not match its hash" in altered(compiled, lambda t: t["words"].update(glad="0000000000"))
    assert "does not match its hash" in altered(compiled, lambda t: t["words"].pop("glad"))


def resigned(table):
    """Give an altered table the hash that belongs to it: a hash shows damage, not intent."""
    sectors = {level: tuple(map(tuple, table["sectors"][str(level)])) for level in (1, 2)}
    table["sha256"] = Lexicon("x", sectors, table["words"]).sha256


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t["words"].update(glad="!!!!!!!!!!"),
        lambda t: t["words"].update(glad="000"),
        lambda t: t["words"].update(glad="9999999999"),
        lambda t: t["sectors"]["1"].pop(),
        lambda t: t["sectors"]["1"][0].extend("abcdef"),
        lambda t: t["sectors"].update({"1": [[]] * 5}),
        lambda t: t.update(name=None),
        lambda t: t.update(name="\x1b[2J"),
        lambda t: t.update(sources={"a": 1}),
    ],
)
def test_a_compiled_lexicon_that_was_signed_again_still_has_to_make_sense(compiled, change):
    def both(table):
        change(table)
        resigned(table)

    assert "not a compiled lexicon" in altered(compiled, both)


def test_another_schema(compiled):
    assert "schema 'other/1' is not" in altered(compiled, lambda t: t.update(schema="other/1"))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("12abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["schema", "name", "sha256", "sources", "sectors", "words"]), anything))
def test_any_json_is_a_lexicon_or_an_input_error(table):
    with pytest.raises(InputError):
        Lexicon.from_text(json.dumps({"schema": "merunibench.lexicon/1", **table}), "file")
