"""A group's score is the score of a data set that holds its samples only."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench import error_analysis, evaluate
from merunibench.analysis.groups import quartiles

WORDS = ["joyful", "sad", "furious", "scared", "proud", "calm", "neutral", "xylophone"]


def random_data(seed, samples=40):
    rng = np.random.default_rng(seed)
    names = [f"s{i}" for i in range(samples)]
    labels = lambda most: [str(word) for word in rng.choice(WORDS, rng.integers(0, most))]  # noqa: E731
    return {name: labels(8) for name in names}, {name: ["sad", *labels(4)] for name in names}


def grouping(analysis, by, wheel=None):
    (found,) = [each for each in analysis.groupings if (each.by, each.wheel) == (by, wheel)]
    return {group.name: group for group in found.groups}


def score_of(said, truth, dataset, names):
    return evaluate(
        {dataset: {name: said[name] for name in names}},
        {dataset: {name: truth[name] for name in names}},
        bootstrap=0,
    )[dataset].score


def test_by_number_of_labels():
    said, truth = random_data(1)
    groups = grouping(error_analysis({"ovmerdplus": said}, {"ovmerdplus": truth})["ovmerdplus"], "labels")
    members = {}
    for name, labels in said.items():
        members.setdefault(str(len(labels)) if len(labels) < 5 else "5+", []).append(name)
    assert list(groups) == sorted(members)
    for key, names in members.items():
        assert groups[key].samples == len(names)
        assert groups[key].score == pytest.approx(score_of(said, truth, "ovmerdplus", names), abs=1e-12)
        low, high = groups[key].ci
        assert low <= groups[key].score <= high or len(names) < 5


@pytest.mark.parametrize("clips", [1, 4])
def test_the_interval_of_a_group_is_that_of_a_data_set_of_its_samples_drawn_by_dialogues(clips):
    rng = np.random.default_rng(clips)
    names = [f"test_dia{i // clips}_utt{i % clips}" for i in range(240)]
    truth = {name: str(rng.choice(["joy", "sadness", "anger"])) for name in names}
    said = {name: [label if rng.random() < 0.6 else "xylophone"] for name, label in truth.items()}
    groups = grouping(error_analysis({"meld": said}, {"meld": truth})["meld"], "class")
    assert set(groups) == set(truth.values())
    for word, group in groups.items():
        chosen = [name for name in names if truth[name] == word]
        part = evaluate({"meld": {name: said[name] for name in chosen}}, {"meld": dict.fromkeys(chosen, word)})
        assert group.ci == part["meld"].ci


def test_by_true_sector_a_sample_is_in_as_many_groups_as_it_has_sectors():
    said, truth = random_data(2)
    analysis = error_analysis({"ovmerdplus": said}, {"ovmerdplus": truth}, bootstrap=0)["ovmerdplus"]
    lexicon_sectors = {"sad": "sad", "joyful": "happy", "furious": "mad", "scared": "scared"}
    groups = grouping(analysis, "true sector", 1)
    for word, sector in lexicon_sectors.items():
        names = [name for name, labels in truth.items() if word in labels]
        if sector in {"sad", "scared"}:
            assert groups[sector].samples == len(names)
            assert groups[sector].score == pytest.approx(score_of(said, truth, "ovmerdplus", names), abs=1e-12)
    assert {each.wheel for each in analysis.groupings if each.by == "true sector"} == {1, 2, 3, 4, 5}
    (confusion,) = [each for each in analysis.confusions if each.wheel == 1]
    assert {name: group.samples for name, group in groups.items()} == dict(
        zip(confusion.rows, confusion.totals, strict=True)
    )


def test_by_class_in_the_data_sets_order_and_neutral_never_counts():
    truth = {"a": "joy", "b": "anger", "c": "neutral", "d": "joy", "e": "sadness"}
    said = {"a": ["happy"], "b": ["sad"], "c": ["happy"], "d": ["furious"], "e": ["sad", "happy"]}
    groups = grouping(error_analysis({"meld": said}, {"meld": truth})["meld"], "class")
    assert list(groups) == ["anger", "joy", "sadness", "neutral"]
    assert (groups["joy"].samples, groups["joy"].scored, groups["joy"].score) == (2, 2, 0.5)
    assert (groups["neutral"].samples, groups["neutral"].scored, groups["neutral"].score) == (1, 0, None)
    assert groups["sadness"].score == 1.0
    assert groups["sadness"].ci is None


def test_by_strength_of_sentiment():
    values = [0.2, -0.4, 1.0, -1.0, 1.6, -1.8, 2.8, -3.0, 0.0]
    truth = {f"s{i}": value for i, value in enumerate(values)}
    said = {f"s{i}": "positive" for i in range(9)}
    groups = grouping(error_analysis({"cmumosi": said}, {"cmumosi": truth})["cmumosi"], "strength")
    assert {name: group.samples for name, group in groups.items()} == {
        "0.2 to 0.4": 2,
        "1": 2,
        "1.6 to 1.8": 2,
        "2.8 to 3": 2,
    }
    assert [group.score for group in groups.values()] == pytest.approx([1 / 3] * 4)


def rows(texts):
    return [{"name": f"s{i}", "labels": ["sad"], "text": text} for i, text in enumerate(texts)]


def frame(texts):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(rows(texts))


def test_by_length_of_the_raw_text_a_character_is_a_word_in_scripts_without_spaces():
    texts = ["one", "two words", "他很难过", "five words are in here", None, "one"]
    truth = {f"s{i}": ["sad"] for i in range(6)}
    analysis = error_analysis({"ovmerdplus": frame(texts)}, {"ovmerdplus": truth})["ovmerdplus"]
    groups = grouping(analysis, "text length")
    assert {name: group.samples for name, group in groups.items()} == {"1": 2, "2": 1, "4": 1, "5": 1, "no text": 1}
    assert analysis.notes == ()


def test_without_raw_text_it_says_so():
    analysis = error_analysis({"meld": {"a": ["sad"]}}, {"meld": {"a": "sadness"}})["meld"]
    assert "text length" not in [each.by for each in analysis.groupings]
    assert "no raw text" in analysis.notes[0]


def test_samples_without_a_prediction_are_a_group_of_their_own():
    truth = {"a": "joy", "b": "joy", "c": "joy"}
    analysis = error_analysis({"meld": {"a": ["joy"], "b": []}}, {"meld": truth}, missing="zero")["meld"]
    assert {name: group.samples for name, group in grouping(analysis, "labels").items()} == {
        "0": 1,
        "1": 1,
        "no prediction": 1,
    }
    skipped = error_analysis({"meld": {"a": ["joy"], "b": []}}, {"meld": truth}, missing="skip")["meld"]
    assert skipped.samples == 2


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.data())
def test_quartiles_share_out_every_sample_once_and_never_split_equal_values(values, data):
    values = np.array(values)
    which = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    bins = list(quartiles(values, which))
    assert len(bins) <= 4
    assert sum(samples.astype(int) for _, _, samples in bins).tolist() == which.tolist() if bins else not which.any()
    for (_, high, _), (low, _, _) in pairwise(bins):
        assert high < low
