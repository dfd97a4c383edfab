"""JSON, YAML and Thrift of strangers: quickly parsed, or refused in one line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.json_text import parse_json, read_json
from merunibench.files.thrift import INT32, INT64, ThriftReader
from merunibench.files.yaml import read_yaml
from tests.hostile import only_input_errors

NO_JSON = {
    "nothing": b"",
    "cut": b'{"a": ',
    "deep list": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000,
    "closed deep list": b"[" * 100_000 + b"]" * 100_000,
    "digits": b"9" * 5000,
    "not a number": b"[NaN]",
    "infinite": b"-Infinity",
    "no UTF-8": b'"\xff"',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "control character": b'"\x1b[31m"',
    "two values": b"1 2",
}


@pytest.mark.parametrize("kind", NO_JSON)
def test_what_is_no_json(kind):
    with pytest.raises(InputError, match=r"^config\.json: cannot be read as JSON: ") as caught:
        parse_json(NO_JSON[kind], "config.json")
    assert str(caught.value).isprintable()


def test_json(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": [1, 2.5, null, "\xc3\xa9"]}')
    assert read_json(path) == {"a": [1, 2.5, None, "é"]}
    with pytest.raises(UnsafeFileError, match="longer than"):
        read_json(path, max_bytes=10)


@given(st.binary(max_size=60))
def test_any_bytes_as_json(content):
    with only_input_errors("here"):
        parse_json(content, "here")


NO_YAML = {
    "date": "a: 2001-99-99",
    "time": "a: 2001-01-01 99:99:99",
    "digits": f"a: {'9' * 5000}",
    "sexagesimal": "a: !!int x:y",
    "tagged float": "a: !!float x",
    "tagged integer": "a: !!int y",
    "tagged time": "a: !!timestamp z",
    "tagged truth": "a: !!bool maybe",
    "tagged list": "a: !!set [1]",
    "tagged bytes": "a: !!binary é",
    "program": "a: !!python/object/apply:os.system ['true']",
    "unknown tag": "a: !mine 3",
    "list as a key": "? [1, 2]\n: 3",
    "alias": "a: &a [1]\nb: *a",
    "alias in itself": "&a [*a]",
    "alias of nothing": "a: *b",
    "merge": "a: &a {x: 1}\nb: {<<: *a}",
    "deep": "[" * 2000,
    "deep, closed": "[" * 20_000 + "]" * 20_000,
    "deep by indentation": "\n".join(" " * n + "a:" for n in range(350)),
    "tab": "a:\n\t- b",
    "control character": "a: \x07",
    "two documents": "a: 1\n---\nb: 2",
}


@pytest.mark.parametrize("kind", NO_YAML)
def test_what_is_no_plain_yaml(tmp_path, kind):
    pytest.importorskip("yaml")
    path = tmp_path / "a.yaml"
    path.write_text(NO_YAML[kind], encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.yaml(, line \d+)?: cannot be read as YAML: ") as caught:
        read_yaml(path)
    assert str(caught.value).isprintable()


def test_yaml(tmp_path):
    pytest.importorskip("yaml")
    path = tmp_path / "a.yaml"
    path.write_text("model:\n  arch: affectgpt  # a comment\n  sizes: [1, 2.5e-3, true, null, 'é']\n", encoding="utf-8")
    assert read_yaml(path) == {"model": {"arch": "affectgpt", "sizes": [1, 0.0025, True, None, "é"]}}
    path.write_bytes(b"a: \xff")
    with pytest.raises(InputError, match="cannot be read as YAML"):
        read_yaml(path)
    path.write_text("a: 1\n" * 20_000)
    with pytest.raises(UnsafeFileError, match="longer than 64 KiB"):
        read_yaml(path)


@given(st.text("ab:-?[]{}&*!|>'\"#% \n\t0129.", max_size=40))
def test_any_text_as_yaml(tmp_path_factory, text):
    pytest.importorskip("yaml")
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    with only_input_errors(path):
        read_yaml(path)


WANTED = {1: INT32, 2: INT64, 3: {1: INT32}, 4: [{1: INT32}]}


def read(content):
    return ThriftReader(memoryview(content), 0, len(content)).structure(WANTED)


def test_thrift():
    given = b"\x15\x02" + b"\x16\x03" + b"\x1c\x15\x04\x00" + b"\x19\x2c\x15\x06\x00\x15\x08\x00"
    # Text, a list of truths, a map, a number, a byte, true, a set, a structure, each of which nobody wants.
    others = b"\x18\x02ab" + b"\x19\x21\x01\x02" + b"\x1b\x01\x88\x01a\x01b" + b"\x1712345678" + b"\x13\x7f"
    others += b"\x11" + b"\x1a\x25\x02\x04" + b"\x1c\x15\x02\x00" + b"\x05\xc8\x01\x02"
    for content in (given + b"\x00", given + others + b"\x00"):
        assert read(content) == {1: 1, 2: -2, 3: {1: 2}, 4: [{1: 3}, {1: 4}]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x15",
        b"\x15\x80",
        b"\x16\x02",  # a field of another type
        b"\x15\x02\x05\x02\x04\x00",  # the same field twice
        b"\x15\x80\x80\x80\x80\x80\x01\x00",  # more than 32 bits
        b"\x15" + b"\xff" * 20,
        b"\x19\x00"[:1],
        b"\x49\xfc\xff\xff\xff\xff\x07",  # two billion structures
        b"\x59\xf1\xff\xff\xff\xff\x07",  # two billion truths
        b"\x5b\xff\xff\xff\xff\x07\x11",
        b"\x5c" * 100,
        b"\x59\x19" * 100,
        b"\x5d\x00",
    ],
)
def test_broken_thrift(content):
    with pytest.raises(ValueError, match="a description "):
        read(content)


@given(st.binary(max_size=60))
def test_any_bytes_as_thrift(content):
    with suppress(ValueError):
        read(content)
