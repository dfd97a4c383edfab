"""What the rules reach on released answers and extractions, which belong to others (see tests/conftest.py)."""

from statistics import fmean

import pytest

from benchmarks import extraction as measured


@pytest.mark.parametrize(("parity", "labels", "sectors"), [(False, 0.78, 0.0), (True, 0.82, 0.89)])
def test_list_answers_give_the_released_labels(shared, parity, labels, sectors):
    same, same_sectors = measured.agreement(shared, parity=parity)
    assert same >= labels
    assert same_sectors >= sectors


def test_scores_of_our_labels_and_polarities(shared):
    differences = measured.score_differences(shared)
    for dataset, at_most, on_average in (("meld", 1.2, 0.6), ("ovmerdplus", 1.2, 0.6), ("cmumosi", 1.5, 0.7)):
        found = [abs(value) for (name, _), value in differences.items() if name == dataset]
        assert len(found) == 7
        assert max(found) <= at_most
        assert fmean(found) <= on_average


def test_polarity_of_released_label_sets(shared):
    assert measured.polarity_agreement(shared) >= 0.93


@pytest.mark.parametrize(("half", "at_least"), [(0, 0.79), (1, 0.77)])
def test_free_descriptions(shared, half, at_least):
    assert measured.description_f(shared, half) >= at_least
