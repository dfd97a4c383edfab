"""Where there is no browser, its tests are skipped with one line that says what to install; in CI that is a failure."""

import pytest

from tests.leaderboard import chromium


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("MERUNIBENCH_CHROMIUM", str(tmp_path / "no-such-browser"))
    monkeypatch.delenv("CI", raising=False)


def test_without_a_browser_one_line_says_what_to_install(nowhere, capsys):
    assert chromium.main() == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "apt-get install chromium" in said


def test_in_continuous_integration_that_is_a_failure(nowhere, monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert chromium.required()
    assert chromium.main() == 1


def test_a_browser_that_is_named_is_taken(monkeypatch, tmp_path):
    named = tmp_path / "my-chromium"
    named.touch(mode=0o755)
    monkeypatch.setenv("MERUNIBENCH_CHROMIUM", str(named))
    assert chromium.find() == str(named)
    assert chromium.main() == 0
