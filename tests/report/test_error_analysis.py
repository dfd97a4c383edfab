"""Every rendering of an error analysis escapes what strangers wrote, asks for nothing from elsewhere, and repeats."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

from merunibench import error_analysis
from merunibench.demo import run_demo
from merunibench.pictures.heat import heat_map, whole_percent
from merunibench.report.error_analysis.maps import confusion_map
from merunibench.report.error_analysis.result import Confusion
from merunibench.report.error_analysis.wording import largest, losses, worst_confusion

HOSTILE = "<script>alert(1)</script>[red]&\"'\x1b[31m\u202e\n\x00\ud800"
VOID = {"meta", "br"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    run_demo(folder)
    return folder


@pytest.fixture(scope="module")
def demo(demo_folder):
    return error_analysis(demo_folder / "text-lexicon", demo_folder / "labels")


def hostile():
    clean = HOSTILE.replace("\ud800", "")  # files and Arrow hold no half characters
    names = [f"{clean}{i}" for i in range(4)]
    word = clean.replace("'", "").replace('"', "")
    said = {name: ["sad", word] for name in names}
    truth = {name: ["happy", word] for name in names}
    return error_analysis({"ovmerdplus": said}, {"ovmerdplus": truth}, model=HOSTILE)


class Checker(HTMLParser):
    """Records tags and attributes, and that they are closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.ids = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value for key, value in attrs if key == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(page):
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    assert len(checker.ids) == len(set(checker.ids))
    return checker


def test_the_page_is_whole_and_asks_for_nothing_from_elsewhere(demo):
    page = demo.to_html()
    checker = parsed(page)
    assert not checker.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    for key, value in checker.attributes:
        assert not key.startswith("on")
        assert key not in {"src", "srcset", "action"}
        assert key != "href" or value.startswith("#")
    assert set(re.findall(r"url\(([^)]{0,20})", page)) == {"data:font/woff2;base"}
    assert "@import" not in page
    assert "default-src 'none'" in page
    assert set(re.findall(r"https?://[^\"]*", page)) == {"http://www.w3.org/2000/svg"}


def test_every_picture_has_a_title_a_description_and_a_table_beside_it(demo):
    page = demo.to_html()
    pictures = sum(len(each.confusions) for each in demo.datasets)
    assert page.count('<svg xmlns="') == page.count("<desc id=") == page.count("<caption>") == pictures
    for identifiers in re.findall(r'aria-labelledby="([^"]*)"', page):
        for identifier in identifiers.split():
            assert f'id="{identifier}"' in page


def test_the_page_shows_every_score(demo):
    page = demo.to_html()
    for errors in demo.datasets:
        assert f"{100 * errors.score:.2f}" in page
        assert errors.title in page
    assert "light-dark(" in page
    assert demo.signature in page


def test_the_page_begins_with_the_largest_loss_of_every_data_set(demo):
    shares = []
    for dataset, title, sentence in losses(demo):
        errors = demo[dataset]
        found = re.match(r"where (.+) is true, (.+) in .+ % \(([\d.]+) of (\d+) samples(?:, wheel (\d))?\)", sentence)
        row, said, count, total, wheel = found.groups()
        (confusion,) = [each for each in errors.confusions if each.wheel == (int(wheel) if wheel else None)]
        at = confusion.rows.index(row)
        column = "nothing" if said.startswith("it was missed") else said.removesuffix(" was predicted")
        lost = confusion.counts[at][confusion.columns.index(column)]
        assert float(count) == pytest.approx(lost, abs=0.06)
        assert int(total) == confusion.totals[at]
        most = max(
            counts[place] / each.samples
            for each in errors.confusions
            for name, counts in zip(each.rows, each.counts, strict=True)
            for place, other in enumerate(each.columns)
            if other != name
        )
        assert lost / confusion.samples == pytest.approx(most)
        shares.append(most)
        assert title == errors.title
    assert shares == sorted(shares, reverse=True)
    assert len(shares) == len([each for each in demo.datasets if each.confusions])
    assert demo.to_html().index("The largest losses") < demo.to_html().index("<svg")


def test_pictures_are_xml_with_the_numbers_in_their_cells(demo, tmp_path):
    paths = demo.write_svg(tmp_path / "svg")
    assert {path.name for path in paths} >= {"meld-wheel1.svg", "ovmerdplus-wheel5.svg", "cmumosi.svg"}
    for path in paths:
        root = ET.fromstring(path.read_text(encoding="utf-8"))
        assert root.find(f"{SVG}title").text
        assert root.find(f"{SVG}desc").text
        errors = demo[path.stem.partition("-")[0]]
        number = int(path.stem[-1]) if "-wheel" in path.stem else None
        (confusion,) = [each for each in errors.confusions if each.wheel == number]
        texts = [element.text for element in root.iter(f"{SVG}text")]
        for shares, row in zip(confusion.shares, confusion.rows, strict=True):
            assert row in texts
            assert all(whole_percent(share) in texts for share in shares)


def test_colour_is_the_share_of_the_row():
    confusion = Confusion(1, ("a", "b"), ("a", "b", "nothing"), ((3.0, 1.0, 0.0), (0.0, 0.5, 1.5)), (0, 1), 6)
    drawn = heat_map(confusion_map(confusion), "x")
    assert re.findall(r'fill-opacity="([\d.]+)"', drawn)[:6] == ["0.750", "0.250", "0.000", "0.000", "0.250", "0.750"]


def test_text_of_strangers_is_escaped_on_the_page():
    page = hostile().to_html()
    assert "script" not in parsed(page).tags
    assert "&lt;script&gt;" in page
    assert not re.search(r"[\x00\x1b\u202e\ud800]", page)
    assert page.encode("utf-8")


def test_text_of_strangers_is_escaped_in_pictures(tmp_path):
    paths = hostile().write_svg(tmp_path)
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        ET.fromstring(text)  # control characters would not parse
    odd = Confusion(1, ("<script>",), ("<script>", 'a"\x1b', "nothing"), ((1.0, 1.0, 0.0),), (0, 1), 2)
    ET.fromstring(heat_map(confusion_map(odd), '"><script>', "<script>"))


@pytest.mark.parametrize("width", [None, 60, 100])
def test_text_of_strangers_is_shown_as_it_is_in_the_terminal(width):
    text = hostile().to_text(width=width)
    assert not re.search(r"[\x00\x1b\u202e\ud800]", text)
    assert "[red]" in hostile().to_text()
    assert "\\x1b[31m" in hostile().to_text()


def test_shares_are_whole_percents_and_nothing_is_a_dot():
    assert [whole_percent(share) for share in (0, 0.001, 0.005, 0.5, 1)] == ["·", "<1", "0", "50", "100"]


def test_the_terminal_numbers_columns_where_names_do_not_fit(demo_folder):
    demo = error_analysis(demo_folder / "text-lexicon", demo_folder / "labels", wheel=2)
    narrow, wide = demo.to_text(width=60), demo.to_text()
    assert "2 angry" in narrow
    assert "2 angry" not in wide
    matrix = narrow[narrow.index("true") : narrow.index("false alarms")]
    assert max(map(len, matrix.splitlines())) <= 60
    assert "\x1b[" not in narrow
    assert "\x1b[" in demo.to_text(width=80, color=True)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("make", ["demo", "hostile"])
def test_the_terminal_has_a_line_a_word_and_no_line_too_wide(demo, make, width):
    analysis = demo if make == "demo" else hostile()
    short, whole = analysis.to_text(width=width).splitlines(), analysis.to_text().splitlines()
    assert max(map(cell_len, short)) <= width
    assert "--output errors.html" in " ".join(short)
    if make == "demo":
        assert width < 80 or len(short) < 0.7 * len(whole)
        text = "\n".join(short)
        table = text[text.index("Wrong words.") :].split("\n\n")[0]
        rows = table[table.rindex("──") + 3 :].splitlines()
        assert [row.split()[0] for row in rows] == [each.word for each in analysis.datasets[0].wrong_words]


def test_the_terminal_shows_the_wheel_on_which_most_is_lost(demo):
    errors = demo["meld"] if "meld" in [each.dataset for each in demo.datasets] else demo.datasets[0]
    worst = worst_confusion(errors)
    others = [each.title for each in errors.confusions if each is not worst]
    text = demo.to_text(width=100)
    text = text[text.index(f"{errors.title}: hit rate") :]
    assert f"{worst.title}: true" in text
    shares = {each.title: max(largest(each, 1))[2] / each.samples for each in errors.confusions}
    assert shares[worst.title] == max(shares.values())
    assert all(f"{title}: true" in demo.to_text() for title in others)


def test_dozens_of_sectors_are_listed_by_their_largest_confusions(tmp_path):
    words = ["joyful", "sad", "furious", "scared", "proud", "calm", "lonely", "guilty", "bored", "jealous", "excited"]
    words += ["hopeful", "anxious", "disappointed", "embarrassed", "amazed", "confused", "grateful", "critical"]
    names = [f"s{i}" for i in range(len(words))]
    truth = {name: [word] for name, word in zip(names, words, strict=True)}
    said = {name: [word] for name, word in zip(names, words[1:] + words[:1], strict=True)}
    analysis = error_analysis({"ovmerdplus": said}, {"ovmerdplus": truth}, level=2, wheel=1)
    assert len(analysis["ovmerdplus"].confusions[0].rows) > 12
    assert "Predicted" in analysis.to_text()
    assert 'class="large"' in analysis.to_html()


def test_rendering_twice_gives_the_same_bytes(demo, tmp_path):
    for form in ("to_json", "to_text", "to_html"):
        assert getattr(demo, form)() == getattr(demo, form)()
        assert getattr(hostile(), form)() == getattr(hostile(), form)()
    first, second = demo.write_svg(tmp_path / "a"), demo.write_svg(tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
