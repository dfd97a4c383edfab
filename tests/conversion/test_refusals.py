"""What cannot be told is refused in one line, which says what to do; nothing is written."""

import json
import pickle
import zipfile

import pytest

from merunibench.conversion.fields import stem, walk
from merunibench.data.arranging import Arrangement
from merunibench.data.foreign import Source, convert_foreign
from merunibench.errors import InputError, UnsafeFileError
from tests.conversion import results
from tests.conversion.results import lines, sample

SWIFT = {"response": "sad", "labels": "happy", "messages": [], "videos": ["/v/a.mp4"]}
LM_EVAL = {"doc_id": 0, "doc": {"name": "a"}, "arguments": {}, "filtered_resps": ["sad"], "filter": "none"}
LMMS_EVAL = {"doc_id": 0, "filtered_resps": "sad", "doc_hash": "x", "input": "?"}
BODY = {"choices": [{"message": {"content": text}} for text in ("sad", "happy")]}
BATCH = {"custom_id": "a", "response": {"status_code": 200, "body": BODY}}
CHOICES = {"choices": [{"message": {"content": "attachment://ab"}}]}


def refusal(tmp_path, rows, names=None, **options):
    path = tmp_path / "result.jsonl"
    if isinstance(rows, bytes):
        path.write_bytes(rows)
    else:
        lines(path, rows)
    if names is not None:
        options["names"] = tmp_path / "names.csv"
        options["names"].write_text("name\n" + "\n".join(names) + "\n")
    with pytest.raises(InputError) as caught:
        convert_foreign(Source(path, **{"dataset": "meld", **options}), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    message = str(caught.value)
    assert "\n" not in message
    return message


REFUSED = {
    "NaN": ([{**SWIFT, "response": float("nan")}], "line 1: 'response': NaN instead of an answer"),
    "a number": ([SWIFT, {**SWIFT, "response": 3}], "line 2: 'response': must be text, not 3"),
    "several draws": ([{**LMMS_EVAL, "filtered_resps": ["a", "b"]}], "2 answers for one sample; keep one"),
    "several choices": ([BATCH], "2 answers for one sample (n > 1)"),
    "several filters": (
        [LM_EVAL, {**LM_EVAL, "filter": "x"}],
        "'a' in line 1 and line 2: there is one row per filter",
    ),
    "several epochs": ([sample("a", "x"), sample("a", "y", 2)], "there is one sample per epoch"),
    "an attachment": ([{**sample("a", "x"), "output": CHOICES}], "attachment elsewhere in the log"),
    "no names": ([LMMS_EVAL], "does not name its samples; give --names FILE"),
    "a name missing": ([SWIFT, {**SWIFT, "videos": []}], "line 2: the sample has no name in its media files"),
    "a lone surrogate": (
        b'{"response": "\\ud800", "labels": "x", "messages": [], "videos": ["a"]}\n',
        "contains half of a character",
    ),
    "not an object": (b'{"custom_id": "a", "response": null}\n[]\n', "line 2: not a JSON object"),
    "cut off": (json.dumps(SWIFT).encode() + b"\n" + json.dumps(SWIFT).encode()[:40], "line 2: not JSON"),
    "empty": (b"\n", "is empty"),
    "deep": (b'{"custom_id": ' + b"[" * 100_000 + b"\n", "nested too deeply"),
    "a pickle": (pickle.dumps([SWIFT], 4), "is a pickle, which is never opened"),
    "an old pickle": (pickle.dumps([SWIFT], 2), "is a pickle, which is never opened"),
    "many keys": ([{**SWIFT, f"k{number}": 1} for number in range(1100)], "more than 1000 different keys"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case, tmp_path):
    rows, message = REFUSED[case]
    # What is no table at all is left to the reader of the contract, unless a format is named.
    form = {"not an object": "openai-batch", "deep": "openai-batch"}.get(case, "ms-swift")
    named = isinstance(rows, bytes) or case == "many keys"
    assert message in refusal(tmp_path, rows, format=form if named else "auto")


def test_references_are_no_answers(tmp_path):
    """Where the answer fails, what it is compared with does not take its place."""
    lines(tmp_path / "r.jsonl", [{**SWIFT, "response": None, "name": "a"}, {**SWIFT, "name": "b"}])
    (written,) = convert_foreign(Source(tmp_path / "r.jsonl", "meld"), tmp_path / "out")
    rows = [json.loads(line) for line in written.path.read_text().splitlines()]
    assert rows[0] == {"name": "a", "status": "failed", "error": "no answer", "imported_from": "ms-swift"}
    assert "happy" not in written.path.read_text()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a"], "has 2 rows, but --names has 1 names"),
        (["a", "b", "c"], "has 2 rows, but --names has 3 names"),
        (["a", "a"], "1 names appear more than once: 'a'"),
        (["a", "b"], "'doc_id' must number the samples from 0 to 1 without gaps or repetitions"),
    ],
)
def test_names(names, message, tmp_path):
    assert message in refusal(tmp_path, [LMMS_EVAL, LMMS_EVAL], names)


def test_names_that_contradict_the_file(tmp_path):
    message = refusal(tmp_path, [SWIFT], ["other"])
    assert "has sample names in its media files that differ from --names" in message


def test_options_that_contradict_each_other(tmp_path):
    assert "--column text=x: --from ms-swift already defines where answers are" in refusal(
        tmp_path, [SWIFT], format="ms-swift", arrangement=Arrangement({"text": "x"})
    )
    assert "--from fields needs the paths of names and answers" in refusal(tmp_path, [SWIFT], format="fields")
    chosen = Arrangement({"text": "x.y", "name": "videos.0"})
    assert "no row has a value there" in refusal(tmp_path, [SWIFT], format="fields", arrangement=chosen)
    assert "--from x: unknown format; known formats: auto, openai-batch" in refusal(tmp_path, [SWIFT], format="x")
    assert "rows have the keys a" in refusal(tmp_path, [{"a": 1}], ["b"])
    chosen = Arrangement({"name": "videos.7"})
    assert "no row has text there" in refusal(tmp_path, [SWIFT], arrangement=chosen)


def test_bombs(tmp_path):
    path = tmp_path / "log.eval"
    results.zstandard_archive(path, {"header.json": b"{}", "samples/a_epoch_1.json": b" " * (80 << 20)})
    assert path.stat().st_size < 10_000
    with pytest.raises(UnsafeFileError, match="unpacks to more than"):
        convert_foreign(Source(path, "meld"), tmp_path / "out")
    members = {
        f"samples/{number}_epoch_1.json": json.dumps(sample(str(number), "x" * 500)).encode() for number in range(9)
    }
    results.zstandard_archive(path, {"header.json": b"{}", **members})
    with pytest.raises(UnsafeFileError, match="unpacks to more than 4000 bytes"):
        convert_foreign(Source(path, "meld", max_bytes=4000), tmp_path / "out")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "x")
        book.writestr("xl/sharedStrings.xml", b" " * (300 << 20))
    with pytest.raises(UnsafeFileError, match="unpacks to more than 256 MiB"):
        convert_foreign(Source(path, "meld"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("cut", [30, 200, -30])
def test_damaged_logs(cut, tmp_path):
    path = tmp_path / "log.eval"
    results.inspect_log(path, ["a", "b"], ["x", "y"])
    content = path.read_bytes()
    path.write_bytes(content[:cut])
    with pytest.raises(InputError):
        convert_foreign(Source(path, "meld", "inspect"), tmp_path / "out")
    broken = bytearray(content)
    broken[content.rindex(b"\x28\xb5\x2f\xfd") + 5] ^= 0xFF
    path.write_bytes(broken)
    with pytest.raises(InputError):
        convert_foreign(Source(path, "meld"), tmp_path / "out")


def test_members_that_are_no_samples(tmp_path):
    path = tmp_path / "log.eval"
    for content, message in ((b"[]", "is not a sample of inspect_ai"), (b"{", "cannot be read as JSON")):
        results.zstandard_archive(path, {"header.json": b"{}", "samples/a_epoch_1.json": content})
        with pytest.raises(InputError, match=rf"samples/a_epoch_1\.json: {message}"):
            convert_foreign(Source(path, "meld"), tmp_path / "out")


def test_paths_and_stems():
    assert walk({"a": [{"b": 1}]}, ["a", "0", "b"]) == 1
    assert walk({"a": [1]}, ["a", "1"]) is None
    assert walk("text", ["0"]) is None
    # A dot in a name is no ending of a file.
    assert [stem(path) for path in ("/v/a.b.mp4", "trailer_1.2", r"C:\v\x.WAV")] == ["a.b", "trailer_1.2", "x"]
