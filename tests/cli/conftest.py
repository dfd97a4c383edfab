"""Running the command line in this process, as `merunibench …` would."""

import sys
from typing import NamedTuple

import pytest

from merunibench import cli


class Result(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys):
    """run("score", path, …) -> exit code, standard output, standard error."""
    monkeypatch.setenv("COLUMNS", "100")

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["merunibench", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run_command


@pytest.fixture
def refused(run):
    """Run a command that must be refused: exit code 2, one line, no traceback; returns the line."""

    def run_refused(*arguments):
        result = run(*arguments)
        assert result.code == 2, result
        assert result.out == ""
        assert result.err.count("\n") == 1, result.err
        assert result.err.startswith("error: ")
        return result.err

    return run_refused
