"""Baselines that see no emotion learn what they may, from others, and no more."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from merunibench import evaluate, load_lexicon
from merunibench.baselines import BASELINES, Known, best_constant, learned, mark_tokens, name_tokens
from merunibench.baselines.shallow import fold_of
from merunibench.demo.miniature import MINIATURE_TASKS, miniature
from merunibench.tasks import TASKS

CLASSES = ("angry", "happy", "sad", "worried")


def made(seed, samples=80):
    """Truth and tokens of samples whose label depends on one of the tokens."""
    random = np.random.default_rng(seed)
    tokens = {f"s{n}": [f"a{random.integers(4)}", f"b{random.integers(3)}"] for n in range(samples)}
    noisy = random.random(samples) < 0.4
    truth = {
        name: CLASSES[random.integers(4) if noise else int(each[0][1])]
        for (name, each), noise in zip(tokens.items(), noisy, strict=True)
    }
    return truth, tokens


@pytest.mark.parametrize("seed", range(5))
def test_naive_bayes_is_that_of_scikit_learn(seed):
    truth, tokens = made(seed)
    names = list(truth)
    rows = {row["name"]: row["labels"] for row in learned("basic", truth, tokens, {name: name for name in names})}
    counts = CountVectorizer(analyzer=list).fit_transform([tokens[name] for name in names]).toarray()
    folds = np.array([fold_of(name) for name in names])
    labels = np.array(list(truth.values()))
    for fold in set(folds.tolist()):
        here = folds == fold
        expected = MultinomialNB(alpha=1).fit(counts[~here], labels[~here]).predict(counts[here])
        assert [rows[name][0] for name, inside in zip(names, here, strict=True) if inside] == expected.tolist()


@given(st.integers(0, 1000), st.integers(0, 79))
def test_the_labels_of_a_unit_never_change_its_own_answers(seed, changed):
    truth, tokens = made(seed)
    units = {name: f"dialogue{int(name[1:]) // 4}" for name in truth}
    before = learned("basic", truth, tokens, units)
    unit = units[f"s{changed}"]
    other = {name: "worried" if units[name] == unit else label for name, label in truth.items()}
    after = learned("basic", other, tokens, units)
    assert [a for a in after if units[a["name"]] == unit] == [b for b in before if units[b["name"]] == unit]


def test_the_order_of_samples_changes_no_answer():
    truth, tokens = made(1)
    units = {name: name for name in truth}
    backwards = learned("basic", dict(reversed(truth.items())), tokens, units)
    assert sorted(map(str, backwards)) == sorted(map(str, learned("basic", truth, tokens, units)))


def test_fine_grained_answers_are_as_long_as_the_truths_and_sentiment_answers_are_signs():
    names = [f"clip{n}" for n in range(60)]
    tokens = {name: [str(n % 2)] for n, name in enumerate(names)}
    units = {name: name for name in names}
    lists = {name: "[sad, tired]" if n % 2 else "[happy, proud]" for n, name in enumerate(names)}
    for n, row in enumerate(learned("fine-grained", lists, tokens, units)):
        assert sorted(row["labels"]) == (["sad", "tired"] if n % 2 else ["happy", "proud"])
    values = {name: "-1.5" if n % 2 else "0.5" for n, name in enumerate(names)} | {"clip0": "0.0"}
    polarities = [row["polarity"] for row in learned("sentiment", values, tokens, units)]
    assert polarities == ["positive", "negative"] * 30


def test_neutral_truths_teach_nothing_where_they_do_not_count():
    truth = {f"s{n}": "neutral" if n % 4 else "sad" for n in range(60)}
    units = {name: name for name in truth}
    nothing = dict.fromkeys(truth, ())
    assert {row["labels"][0] for row in learned("basic", truth, nothing, units)} == {"neutral"}
    assert {row["labels"][0] for row in learned("basic", truth, nothing, units, neutral=False)} == {"sad"}
    only = dict.fromkeys(truth, "neutral")
    assert {row["labels"][0] for row in learned("basic", only, nothing, units, neutral=False)} == {"neutral"}


def test_tokens_of_names_and_marks_hold_no_word_that_was_said():
    assert name_tokens("test_dia12_utt3") == ["0:test", "1:dia", "2:12", "3:utt", "4:3", "1:dia12", "3:utt3"]
    assert mark_tokens("I love it!!!") == mark_tokens("I hate it!!!")
    assert mark_tokens("你好！") != mark_tokens("你好。")


def test_a_baseline_that_lacks_what_it_needs_has_no_answer():
    known = Known("basic", {"a": "sad"})
    assert BASELINES["punctuation"].answer(known) is BASELINES["video"].answer(known) is None
    assert BASELINES["file-name"].answer(known) == [{"name": "a", "labels": ["neutral"], "status": "ok"}]


def official(dataset, truth, labels, lexicon):
    answers = {dataset: dict.fromkeys(truth, labels)}
    report = evaluate(answers, {dataset: truth}, tasks=MINIATURE_TASKS, lexicon=lexicon, bootstrap=0)
    return report[dataset].score


WORDS = ("happy", "sad", "angry", "fearful", "surprised", "disgusted")


@pytest.mark.parametrize("dataset", ["mer2023", "ovmerdplus"])
def test_the_best_constant_beats_every_single_word_and_every_pair(dataset):
    lexicon = load_lexicon("builtin")
    truth = {row["name"]: row["label"] for row in miniature(dataset)}
    labels = best_constant(TASKS[dataset].kind, truth, lexicon)[0]["labels"]
    best = official(dataset, truth, labels, lexicon)
    every = [official(dataset, truth, list(pair), lexicon) for n in (1, 2) for pair in combinations(WORDS, n)]
    assert best >= max(every) - 1e-12
    assert max(official(dataset, truth, [*labels, word], lexicon) for word in WORDS) <= best + 1e-12


def test_the_first_label_of_the_best_constant_is_the_best_of_the_lexicon():
    lexicon = load_lexicon("builtin")
    truth = {row["name"]: row["label"] for row in miniature("ovmerdplus")}
    first = best_constant("fine-grained", truth, lexicon)[0]["labels"][0]
    score = official("ovmerdplus", truth, [first], lexicon)
    assert all(official("ovmerdplus", truth, [word], lexicon) <= score + 1e-12 for word in sorted(lexicon.codes)[::97])


def test_the_best_constant_of_sentiment_is_the_more_frequent_sign():
    truth = {"a": "-1", "b": "2", "c": "3"}
    assert best_constant("sentiment", truth)[0]["polarity"] == "positive"
