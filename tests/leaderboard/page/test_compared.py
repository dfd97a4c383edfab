"""Two ticked rows of which the build wrote no sentence: the page says what the board's tests say, never nothing."""

from itertools import combinations

import pytest

from merunibench.leaderboard.board.verdict import sentence
from merunibench.leaderboard.writing import write
from tests.leaderboard.sample import sample

BOARD = "strict-builtin"


@pytest.fixture(scope="module")
def without_pairs():
    return sample(14)[0].model_copy(update={"pairs": ()})


@pytest.fixture(scope="module")
def bare(without_pairs, tmp_path_factory):
    """A site without any stored pair."""
    folder = tmp_path_factory.mktemp("bare")
    write(without_pairs, {}, folder)
    return folder


def test_page_and_terminal_say_the_same_of_pairs_that_are_not_stored(visit, bare, without_pairs):
    rows = [row for row in without_pairs.rows if row.board == BOARD]
    page = visit(bare).open()
    said = page.evaluate(
        """([board, pairs]) => new Promise((resolve) => {
          const say = () => {
            const known = mub.pairsOf(board, say, "test");
            const at = (id) => known.ids.indexOf(id);
            if (known) resolve(pairs.map(([a, b]) => mub.byBoardTests(known, at(a), at(b))));
          };
          say();
        })""",
        [BOARD, [[a.id.removesuffix(f"/{BOARD}"), b.id.removesuffix(f"/{BOARD}")] for a, b in combinations(rows, 2)]],
    )
    expected = [sentence(without_pairs, a, b) for a, b in combinations(rows, 2)]
    assert len(said) >= 60
    assert said == expected
    assert {"A is", "B is", "Neit"} <= {each[:4] for each in said}


def test_two_ticked_rows_without_a_stored_pair_are_answered(visit, bare, without_pairs):
    page = visit(bare).open()
    ids = ("model-6/single", "model-9/single")
    for name in ids:
        page.locator(f"tr[data-id='{name}'] .pick").check()
    page.locator("#compared .said", has_text="By the tests of the board").wait_for()
    a, b = (next(row for row in without_pairs.rows if row.id == f"{name}/{BOARD}") for name in ids)
    shown = page.locator("#compared .said p").text_content()
    assert shown.partition(" (strict scores). ")[2] in {
        sentence(without_pairs, a, b),
        sentence(without_pairs, b, a),
    }


def test_where_the_tests_are_gone_the_page_says_what_to_run(browser, without_pairs, tmp_path):
    write(without_pairs, {}, tmp_path)
    (tmp_path / "pairs" / f"{BOARD}.js").unlink()
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    for name in ("model-6/single", "model-9/single"):
        page.locator(f"tr[data-id='{name}'] .pick").check()
    page.locator("#compared .said", has_text="merunibench compare, run on their predictions").wait_for()
    page.close()
