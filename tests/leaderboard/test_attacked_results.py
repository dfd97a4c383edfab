"""Committed results, details and published figures that somebody tampered with: one line, or a page that is inert."""

import json
import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.leaderboard.board.diff import changes, to_dict, verify
from merunibench.leaderboard.board.published import read_published
from merunibench.leaderboard.schema.details import ModelDetails
from merunibench.leaderboard.schema.results import read_committed, read_results
from merunibench.leaderboard.writing import write
from tests.hostile import only_input_errors
from tests.leaderboard.conftest import Small

MARK = "<script>window.hacked=1</script>"
VALUES = {
    "markup": MARK,
    "command": "\x1b]0;owned\x07",
    "lines": "a\n\\input{/etc/passwd}\r\nb",
    "direction": "\u202eevil",
    "half a character": "\ud800",
    "NUL": "a\0b",
    "path": "../../../etc/passwd",
    "slashes": "a/b/c/d",
    "formula": "=HYPERLINK(1)",
    "nothing": "",
    "long": "x" * 100_000,
    "signature": "mub|n:x",
    "digits": "9" * 5000,
    "null": None,
    "true": True,
    "list": [],
    "object": {},
    "brackets": [[[[]]]],
    "minus": -1,
    "zero": 0,
    "huge": 10**30,
    "fraction": 0.5,
    "large": 1e308,
    "not a number": float("nan"),
    "infinity": float("-inf"),
}


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """Two models on a board that is written and committed."""
    small = Small(tmp_path_factory.mktemp("results"))
    small.add("one")
    small.add("two", lambda _, lines: lines[1:])
    results, details = small.build()
    small.out = small.folder / "committed"
    write(results, details, small.out)
    small.results = json.loads((small.out / "results.json").read_text())
    small.details = json.loads((small.out / "details" / "one.json").read_text())
    return small


def places(content, place=()):
    """The paths of all values that are no containers, but of one item of a list alone; and those of the containers."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from places(value, (*place, key))
    elif isinstance(content, list) and content:
        yield from places(content[0], (*place, 0))
        yield from places(content[-1], (*place, len(content) - 1))
    yield place


def changed(content, place, value):
    """A copy with another value at a place."""
    if not place:
        return value
    copy = dict(content) if isinstance(content, dict) else list(content)
    copy[place[0]] = changed(content[place[0]], place[1:], value)
    return copy


def read_or_refused(path, content, read):
    """What is read of a file; None if it is refused, in one line that names it."""
    path.write_text(json.dumps(content))
    with only_input_errors(path):
        return read(path)
    return None


def is_inert(folder):
    for path in folder.rglob("*"):
        if path.suffix in (".html", ".js", ".md", ".tex", ".csv"):
            text = path.read_text(encoding="utf-8")
            assert MARK not in text or path.suffix in (".csv", ".tex"), path
            assert "\x1b" not in text
            assert "\n\\input" not in text or path.suffix == ".csv"
            assert "\n=" not in text


def used(board, results, folder):
    """All that is done with committed results."""
    committed = folder / "committed.json"
    for data_root in (board.truth, None):
        with only_input_errors(""):
            found, details = board.build(data_root=data_root, committed=committed)
            write(found, details, folder / "out")
            is_inert(folder / "out")
            json.dumps(to_dict(changes(results, found)))
            assert all(change.to_text().isprintable() for change in changes(found, results))
            assert all(line.isprintable() for line in verify(results, found).differences)


@pytest.mark.parametrize("kind", VALUES)
def test_any_value_in_any_place_of_the_results(board, tmp_path, kind):
    """Each alone is read or refused; all that are read are then used together."""
    everything = board.results
    path = tmp_path / "committed.json"
    for place in dict.fromkeys(places(board.results)):
        if read_or_refused(path, changed(board.results, place, VALUES[kind]), read_results) is not None:
            together = changed(everything, place, VALUES[kind])
            everything = together if read_or_refused(path, together, read_results) else everything
    results = read_or_refused(path, everything, read_results)
    assert results is not None
    used(board, results, tmp_path)


@settings(max_examples=25)
@given(data=st.data())
def test_one_value_in_one_place_of_the_results(board, tmp_path_factory, data):
    place = data.draw(st.sampled_from(list(dict.fromkeys(places(board.results)))))
    value = data.draw(st.sampled_from([*VALUES.values()]) | st.text(max_size=20) | st.floats() | st.integers())
    folder = tmp_path_factory.mktemp("one")
    results = read_or_refused(folder / "committed.json", changed(board.results, place, value), read_results)
    if results is not None:
        used(board, results, folder)


@pytest.mark.parametrize("kind", VALUES)
def test_any_value_in_any_place_of_the_details(board, tmp_path, kind):
    def read(path):
        return read_committed(path, ModelDetails, "details of a model")

    everything = board.details
    path = tmp_path / "details" / "one.json"
    path.parent.mkdir()
    for place in dict.fromkeys(places(board.details)):
        together = changed(everything, place, VALUES[kind])
        everything = together if read_or_refused(path, together, read) else everything
    path.write_text(json.dumps(everything))
    (tmp_path / "committed.json").write_text(json.dumps(board.results))
    results, details = board.build(data_root=None, committed=tmp_path / "committed.json")
    write(results, details, tmp_path / "out")
    is_inert(tmp_path / "out")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("rows", 0, "id"), "a/b/c/d"),
        (("rows", 0, "id"), "../../x"),
        (("rows", 0, "scores"), {"unknown": {"score": 0.5}}),
        (("models", 0, "id"), "../x"),
        (("boards", 0, "id"), "a b"),
        (("boards", 0, "title"), "x\n\\input{y}"),
        (("boards", 0, "protocol"), "nothing"),
        (("comparisons", 0, "levels"), ["", "7"]),
        (("comparisons", 0, "levels"), ["0", "0"]),
        (("comparisons", 0, "rows"), ["x/y/z"]),
        (("rows", 0, "mean"), 1e300),
        (("metric_version",), -1),
        (("seed",), 2**80),
    ],
    ids=str,
)
def test_what_would_fail_later_is_refused_with_its_field(board, tmp_path, place, value):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(changed(board.results, place, value)))
    with pytest.raises(InputError, match=place[0]):
        read_results(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b"null",
        b"[]",
        b'{"rows": ' + b"9" * 100_000 + b"}",
        b"{}",
    ],
    ids=lambda content: ascii(content[:12])[2:-1],
)
def test_what_is_no_json_of_results(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_bytes(content)
    before = time.monotonic()
    with pytest.raises(InputError, match=r"not valid leaderboard results|is longer than") as caught:
        read_results(path)
    assert time.monotonic() - before < 15
    assert str(caught.value).isprintable()


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "results.json")
    with pytest.raises(InputError, match="not a regular file"):
        read_results(tmp_path / "results.json")
    os.mkfifo(tmp_path / "published.csv")
    with pytest.raises(InputError, match="not a regular file"):
        read_published(tmp_path / "published.csv", [])


HEAD = "model,modalities,source,grade,training,lexicon,checkpoint_selection,MELD,mean\n"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + '"a\x1b]0;x\x07",A,paper,paper,,,,50,\n',
        HEAD + '"a\nb",A,paper,paper,,,,50,\n',
        HEAD + "\u202ex,A,paper,paper,,,,50,\n",
        HEAD + f"{'x' * 30_000},A,paper,paper,,,,50,\n",
        HEAD + "x,A,paper,paper,,,../../y,50,\n",
        HEAD + "x,A,paper,paper,,,<b>,50,\n",
        HEAD + "x,A,paper,paper,,,,1e400,\n",
        HEAD + f"x,A,paper,paper,,,,{'9' * 5000},\n",
        HEAD + "x,A,paper,paper,,,,50\n",
        HEAD.replace("mean", "meld") + "x,A,paper,paper,,,,50,60\n",
        HEAD.replace("mean", "what\x1b[31m") + "x,A,paper,paper,,,,50,60\n",
        HEAD + "x,A,paper,paper,,,,50,\n" * 100_000,
        "\0",
        "",
    ],
    ids=lambda text: ascii(text[-30:])[1:-1],
)
def test_published_figures_that_are_none(tmp_path, text):
    path = tmp_path / "published.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_published(path, [])
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("text", [MARK, "=HYPERLINK(1)", "@team", "\\input{x}"])
def test_published_words_are_shown_as_they_are(board, tmp_path, text):
    path = tmp_path / "published.csv"
    path.write_text(HEAD + f'"{text}",A,"{text}",paper,"{text}","{text}",,50,\n', encoding="utf-8")
    results, details = board.build(published=path)
    assert any(model.name == text for model in results.models)
    write(results, details, tmp_path / "out")
    is_inert(tmp_path / "out")
    assert f",{text}," not in (tmp_path / "out" / "results.csv").read_text() or text[0] not in "=@"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"name,english\na", b'"', b"\0", b"x" * 1_000_000, b"", None])
def test_subtitles_that_are_none_stop_no_board(board, tmp_path, content):
    """A file of subtitles beside the labels; None for a pipe."""
    for path in board.truth.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    place = tmp_path / "meld-process" / "transcription-engchi-polish.csv"
    place.parent.mkdir()
    place.write_bytes(content) if content is not None else os.mkfifo(place)
    results, _ = board.build(data_root=tmp_path)
    assert {row.model_id for row in results.rows if row.origin == "computed"} == {"one", "two"}
    assert all(gap.reason.isprintable() for gap in results.not_recomputed)
