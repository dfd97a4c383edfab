"""Two ticked rows of which the build wrote no sentence: the page makes it, from packed figures or the board's tests."""

from itertools import combinations, permutations

import numpy as np
import pytest

from merunibench.kinds import KINDS
from merunibench.leaderboard.board.verdict import sentence
from merunibench.leaderboard.schema.packed import ABSENT, PackedPairs, packed
from merunibench.leaderboard.schema.results import MEAN
from merunibench.leaderboard.writing import write
from merunibench.tasks import BUILTIN
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


@pytest.fixture(scope="module")
def packed_board(without_pairs):
    """Figures of every pair of ranked rows of a board, invented; some were not compared."""
    rng = np.random.default_rng(5)
    rows = sorted((row for row in without_pairs.rows if row.board == BOARD and row.ranked), key=lambda row: row.id)
    columns = tuple(name for name in (*BUILTIN, *KINDS, MEAN) if any(row.value(name) is not None for row in rows))
    texts = []
    for place, row in enumerate(rows):
        figures = np.sort(rng.integers(-900, 900, (place, len(columns), 3)), axis=-1).astype(np.int16)
        figures[..., 2] = rng.choice([1, 10, 499, 500, 10_000], (place, len(columns)))
        for other, column in np.ndindex(place, len(columns)):
            if None in (row.value(columns[column]), rows[other].value(columns[column])):
                figures[other, column, 2] = ABSENT
        texts.append(packed(figures))
    pairs = PackedPairs(board=BOARD, columns=columns, rows=tuple(row.id for row in rows), figures=tuple(texts))
    return without_pairs.model_copy(update={"packed_pairs": (pairs,)})


def test_page_and_terminal_say_the_same_of_packed_pairs(visit, packed_board, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    write(packed_board, {}, folder)
    rows = [row for row in packed_board.rows if row.board == BOARD and row.ranked]
    page = visit(folder).open()
    said = page.evaluate(
        """async ([board, pairs]) => {
          const have = (get) => new Promise((resolve) => {
            const again = () => { const found = get(again); if (found) resolve(found); };
            again();
          });
          const known = await have((again) => mub.pairsOf(board, again));
          const said = [];
          for (const pair of pairs) {
            const [i, j] = pair.map((id) => known.ids.indexOf(id));
            said.push(mub.sentenceOf(known, i, j, await have((again) => mub.figuresOf(board, known, i, j, again))));
          }
          return said;
        }""",
        [BOARD, [[each.id.removesuffix(f"/{BOARD}") for each in pair] for pair in permutations(rows, 2)]],
    )
    assert said == [sentence(packed_board, a, b) for a, b in permutations(rows, 2)]
    assert len(said) > 100
    assert all(each.endswith("; by the paired bootstrap alone.") for each in said)
    for part in ("A is better on", "B is better on", "the mean of nine", "the mean, ", "not significant"):
        assert any(part in each for each in said)


def test_two_ticked_rows_are_answered_from_packed_figures_without_a_server(browser, packed_board, tmp_path):
    write(packed_board, {}, tmp_path)
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    ids = ("model-6/single", "model-9/single")
    for name in ids:
        page.locator(f"tr[data-id='{name}'] .pick").check()
    page.locator("#compared .said", has_text="by the paired bootstrap alone").wait_for()
    shown = page.locator("#compared .said p").text_content().partition(" (strict scores). ")[2]
    a, b = (next(row for row in packed_board.rows if row.id == f"{name}/{BOARD}") for name in ids)
    assert shown in {sentence(packed_board, a, b), sentence(packed_board, b, a)}
    page.close()


def test_where_the_tests_are_gone_the_page_says_what_to_run(browser, without_pairs, tmp_path):
    write(without_pairs, {}, tmp_path)
    (tmp_path / "pairs" / f"{BOARD}.js").unlink()
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    for name in ("model-6/single", "model-9/single"):
        page.locator(f"tr[data-id='{name}'] .pick").check()
    page.locator("#compared .said", has_text="Run merunibench compare on their predictions").wait_for()
    page.close()
