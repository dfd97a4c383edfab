"""No dead link: every file and heading that README, docs and their neighbours link to is there."""

import re
import unicodedata

import pytest

from tools.doc_examples import ROOT, pages

MORE = ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "examples/README.md"]
MADE = ("../../actions/", "upgrade.md", "changelog.md", "contributing.md", "checked.md", "reference/", "../reference/")
"""Pages that are made while the site is built, whose strict mode checks links to them; the host's page of workflows."""


def anchors(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def slug(heading):
    """As the site and repository viewers name a heading."""
    plain = (
        unicodedata.normalize("NFKD", re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading)).encode("ascii", "ignore").decode()
    )
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


@pytest.mark.parametrize("page", [*pages(), *MORE])
def test_what_a_page_links_to_is_there(page):
    path = ROOT / page
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith("mailto:") or target.startswith(MADE):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file) if file else path
        assert there.exists(), f"{page}: {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{page}: {target}"
