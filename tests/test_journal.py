"""The journal: nothing that was appended is lost, nothing is there twice, an interruption changes no byte."""

import json
import random
import signal
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.journal import Journal, canonical, config_hash, differences, refuse_journal

SETTINGS = {"model": "m@1", "prompt": {"name": "labels", "version": 1}, "seed": 0}

names = st.text(min_size=1, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
rows = st.fixed_dictionaries({"name": names, "text": values}, optional={"status": st.sampled_from(["ok", "failed"])})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out" / "meld.jsonl"


def rows_of(path):
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def test_rows_are_there_again_and_the_later_one_wins(path):
    with Journal(path, SETTINGS) as journal:
        journal.append([{"name": "a", "text": "x"}, {"name": "b", "status": "failed", "error": "no"}])
        journal.append([{"name": "a", "text": "y"}])
    with Journal(path, SETTINGS) as journal:
        assert (list(journal), len(journal), journal.failed) == (["a", "b"], 2, 1)
        assert journal.find("a") == {"name": "a", "text": "y", "config": config_hash(SETTINGS)}
        assert journal.find("c") is None
    assert not path.exists()


def test_failed_rows_are_tried_again_on_request_alone(path):
    with Journal(path, SETTINGS) as journal:
        journal.append([{"name": "a", "status": "failed", "error": "no"}, {"name": "b"}])
        journal.finish(["a", "b"])
    with Journal(path, SETTINGS, retry_failed=True) as journal:
        assert (journal.find("a"), len(journal)) == (None, 1)
        journal.append([{"name": "a", "status": "ok"}])
        journal.finish(["a", "b"])
    assert [row.get("status") for row in rows_of(path)] == ["ok", None]
    with Journal(path, SETTINGS, retry_failed=True) as journal:
        assert len(journal) == 2


def test_a_retry_that_is_interrupted_leaves_the_failed_row(path):
    with Journal(path, SETTINGS) as journal:
        journal.append([{"name": "a", "status": "failed", "error": "no"}])
        journal.finish(["a"])
    with Journal(path, SETTINGS, retry_failed=True):
        pass
    with Journal(path, SETTINGS) as journal:
        assert journal.find("a")["error"] == "no"


def test_a_file_that_has_changed_makes_its_row_stale(path):
    with Journal(path, SETTINGS) as journal:
        journal.append([{"name": "a", "media": "1234"}])
        assert journal.find("a", media="1234")
        assert journal.find("a", media="5678") is None
        assert journal.find("a", media="1234", subtitle="x") is None


def test_other_settings_are_refused_and_named(path):
    with Journal(path, SETTINGS) as journal:
        journal.append([{"name": "a"}])
    other = {"model": "m@2", "prompt": {"name": "labels", "version": 2}, "top_p": 1.0}
    with pytest.raises(InputError) as refusal, Journal(path, other):
        pass
    for change in ("model 'm@1' -> 'm@2'", "prompt.version 1 -> 2", "seed 0 -> absent", "top_p absent -> 1.0"):
        assert change in str(refusal.value)
    with Journal(path, dict(reversed(SETTINGS.items()))):
        pass


def test_one_writer_at_a_time(path):
    with Journal(path, SETTINGS), pytest.raises(InputError, match="another run is writing it"):
        Journal(path, SETTINGS)
    with Journal(path, SETTINGS):
        pass


def test_settings_that_no_row_was_made_with_give_way(path):
    with Journal(path, {"seed": "a slip of the pen"}):
        pass
    with Journal(path, SETTINGS) as journal:
        journal.append([{"name": "a"}])
    with pytest.raises(InputError, match="other settings"):
        Journal(path, {"seed": "a slip of the pen"})


def test_a_refusal_lets_go_of_the_lock(path):
    with Journal(path, SETTINGS) as journal:
        journal.append([{"name": "a"}])
    for _ in range(2):
        with pytest.raises(InputError, match="other settings"):
            Journal(path, {})


def test_files_of_others_are_not_written_over(path):
    path.parent.mkdir()
    path.write_text("{}\n")
    with pytest.raises(InputError, match="already exists and cannot be resumed"):
        Journal(path, SETTINGS)
    path.unlink()
    refuse_journal(path)
    with Journal(path, SETTINGS), pytest.raises(InputError, match="can be resumed"):
        refuse_journal(path)


@pytest.mark.parametrize("settings", ["[]", "{", "\udcff", "[" * 100_000])
def test_broken_settings_are_refused(path, settings):
    path.parent.mkdir()
    (path.parent / "meld.settings.json").write_bytes(settings.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"meld\.settings\.json"):
        Journal(path, SETTINGS)


@pytest.mark.parametrize("row", [{}, {"name": ""}, {"name": 1}, {"name": "a", "x": float("nan")}])
def test_rows_without_name_or_with_nan_are_bugs(path, row):
    with Journal(path, SETTINGS) as journal:
        with pytest.raises(ValueError, match=r"name|JSON"):
            journal.append([{"name": "whole"}, row])
        assert list(journal) == []
    assert (path.parent / "meld.jsonl.part").read_bytes() == b""


def test_finishing_too_early_is_a_bug_and_rows_out_of_order_stay(path):
    with Journal(path, SETTINGS) as journal:
        journal.append({"name": name} for name in "cba")
        with pytest.raises(ValueError, match="1 rows are not finished: 'd'"):
            journal.finish("ad")
        journal.finish("b")
    assert [row["name"] for row in rows_of(path)] == ["b", "a", "c"]
    assert sorted(each.name for each in path.parent.glob("meld*")) == ["meld.jsonl", "meld.settings.json"]


@given(st.lists(st.lists(rows, max_size=4), max_size=5), st.data())
def test_cut_anywhere_the_whole_rows_before_the_cut_are_there(tmp_path_factory, batches, data):
    path = tmp_path_factory.mktemp("cut") / "meld.jsonl"
    with Journal(path, SETTINGS) as journal:
        for batch in batches:
            journal.append(batch)
    part = path.with_name("meld.jsonl.part")
    content = part.read_bytes()
    cut = content[: data.draw(st.integers(0, len(content)))] + data.draw(st.binary(max_size=5).filter(no_row))
    part.write_bytes(cut)
    expected = {row["name"]: row for row in map(json.loads, cut.split(b"\n")[: kept_lines(cut, content)])}
    with Journal(path, SETTINGS) as journal:
        assert {name: journal.find(name) for name in journal} == expected
        every = [row for batch in batches for row in batch]
        journal.append(row for row in every)
        order = sorted({row["name"] for row in every})
        journal.finish(order)
    again = path.with_name("undisturbed.jsonl")
    with Journal(again, SETTINGS) as journal:
        journal.append(row for row in every)
        journal.finish(order)
    assert path.read_bytes() == again.read_bytes()


def test_a_row_whose_line_has_no_end_was_not_written(path):
    """It may be the beginning of a longer one, and what is appended would stand on the same line."""
    part = path.with_name("meld.jsonl.part")
    with Journal(path, SETTINGS) as journal:
        journal.append([{"name": "a"}, {"name": "b"}])
    whole = part.read_bytes()
    part.write_bytes(whole[:-1])
    with Journal(path, SETTINGS) as journal:
        assert list(journal) == ["a"]
        assert part.read_bytes() == whole[: whole.index(b"\n") + 1]
        journal.append([{"name": "c"}])
    assert [row["name"] for row in rows_of(part)] == ["a", "c"]


def no_row(garbage):
    return b"\n" not in garbage


def kept_lines(cut, content):
    """Whole lines of the undamaged beginning; what was written behind it is none."""
    return sum(content.startswith(cut[:end]) for end in range(1, len(cut) + 1) if cut[end - 1 : end] == b"\n")


@given(
    st.dictionaries(st.text(max_size=4), values, max_size=4), st.dictionaries(st.text(max_size=4), values, max_size=4)
)
def test_settings_are_equal_if_their_hashes_are(one, other):
    assert (config_hash(one) == config_hash(other)) == (canonical(one) == canonical(other))
    assert config_hash(one) == config_hash(dict(reversed(one.items())))
    if differences(one, other):
        assert config_hash(one) != config_hash(other)
    assert differences(one, one) == ""


WRITER = """
    import os, random, sys
    from pathlib import Path
    from merunibench.journal import Journal
    with Journal(Path(sys.argv[1]), {"seed": 0}) as journal:
        names = [f"sample_{i}" for i in range(int(sys.argv[2]))]
        todo = [name for name in names if journal.find(name) is None]
        random.shuffle(todo)
        while todo:
            batch, todo = todo[:7], todo[7:]
            journal.append({"name": name, "text": name * 40} for name in batch)
            if len(journal) > int(sys.argv[3]):
                os.kill(os.getpid(), 9)
        journal.finish(names)
"""


def write(path, samples, killed_at):
    command = [sys.executable, "-c", textwrap.dedent(WRITER), path, str(samples), str(killed_at)]
    return subprocess.run(command, check=False).returncode


def test_killed_half_way_and_started_again(tmp_path):
    path, whole = tmp_path / "a" / "meld.jsonl", tmp_path / "b" / "meld.jsonl"
    assert write(whole, 100, 1000) == 0
    assert write(path, 100, 50) == -signal.SIGKILL
    assert not path.exists()
    assert write(path, 100, 1000) == 0
    assert path.read_bytes() == whole.read_bytes()


@pytest.mark.slow
def test_killed_again_and_again_at_any_moment(tmp_path):
    path, whole = tmp_path / "a" / "meld.jsonl", tmp_path / "b" / "meld.jsonl"
    samples, rng, kills, patience = 3000, random.Random(0), 0, 0.3
    assert write(whole, samples, samples) == 0
    slowly = textwrap.dedent(WRITER).replace("    journal.append(", "    time.sleep(0.005); journal.append(")
    command = [sys.executable, "-c", "import time\n" + slowly, path, str(samples), str(samples)]
    while True:
        process = subprocess.Popen(command)
        try:
            assert process.wait(timeout=rng.uniform(patience / 2, patience)) == 0
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills, patience = kills + 1, patience * 1.05
    assert kills > 3
    assert path.read_bytes() == whole.read_bytes()
    assert not list(path.parent.glob("*.tmp"))
