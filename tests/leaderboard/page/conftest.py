"""A site built once, and visits to it."""

from pathlib import Path

import pytest

from tests.leaderboard.sample import sample


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Folder of a site of twelve invented models, one of them hostile."""
    from merunibench.leaderboard.writing import write

    folder = tmp_path_factory.mktemp("site")
    write(*sample(12), folder)
    return folder


class Visit:
    """A page that is open, and what went on while it was: every test ends with `went_well`."""

    def __init__(self, browser, folder: Path, **options):
        self.folder = folder
        self.context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **options)
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, name="index.html"):
        self.page.goto((self.folder / name.partition("#")[0]).as_uri() + name[len(name.partition("#")[0]) :])
        return self.page

    def went_well(self):
        assert self.said == []
        inside = self.folder.as_uri() + "/"
        assert [url for url in self.asked if not url.startswith(inside)] == []


@pytest.fixture
def visit(browser, site):
    """Open a page of the site; at the end nothing was complained of and nothing was asked for from elsewhere."""
    visits = []

    def make(folder=site, **options):
        visits.append(Visit(browser, folder, **{"viewport": {"width": 1440, "height": 900}, **options}))
        return visits[-1]

    yield make
    for each in visits:
        each.context.close()
    for each in visits:
        each.went_well()
