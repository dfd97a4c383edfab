"""The page in Chromium: real clicks and keys; what strangers wrote stays text."""

import pytest

from merunibench.viewing.index import make_index
from tests.viewing.world import FAILED_AT, HOSTILE_AT, HUGE_AT, NAMES


@pytest.fixture
def page(browser, server):
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto(server.address)
        opened.wait_for_selector("html[data-ready]")
        yield opened


def listed(page):
    return page.evaluate("mub.listed().map((at) => mub.index.columns.name[at])")


def test_a_confused_pair_lists_its_samples(page, collection):
    index = make_index(collection)
    loss = index["losses"][0][0]
    page.click("#losses ol a >> nth=0")
    page.wait_for_selector("#rows > div")
    rows = collection.sets["ovmerdplus"][0].rows
    axis, true, said = loss["axis"], loss["true"], loss["said"]
    expected = set()
    for row in rows:
        truth, answer = set(row["truth"][axis]), set(row["predicted"][axis])
        wrong = answer - truth
        if true in truth - answer and (said in wrong if said else not wrong):
            expected.add(row["name"])
    assert expected
    assert set(listed(page)) == expected


def test_keys_go_through_the_list_and_the_address_follows(page):
    page.click("#tab-samples")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = listed(page)[1]
    page.wait_for_function("name => document.querySelector('#sample h2')?.textContent === name", arg=second)
    assert f"open=ovmerdplus%2F{second}" in page.url
    page.keyboard.press("k")
    page.wait_for_function("name => document.querySelector('#sample h2')?.textContent === name", arg=listed(page)[0])


@pytest.mark.parametrize("place", [HOSTILE_AT, HUGE_AT])
def test_hostile_answers_stay_text(page, server, place):
    page.goto(f"{server.address}#open=ovmerdplus%2F{NAMES[place]}")
    page.wait_for_selector("#sample .answer")
    assert page.evaluate("window.hacked") is None
    assert page.locator("#sample img, #sample script").count() == 0
    text = page.inner_text("#sample .model >> nth=0")
    assert "\u202e" not in text
    assert ("\\u202e" in text) if place == HOSTILE_AT else ("The first 20,000 of" in text)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("q", NAMES[3], lambda _: {NAMES[3]}),
        ("truth", "curious", lambda index: of_truth(index, "curious")),
        ("failed", "1", lambda _: {NAMES[FAILED_AT]}),
    ],
)
def test_filters_list_what_they_say(page, collection, name, value, expected):
    page.click("#tab-samples")
    if value == "1":
        page.check(f"#filters [name={name}]")
    elif name == "q":
        page.fill("#filters [name=q]", value)
    else:
        page.select_option(f"#filters [name={name}]", label=value)
    wanted = expected(make_index(collection))
    assert wanted
    page.wait_for_function("number => mub.listed().length === number", arg=len(wanted))
    assert set(listed(page)) == wanted
    names = page.evaluate("mub.csv()").splitlines()[1:]
    assert len(names) == len(wanted)
    again = page.context.new_page()
    again.goto(page.url)
    again.wait_for_selector("html[data-ready]")
    assert set(listed(again)) == wanted, "the address holds the filter"


def of_truth(index, word):
    place = index["words"].index(word)
    columns = index["columns"]
    return {name for name, truth in zip(columns["name"], columns["truth"], strict=True) if place in truth}


def test_models_that_disagree_have_other_sectors(page, collection):
    page.click("#tab-samples")
    page.check("#filters [name=differ]")
    first, second = (index for index in make_index(collection)["columns"]["models"])
    names = make_index(collection)["columns"]["name"]
    pairs = zip(names, first["sectors"], second["sectors"], second["state"], strict=True)
    wanted = {name for name, one, other, state in pairs if one != other and state is not None}
    page.wait_for_function("number => mub.listed().length === number", arg=len(wanted))
    assert set(listed(page)) == wanted


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "#tab=samples", f"#tab=samples&open=ovmerdplus%2F{NAMES[0]}"])
def test_the_page_is_accessible(browser, server, scheme, place):
    from axe_playwright_python.sync_playwright import Axe

    for width in (1440, 390):
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
        with context as opened:
            page = opened.new_page()
            page.goto(f"{server.address}{place}")
            page.wait_for_selector("html[data-ready]")
            if "open" in place:
                page.wait_for_selector("#sample .model")
            found = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
