"""Chance levels of groups of samples equal the mean over all permutations of the answers."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merunibench.labels import LabelLists
from merunibench.lexicon import load_lexicon
from merunibench.protocols import NO_POLARITY, PROTOCOLS, Samples
from merunibench.tasks import get_task

LEXICON = load_lexicon("builtin")
CLASSES = ["joy", "sadness", "neutral", "anger"]
WORDS = ["happy", "sad", "Neutral.", "angry", "xylophone", "sad/spoon"]
answers = st.lists(st.one_of(st.none(), st.lists(st.sampled_from(WORDS), max_size=3)), min_size=5, max_size=5)
members = st.lists(st.booleans(), min_size=5, max_size=5)


def encoded(dataset, truth, predicted):
    """The metric of a data set under the strict protocol, truth and answers as it takes them."""
    task = get_task(dataset)
    metric = PROTOCOLS["strict"][task.kind]
    present = np.array([answer is not None for answer in predicted])
    if task.kind == "sentiment":
        polarity = np.array([NO_POLARITY if each is None else each for each in predicted], np.int8)
        samples = Samples(task.of_kind, present, values=np.array(truth, float), polarity=polarity)
    else:
        lists = LabelLists.from_fields(truth), LabelLists.from_fields([labels or [] for labels in predicted])
        samples = Samples(task.of_kind, present, *lists)
    found = metric.encode(samples, LEXICON, 1)
    return metric, found.truth, found.predicted


def brute_force(dataset, truth, predicted, counts, group):
    """Mean over all permutations of the answers of the samples that count of the statistics' sums in a group."""
    pairs = list(itertools.product(range(len(truth)), repeat=2))
    metric, true, guess = encoded(dataset, [truth[own] for own, _ in pairs], [predicted[other] for _, other in pairs])
    of_pairs = metric.statistics(true, guess).reshape(-1, len(truth), len(truth))
    totals = []
    for order in itertools.permutations(np.flatnonzero(counts)):
        shuffled = np.arange(len(counts))
        shuffled[counts] = order
        totals.append(of_pairs[:, group, shuffled[group]].sum(axis=1))
    return np.mean(totals, axis=0)


def agrees(dataset, truth, predicted, group):
    group = np.flatnonzero(group)
    members = np.isin(np.arange(len(truth)), group)
    metric, true, guess = encoded(dataset, truth, predicted)
    counts = np.ones(len(truth), bool) if dataset != "cmumosi" else np.array(truth) != 0
    wanted = brute_force(dataset, truth, predicted, counts, group)
    assert metric.expected_of(true, guess, members) == pytest.approx(wanted, abs=1e-9)
    whole = metric.expected_of(true, guess, np.ones(len(truth), bool))
    assert whole == pytest.approx(metric.expected_under_shuffling(true, guess), abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(CLASSES), min_size=5, max_size=5), answers, members)
def test_chance_of_a_class_equals_brute_force(truth, predicted, group):
    agrees("meld", [[word] for word in truth], predicted, group)
    agrees("meld", [[word] for word in truth], predicted, [word == truth[0] for word in truth])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=2), min_size=5, max_size=5), answers, members)
def test_chance_of_a_sector_equals_brute_force(truth, predicted, group):
    agrees("ovmerdplus", truth, predicted, group)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.sampled_from([-2.0, -0.3, 0.0, 0.5, 2.0]), min_size=5, max_size=5),
    st.lists(st.sampled_from([-1, 0, 1, None]), min_size=5, max_size=5),
    members,
)
def test_chance_of_a_strength_equals_brute_force(truth, predicted, group):
    agrees("cmumosi", truth, predicted, group)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(CLASSES), min_size=5, max_size=5), answers, members)
def test_a_part_of_the_element_sets_is_what_its_samples_alone_would_be(truth, predicted, group):
    metric, true, guess = encoded("meld", [[word] for word in truth], predicted)
    chosen = np.array(group)
    part = metric.part(true, chosen), metric.part(guess, chosen)
    assert (part[0].common(part[1]) == true.common(guess)[:, chosen]).all()
    assert (part[1].sizes() == guess.sizes()[:, chosen]).all()
    words = [guess.words_of(sample) for sample in np.flatnonzero(chosen)]
    assert [part[1].words_of(sample) for sample in range(len(part[1]))] == words
