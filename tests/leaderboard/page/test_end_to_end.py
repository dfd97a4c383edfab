"""From an empty folder to the page: submit, check, build, look."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import urllib.request

import pytest

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def command(*arguments):
    """The command as its users give it."""
    return [sys.executable, "-m", "merunibench", *map(str, arguments)]


@pytest.fixture(scope="module")
def folder(shared, tmp_path_factory):
    """A board of AffectGPT's released outputs, made by commands alone; the labels of some samples are not at hand."""
    official = shared / "official"
    board = tmp_path_factory.mktemp("board") / "leaderboard"
    known = shutil.copytree(official / "dataset", board.with_name("labels"))
    file = known / "ovmerdplus-process" / "ovlabel.csv"
    with file.open(encoding="utf-8", newline="") as whole:
        rows = list(csv.reader(whole))
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows[:301])
    submission = board / "submissions" / "affectgpt"
    modalities = ("--modality", "audio", "--modality", "video", "--modality", "text")
    lexicons = [part for name in ("mer2025", "mer2026") for part in ("--lexicon", official / "emotion_wheel" / name)]
    labels = ("--data-root", known)
    submit = ("submit", official / "output", "--model", "AffectGPT", *modalities, "--out", submission)
    check = ("leaderboard", "check", submission, *labels)
    build = (
        "leaderboard",
        "build",
        "--submissions",
        submission.parent,
        *labels,
        *lexicons,
        "--out",
        board,
        "--no-cache",
    )
    for step in (submit, check, build):
        subprocess.run(command(*step), env=ENVIRONMENT, check=True, capture_output=True)
    return board


def test_the_page_shows_the_published_figures_recomputed(visit, folder):
    page = visit(folder).open("index.html#by=official&sets=1&sort=-ovmerdplus")
    row = page.locator('tr[data-id="affectgpt/best-per-dataset"]')
    heads = page.locator("#board th[data-col]").evaluate_all("heads => heads.map(h => h.hidden ? '' : h.dataset.col)")
    cells = row.locator("th, td")
    assert row.locator(".name").text_content() == "AffectGPT"
    assert cells.nth(heads.index("meld")).text_content() == "55.65"
    assert cells.nth(heads.index("cmumosi")).text_content() == "81.30"
    assert cells.nth(heads.index("rank")).text_content() == ""
    marks = row.locator("small span").all_text_contents()
    assert marks[0] == "chosen on test"
    assert row.locator("small").first.text_content().startswith("best per data set · chosen on test")
    last = page.locator('tr[data-id="affectgpt/last"] .rank')
    assert last.text_content() == ""  # the only ranked row: a place says nothing
    row.get_by_role("link", name="AffectGPT").click()
    page.locator("#confusions h4").first.wait_for()
    assert page.locator("h1").inner_text() == "AffectGPT"
    assert page.locator(".maps:not(.small) svg").count() == 6
    assert page.locator(".maps.small svg").count() == 3  # data set by data set
    page.get_by_text("Other protocols and lexicons").click()
    assert "55.65" in page.locator("main").inner_text()


def test_a_part_of_a_data_set_is_marked(visit, folder):
    """Labels of 300 of OV-MERD+'s 532 samples are at hand."""
    page = visit(folder).open("index.html#sort=-ovmerdplus")
    assert page.locator("#board tr[data-id^=affectgpt] abbr").first.get_attribute("title") == "300 of 532 samples"


def test_the_preview_shows_the_page(folder):
    serve = command("leaderboard", "serve", folder, "--port", 0)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(serve, text=True, env=ENVIRONMENT, **pipes) as server:
        try:
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(address, timeout=20) as answer:
                assert b"MER-UniBench leaderboard" in answer.read()
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 0
        finally:
            server.kill()
