"""The page, the card and the funnel in a browser: hostile texts stay inert, nothing overflows."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from merunibench.curation.filtering import filter_rows
from merunibench.curation.folder import Folder
from merunibench.curation.measures import measure
from merunibench.curation.report import build_report
from merunibench.curation.settings import FilterSettings
from tests.curation.small import data_set, rows, write

HOSTILE = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    "</svg></style></title><b>bold</b>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) | cell `code`",
    "\u202eevil\x1b[31m",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The folder of a data set whose texts, labels, names, sources and card attack whoever shows them."""
    folder = tmp_path_factory.mktemp("page") / "d<i>&amp;"
    lines = rows(12)
    for number, line in enumerate(lines):
        attack = HOSTILE[number % len(HOSTILE)]
        line |= {"name": f"{attack}{number}", "text": f"{line['text']} {attack}", "labels": [*line["labels"], attack]}
    lines[5]["text"] = lines[6]["text"]
    data_set(folder, 12, lines=lines, speaker=False)
    made = {
        "cues": {HOSTILE[0]: {"model": HOSTILE[1], "prompt": HOSTILE[2]}, "audio": 3},
        "merge": {"model": HOSTILE[4]},
    }
    (folder / "descriptions" / "train.settings.json").write_text(json.dumps(made), encoding="utf-8")
    votes = [{"name": line["name"], "label": "sad"} for line in lines]
    write(folder / "votes" / "<b>crowd" / "train.jsonl", votes)
    write(folder.parent / "human.jsonl", [{"name": line["name"], "labels": ["sad"]} for line in lines])
    place = Folder(folder)
    place.write_settings({"card": {"licence": HOSTILE[0], "title": HOSTILE[1], "description": HOSTILE[3]}})
    measure(place)
    settings = FilterSettings(undecided=("keep",))
    decisions = filter_rows(place, settings)
    truth = folder.parent / "human.jsonl"
    build_report(place, decisions, settings, truth=truth, resamples=50).write(place)
    return folder


@pytest.mark.parametrize("name", ["report.html", "funnel.svg"])
def test_hostile_text_is_shown_and_does_nothing(browser, hostile, name):
    page = browser.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((hostile / name).as_uri())
    assert "owned" not in page.title()
    assert page.locator("script, img, b, i, a").count() == 0
    assert said == []
    assert asked == [(hostile / name).as_uri()]
    page.close()


@pytest.mark.parametrize("width", [360, 800, 1440])
def test_nothing_overflows(browser, hostile, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((hostile / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, hostile, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)
    page.goto((hostile / "report.html").as_uri())
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_the_funnel_is_xml_with_words_for_those_who_cannot_see_it(hostile):
    root = ET.fromstring((hostile / "funnel.svg").read_text(encoding="utf-8"))
    words = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert words["title"] == "Funnel of d<i>&amp;"
    assert "Crowd: emotion" in words["desc"]
    assert "by chance" in words["desc"]
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("kept" in text for text in texts)


def test_the_card_holds_no_markup_of_strangers(hostile):
    card = (hostile / "README.md").read_text(encoding="utf-8")
    body = card.split("---\n", 2)[2]
    assert re.findall(r"(?<!\\)<|(?<!\\)\]\(javascript|!\[x", body) == []
    assert "\x1b" not in card
    assert "\u202e" not in card
