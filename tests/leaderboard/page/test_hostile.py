"""Strangers' words on the page are text and nothing else: no script of theirs runs, no link leads where it must not."""

import json

import pytest

from merunibench.leaderboard.page import render_site
from merunibench.leaderboard.page.wording import shown, web_address
from merunibench.leaderboard.schema.details import Details, ModelDetails
from merunibench.leaderboard.schema.results import Refused
from tests.leaderboard.sample import sample

ATTACKS = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    '"><svg onload=window.hacked=1>',
    "' onmouseover='window.hacked=1",
    "</script></style></title><script>window.hacked=1</script>",
    "{{ 7 * 7 }} {% raw %} ${window.hacked=1}",
    "javascript:window.hacked=1",
    '=HYPERLINK("http://evil.example")',
    "\u202eetirw\u0000\x1b[31m\u2028 <b>",
    "]]> --> <!-- <plaintext>",
)
TEXTS = ("base_model", "training_data", "prompt", "decoding", "extractor", "date", "licence", "note")


def attacked(details, attack):
    """Details in which every text is an attack."""
    parts = {}
    for key, part in zip(details.parts, ModelDetails.model_validate_json(details.to_json()).parts, strict=True):
        words = {"wrong": tuple(word.model_copy(update={"word": attack}) for word in part.words.wrong)}
        changed = {
            "checkpoint": attack,
            "checkpoints": {attack: 0.5, "other": 0.4},
            "words": part.words.model_copy(update=words),
        }
        parts[key] = part.model_copy(update=changed).model_dump_json()
    return Details(details.model_id, (attack,), attack, parts)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A site on which every text that strangers write is an attack, and one name has ten million letters."""
    results, details = sample(len(ATTACKS) + 1)
    attack_of = {f"model-{index}": attack for index, attack in enumerate(ATTACKS)}
    attack_of[f"model-{len(ATTACKS)}"] = "W" * 10_000_000
    models = tuple(
        model.model_copy(
            update={
                **dict.fromkeys(TEXTS, attack_of[model.id]),
                "name": attack_of[model.id],
                "authors": (attack_of[model.id],) * 3,
                "link": "javascript:window.hacked=1",
                "paper": f"https://example.org/{attack_of[model.id][:200]}",
            }
        )
        if model.id in attack_of
        else model
        for model in results.models
    )
    rows = tuple(
        row.model_copy(
            update={
                "model": attack_of[row.model_id],
                "extractor": attack_of[row.model_id],
                "signature": attack_of[row.model_id][:1000],
            }
        )
        if row.model_id in attack_of
        else row
        for row in results.rows
    )
    refused = tuple(Refused(submission=attack[:1000], reasons=(attack[:1000],)) for attack in attack_of.values())
    results = results.model_copy(update={"models": models, "rows": rows, "refused": refused})
    details = {key: attacked(each, attack_of[key][:1000]) for key, each in details.items()}
    folder = tmp_path_factory.mktemp("hostile")
    render_site(results, details, folder)
    return folder


def test_nothing_of_it_runs_on_the_main_page(visit, hostile):
    seen = visit(hostile)
    page = seen.open("index.html#cols=rank strip strict meld labels selection extractor date signature&reported=all")
    page.locator("#matrix svg").wait_for()
    for name in page.locator("#board [data-group=scored] tr:not([hidden]) .name").all()[:8]:
        name.hover()
    assert page.evaluate("window.hacked") is None
    assert page.locator("tbody img, tbody script, tbody [onload], tbody [onmouseover], .plot image").count() == 0
    assert ATTACKS[0] in page.locator(".name").all_text_contents()


def test_nor_on_any_page_of_a_model_nor_among_the_refused(visit, hostile):
    seen = visit(hostile)
    for name in [f"models/model-{index}.html" for index in range(len(ATTACKS) + 1)] + ["refused.html"]:
        page = seen.open(name)
        assert page.evaluate("window.hacked") is None
        hrefs = page.locator("a[href]").evaluate_all("links => links.map(link => link.protocol)")
        assert set(hrefs) <= {"file:", "https:"}
        assert page.locator("main img, main script").count() == 0
        assert page.locator("h1").count() == 1


def test_a_name_of_ten_million_letters_breaks_neither_page_nor_layout(visit, hostile):
    seen = visit(hostile, viewport={"width": 390, "height": 800})
    assert (hostile / "index.html").stat().st_size < 1_000_000
    page = seen.open()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widest = page.locator("#board tr:not([hidden]) .model").evaluate_all(
        "cells => Math.max(...cells.map(cell => cell.offsetWidth))"
    )
    assert widest <= 200
    seen.open(f"models/model-{len(ATTACKS)}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_copied_of_it_is_inert_too(visit, hostile):
    page = visit(hostile).open("index.html#cols=strict")
    copied = page.evaluate(
        """() => {
          const table = new mub.Table(document.getElementById("board"));
          table.shown = table.rows;
          return Object.fromEntries(Object.entries(mub.formats).map(([name, format]) => [name, format(table)]));
        }"""
    )
    assert "<script>" not in copied["markdown"].replace(r"\<", "")
    assert "\n=" not in copied["csv"]
    assert ",=" not in copied["csv"]
    assert r"\{\{ 7 * 7 \}\}" in copied["latex"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "http://",
        "https://a b",
        "https://a\nb",
        "https://[",
        "https://example.org/" + "x" * 3000,
        None,
    ],
)
def test_only_addresses_of_the_web_become_links(address):
    assert web_address(address) is None


def test_an_address_of_the_web_is_kept_as_it_is():
    assert web_address("https://arxiv.org/abs/2501.16566?x=<b>") == "https://arxiv.org/abs/2501.16566?x=<b>"


def test_text_from_outside_is_one_line_of_a_sane_length():
    assert shown("a\nb\u202e\x00") == "a b\\u202e\\x00"
    assert len(shown("x" * 10**7)) == 160


def test_the_script_of_a_page_passes_exactly_its_details(visit, hostile):
    seen = visit(hostile)
    for index, attack in enumerate(ATTACKS):
        page = seen.open(f"models/model-{index}.html")
        given = json.loads((hostile / "details" / f"model-{index}.json").read_text(encoding="utf-8"))
        assert page.evaluate("mub.parts") == given["parts"]
        assert attack in given["parts"][0]["checkpoints"]


def test_names_of_javascript_are_names_like_any_other(visit, tmp_path):
    results, details = sample(1)
    parts = dict.fromkeys(("__proto__", "constructor", '"__proto__":', "</script>", "`${1}`", "\\"), 0.5)
    changed = {
        key: part.model_copy(update={"checkpoints": parts}).model_dump_json()
        for key, part in zip(
            details["model-0"].parts,
            ModelDetails.model_validate_json(details["model-0"].to_json()).parts,
            strict=True,
        )
    }
    render_site(results, {"model-0": Details("model-0", (), "", changed)}, tmp_path)
    page = visit(tmp_path).open("models/model-0.html")
    assert page.evaluate("Object.entries(mub.parts[0].checkpoints)") == [[name, 0.5] for name in parts]
    assert page.evaluate("({}).__proto__ === Object.prototype")


def test_details_that_cannot_be_loaded_are_said_to_be_missing(visit, tmp_path):
    render_site(*sample(1), tmp_path)
    (tmp_path / "models" / "model-0.js").write_text("")
    page = visit(tmp_path).open("models/model-0.html")
    assert page.locator("#part-note").text_content() == "These data could not be loaded."
