"""The documentation site is built without warnings, loads nothing from elsewhere, is accessible, and is searched."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading

import pytest

from tools import doc_examples
from tools.site import pictures, reference

PAGES = (
    "index",
    "start",
    "guides/outputs",
    "concepts/score",
    "concepts/chance",
    "reference/tasks",
    "gallery",
    "glossary",
    "reporting",
    "reference/api/merunibench.signature",
)


def test_reference_pages_hold_every_entry_of_their_registry():
    from merunibench.protocols import PROTOCOLS
    from merunibench.signature import Signature
    from merunibench.tasks import BUILTIN

    assert all(f"| `{task}` |" in reference.tasks() for task in BUILTIN)
    assert all(f"`{each.signature}`" in reference.protocols() for each in PROTOCOLS.values())
    assert all(f"| `{name}` |" in reference.signature() for name in Signature.__dataclass_fields__)
    assert "| wheel" in reference.lexicons().casefold()


def test_upgrade_notes_hold_what_changes_and_leave_out_what_does_not():
    notes = reference.upgrade()
    assert "Scores under builtin change" in notes
    assert "Intervals change, scores do not" in notes
    assert "the `answer.csv` of a MER challenge" not in notes


def test_each_picture_that_a_page_asks_for_is_drawn():
    asked = {
        name
        for page in doc_examples.pages()
        for name in re.findall(r"<!-- picture: ([\w-]+) -->", (doc_examples.ROOT / page).read_text(encoding="utf-8"))
    }
    assert asked == {*pictures.FILES, *pictures.INLINE}
    for name in asked:
        assert "<figure" in pictures.embedded(name, "../")
    assert pictures.wheel().startswith("<svg")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    quiet = {"DISABLE_MKDOCS_2_WARNING": "true", "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=doc_examples.ROOT,
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def address(site):
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.mark.slow
def test_llms_txt_lists_every_page_with_what_it_says(site):
    lines = (site / "llms.txt").read_text(encoding="utf-8").splitlines()
    listed = [re.match(r"- \[(.+)\]\((.+)\): (.*)", line) for line in lines if line.startswith("- ")]
    assert len(listed) > 40
    assert all((site / found[2]).is_file() for found in listed)
    assert sum(not found[3] for found in listed) < 3


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site):
    for page in site.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|link)[^>]* (?:src|href)=\"(https?:[^\"]+)\"", page.read_text(encoding="utf-8")
        )
        assert [url for url in loaded if "squidfunk" not in url] == [], page


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ten_pages_are_accessible_and_fit_a_phone(address, browser, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{address}{name}.html")
        page.wait_for_function("[...document.querySelectorAll('.md-code__nav')].every(nav => nav.ariaLabel)")
        found = axe.run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], name
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.mark.slow
def test_the_search_finds_the_chance_level(address, browser):
    page = browser.new_page()
    page.goto(f"{address}index.html")
    page.locator("input.md-search__input").click()
    page.keyboard.type("chance level")
    page.wait_for_selector(".md-search-result__item h1")
    found = page.locator(".md-search-result__item h1").all_inner_texts()
    page.close()
    assert "Chance" in found
