"""A small release of our own making."""

import hashlib

import pytest

from merunibench.lexicon import load_wheels
from merunibench.lexicon.releases.published import KNOWN_RELEASES, RELEASES, TABLE_FILES, Release
from merunibench.lexicon.releases.store import load_path
from tests.release import RUNS, write_release, write_xlsx

FORMS = [
    ("happy", "happy,happily,happiness"),
    ("glad", "glad,gladly"),
    ("afraid", "afraid"),
    ("fearful", "fear,fears"),
    ("fearless", "fearless,fear"),
    ("no words", ""),
]
SYNONYMS = [("Happy ", "glad, joyful"), ("fearful", "[afraid, 'scared']"), ("brave", "fearless"), ("angry", "")]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """The servers of these tests are on this machine."""
    monkeypatch.setenv("NO_PROXY", "*")


def wheel_rows(wheel):
    """The rows of a wheel's sheet; a word that equals the one above it is left blank."""
    for sector, group in wheel.sectors.items():
        for inner, outer in group.items():
            for word in outer:
                first_inner, first_outer = next(iter(group)) == inner, outer[0] == word
                yield (
                    sector.title() if first_inner and first_outer else None,
                    f" {inner} " if first_outer else None,
                    word,
                )


@pytest.fixture(scope="session")
def _release_made_once(tmp_path_factory):
    """A release with the real wheels and tiny tables of words."""
    wheels = map(wheel_rows, load_wheels())
    return write_release(tmp_path_factory.mktemp("made") / "tiny", FORMS, [SYNONYMS] * RUNS, wheels)


@pytest.fixture
def release(_release_made_once, tmp_path):
    """A folder with a release, free to be damaged."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name in TABLE_FILES:
        (folder / name).write_bytes((_release_made_once / name).read_bytes())
    return folder


@pytest.fixture
def published(release, monkeypatch):
    """The release passes for mer2026, pinned hashes and all."""
    files = {name: hashlib.sha256((release / name).read_bytes()).hexdigest() for name in TABLE_FILES}
    mapping = load_path(release, max_bytes=10**8).sha256
    monkeypatch.setitem(RELEASES, "mer2026", Release("folder/of/mer2026", files, mapping))
    monkeypatch.setitem(KNOWN_RELEASES, "mer2026", mapping)
    return release


@pytest.fixture
def write_sheet(release):
    """Replaces a sheet of the release."""
    return lambda name, rows: write_xlsx(release / name, rows)
