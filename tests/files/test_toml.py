"""Whatever a TOML file holds, it is read as `tomllib` does or refused in one line, soon and without much memory."""

import time
import tomllib
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.files.toml import MAX_BYTES, MAX_PARTS, parse_toml, read_toml

DOTS = ".".join("a" * 50_000)
SEVENTEEN = ".".join("a" * 17)
LIMITS = {
    "a key": f"{DOTS} = 1",
    "a key of quoted parts": ".".join(['"a"'] * 50_000) + " = 1",
    "a key of literal parts": ".".join(["'.'"] * 50_000) + " = 1",
    "a key with spaces": " . ".join("a" * 50_000) + " = 1",
    "a table": f"[{DOTS}]",
    "a list of tables": f"[[{DOTS}]]",
    "a key in an inline table": f"a = {{{DOTS} = 1}}",
    "a key in an inline table in a list": f"a = [1, {{{DOTS} = 1}}]",
    "a key after a string that ends late": f'a = """"b"""""\n{DOTS} = 1',
    "a key after a string with quotes": f'a = "\\"" # \'\n{DOTS} = 1',
    "a key after a comment": f"# it's\n{DOTS} = 1",
    "a key after a literal": f"a = '\\'\n{DOTS} = 1",
    "a key after a literal of lines": f"a = '''\n\"'''\n{DOTS} = 1",
    "a key after an escaped end": f'a = """\\""" . """\n{DOTS} = 1',
    "a key between carriage returns": f"a = 1\r\n{DOTS} = 1\r\n",
    "seventeen parts": f"{SEVENTEEN} = 1",
    "lists": "a = " + "[" * 100_000,
    "lists that end": f"a = {'[' * 100_000}{']' * 100_000}",
    "seventeen lists": f"a = {'[' * 17}{']' * 17}",
    "inline tables": "a = " + "{a = " * 50_000,
    "inline tables that end": f"a = {'{a = ' * 50_000}1{'}' * 50_000}",
    "brackets alone": "[" * 100_000,
    "header, key and brackets together": f"[{'a.' * 9}a]\n{'b.' * 6}b = [1]",
}
NUMBERS = {
    "decimal of 5000 digits": f"a = {'9' * 5000}",
    "decimal of 20 digits": f"a = {'9' * 20}",
    "decimal in an inline table": f"b = {{c = [1, {{a = -{'9' * 30}}}]}}",
    "hexadecimal": f"a = 0x{'f' * 30_000}",
    "octal": f"a = 0o{'7' * 30_000}",
    "binary": f"a = 0b{'1' * 30_000}",
    "2 to the 63rd": f"a = {2**63}",
    "not a number": "a = nan",
    "infinite": "b = [[1.0, -inf]]",
    "infinite by its exponent": "a = 1e400",
}
BROKEN = {
    "bytes that are no UTF-8": b"a = 1\nb = '\xff'",
    "UTF-16": "a = 1".encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbfa = 1",
    "surrogates": b"a = '\xed\xa0\x80'",
    "an escaped surrogate": b'a = "\\ud800"',
    "NUL": b"a = '\0'",
    "NUL as a key": b"\0 = 1",
    "control characters": b"a = '\x1b[31m'",
    "the same key twice": b"a = 1\na = 2",
    "the same table twice": b"[a]\n[a]",
    "a long key twice": b"[" + b"a" * 30_000 + b"]\n" + b"[" + b"a" * 30_000 + b"]",
    "a value as a table": b"a = 1\na.b = 2",
    "a date that is none": b"a = 2001-99-99",
    "a day that is none": b"a = 2001-02-30",
    "year 0": b"a = 0000-01-01",
    "a time that is none": b"a = 2001-01-01T25:00:00",
    "half a string": b'a = "x',
    "half a string of lines": b'a = """x\\',
    "quotes without end": b'a = """' + b'\\"""' * 10_000,
    "half a list": b"a = [1, 2",
    "half a key": b"a.",
    "half a table": b"[a",
    "no value": b"a =",
    "JSON": b'{"a": 1}',
    "YAML": b"a: 1",
}


def refusal(content):
    """Why it is refused, after a second and 32 MB at most."""
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(InputError) as refused:
            parse_toml(content if isinstance(content, bytes) else content.encode(), "x.toml")
        assert time.process_time() - started < 5  # seconds, on a busy machine too
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()
    message = str(refused.value)
    assert message.startswith("x.toml")
    assert message.isprintable()
    assert len(message) < 300
    return message


@pytest.mark.parametrize("text", LIMITS.values(), ids=LIMITS)
def test_endless_keys_and_brackets_are_refused(text):
    assert f"more than {MAX_PARTS} parts" in (message := refusal(text)) or "nested too deeply" in message


@pytest.mark.parametrize("text", [text for name, text in LIMITS.items() if "header" not in name])
def test_endless_keys_and_brackets_are_not_parsed(text, monkeypatch):
    monkeypatch.setattr(tomllib, "loads", lambda *_, **__: pytest.fail("parsed"))
    refusal(text)


@pytest.mark.parametrize("text", NUMBERS.values(), ids=NUMBERS)
def test_numbers_that_json_has_not_are_refused(text):
    assert "number" in refusal(text)


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_toml(content):
    refusal(content)


def test_the_place_of_a_mistake():
    assert refusal(b"a = 1\nb = '\xff'") == "x.toml, line 2: not UTF-8; save the file as UTF-8"
    assert refusal(f"a = 1\n{SEVENTEEN} = 1") == "x.toml, line 2: a key has more than 16 parts"
    assert refusal("a = 1\nb =") == "x.toml: cannot be read as TOML: Invalid value (at end of document)"
    assert refusal("[table]\nkey = inf") == "x.toml: 'key': must be a finite number, not inf"


def test_the_size_is_bounded(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"#" * 100)
    assert read_toml(path, max_bytes=100) == {}
    with pytest.raises(InputError, match=r"x\.toml: is longer than 0 KiB"):
        read_toml(path, max_bytes=99)
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(InputError, match=r"x\.toml: is longer than 1024 KiB"):
        read_toml(path)
    with pytest.raises(InputError, match=r"none\.toml: cannot be read: No such file"):
        read_toml(tmp_path / "none.toml")


def test_what_is_usual_is_read():
    text = f"""
        # a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t [[[[[[[[[[[[[[[[[[[[
        text = "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t [[[[[[[[[[[[[[[[[[[["
        lines = '''
        a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t = {{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{
        '''
        "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t" = 1
        numbers = [1.5, {", ".join(["2.5"] * 100)}, {2**63 - 1}, {-(2**63)}]
        when = 2024-02-29T01:02:03.004+05:45
        lists = {"[" * 15}{"]" * 15}
        {".".join("abcdefghijklmnop")} = true
        [table.of.tables]
        [[table.of.lists]]
    """
    assert parse_toml(text.encode(), "x.toml") == tomllib.loads(text)


@given(st.text("\"'\\#.=,\n[]{}ab1 ", max_size=60))
@example("a = \"\"\"\"\"\"\nb.\"c\".'d' = [{}, [''''''']]")
def test_within_the_bounds_it_is_read_as_tomllib_does(text):
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(InputError):
            parse_toml(text.encode(), "x.toml")
    else:
        if text.count(".") < 8 and text.count("[") + text.count("{") < 8:
            assert parse_toml(text.encode(), "x.toml") == expected


@given(st.text("\"'\\#,\n[]{}ab1 =", max_size=30), st.sampled_from(["{} = 1", "[{}]", "[[{}]]", "b = {{{} = 1}}"]))
def test_no_beginning_hides_an_endless_key(before, form):
    """Wherever the parser would come to such a key, it is seen before."""
    text = f"{before}\n{form.format(SEVENTEEN)}\n"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    if SEVENTEEN in str(_keys(tomllib.loads(text))):
        with pytest.raises(InputError):
            parse_toml(text.encode(), "x.toml")


def _keys(value, path=()):
    """Dotted paths of everything in a table."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [".".join(path)]
    for key, child in children:
        found += _keys(child, (*path, str(key)))
    return found
