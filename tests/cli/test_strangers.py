"""Whatever strangers call their models, checkpoints and files: what is printed commands no terminal."""

import csv
import errno
import io
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.small import write_rows

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its file systems take no such names")

NAMES = ("=HYPERLINK(1)", "\x1b]0;owned\x07", "\x9b2J", "a\rb", "\u202eevil", "@team", "-rf", "<b>|`x`", "\x1b[31m")
FORMS = ("table", "json", "csv", "markdown", "latex")


@pytest.fixture(params=NAMES, ids=ascii)
def named(request, files, tmp_path):
    """(predictions of a model of that name, labels)."""
    return shutil.copytree(files[0], tmp_path / "models" / request.param), files[1]


def assert_inert(text):
    assert all(character.isprintable() or character in "\n\t\u200b" for character in text), ascii(text)


@pytest.mark.parametrize("form", FORMS)
def test_scores(named, run, form):
    predictions, truth = named
    done = run("score", predictions, "--data-root", truth, "--format", form)
    assert done.code == 0
    assert_inert(done.out + done.err)
    if form == "json":
        assert json.loads(done.out)["model"] == predictions.name
    if form == "csv":
        for row in csv.DictReader(io.StringIO(done.out)):
            assert row["model"][0] not in "=+-@"
            assert 0 <= float(row["score"]) <= 1


def test_other_commands(named, run, tmp_path):
    predictions, truth = named
    done = run("compare", predictions, predictions, "--data-root", truth)
    assert_inert(done.out + done.err)
    for form in ("table", "json"):
        done = run("errors", predictions, "--data-root", truth, "--format", form)
        assert_inert(done.out + done.err)
    done = run("convert", predictions, tmp_path / "out" / predictions.name)
    assert_inert(done.out + done.err)
    done = run("submit", predictions, "--model", "x", "--out", tmp_path / "s" / predictions.name)
    assert done.code == 0
    assert_inert(done.out + done.err)
    done = run("leaderboard", "validate", tmp_path / "s" / predictions.name)
    assert done.code == 2 or predictions.name.isalnum()
    assert_inert(done.out + done.err)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_checkpoints(files, run, tmp_path, name):
    steps = tmp_path / "steps"
    for step in (name, "last"):
        shutil.copytree(files[0], steps / step)
    for form in FORMS:
        done = run("score", steps, "--data-root", files[1], "--checkpoint", "best-per-dataset", "--format", form)
        assert done.code in (0, 2)
        assert_inert(done.out + done.err)
    done = run("convert", steps, tmp_path / "out")
    assert_inert(done.out + done.err)


def full_disk(monkeypatch, after):
    """So many files can be written, then the disk is full."""
    done, sync = [], os.fsync

    def failing(number):
        done.append(number)
        if len(done) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(number)

    monkeypatch.setattr(os, "fsync", failing)


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


COMMANDS = {
    "submit": lambda source, out: ("submit", source, "--model", "x", "--out", out),
    "convert": lambda source, out: ("convert", source, out),
    "demo": lambda _, out: ("demo", "--out", out),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("after", [0, 1, 2])
def test_of_a_set_that_the_disk_has_no_room_for_nothing_is_left(
    files, tmp_path, monkeypatch, refused, run, command, after
):
    out = tmp_path / "new" / "set"
    arguments = COMMANDS[command](files[0], out)
    with monkeypatch.context() as patch:
        full_disk(patch, after)
        line = refused(*arguments)
    assert "No space left on device" in line
    assert ".tmp" not in line
    assert not (tmp_path / "new").exists()
    assert run(*arguments).code == 0
    assert not list(out.rglob(".*"))


@pytest.mark.parametrize("command", ["submit", "convert"])
def test_of_a_set_with_a_broken_file_nothing_is_left(files, tmp_path, refused, command):
    (files[0] / "ovmerdplus.jsonl").write_text("{broken\n")
    refused(*COMMANDS[command](files[0], tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_was_there_before_stays_as_it_was(files, tmp_path, monkeypatch, refused, run):
    out = tmp_path / "out"
    assert run("convert", files[0], out).code == 0
    (out / "notes.txt").write_text("mine")
    before = everything(out)
    write_rows(files[0] / "meld.jsonl", [{"name": "test_dia0_utt0", "labels": ["new"]}])
    with monkeypatch.context() as patch:
        full_disk(patch, 2)
        refused("convert", files[0], out)
    assert everything(out) == before
    assert run("convert", files[0], out).code == 0
    assert everything(out) != before
    assert everything(out).keys() == before.keys()


def test_a_place_that_is_a_folder_is_found_before_anything_is_moved(files, tmp_path, refused):
    out = tmp_path / "out"
    (out / "ovmerdplus.jsonl").mkdir(parents=True)
    assert "ovmerdplus.jsonl: cannot be written" in refused("convert", files[0], out)
    assert [path.name for path in out.iterdir()] == ["ovmerdplus.jsonl"]


def test_a_link_is_written_through(files, tmp_path, run):
    (tmp_path / "out").mkdir()
    elsewhere = tmp_path / "elsewhere.jsonl"
    (tmp_path / "out" / "meld.jsonl").symlink_to(elsewhere)
    assert run("convert", files[0], tmp_path / "out").code == 0
    assert (tmp_path / "out" / "meld.jsonl").is_symlink()
    assert Path(elsewhere).stat().st_size
