"""The page of a review in a browser: it answers, saves, stays inert, and is accessible."""

import csv

import pytest

from merunibench.curation.review import make_review, score_review
from tests.curation.review.test_review import build
from tests.leaderboard.page.conftest import Visit


@pytest.fixture
def page_of(browser, tmp_path):
    folder = build(tmp_path / "data", rows=12)
    make_review(folder, sample=12)
    visits = []

    def make(**options):
        visits.append(Visit(browser, folder.path / "review", **options))
        return folder, visits[-1].open("sheet.html")

    yield make
    for each in visits:
        each.went_well()
        each.context.close()


def test_keys_answer_and_the_saved_file_is_scored(page_of, tmp_path):
    folder, page = page_of()
    for _ in range(12):
        page.keyboard.press("y")
        page.keyboard.press("1")
        page.keyboard.press("e")
        page.keyboard.type("happy, =1")
        page.keyboard.press("Enter")
    assert page.locator("#progress").text_content() == "12 of 12 answered"
    with page.expect_download() as download:
        page.locator("#save").click()
    place = tmp_path / "answers.csv"
    download.value.save_as(place)
    with place.open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 12
    assert score_review(folder, [place]).reviewers == {"1": 12}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_fits_and_has_no_fault_of_accessibility(page_of, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    _, page = page_of(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    assert [(each["id"], node["html"][:200], node["failureSummary"]) for each in found for node in each["nodes"]] == []
