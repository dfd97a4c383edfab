"""Intervals cover and tests keep their level on simulated data sets; see `benchmarks.coverage` for the bars."""

from argparse import Namespace

import numpy as np
import pytest

from benchmarks.coverage import Judge, cells, selection_cells
from benchmarks.real_coverage import populations
from benchmarks.real_coverage import simulate as simulate_real
from benchmarks.simulated_sets import BY_NAME, METRICS, NINE, checkpoint_shares, simulate, sizes_of, unit_names
from merunibench import evaluate


@pytest.mark.parametrize("each", NINE, ids=lambda each: each.name)
def test_true_scores_are_those_of_very_many_answers(each):
    shares = checkpoint_shares(each)[:2]
    answers = simulate(each, shares, 300, np.random.default_rng(0))
    score = METRICS[each.kind].score(answers.units.sum(axis=(0, 3)))
    assert score == pytest.approx(answers.truth, abs=0.012)
    assert answers.units.shape == (300, 2, answers.units.shape[2], len(unit_names(each)))


def test_a_set_within_another_has_its_first_dialogues():
    sims, larger = BY_NAME["sims"], BY_NAME["simsv2"]
    assert set(unit_names(sims)) < set(unit_names(larger))
    assert sizes_of(sims).tolist() == sizes_of(larger)[: sims.clusters].tolist()


def test_the_corrected_interval_of_the_mean_covers_where_the_plain_one_does_not():
    plain, corrected, _ = selection_cells(Judge(), 100)
    assert plain.share < 0.8 < corrected.share


def test_real_outputs_are_drawn_whole_and_held_against_their_own_score(files):
    predictions, truth = files
    options = Namespace(predictions=predictions, data_root=truth, lexicon="builtin", protocol="strict")
    found = populations(options)
    scores = {each.dataset: each.score for each in evaluate(*files, protocol="strict", bootstrap=0).datasets}
    assert {name: population.truth.tolist() for name, population in found.items()} == {
        name: [score] for name, score in scores.items()
    }
    assert found["meld"].units.shape[2] == 5  # dialogues
    outcome = simulate_real(found["meld"], np.random.default_rng(0))
    assert outcome.truth == scores["meld"]
    assert (outcome.bias, outcome.replicates.shape) == (0, (1000,))


@pytest.mark.slow
def test_every_figure_is_on_the_right_side_of_its_bar():
    assert [cell for cell in cells(2000) if not cell.passed] == []
