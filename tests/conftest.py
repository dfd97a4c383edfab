"""What all tests share."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.leaderboard import chromium
from tests.release import toy_release
from tests.small import write_files

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is in a shell's background job, and it would be inherited by the processes that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Continuous integration shares its cores: how long an example takes there says nothing about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the official files, which belong to others and are not part of this repository."""
    folder = Path(os.environ.get("MERUNIBENCH_SHARED") or Path(__file__).parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there (set MERUNIBENCH_SHARED to the folder that holds official/)")
    return folder


@pytest.fixture(scope="session")
def toy(tmp_path_factory) -> Path:
    """Folder of a lexicon release of a few words, to be read, not changed."""
    return toy_release(tmp_path_factory.mktemp("release"))


@pytest.fixture(autouse=True)
def user(tmp_path, monkeypatch):
    """The user's data folder, which is empty at the beginning of every test."""
    home = tmp_path / "user"
    monkeypatch.setenv("MERUNIBENCH_HOME", str(home))
    return home


@pytest.fixture
def files(tmp_path):
    """(predictions folder, ground-truth folder) of a small model on three small data sets."""
    return write_files(tmp_path)


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by Playwright, which runs once in a process; without one the test is skipped, in CI it fails."""
    path = chromium.find()
    if path is None:
        (pytest.fail if chromium.required() else pytest.skip)(chromium.ADVICE)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield running
        running.close()
