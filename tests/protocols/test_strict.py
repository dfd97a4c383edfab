"""The strict protocol agrees with a set-by-set reference, and its holes are closed."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from merunibench.labels import LabelLists
from merunibench.protocols import MacroF1, StrictSetF1, ThreeWayWeightedF1, correct_for_chance
from merunibench.protocols.elements import categories, element_sets
from merunibench.verification import wheels_lexicon
from tests.oracle import metrics as official
from tests.oracle import strict as oracle
from tests.strategies import WHEEL_WORDS

LEXICON = wheels_lexicon()
WORDS = [*WHEEL_WORDS[:25], "neutral", "neutral", "xylophone", "spoon", "愤怒"]
CLASSES = ["joyful", "sad", "angry", "neutral", "spoon", "worried"]

label_lists = st.lists(st.sampled_from(WORDS), max_size=5)
predictions = st.one_of(st.none(), label_lists)
samples = st.lists(st.tuples(label_lists, predictions), min_size=1, max_size=10)
basic_samples = st.lists(st.tuples(st.sampled_from(CLASSES), predictions), min_size=1, max_size=10)
polarities = st.lists(
    st.tuples(st.sampled_from([-3.0, -0.2, 0.0, 0.4, 2.6]), st.sampled_from([-1, 0, 1])), min_size=1, max_size=20
)


def sector(word, wheel):
    return LEXICON.sectors(word)[wheel]


def sets(truth, predicted):
    present = np.array([labels is not None for labels in predicted])
    lists = LabelLists.from_fields(truth), LabelLists.from_fields([labels or [] for labels in predicted])
    true, guess = element_sets(*lists, present, LEXICON, 1)
    return (*lists, true, guess)


def basic_sets(words, predicted):
    truth, _, true, guess = sets([[word] for word in words], predicted)
    return type(true)(true.sectors, true.words, true.unknown, categories(truth)), guess


def of_wheel(lists, wheel):
    return [oracle.elements(labels, wheel, sector) for labels in lists]


def mean_defined(values):
    defined = [value for value in values if value is not None]
    return official.mean(defined) if defined else None


@given(samples)
def test_fine_grained_agrees_with_the_reference(pairs):
    truth, predicted = map(list, zip(*pairs, strict=True))
    *_, true, guess = sets(truth, predicted)
    metric = StrictSetF1()
    found = metric.summary(metric.statistics(true, guess).sum(axis=1))
    expected = [oracle.fine_grained(of_wheel(truth, wheel), of_wheel(predicted, wheel)) for wheel in range(5)]
    for index, key in enumerate(("f", "precision", "recall")):
        wanted = mean_defined([None if each is None else each[index] for each in expected])
        assert (
            np.isnan(found.metrics[key]) if wanted is None else found.metrics[key] == pytest.approx(wanted, abs=1e-12)
        )


@given(basic_samples)
def test_basic_agrees_with_the_reference(pairs):
    words, predicted = map(list, zip(*pairs, strict=True))
    true, guess = basic_sets(words, predicted)
    metric = MacroF1()
    found = metric.summary(metric.statistics(true, guess).sum(axis=1)).metrics["f"]
    truth = [[word] for word in words]
    wheels = [oracle.basic(words, of_wheel(truth, wheel), of_wheel(predicted, wheel)) for wheel in range(5)]
    assert found == pytest.approx(mean_defined(wheels), abs=1e-12)


@given(polarities)
def test_sentiment_agrees_with_the_reference(pairs):
    values, guess = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], np.int8)
    assume(values.any())
    metric = ThreeWayWeightedF1()
    found = metric.summary(metric.statistics(values, guess).sum(axis=1))
    assert found.metrics["waf"] == pytest.approx(oracle.sentiment(values.tolist(), guess.tolist()), abs=1e-12)


@given(samples)
def test_chance_of_the_fine_grained_task_is_the_mean_over_all_pairs(pairs):
    truth, predicted = map(list, zip(*pairs, strict=True))
    *_, true, guess = sets(truth, predicted)
    expected = StrictSetF1().expected_under_shuffling(true, guess).reshape(5, 3)
    for wheel in range(5):
        both = [(g, p) for g, p in zip(of_wheel(truth, wheel), of_wheel(predicted, wheel), strict=True) if g]
        assert expected[wheel, 0] == len(both)
        if both:
            g, p = zip(*both, strict=True)
            precision = official.shuffled_means(g, p, lambda g, p: len(g & p) / len(p) if p else 0)
            recall = official.shuffled_means(g, p, lambda g, p: len(g & p) / len(g))
            assert expected[wheel, 1:] / len(both) == pytest.approx([precision, recall], abs=1e-12)


def test_chance_of_the_basic_task_equals_brute_force_over_all_permutations():
    words = ["joyful", "neutral", "spoon", "sad", "sad"]
    predicted = [["joyful", "sad"], [], ["spoon", "xylophone"], None, ["sad", "angry", "neutral"]]
    true, guess = basic_sets(words, predicted)
    metric = MacroF1()
    expected = metric.expected_under_shuffling(true, guess).reshape(5, -1, 2)
    for wheel in range(5):
        g, p = of_wheel([[word] for word in words], wheel), of_wheel(predicted, wheel)
        for group, word in enumerate(sorted(set(words), key=words.index)):
            members = [index for index, each in enumerate(words) if each == word and g[index]]
            counts = [index for index in range(len(words)) if g[index]]
            sums = []
            for order in itertools.permutations(counts):
                shuffled = dict(zip(counts, order, strict=True))
                sums.append(sum(oracle.sample_f(g[index], p[shuffled[index]]) for index in members))
            assert expected[wheel, group] == pytest.approx([len(members), np.mean(sums)], abs=1e-12)


@given(st.lists(st.sampled_from(WORDS), max_size=6), st.lists(label_lists, min_size=1, max_size=8))
def test_every_constant_answer_scores_exactly_its_chance_level(answer, truth):
    *_, true, guess = sets(truth, [answer] * len(truth))
    metric = StrictSetF1()
    score, chance = (
        metric.score(metric.statistics(true, guess).sum(axis=1)),
        metric.score(metric.expected_under_shuffling(true, guess)),
    )
    if not np.isnan(score):
        assert correct_for_chance(score, float(chance)) == pytest.approx(0, abs=1e-12)


@given(st.lists(st.sampled_from(WORDS), max_size=6), st.lists(st.sampled_from(CLASSES), min_size=1, max_size=8))
def test_every_constant_answer_scores_exactly_its_chance_level_in_the_basic_task(answer, words):
    true, guess = basic_sets(words, [answer] * len(words))
    metric = MacroF1()
    score, chance = (
        metric.score(metric.statistics(true, guess).sum(axis=1)),
        metric.score(metric.expected_under_shuffling(true, guess)),
    )
    assert correct_for_chance(score, float(chance)) == pytest.approx(0, abs=1e-12)


@given(st.sampled_from([-1, 0, 1]), st.lists(st.sampled_from([-1.0, -0.2, 0.0, 0.4]), min_size=1, max_size=8))
def test_a_constant_polarity_scores_exactly_its_chance_level(answer, values):
    values = np.array(values)
    assume(values.any())
    guess, metric = np.full(len(values), answer, np.int8), ThreeWayWeightedF1()
    score, chance = (
        metric.score(metric.statistics(values, guess).sum(axis=1)),
        metric.score(metric.expected_under_shuffling(values, guess)),
    )
    assert correct_for_chance(score, float(chance)) == pytest.approx(0, abs=1e-12)


def figures(truth, predicted):
    *_, true, guess = sets([truth], [predicted])
    rows = StrictSetF1().statistics(true, guess).reshape(5, 3)
    counted = rows[:, 0] > 0
    precision, recall = rows[counted, 1], rows[counted, 2]
    total = precision + recall
    return precision, recall, np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)


@given(label_lists, label_lists.filter(bool), st.sampled_from(WORDS))
def test_a_label_that_is_in_the_truth_on_no_wheel_never_raises_anything(truth, predicted, word):
    in_truth = any(oracle.elements([word], w, sector) & oracle.elements(truth, w, sector) for w in range(5))
    assume(not in_truth)
    for before, after in zip(figures(truth, predicted), figures(truth, [*predicted, word]), strict=True):
        assert (after <= before + 1e-12).all()


@given(label_lists.filter(bool), label_lists.filter(bool), st.data())
def test_a_word_of_the_truth_never_lowers_f(truth, predicted, data):
    word = data.draw(st.sampled_from(truth))
    before, after = figures(truth, predicted)[2], figures(truth, [*predicted, word])[2]
    assert (after >= before - 1e-12).all()


def test_unknown_words_cost_and_neutral_counts():
    precision, recall, _ = figures(["joyful"], ["joyful", "xylophone"])
    assert precision.tolist() == [0.5] * 4  # joyful is on four of the wheels' word lists
    assert recall.tolist() == [1.0] * 4
    precision, *_ = figures([], ["neutral"])
    assert precision.tolist() == [1.0] * 5


def test_chance_is_undefined_only_where_nothing_can_be_told():
    assert correct_for_chance(1.0, 1.0) == 0
    assert correct_for_chance(1.0, 0.3) == 1
    assert correct_for_chance(0.1, 0.3) < 0


_FIGURES = """
import numpy as np
from merunibench.labels import LabelLists
from merunibench.lexicon import load_lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.protocols.elements import element_sets
from dataclasses import replace

words = [*list(load_lexicon("builtin").codes)[:400], *(f"unknown{number}" for number in range(900))]
draw = np.random.default_rng(0)
truth, said = (LabelLists.from_fields([draw.choice(words, 1 + n % 7).tolist() for n in range(900)]) for _ in range(2))
true, guess = element_sets(truth, said, np.ones(900, bool), load_lexicon("builtin"), 1)
found = PROTOCOLS["strict"]["fine-grained"].expected_under_shuffling(true, guess).tolist()
true = replace(true, groups=np.arange(900) % 7)
found += PROTOCOLS["strict"]["basic"].fitted(true).expected_under_shuffling(true, guess).tolist()
print(*map(float.hex, found))
"""


def test_chance_levels_have_the_same_bits_on_every_processor():
    """BLAS chooses its kernel by the processor; it is told here to take others."""

    def figures(kernel):
        run = {**os.environ, "OPENBLAS_CORETYPE": kernel}
        return subprocess.run([sys.executable, "-c", _FIGURES], env=run, capture_output=True, check=True).stdout

    first = figures("Haswell")
    assert len(first.split()) > 50
    assert figures("Prescott") == first
