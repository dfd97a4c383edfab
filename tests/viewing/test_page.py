"""The page in Chromium: real clicks and keys; what strangers wrote stays text."""

import threading

import pytest

from merunibench.viewing.index import make_index
from merunibench.viewing.serving import serving
from tests.viewing.world import HOSTILE_AT, HUGE_AT, NAMES


@pytest.fixture(scope="module")
def server(collection):
    with serving(collection) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


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
    page.wait_for_selector("#sample .model")
    second = listed(page)[1]
    assert page.inner_text("#sample h2") == second
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
