"""Folders of results that somebody has tampered with: one line for each, and the clips of others stay answered."""

import json
import os

import pytest

from merunibench.errors import InputError
from merunibench.inference.prompts import load_prompt
from merunibench.inference.shards import Shard, merge_shards
from tests.inference.fake import run, write_clips

DEEP = '{"a":' * 900 + "0" + "}" * 900


def _pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _device(path):
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def _folder(path):
    path.unlink(missing_ok=True)
    path.mkdir()


def _holding(text):
    return lambda path: path.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("spoil", [_pipe, _device, _folder])
@pytest.mark.parametrize("name", ["meld.jsonl", "meld.jsonl.part", "meld.settings.json"])
def test_what_is_no_file_ends_the_run_at_once(tmp_path, name, spoil):
    clips, out = write_clips(tmp_path / "clips", 4), tmp_path / "out"
    run(clips, out)
    spoil(out / name)
    with pytest.raises(InputError, match=r"meld\.") as caught:
        run(clips, out)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        "[" * 100_000,
        "9" * 5000,
        '{"seed": ' + "9" * 5000 + "}",
        "",
        "[]",
        "null",
        b"\xff",
        '{"a": NaN}',
        '{"a": 1e999}',
    ],
    ids=range(10),
)
def test_settings_that_are_none_end_the_run(tmp_path, text):
    clips, out = write_clips(tmp_path / "clips", 4), tmp_path / "out"
    run(clips, out)
    _holding(text)(out / "meld.settings.json")
    with pytest.raises(InputError) as caught:
        run(clips, out)
    assert "\n" not in str(caught.value)


def test_a_link_is_not_written_over(tmp_path):
    clips, out = write_clips(tmp_path / "clips", 4), tmp_path / "out"
    run(clips, out)
    mine = tmp_path / "mine.txt"
    mine.write_text("precious")
    (out / "meld.jsonl.part").symlink_to(mine)
    with pytest.raises(InputError, match="is a link"):
        run(clips, out)
    assert mine.read_text() == "precious"


@pytest.mark.parametrize(
    "change",
    [
        {"text": 3},
        {"text": None},
        {"status": None},
        {"status": "failed", "error": None},
        {"status": "failed", "error": ["x"]},
        {"finish_reason": {"a": 1}},
        {"subset": 3},
    ],
)
def test_rows_that_are_odd_are_accounted_for(tmp_path, change):
    clips, out = write_clips(tmp_path / "clips", 4), tmp_path / "out"
    path = run(clips, out).path
    rows = [json.loads(line) | change for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = run(clips, out)
    lost = change.get("status") == "failed" or ("text" in change and not change["text"])
    assert sum(each.rows for each in done.account.unanswered) == (4 if lost else 0)


@pytest.mark.parametrize(
    "row",
    [
        {"name": 3},
        {"shard": None},
        {"shard": {"part": 1, "of": 2, "place": "x", "samples": 4}},
        {"shard": {"part": 1, "of": 2, "place": 0, "samples": None}},
        {"shard": {"part": 1, "of": 2, "place": -1, "samples": 4}},
        {"shard": {"part": 1, "of": 2, "place": 0, "samples": 10**15}},
        {"shard": {"part": 1, "of": 2, "place": [0], "samples": 4}},
        {"subset": 3},
        {"subset": {"samples": "all"}},
        {"subset": {"samples": {"a": 1}}},
    ],
    ids=range(10),
)
def test_rows_of_shards_are_checked(tmp_path, row):
    clips, out = write_clips(tmp_path / "clips", 4), tmp_path / "out"
    for part in (1, 2):
        run(clips, out, shard=Shard(part, 2))
    path = out / "meld.1-of-2.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(json.dumps(each | row) + "\n" for each in rows), "utf-8")
    with pytest.raises(InputError) as caught:
        merge_shards([out], tmp_path / "merged")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spoil", [_pipe, _device, _folder, _holding(DEEP), _holding("[" * 100_000), _holding(b"\xff")])
@pytest.mark.parametrize("name", ["meld.1-of-2.jsonl", "meld.1-of-2.settings.json"])
def test_files_of_shards_are_checked(tmp_path, name, spoil):
    clips, out = write_clips(tmp_path / "clips", 4), tmp_path / "out"
    for part in (1, 2):
        run(clips, out, shard=Shard(part, 2))
    spoil(out / name)
    with pytest.raises(InputError) as caught:
        merge_shards([out], tmp_path / "merged")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "How does\nhe feel?", "half \ud800"])
def test_a_question_in_place_of_its_file_is_no_prompt(name):
    with pytest.raises(InputError, match="unknown prompt") as caught:
        load_prompt(name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("spoil", [_pipe, _device, _folder, _holding(b"\xff"), _holding(b" " * (1 << 17))])
def test_prompts_are_plain_files(tmp_path, spoil):
    spoil(tmp_path / "prompt.txt")
    with pytest.raises(InputError):
        load_prompt(str(tmp_path / "prompt.txt"))
