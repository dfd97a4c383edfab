"""The page in a browser, with real clicks: sorting, filters, columns, addresses, copying, themes, the model's page."""

import csv
import io
import re
from itertools import pairwise

import pytest

from merunibench import error_analysis
from merunibench.demo import run_demo
from merunibench.leaderboard.writing import write
from tests.leaderboard.sample import HOSTILE, sample
from tests.typeset import HOSTILE as UNTYPABLE
from tests.typeset import typeset

ROWS = "#board tbody:not([hidden]) tr[data-id]:not([hidden])"


def names(page):
    """Of the rows shown; `text_content`, because rows out of sight are not laid out and have no inner text."""
    return page.locator(f"{ROWS} .name").all_text_contents()


def column(page, key, group="scored"):
    """The texts of a column of the table shown, in one of its bodies."""
    return page.evaluate(
        """([key, group]) => {
          const table = document.querySelector("#board table");
          const heads = [...table.tHead.rows[0].cells];
          const index = heads.findIndex((head) => head.dataset.col === key && !head.hidden);
          return [...table.querySelectorAll(`[data-group=${group}] tr[data-id]:not([hidden])`)]
            .map((row) => (row.cells[index].querySelector(".name") ?? row.cells[index].firstChild)?.textContent ?? "");
        }""",
        [key, group],
    )


def has_value(control, value):
    """Waits for it; not by the page's own scripts, whose policy forbids what is made of text."""
    from playwright.sync_api import expect  # an extra

    expect(control).to_have_value(value)


def head(page, key):
    return page.locator(f"#board th[data-col={key}]:not([hidden])")


def choice(page, name):
    return page.locator(f"select[name={name}]")


def tick(page, name, value):
    return page.locator(f"input[name={name}][value='{value}']")


def announced(page):
    return page.locator("#announce").inner_text()


def test_a_click_on_a_head_sorts_and_says_so(visit):
    page = visit().open("index.html#sets=1")
    assert head(page, "strict").get_attribute("aria-sort") == "descending"
    for order in ("descending", "ascending"):
        head(page, "meld").get_by_role("button").click()
        assert head(page, "meld").get_attribute("aria-sort") == order
        assert head(page, "strict").get_attribute("aria-sort") == "none"
        values = [float(text) for text in column(page, "meld")]
        assert values == sorted(values, reverse=order == "descending")
        assert len(values) > 10
        assert order in announced(page)
    head(page, "model").get_by_role("button").click()
    assert column(page, "model") == sorted(column(page, "model"), key=str.casefold)
    head(page, "official").get_by_role("button").click()
    values = [float(text) for text in column(page, "official")]
    assert values == sorted(values, reverse=True)


def test_the_strict_mean_comes_first_and_orders_the_page(visit):
    results, _ = sample(12)
    page = visit().open()
    heads = page.locator("#board th[data-col]:not([hidden])").evaluate_all("heads => heads.map(h => h.dataset.col)")
    start = ["rank", "model", "strict", "official", "strip", "lift", "labels", "basic", "fine-grained", "sentiment"]
    assert heads == start
    strict = sorted((row.mean for row in results.rows if row.board == "strict-builtin" and row.mean), reverse=True)
    assert column(page, "strict") == [f"{100 * mean:.2f}" for mean in strict]


def test_the_lexicon_of_the_official_figures_is_a_choice(visit):
    results, _ = sample(12)
    page = visit().open()
    for board in results.boards[:3]:
        choice(page, "lexicon").select_option(board.lexicon)
        assert head(page, "official").locator("small").text_content() == board.lexicon
        row = next(row for row in results.rows if row.board == board.id and row.model_id == "model-9")
        shown = page.locator("tr[data-id='model-9/single'] td[data-ci]:not([hidden])").nth(1).text_content()
        assert shown == f"{100 * row.mean:.2f}"


def test_heads_say_what_stands_below_them_under_each_protocol(visit):
    page = visit().open("index.html#sets=1")
    said = "#board th[data-col=basic]:not([hidden]) small, #board th[data-col=meld]:not([hidden]) small"
    assert set(page.locator(said).all_text_contents()) == {"macro F, corrected"}
    choice(page, "by").select_option("official")
    assert set(page.locator(said).all_text_contents()) == {"hit rate"}


def test_chance_stands_on_the_scale_of_its_scores(visit):
    page = visit().open("index.html#cols=rank strict meld")
    chances = """() => [...new Set([...document.querySelectorAll("#board tr[data-origin=computed] td[data-chance]")]
      .filter((cell) => !cell.hidden).map((cell) => cell.dataset.chance))]"""
    assert page.evaluate(chances) == ["0.00"]
    page.evaluate("location.hash = 'cols=official+meld&by=official'")
    page.wait_for_function(
        "document.querySelector('#board th[data-col=meld]:not([hidden])').dataset.role === 'official'"
    )
    assert page.evaluate(chances) == ["30.00"]


def test_a_task_ranks_by_that_task(visit):
    results, _ = sample(12)
    page = visit().open()
    choice(page, "task").select_option("fine-grained")
    assert head(page, "fine-grained").get_attribute("aria-sort") == "descending"
    values = [float(text) for text in column(page, "fine-grained")]
    assert values == sorted(values, reverse=True)
    ranks = {
        f"{row.model_id}/{row.selection}": row.task_means["fine-grained"].rank
        for row in results.rows
        if row.board == "strict-builtin" and "fine-grained" in row.task_means
    }
    for row in page.locator("#board [data-group=scored] tr[data-id]").all():
        rank = ranks[row.get_attribute("data-id")]
        expected = "" if rank is None else f"{rank.rank}{rank.low}–{rank.high}"
        assert row.locator(".rank").text_content() == expected


def test_every_view_is_one_entry_of_the_history(visit):
    page = visit().open()
    head(page, "official").get_by_role("button").click()
    choice(page, "task").select_option("basic")
    page.get_by_label("Search").fill("model 1")
    page.go_back()
    page.wait_for_url("**/index.html#sort=-official&task=basic")
    page.go_back()
    page.wait_for_url("**/index.html#sort=-official")
    has_value(choice(page, "task"), "")


def test_the_keyboard_sorts_too(visit):
    page = visit().open("index.html#sets=1")
    button = head(page, "cmumosi").get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    assert head(page, "cmumosi").get_attribute("aria-sort") == "descending"
    assert button.evaluate("element => element === document.activeElement")


def test_places_are_those_of_the_sorted_column_as_the_results_have_them(visit):
    results, _ = sample(12)
    page = visit().open("index.html#sort=-meld&sets=1")
    shown = page.evaluate(
        f"""() => Object.fromEntries([...document.querySelectorAll({ROWS!r})]
        .map((row) => [row.dataset.id, [...row.cells[0].childNodes].map((node) => node.textContent)]))"""
    )
    for row in results.rows:
        if row.board == "strict-builtin":
            rank = row.scores["meld"].rank if "meld" in row.scores else None
            expected = "" if rank is None else f"{rank.rank} {rank.low}–{rank.high}"
            assert " ".join(shown[f"{row.model_id}/{row.selection}"]).strip() == expected


def test_rows_without_the_score_stand_apart_and_move_when_another_column_is_sorted(visit):
    page = visit().open("index.html#sets=1")
    assert set(column(page, "strict", "others")) == {"–"}
    assert "–" not in column(page, "strict")
    head(page, "mer2023").get_by_role("button").click()
    assert "–" in column(page, "strict")


def test_published_rows_stand_in_the_same_table_hollow_and_unranked(visit):
    page = visit().open("index.html#sort=-official")
    row = page.locator("#board tr[data-origin=reported]:not([hidden])")
    assert row.locator(".name").all_text_contents() == ["Paper model 0"]
    assert row.evaluate("row => row.parentElement.dataset.group") == "scored"
    assert row.locator(".rank").text_content() == ""
    assert row.locator("td.focus").evaluate("cell => getComputedStyle(cell).fontWeight") == "400"
    assert "claimed only" in row.locator("small").first.text_content()
    page.locator("summary", has_text="More").click()
    choice(page, "reported").select_option("all")
    assert "Paper model 1" in names(page)
    choice(page, "reported").select_option("none")
    assert page.locator("#board tr[data-origin=reported]:not([hidden])").count() == 0


def test_every_filter_leaves_what_it_says(visit):
    results, _ = sample(12)
    models = {model.name: model for model in results.models}
    page = visit().open()
    everything = names(page)

    page.get_by_label("Search").fill("model 1")
    assert names(page)
    assert all("model 1" in name.lower() or name == HOSTILE for name in names(page))
    page.get_by_role("button", name="Reset").click()
    assert names(page) == everything

    choice(page, "mod").select_option("A T")
    assert {models[name].modalities for name in names(page)} == {("audio", "text")}
    page.get_by_role("button", name="Reset").click()

    page.locator("summary", has_text="More").click()
    choice(page, "size").select_option("20-")
    assert names(page)
    assert all(models[name].parameters >= 20 * 10**9 for name in names(page))
    page.get_by_role("button", name="Reset").click()

    page.locator("summary", has_text="More").click()
    page.get_by_label("Complete only").check()
    assert "–" not in column(page, "official") + column(page, "official", "others")
    page.get_by_role("button", name="Reset").click()

    page.locator("summary", has_text="More").click()
    page.get_by_label("Baselines").uncheck()
    assert not {"Stuffing", "Chance", "Majority"} & set(names(page))

    choice(page, "task").select_option("sentiment")
    heads = page.locator("#board th[data-group]:not([hidden]) .head").all_text_contents()
    assert heads == ["Strict", "Official", "Sentiment", "CMU-MOSI", "CMU-MOSEI", "CH-SIMS", "CH-SIMS v2"]


def test_two_ticked_rows_are_answered_in_the_sentence_of_the_build(visit):
    results, _ = sample(12)
    page = visit().open()
    for name in ("model-9/single", "model-6/single"):
        page.locator(f"tr[data-id='{name}'] .pick").check()
    said = page.locator("#compared .said p")
    pair = next(
        each
        for each in results.pairs
        if {each.a, each.b} == {"model-9/single/strict-builtin", "model-6/single/strict-builtin"}
    )
    said.filter(has_text="better").wait_for()
    assert said.all_text_contents() == [f"A = Model 6, B = Model 9 (strict scores). {pair.sentence}"]
    assert pair.a.startswith("model-6/")
    page.get_by_role("button", name="LaTeX of these rows").click()
    page.locator("#announce", has_text="Copied").wait_for(state="attached")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.count("scriptsize") > 6
    assert "textbf" in text

    address = page.url
    other = visit().page
    other.goto(address)
    other.locator("#compared .said", has_text="better").wait_for()
    assert other.locator(".pick:checked").count() == 2
    other.get_by_role("button", name="Untick all").click()
    assert other.locator("#compared").is_hidden()


def test_no_more_than_five_rows_are_compared(visit):
    page = visit().open()
    boxes = page.locator("#board .pick")
    for index in range(5):
        boxes.nth(index).check()
    assert boxes.nth(5).is_disabled()
    assert page.locator("#compared .said p").count() == 10


def test_a_filter_that_leaves_nothing_says_so(visit):
    page = visit().open("index.html#q=nobody")
    assert names(page) == []
    assert page.get_by_text("No row matches").locator("visible=true").count() == 1


def test_columns_and_what_stands_in_cells_are_chosen(visit):
    page = visit().open()
    page.locator("summary", has_text="Columns").click()
    tick(page, "cols", "signature").check()
    tick(page, "cols", "lift").uncheck()
    tick(page, "show", "ci").check()
    assert head(page, "signature").is_visible()
    assert head(page, "lift").count() == 0
    cell = page.locator("#board td[data-ci]:visible").first
    assert cell.get_attribute("data-ci") in cell.evaluate("cell => getComputedStyle(cell, '::after').content")
    page.keyboard.press("Escape")
    assert tick(page, "cols", "signature").is_hidden()
    assert "mub|data:" in column(page, "signature")[0]


def test_the_address_brings_back_every_choice(visit):
    first = visit()
    page = first.open()
    choice(page, "by").select_option("official")
    choice(page, "lexicon").select_option("mer2026")
    page.locator("summary", has_text="Columns").click()
    tick(page, "sets", "1").check()
    page.keyboard.press("Escape")
    head(page, "meld").get_by_role("button").click()
    page.get_by_label("Search").fill("model")
    choice(page, "mod").select_option("A T")
    page.locator("summary", has_text="Columns").click()
    tick(page, "cols", "extractor").check()
    tick(page, "show", "chance").check()
    address = page.url
    texts = page.locator(ROWS).all_text_contents()

    other = visit().page
    other.goto(address)
    assert other.locator(ROWS).all_text_contents() == texts
    assert texts
    assert other.get_by_label("Search").input_value() == "model"
    assert head(other, "meld").get_attribute("aria-sort") == "descending"
    assert other.url == address

    page.evaluate("location.hash = 'sort=model'")  # as when a link is pasted into an open page
    has_value(choice(page, "by"), "")
    assert head(page, "model").get_attribute("aria-sort") == "ascending"


def test_a_wrong_address_shows_the_start(visit):
    page = visit().open("index.html#table=none&sort=-none&cols=none&size=x&show=x&q=%22%3E%3Cscript%3E")
    assert choice(page, "lexicon").input_value() == "mer2025"
    assert names(page) == []


def test_the_skip_link_keeps_the_state(visit):
    page = visit().open("index.html#sort=-meld")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.url.endswith("#sort=-meld")


def copied(page, button):
    page.get_by_role("button", name=button, exact=True).click()
    page.locator("#announce", has_text="Copied").wait_for(state="attached")
    return page.evaluate("navigator.clipboard.readText()")


def test_the_table_is_copied_as_latex_as_it_is_shown(visit):
    page = visit().open("index.html#sort=-meld&task=basic&cols=rank strict mer2023 meld&reported=none")
    text = copied(page, "LaTeX")
    lines = text.splitlines()
    assert lines[:3] == [r"% needs \usepackage{booktabs}", r"\begin{table*}", r"\centering"]
    caption = "MER-UniBench, strict scores (lexicon builtin) and official scores (lexicon mer2025)"
    assert lines[3].startswith(rf"\caption{{{caption}")
    assert lines[4:11] == [
        r"\label{tab:mer-unibench-strict-builtin}",
        r"\begin{tabular}{llrrr}",
        r"\toprule",
        r" &  & \multicolumn{1}{c}{Mean of nine} & \multicolumn{2}{c}{Basic} \\",
        r"\cmidrule(lr){3-3}\cmidrule(lr){4-5}",
        r"Rank & Model & Strict & MER2023 (strict) & MELD (strict) \\",
        r"\midrule",
    ]
    body = [line.removesuffix(r" \\").split(" & ") for line in lines[11:-3]]
    scores = [row[-1].removeprefix(r"\textbf{").removesuffix("}") for row in body]
    assert scores == column(page, "meld") + column(page, "meld", "others")
    bold = [float(score) for score, row in zip(scores, body, strict=True) if "textbf" in row[-1]]
    assert bold == [max(float(score) for score, row in zip(scores, body, strict=True) if row[0])]
    hostile = next(line for line in lines if "script" in line)
    opened, closed = (rf"\textless{{}}{name}\textgreater{{}}" for name in ("script", "/script"))
    assert rf"""{opened}alert(1){closed} **b** [x](javascript:alert(1)) "'\&amp;""" in hostile
    assert lines[-3:] == [r"\bottomrule", r"\end{tabular}", r"\end{table*}"]


def test_copied_latex_is_typeset_whatever_models_are_called(browser, tmp_path):
    results, _ = sample(4)
    rows = [
        row.model_copy(update={"model": UNTYPABLE}) if row.model_id in ("model-0", "model-2") else row
        for row in results.rows
    ]
    models = [
        model.model_copy(update={"name": UNTYPABLE}) if model.id in ("model-0", "model-2") else model
        for model in results.models
    ]
    write(results.model_copy(update={"rows": tuple(rows), "models": tuple(models)}), {}, tmp_path)
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    for name in ("model-0/last", "model-2/single"):
        page.locator(f"tr[data-id='{name}'] .pick").check()
    for button, rows in (("LaTeX", 4), ("LaTeX of these rows", 2)):
        page.evaluate("document.getElementById('announce').textContent = ''")
        text = copied(page, button)
        assert text.count(r"\textbackslash{} \textbackslash{}input\{/etc/passwd\} \textless{}a") == rows
        typeset(text, tmp_path)
    context.close()


def test_a_cell_of_the_column_in_view_says_how_far_the_row_above_is(visit):
    page = visit().open("index.html#sort=-meld&sets=1&reported=none")
    page.locator("#board td.focus[title$='to the row above']").nth(1).wait_for(state="attached")
    scores = [float(text.replace("−", "-")) for text in column(page, "meld")]
    gaps = page.locator("#board [data-group=scored] tr[data-id]:not([hidden]) td.focus").evaluate_all(
        "cells => cells.map((cell) => cell.title)"
    )
    due = [f"{low - high:+.2f} to the row above".replace("-", "−") for high, low in pairwise(scores)]
    assert gaps == ["", *due]
    head(page, "strict").click()
    page.locator("#board th[data-col=strict][aria-sort=descending]").wait_for()
    page.locator("#board td:not(.focus)[title$='to the row above']").first.wait_for(state="detached")
    assert page.locator("#board td.focus[title$='to the row above']").count() > 0


def test_the_table_is_copied_as_csv_that_holds_no_formula(visit):
    page = visit().open("index.html#cols=strict meld signature")
    rows = list(csv.reader(io.StringIO(copied(page, "CSV"))))
    assert rows[0] == ["Model", "Strict", "MELD (strict)", "Signature", "Protocol", "Lexicon"]
    assert {tuple(row[-2:]) for row in rows[1:] if row[1]} == {("strict", "builtin")}
    assert {tuple(row[-2:]) for row in rows[1:] if "(reported)" in row[0]} == {("official", "mer2025")}
    told = """() => {
      const board = document.getElementById("board");
      const [row] = board.querySelectorAll("[data-origin=reported]");
      row.dataset.unstated = "1";
      const table = new mub.Table(board);
      return mub.boardOf(table, table.rows.find((each) => each.tr === row));
    }"""
    assert page.evaluate(told) == ["official", ""]
    said = [row[0].removesuffix(" (baseline)").removesuffix(" (reported)") for row in rows[1:]]
    assert [each.partition(", ")[0] for each in said] == [each.partition(", ")[0] for each in names(page)]
    assert {"Model 0, best overall", "Model 0, last"} <= set(said)  # rows of one name are told apart
    assert [row[1] for row in rows[1:]][:5] == column(page, "strict")[:5]
    assert page.evaluate("mub.escapes.csv('=HYPERLINK(1)', false)") == "'=HYPERLINK(1)"
    assert page.evaluate("mub.escapes.csv('−1.20', true)") == "-1.20"


def test_the_table_is_copied_as_markdown_that_holds_no_markup(visit):
    page = visit().open("index.html#cols=strict")
    lines = copied(page, "Markdown").splitlines()
    assert lines[2:4] == ["| Model | Strict |", "| --- | ---: |"]
    assert sum("| **" in line for line in lines) == 1  # the best ranked row
    page = visit().open("index.html#cols=strict&show=ci")
    assert r"** \[" in next(line for line in copied(page, "Markdown").splitlines() if "| **" in line)
    assert next(line for line in lines if "script" in line).startswith(
        r"| \<script\>alert\(1\)\</script\> \*\*b\*\* \[x\]"
    )


def test_where_the_clipboard_is_forbidden_the_text_is_shown_to_be_taken(visit):
    page = visit().open()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    page.get_by_role("button", name="LaTeX").click()
    area = page.locator("dialog textarea")
    area.wait_for()
    assert area.input_value().startswith("% needs")
    page.get_by_role("button", name="Close").click()
    assert area.is_hidden()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_follows_the_system_then_the_reader_who_is_remembered(visit, system):
    seen = visit(color_scheme=system)
    page = seen.open()
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = "rgb(20, 23, 26)"
    assert (page.evaluate(ground) == dark) == (system == "dark")
    button = page.get_by_role("button", name="Dark theme")
    assert button.get_attribute("aria-pressed") == str(system == "dark").lower()
    button.click()
    assert (page.evaluate(ground) == dark) == (system == "light")
    page.goto((seen.folder / "method.html").as_uri())
    assert (page.evaluate(ground) == dark) == (system == "light")


def test_the_strip_follows_the_column_that_the_table_is_sorted_by(visit):
    page = visit().open("index.html#sort=-meld&sets=1&baselines=&reported=none")
    rows = len(column(page, "meld"))
    page.wait_for_function(f"document.querySelectorAll({f'{ROWS} td.strip .dot'!r}).length === {rows}")
    strip = page.locator("#board td.strip").first
    value = float(column(page, "meld")[0])
    title = f"{value:.2f}, 95 % interval {value - 2:.2f} to {value + 2:.2f}, chance 0.00"
    assert strip.get_attribute("title") == title
    ticks = [float(each) for each in head(page, "meld").get_attribute("data-ticks").split()]
    assert page.locator("#board .strip .axis text").all_text_contents() == [f"{tick:g}" for tick in ticks]
    place = 2 + 96 * (value - ticks[0]) / (ticks[-1] - ticks[0])
    assert float(strip.locator(".dot").get_attribute("cx").rstrip("%")) == pytest.approx(place, abs=0.06)


def test_what_a_filter_leaves_out_stands_back_in_the_figures(visit):
    page = visit().open()
    drawn = page.locator("#scatter circle")
    ids = set(drawn.evaluate_all("marks => marks.map(mark => mark.dataset.id)"))
    assert "model-0/last" in ids
    assert "baseline-chance/single" in ids
    assert page.locator("#figures .back").count() == 0
    page.goto(page.url + "#q=model+6&baselines=&task=sentiment")
    page.locator("#figures .back").first.wait_for(state="attached")
    standing = "marks => marks.filter(mark => !mark.classList.contains('back')).map(mark => mark.dataset.id)"
    assert set(drawn.evaluate_all(standing)) == {"model-6/single"}
    assert page.locator("#matrix g").evaluate_all(standing) == ["model-6/single"]
    assert page.locator("#panels h4:visible").all_inner_texts()[0] == "CMU-MOSI"
    assert page.locator("#panels [data-kind=sentiment]").count() == page.locator("#panels h4:visible").count() == 4


def test_the_page_of_a_model_says_all_of_it(visit):
    page = visit().open()
    page.get_by_role("link", name="Model 6", exact=True).locator("visible=true").click()
    page.locator("#confusions h4").first.wait_for()
    assert page.locator("h1").inner_text() == "Model 6"
    assert page.locator("h2:has-text('Scores') ~ h3, .further h3").all_inner_texts()[0].startswith("Strict protocol")
    assert page.locator(".further .tables section").count() == 3
    heads = page.locator("table.sheet:has-text('Data set')").evaluate_all(
        "tables => tables.map(table => [table.caption.textContent, table.tHead.textContent])"
    )
    assert [("Chance" in text) for _, text in heads] == ["Strict" not in caption for caption, _ in heads]
    small = page.locator(".maps.small svg > title")
    assert small.count() == page.locator("#part select[name=dataset] option").count()
    maps = page.locator(".maps:not(.small) svg")
    assert maps.first.locator("title").first.text_content() == "Wheel 1: true sector against predicted sector"
    assert maps.count() == 2  # and polarity
    assert "Invented-7B" in page.locator(".facts").inner_text()
    assert page.get_by_role("link", name="https://example.org/model").count() == 0
    assert choice(page, "board").input_value() == "strict-builtin"
    choice(page, "dataset").select_option("meld")
    assert page.locator("#confusions h4").all_inner_texts() == ["Wheel 1"]
    assert "calm" in page.locator("#words").inner_text()
    assert page.url.endswith("dataset=meld")
    page.get_by_role("button", name="Copy BibTeX").click()
    page.locator("#announce", has_text="Copied BibTeX.").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{model-6,")
    choice(page, "dataset").select_option("sims")
    assert page.locator("#confusions h4").all_inner_texts() == ["Polarity"]


def test_a_phone_scrolls_tables_and_never_the_page(visit):
    seen = visit(viewport={"width": 390, "height": 844})
    for name in ("index.html", "models/model-1.html", "method.html", "submit.html", "questions.html", "refused.html"):
        page = seen.open(name)
        page.wait_for_timeout(150)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name


@pytest.mark.parametrize("width", [390, 768, 1100, 1440])
def test_the_menu_of_columns_stays_on_the_page(visit, width):
    page = visit(viewport={"width": width, "height": 900}).open()
    if width < 700:
        assert page.locator("#controls").is_hidden()
        page.get_by_role("button", name="Filters and columns").click()
    page.locator("summary", has_text="Columns").click()
    box = page.locator(".menu[open] > div").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["index.html", "models/model-1.html", "method.html", "submit.html", "questions.html", "refused.html"]
)
def test_no_fault_of_accessibility(visit, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(color_scheme=scheme).open(name)
    if name == "index.html":
        page.locator("#matrix svg").wait_for()
        page.locator("summary", has_text="Columns").click()
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    assert [(each["id"], node["html"][:200], node["failureSummary"]) for each in found for node in each["nodes"]] == []


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_of_an_error_analysis_has_the_same_dress_and_no_fault(visit, tmp_path, width):
    from axe_playwright_python.sync_playwright import Axe

    run_demo(tmp_path / "demo")
    analysis = error_analysis(tmp_path / "demo" / "text-lexicon", tmp_path / "demo" / "labels", bootstrap=0)
    (tmp_path / "errors.html").write_text(analysis.to_html(), encoding="utf-8")
    page = visit(tmp_path, viewport={"width": width, "height": 900}).open("errors.html")
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('1rem \"Source Sans 3\"'))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    assert [(each["id"], node["html"][:200]) for each in found for node in each["nodes"]] == []


def test_without_scripts_every_table_is_there(visit):
    page = visit(java_script_enabled=False).open()
    assert page.locator("table:visible").count() == 1
    assert page.get_by_role("heading", name="Strict scores under builtin, official scores under mer2025").is_visible()
    assert page.locator("#board .strip circle").count() > 10
    assert page.locator("#scatter svg:visible, #matrix svg:visible").count() == 2
    assert page.locator("#panels svg:visible").count() == 9
    assert page.locator("#controls").is_hidden()
    assert re.match(r"\d+\.\d\d", page.locator("td.focus").first.text_content())
