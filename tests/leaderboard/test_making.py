"""A second process changes nothing but the time: equal files, and the same errors."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing

import pytest

from merunibench.errors import InputError
from merunibench.leaderboard import making, processes
from merunibench.leaderboard.board.inputs import Request
from merunibench.leaderboard.making import make
from merunibench.leaderboard.schema.lock import read_lock
from merunibench.leaderboard.scoring import jobs
from merunibench.leaderboard.writing import Stamp

MODULE = "merunibench.leaderboard.making"
STAMP = Stamp("The maintainers", "2026-11-28")


def reversed_answers(_, lines):
    return [{**other, "name": one["name"]} for one, other in zip(lines, lines[::-1], strict=True)]


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def imported(name):
    return name in sys.modules


def kill_this_process():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def helper(tmp_path_factory):
    """A second process, started once for all tests of this module."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(40):
        (folder / str(number)).mkdir()
    with processes.helper(folder, 2, MODULE) as process:
        assert process is not None
        yield process


@pytest.fixture
def board(small, tmp_path):
    """A function that makes the board of the small submissions in a folder, with a cache in another one."""

    def made(name, helper, cache="cache.sqlite", **options):
        request = Request(small.submissions, small.truth, cache=cache and tmp_path / cache, resamples=50, **options)
        results = make(request, tmp_path / name, STAMP, helper=helper)
        return results, content(tmp_path / name)

    return made


def test_a_second_process_gives_equal_files_whatever_is_cached(small, board, helper):
    for number in range(3):
        small.add(f"m{number}", reversed_answers if number % 2 else None)
    alone = board("alone", None, cache=None)
    assert {"results.json", "pairs.json", "results.lock", "index.html", "models/m1.js"} <= alone[1].keys()
    for name in ("scratch", "cached"):  # the first build scores everything, the second nothing
        assert board(name, helper) == alone
    assert board("uncached", helper, cache=None) == alone


def test_a_changed_submission_is_scored_there(small, board, helper, monkeypatch):
    small.add("one")
    small.add("two")
    board("out", helper)
    shutil.rmtree(small.submissions / "two")
    small.add("two", reversed_answers)
    alone = board("alone", None, cache=None)
    monkeypatch.setattr("merunibench.leaderboard.scoring.jobs._score", lambda *_: pytest.fail("scored here"))
    assert board("out", helper) == alone


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def threads_there():
    return [os.environ.get(name) for name in THREADS]


def test_numpy_has_one_thread_in_both_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "_WORTH_A_HELPER", 0)
    for name in THREADS:
        monkeypatch.setenv(name, "7")
    with processes.helper(tmp_path, 2, MODULE) as process:
        assert threads_there() == process.submit(threads_there).result() == ["1"] * 3
    assert threads_there() == ["7"] * 3
    program = "import sys, merunibench.cli.leaderboard.build, merunibench.cli._building; print('numpy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout == "False\n"  # it is imported where a second process is started, and reads these variables


def test_files_of_models_that_are_gone_are_deleted(small, board, helper):
    small.add("one")
    small.add("two")
    _, before = board("out", helper)
    shutil.rmtree(small.submissions / "two")
    _, after = board("out", helper)
    gone = {"details/two.json", "models/two.html", "models/two.js", "badge/two.svg"}
    assert gone <= before.keys()
    assert before.keys() - after.keys() == gone


def test_the_lock_names_who_and_all_hashes(small, board, helper, tmp_path):
    small.add("one")
    board("out", helper)
    lock = read_lock(tmp_path / "out" / "results.lock")
    assert (lock.by, lock.date) == STAMP[:2]
    details = {f"details/{path.name}" for path in (tmp_path / "out" / "details").iterdir()}
    assert lock.files.keys() == {"pairs.json", *details}


@pytest.mark.parametrize("statement", ["UPDATE texts SET losses = '[]'", "DELETE FROM texts"])
def test_a_cache_that_cannot_be_used_is_refused_and_nothing_is_written(small, board, helper, tmp_path, statement):
    small.add("one")
    board("out", None)
    with closing(sqlite3.connect(tmp_path / "cache.sqlite")) as store, store:
        store.execute(statement)
    for process in (None, helper):
        with pytest.raises(InputError, match=r"cache\.sqlite: cannot be used as the cache: .*delete it"):
            board("again", process)
        assert not (tmp_path / "again").exists()


def test_an_output_folder_that_cannot_be_written_is_said(small, board, helper, tmp_path):
    small.add("one")
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match=r"out/.*: cannot be written"):
        board("out", helper)


@pytest.fixture
def own_helper(tmp_path, monkeypatch):
    """A second process that may be killed."""
    monkeypatch.setattr(processes, "_WORTH_A_HELPER", 0)
    with processes.helper(tmp_path, 2, MODULE) as process:
        yield process


def test_a_second_process_that_is_gone_before_the_work_is_not_needed(small, board, own_helper):
    small.add("one")
    with pytest.raises(BrokenProcessPool):
        own_helper.submit(kill_this_process).result()
    assert board("out", own_helper) == board("alone", None)


def test_a_second_process_that_is_killed_while_it_draws_is_said(small, board, own_helper, monkeypatch, tmp_path):
    small.add("one")
    monkeypatch.setattr(making, "_draw_pictures", kill_this_process)
    with pytest.raises(InputError, match="--processes 1"):
        board("out", own_helper)
    assert not (tmp_path / "out" / "results.lock").exists()


class Dying(Executor):
    """A process that the first submission kills."""

    def submit(self, function, *_):
        if function is not jobs.do:
            raise BrokenProcessPool
        never = Future()
        never.set_exception(BrokenProcessPool("terminated abruptly"))
        return never


def test_a_submission_that_kills_the_second_process_stops_no_board(small, board, monkeypatch):
    small.add("one")
    alone = board("alone", None, cache=None)
    monkeypatch.setattr(jobs, "read_ahead", jobs.do)  # it is gone by then
    monkeypatch.setattr(jobs, "_in_processes", lambda them, scorer, _: (jobs.do(scorer, job) for job in them))
    assert board("again", Dying()) == alone
    monkeypatch.setattr(jobs, "_alone", lambda *_: None)
    results, _ = board("killed", Dying(), cache="another.sqlite")
    assert [(each.submission, each.reasons) for each in results.refused] == [
        ("one", ("could not be checked (BrokenProcessPool)",))
    ]


def test_pandas_is_not_imported_there(helper):
    assert helper.submit(imported, "merunibench.leaderboard.making").result()
    assert not helper.submit(imported, "pandas").result()


@pytest.mark.parametrize(("submissions", "wanted"), [(40, 1), (39, 2), (0, 0)])
def test_there_is_no_second_process_for_little_work(tmp_path, submissions, wanted):
    for number in range(submissions):
        (tmp_path / str(number)).mkdir()
    with processes.helper(tmp_path, wanted, MODULE) as process:
        assert process is None
    with processes.helper(tmp_path / "missing", 2, MODULE) as process:
        assert process is None


def test_the_command_writes_what_the_library_writes(small, board, run, monkeypatch, tmp_path):
    small.add("one")
    monkeypatch.setattr(processes, "_WORTH_A_HELPER", 0)
    options = ["--submissions", small.submissions, "--data-root", small.truth, "--cache", tmp_path / "cache.sqlite"]
    stamp = ["--by", STAMP.by, "--date", STAMP.date]
    for name, number in (("two", 2), ("one", 1)):
        result = run("leaderboard", "build", *options, *stamp, "--out", tmp_path / name, "--processes", number)
        assert result.code == 0, result.err
        assert "Official protocol, lexicon builtin" in result.out
    assert content(tmp_path / "two") == content(tmp_path / "one")
