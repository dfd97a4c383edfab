"""Submissions that try to stop a build, to get onto the board under another name, or to fill memory and time."""

import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from merunibench.leaderboard.board.build import build
from merunibench.leaderboard.board.inputs import Request
from merunibench.leaderboard.scoring import jobs
from merunibench.leaderboard.submissions import prediction_rows
from merunibench.leaderboard.submissions.checked import Checked
from merunibench.leaderboard.submissions.checking import check
from merunibench.leaderboard.submissions.submission import FILE
from merunibench.leaderboard.writing import write
from tests.leaderboard.conftest import Small, rewrite, submit

MELD = "predictions/meld.jsonl.gz"
LABELLED = '{"name": "test_dia0_utt0", "labels": ["sad"]'
NAMES = (
    *("-rf", "--help", "baseline-majority", "Baseline-x", "published-000", "PUBLISHED-1", "bad name <b>&", "a\nb"),
    *("<script>", "a;b", "$(id)", "`id`", "a'b", 'a"b', "x" * 65, "é", "模型", "\u202eevil", "a\x1b[31m", "dot."),
    *("con", "CON", "nul", "prn.txt", "aux", "com1", "LPT9.x", "_x", "+x", "=1+1", "@team", "#1", "%2e%2e", "~root"),
)
ROWS = {
    "rows without end": '{"name": "a"}\n' * 5300,
    "blank lines without end": "\n" * 6000 + LABELLED + "}\n",
    "a line of white space": LABELLED + " " * (2 << 20) + "}\n",
    "a line of text": json.dumps({"name": "a", "text": "x" * (2 << 20)}) + "\n",
    "many keys": json.dumps({"name": "a", **{f"k{number}": 1 for number in range(200)}}) + "\n",
    "other keys in every row": "".join(f'{{"name": "a{row}", "k{row}": 1}}\n' for row in range(1500)),
    "lists in lists": '{"name": "a", "labels": [["sad"]]}\n',
    "a list without end": '{"name": "a", "labels": [' + "[]," * 300_000 + "[]]}\n",
    "numbers without end": '{"name": "a", "x": [' + "1," * 300_000 + "1]}\n",
    "labels without end": json.dumps({"name": "a", "labels": ["a"] * 100_000}) + "\n",
    "brackets without end": '{"name": "a", "labels": ' + "[" * 100_000 + "\n",
    "objects without end": '{"a":' * 100_000 + "\n",
    "digits without end": LABELLED + ', "x": ' + "9" * 100_000 + "}\n",
    "a number that is too large": LABELLED + ', "text": 1e400}\n',
    "an object as name": '{"name": {"a": 1}, "labels": ["sad"]}\n',
    "an object as text": '{"name": "a", "text": {"a": 1}}\n',
    "an array": "[" + LABELLED + "}]\n",
    "an array over lines": "[\n" + LABELLED + "}\n]\n",
    "names to answers": '{"test_dia0_utt0": ["sad"]}\n',
    "columns": '{"name": ["a", "b"], "labels": [["sad"], ["sad"]]}\n',
    "half a character": '{"name": "\\ud800", "labels": ["sad"]}\n',
    "a NUL": '{"name": "a\0", "labels": ["sad"]}\n',
    "commands in an origin": LABELLED + ', "labels_from": "\\u001b]0;x\\u0007"}\n',
    "lines in an origin": LABELLED + ', "polarity_from": "a\\nb"}\n',
    "direction in an origin": LABELLED + ', "labels_from": "\\u202ex"}\n',
}
FILES = {
    "a Parquet file": b"PAR1" + bytes(100),
    "an Arrow file": b"ARROW1\0\0" + bytes(100),
    "a zip": b"PK\x03\x04" + bytes(100),
    "plain text": LABELLED.encode() + b"}\n",
    "a gzip that is cut": gzip.compress(LABELLED.encode() * 100)[:-20],
    "a gzip of zeros": gzip.compress(bytes(1 << 20)),
    "a gzip with a wrong sum": gzip.compress(b"x" * 100)[:-8] + bytes(8),
    "a bomb": gzip.compress(b" " * (80 << 20), 1),
    "many members": gzip.compress(b"") * 200_000,
}
METADATA = {
    "digits": b"model = 'x'\nparameters = " + b"9" * 5000,
    "dots": b"model = 'x'\n" + b".".join([b"a"] * 15_000) + b" = 1",
    "a command": b"model = '\\u001b]0;x'\nauthors = [\"\\u001b]0;x\\u0007\"]",
    "a date": b"model = 'x'\ndate = 2001-99-99",
    "brackets": b"model = 'x'\nauthors = " + b"[" * 30_000,
}


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    return Small(tmp_path_factory.mktemp("attacked"))


@pytest.fixture(scope="module")
def good(board):
    return board.add("good")


def attacked(good, tmp_path, name="attacker"):
    return shutil.copytree(good, tmp_path / "s" / name)


def assert_refused(folder):
    before = time.monotonic()
    checked = check(folder)
    assert time.monotonic() - before < 20
    assert not checked.valid
    for line in (*checked.problems, *checked.warnings):
        assert line.isprintable()
        assert len(line) < 1500
    for text in (checked.to_text(), checked.to_markdown()):
        assert "\x1b" not in text
    return " | ".join(checked.problems)


@pytest.mark.parametrize("kind", ROWS)
def test_rows_that_are_no_answers_are_refused_as_they_are_read(good, tmp_path, kind):
    folder = attacked(good, tmp_path)
    rewrite(folder / MELD, ROWS[kind])
    assert "meld.jsonl.gz" in assert_refused(folder)


@pytest.mark.parametrize("kind", FILES)
def test_files_that_are_no_packed_rows(good, tmp_path, kind):
    folder = attacked(good, tmp_path)
    (folder / MELD).write_bytes(FILES[kind])
    assert "meld.jsonl.gz" in assert_refused(folder)


@pytest.mark.parametrize("kind", METADATA)
def test_metadata(good, tmp_path, kind):
    folder = attacked(good, tmp_path)
    (folder / FILE).write_bytes(METADATA[kind])
    assert FILE in assert_refused(folder)


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems take no such names")
@pytest.mark.parametrize("name", NAMES)
def test_names_that_cannot_be_part_of_addresses(good, tmp_path, name):
    assert "the folder's name" in assert_refused(attacked(good, tmp_path, name))


@pytest.mark.parametrize("name", ["control", "conx", "a.con", "A-b_c.9", "0", "x" * 64, "com", "published", "lpt10"])
def test_names_that_can(good, tmp_path, name):
    assert check(attacked(good, tmp_path, name)).valid


@pytest.mark.parametrize("name", ["con", "NUL.x", "lpt1", "dot.", "-rf", "a b", "DEFAULT", "@x"])
def test_checkpoints_that_are_no_names_everywhere(good, tmp_path, name):
    folder = attacked(good, tmp_path)
    (folder / "predictions" / name).mkdir()
    shutil.copy(folder / MELD, folder / "predictions" / name / "meld.jsonl.gz")
    assert "checkpoint" in assert_refused(folder)


def everything(results, details, folder):
    write(results, details, folder)
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hostile_neighbours(good):
    """Every attack of this file beside the good submission."""
    for name in NAMES:
        shutil.copytree(good, good.parent / name)
    for number, (kind, content) in enumerate({**ROWS, **FILES, **METADATA}.items()):
        folder = shutil.copytree(good, good.parent / f"attack-{number}")
        if kind in ROWS:
            rewrite(folder / MELD, content)
        else:
            (folder / (FILE if kind in METADATA else MELD)).write_bytes(content)
    folder = shutil.copytree(good, good.parent / "pipe")
    (folder / MELD).unlink()
    os.mkfifo(folder / MELD)
    (good.parent / "link").symlink_to(good)
    return len(NAMES) + len(ROWS) + len(FILES) + len(METADATA) + 2


@pytest.mark.parametrize("cache", ["default", "given", "knowing", "none"])
def test_whatever_lies_beside_it_the_good_submission_has_its_row_and_no_other_has(small, tmp_path, cache, user):
    good = small.add("good")
    path = {"default": user / "cache" / "board.sqlite", "none": None}.get(cache, small.cache)
    alone = small.build(cache=path)
    if cache != "knowing":
        small.cache.unlink(missing_ok=True)
    number = hostile_neighbours(good)
    first, again = (small.build(cache=path) for _ in range(2))
    assert again == first
    assert everything(*again, tmp_path / "again") == everything(*first, tmp_path / "first")
    assert len(first[0].refused) == number
    assert first[0].rows == alone[0].rows
    assert not [each for each in first[0].refused if "could not be checked" in each.reasons[0]]


@pytest.mark.slow
def test_the_official_labels_with_names_that_are_none(shared, tmp_path, user):
    """Twice the same bytes; the refused stay out, whatever the caches know."""
    root = shared / "official" / "nine"
    if not root.is_dir():
        pytest.skip("needs the official files of all nine data sets")
    submissions = tmp_path / "submissions"
    good = submit(root / "output", submissions / "good", "Good")
    given = tmp_path / "cache.sqlite"

    def board(cache):
        request = Request(submissions, root / "dataset", ("builtin",), cache=cache, resamples=50)
        return build(request.with_usual_places())

    board(given)  # which knows the predictions then
    for name in ("-rf", "baseline-majority", "published-000", "bad name <b>&", "con", "x."):
        shutil.copytree(good, submissions / name)
    written = []
    for number, cache in enumerate((None, None, given, given)):
        results, details = board(cache)
        assert len(results.refused) == 6
        assert {row.model_id for row in results.rows if row.origin == "computed"} == {"good"}
        written.append(everything(results, details, tmp_path / str(number)))
    assert all(each == written[0] for each in written)
    assert (user / "cache" / "board.sqlite").is_file()


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="its file systems do not tell these names apart")
def test_of_names_that_differ_in_case_alone_the_one_on_the_board_stays(small, tmp_path):
    small.add("model", name="first")
    results, details = small.build()
    write(results, details, tmp_path / "board")
    for name in ("Model", "MODEL"):
        small.add(name)
    committed = tmp_path / "board" / "results.json"
    for _ in range(2):
        results, _ = small.build(committed=committed)
        assert [each.submission for each in results.refused] == ["MODEL", "Model"]
        assert "only in case" in results.refused[0].reasons[0]
        assert {each.name for each in results.models if each.origin == "computed"} == {"first"}
    results, _ = small.build()
    assert len(results.refused) == 2


def test_after_ten_files_that_cannot_be_used_no_more_are_read(good, tmp_path, monkeypatch):
    folder = attacked(good, tmp_path)
    for number in range(40):
        (folder / "predictions" / f"step-{number}").mkdir()
        rewrite(folder / "predictions" / f"step-{number}" / "meld.jsonl.gz", "{broken\n")
    opened, read_table = [], prediction_rows.read_table
    monkeypatch.setattr(
        prediction_rows, "read_table", lambda path, **given: opened.append(path) or read_table(path, **given)
    )
    assert "the rest was not read" in assert_refused(folder)
    assert len(opened) <= 12


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), KeyError("x"), AssertionError()], ids=repr)
def test_validate_names_the_kind_of_an_error_of_its_own(good, monkeypatch, error):
    def failing(*_, **__):
        raise error

    monkeypatch.setattr(prediction_rows, "read_table", failing)
    assert check(good).problems == [f"could not be checked ({type(error).__name__})"]


@pytest.mark.parametrize("killers", [{"b"}, {"a", "d"}, set()])
def test_a_submission_whose_process_is_killed_is_refused_and_the_others_are_done(monkeypatch, killers):
    def in_processes(jobs_, *_):
        for job in jobs_:
            if job.folder.name in killers:
                raise BrokenProcessPool
            yield jobs.Outcome(Checked(job.folder), {})

    monkeypatch.setattr(jobs, "_in_processes", in_processes)
    outcomes = list(jobs.do_all([jobs.Job(Path(name), ()) for name in "abcd"], None, 2))
    assert [each.checked.folder.name for each in outcomes] == list("abcd")
    assert {each.checked.folder.name for each in outcomes if not each.checked.valid} == killers


def test_where_no_process_can_be_started_it_is_no_fault_of_submissions(monkeypatch):
    def in_processes(*_):
        raise BrokenProcessPool
        yield

    monkeypatch.setattr(jobs, "_in_processes", in_processes)
    with pytest.raises(BrokenProcessPool):
        list(jobs.do_all([jobs.Job(Path(name), ()) for name in "abcd"], None, 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    "row", ['{"name":"a"}\n', '{"a":[],"b":{},"c":1}\n', '{"name":"a","labels":[1,2,3]}\n', "\n", " "]
)
def test_a_packed_megabyte_of_rows_takes_little_time_and_memory(good, tmp_path, row):
    folder = attacked(good, tmp_path)
    bomb = gzip.compress((row * ((60 << 20) // len(row))).encode(), 6)
    for number in range(50):
        (folder / "predictions" / f"step-{number}").mkdir()
        (folder / "predictions" / f"step-{number}" / "meld.jsonl.gz").write_bytes(bomb)
    before, told = time.monotonic(), tmp_path / "peak"
    done = subprocess.run(
        [sys.executable, "-m", "tests.peak", str(told), "merunibench", "leaderboard", "validate", str(folder)],
        check=False,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)),
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)
    assert time.monotonic() - before < 30
    assert int(told.read_text()) < 1 << 20  # in KiB
