"""What is printed while a model runs."""

import pytest

from merunibench.cli import _running as running


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""
    now = [100.0]
    monkeypatch.setattr(running.time, "monotonic", lambda: now[0])
    return now


def test_progress_tells_rate_time_left_and_failures_where_there_is_no_terminal(clock, capsys):
    with running.progress_bar("clips") as progress:
        progress("meld", 40, 100, 0)  # there before: no part of the rate
        clock[0] += 4
        progress("meld", 44, 100, 1)
        assert capsys.readouterr().err == ""  # a line in ten seconds at most
        clock[0] += 8
        progress("meld", 52, 100, 1)
    assert capsys.readouterr().err == "meld: 52 of 100, 1.00 clips/s, 0:48 left, 1 failed\n"


def test_steps_of_scoring_are_told_without_a_rate(clock, capsys):
    with running.progress_bar() as progress:
        progress("meld last", 0, 4)
        clock[0] += 11
        progress("mosi last", 1, 4)
    assert capsys.readouterr().err == "mosi last: 1 of 4, 0:33 left\n"


def test_a_bar_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with running.progress_bar("clips") as progress:
        progress("meld", 0, 10, 0)
        progress("meld", 5, 10, 2)
    told = capsys.readouterr().err
    assert "meld" in told
    assert "5/10" in told.replace(" ", "")
    assert "2 failed" in told
