"""Wrong, unknown and missed words are counted as their definition says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench import load_lexicon
from merunibench.analysis import error_analysis
from merunibench.analysis.words import mentions
from merunibench.labels import LabelLists
from tests.oracle import errors as oracle

WORDS = ["joyful", "sad", "furious", "scared", "proud", "calm", "neutral", "xylophone", "<b>", "disgusted"]
word_lists = st.lists(st.sampled_from(WORDS), max_size=4)


@given(st.lists(word_lists, max_size=8))
def test_mentions_are_every_word_of_every_sample_once(lists):
    found = mentions(LabelLists.from_fields(lists))
    pairs = [(s, found.vocabulary[c]) for s, c in zip(found.samples.tolist(), found.codes.tolist(), strict=True)]
    assert sorted(pairs) == sorted({(i, word) for i, words in enumerate(lists) for word in words})


@given(st.lists(st.tuples(word_lists, word_lists), min_size=1, max_size=8), st.sampled_from([None, 1, 4]))
def test_counts_agree_with_the_definition(samples, wheel):
    samples = [*samples, (["sad"], ["sad"])]  # something counts
    names = [f"s{i}" for i in range(len(samples))]
    analysis = error_analysis(
        {"ovmerdplus": dict(zip(names, (said for _, said in samples), strict=True))},
        {"ovmerdplus": dict(zip(names, (true or ["neutral"] for true, _ in samples), strict=True))},
        wheel=wheel,
        limit=100,
        bootstrap=0,
    )["ovmerdplus"]
    wheels = range(5) if wheel is None else [wheel - 1]
    sectors_of = load_lexicon("builtin").sectors
    for table, missed in ((analysis.wrong_words, False), (analysis.missed_words, True)):
        expected = oracle.off_target(samples, sectors_of, wheels, missed=missed)
        assert {each.word: (each.count, each.total) for each in table} == {
            word: pytest.approx(counts) for word, counts in expected.items()
        }
        assert [(-each.count, each.word) for each in table] == sorted((-each.count, each.word) for each in table)
    unknown = {word for _, said in samples for word in said if word in {"xylophone", "<b>"}}
    assert {each.word: each.count for each in analysis.unknown_words} == {
        word: sum(word in said for _, said in samples) for word in unknown
    }


def test_examples_are_the_first_three_samples_with_their_labels():
    truth = {f"s{i}": ["happy"] for i in range(5)}
    said = {name: ["sad", "happy"] for name in truth} | {"s0": ["happy"]}
    analysis = error_analysis({"ovmerdplus": said}, {"ovmerdplus": truth}, bootstrap=0)["ovmerdplus"]
    (wrong,) = analysis.wrong_words
    assert (wrong.word, wrong.count, wrong.total) == ("sad", 4, 4)
    assert [each.name for each in wrong.examples] == ["s1", "s2", "s3"]
    assert wrong.examples[0].true == ("happy",)
    assert wrong.examples[0].predicted == ("sad", "happy")


def test_neutral_is_neither_wrong_nor_unknown():
    analysis = error_analysis(
        {"meld": {"a": ["neutral"], "b": ["joy"]}}, {"meld": {"a": "joy", "b": "joy"}}, bootstrap=0
    )["meld"]
    assert analysis.wrong_words == analysis.unknown_words == ()
    assert [(each.word, each.count, each.total) for each in analysis.missed_words] == [("joy", 1, 2)]


def test_words_of_a_truth_that_does_not_count_are_not_held_against_a_prediction():
    analysis = error_analysis(
        {"meld": {"a": ["furious"], "b": ["joy"]}}, {"meld": {"a": "neutral", "b": "joy"}}, bootstrap=0
    )["meld"]
    assert analysis.wrong_words == ()


def test_limit():
    truth, said = {"a": ["happy"]}, {"a": ["sad", "furious", "scared", "xylophone", "yacht"]}
    analysis = error_analysis({"ovmerdplus": said}, {"ovmerdplus": truth}, limit=1)["ovmerdplus"]
    assert len(analysis.wrong_words) == len(analysis.unknown_words) == len(analysis.missed_words) == 1
