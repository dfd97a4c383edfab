"""Rows whose chance level is far above the others' are marked, and no other rows."""

import re

import numpy as np
import pytest

from merunibench.leaderboard.board.chance_marks import FAR, _medians_of_others, far_above
from merunibench.leaderboard.page import render_site
from tests.leaderboard.sample import BOARDS, sample


def rows_with(chances, board=BOARDS[0]):
    """The sample's rows of a board, with the chance levels of some models replaced on one data set."""
    rows = []
    for row in sample(8)[0].rows:
        if row.board == board.id:
            scores = dict(row.scores)
            for (model, dataset), chance in chances.items():
                if row.model_id == model and dataset in scores:
                    scores[dataset] = scores[dataset].model_copy(update={"chance": chance})
            rows.append(row.model_copy(update={"scores": scores}))
    return rows


def test_no_row_is_marked_where_all_are_alike():
    assert far_above(rows_with({})) == {}


@pytest.mark.parametrize(("chance", "marked"), [(0.3 + FAR - 1e-6, False), (0.3 + FAR + 1e-6, True), (0.1, False)])
def test_a_row_far_above_the_median_of_the_others_is_marked(chance, marked):
    found = far_above(rows_with({("model-2", "meld"): chance}))
    assert found == ({f"model-2/single/{BOARDS[0].id}": ("meld",)} if marked else {})


def test_a_models_rows_are_not_held_against_each_other_and_baselines_against_nobody():
    found = far_above(rows_with({("model-0", "meld"): 0.9, ("baseline-stuffing", "meld"): 1.0}))
    assert set(found) == {f"model-0/{rule}/{BOARDS[0].id}" for rule in ("last", "best-overall", "best-per-dataset")}


@pytest.mark.parametrize("models", [4, 5, 9, 10])
def test_the_median_of_the_others_is_that_of_numpy(models):
    levels = [(f"m{number}", float(level)) for number, level in enumerate(np.random.default_rng(models).random(models))]
    expected = {name: np.median([level for other, level in levels if other != name]) for name, _ in levels}
    assert _medians_of_others(levels) == pytest.approx(expected)


def test_three_others_are_needed():
    rows = [row for row in rows_with({("model-2", "meld"): 0.9}) if "meld" in row.scores]
    models = [row for row in rows if row.origin == "computed" and row.model_id != "model-0"]
    others = [row for row in models if row.model_id != "model-2"]
    (one,) = (row for row in models if row.model_id == "model-2")
    assert far_above([one, *others[:2]]) == {}
    assert set(far_above([one, *others[:3]])) == {one.id}


def test_the_page_carries_the_mark(tmp_path):
    results, details = sample(8)
    before, after = tmp_path / "before", tmp_path / "after"
    render_site(results, details, before)
    assert "high chance" not in (before / "index.html").read_text(encoding="utf-8")
    changed = rows_with({("model-2", "meld"): 0.7})
    others = [row for row in results.rows if row.board != BOARDS[0].id]
    render_site(results.model_copy(update={"rows": (*changed, *others)}), details, after)
    html = (after / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr data-id="([^"/]*)[^>]*>(.*?)</tr>', html, re.DOTALL)
    assert [model for model, row in rows if ">high chance<" in row] == ["model-2"]
    assert "points or more above the others’ median on MELD" in html
