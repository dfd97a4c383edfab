"""No test or doctest sees what the user of the machine has installed: a session has a data folder of its own.

It is set before any module is collected, so that it also holds for what modules and fixtures of wide scope do.
"""

import os
import shutil
import tempfile

import pytest

# A plugin of ms-swift, which is installed nowhere here; tests/integrations/test_trainers.py loads it beside a stand-in.
collect_ignore = ["merunibench/integrations/ms_swift.py"]

_FOLDER = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty data folder; workers of pytest-xdist have one each."""
    config.stash[_FOLDER] = tempfile.mkdtemp(prefix="merunibench-tests-")
    os.environ["MERUNIBENCH_HOME"] = config.stash[_FOLDER]
    os.environ.pop("MERUNIBENCH_RELEASES_URL", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder with whatever was installed into it."""
    shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)
