"""A small release of our own making."""

import csv
import hashlib

import openpyxl
import pytest

from merunibench.lexicon import load_wheels
from merunibench.lexicon.releases import KNOWN_RELEASES, RELEASES, TABLE_FILES, Release
from merunibench.lexicon.store import load_path

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


def write_xlsx(path, rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def write_release(folder):
    """A release with the real wheels, laid out as its authors do, and tiny tables of words."""
    folder.mkdir(parents=True)
    write_csv(folder / "format.csv", [("name", "format"), *FORMS])
    header = [name for run in range(1, 9) for name in (f"word_run{run}", f"synonym_run{run}")]
    write_xlsx(folder / "synonym.xlsx", [header, *([word, synonyms] * 8 for word, synonyms in SYNONYMS)])
    for number, wheel in enumerate(load_wheels(), 1):
        write_xlsx(folder / f"wheel{number}.xlsx", [("level1", "level2", "level3"), *wheel_rows(wheel)])
    return folder


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
    return write_release(tmp_path_factory.mktemp("made") / "tiny")


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
