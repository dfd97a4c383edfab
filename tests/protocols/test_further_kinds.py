"""Classes, scores and preferences: equal to a slow oracle, to scikit-learn and to SciPy on random data."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error

from merunibench import compare, evaluate
from merunibench.lexicon import load_lexicon
from merunibench.protocols.classes import Classes
from merunibench.protocols.neutral import says_neutral
from merunibench.tasks import Task
from tests.oracle import further_kinds as oracle

CLASSES = ("angry", "happy", "neutral", "sad", "surprise", "worried")
WORDS = (*CLASSES, "joyful", "furious", "anxious", "no emotion", "astonished", "sorrowful", "qwertz", "calm")
PREFERENCES = ("a1", "a2", "same")
TASKS = {
    "classes": Task("mine", "Mine", "classes", classes=CLASSES),
    "score": Task("mine", "Mine", "score"),
    "preference": Task("mine", "Mine", "preference"),
}


def scored(kind, truth, rows, **options):
    names = [f"n{index}" for index in range(len(truth))]
    answers = [{"name": name, **row} for name, row in zip(names, rows, strict=True)]
    truths = dict(zip(names, truth, strict=True))
    return evaluate({"mine": answers}, {"mine": truths}, tasks=[TASKS[kind]], **{"bootstrap": 0, **options})


def random_rows(kind, seed, number=60):
    """Truths, answers as rows, and whether a row has an answer."""
    rng = np.random.default_rng(seed)
    if kind == "classes":
        truth = rng.choice(CLASSES, number).tolist()
        return truth, [{"labels": rng.choice(WORDS, rng.integers(0, 4)).tolist()} for _ in range(number)]
    if kind == "score":
        truth = rng.normal(0, 2, number).tolist()
        return truth, [{"score": float(value + rng.normal(0, 1.5))} for value in truth]
    truth = rng.choice(PREFERENCES, number, p=[0.45, 0.45, 0.1]).tolist()
    return truth, [{"preference": str(rng.choice(PREFERENCES)), "swapped": str(rng.choice(PREFERENCES))} for _ in truth]


def sectors_of(word):
    lexicon = load_lexicon("builtin")
    masks = lexicon.masks([word])[0].tolist()
    return [{bit for bit in range(64) if mask >> bit & 1} for mask in masks]


def meant(rows):
    return [oracle.class_of(row["labels"], CLASSES, sectors_of, says_neutral) for row in rows]


@pytest.mark.parametrize("seed", range(8))
def test_classes_equal_the_oracle_and_scikit_learn(seed):
    truth, rows = random_rows("classes", seed)
    found = scored("classes", truth, rows)["mine"]
    said = meant(rows)
    waf, accuracy = oracle.weighted_f1(truth, said)
    assert found.score == found.metrics["waf"] == pytest.approx(waf, abs=1e-12)
    assert found.metrics["accuracy"] == pytest.approx(accuracy, abs=1e-12)
    words = [word or "none" for word in said]
    labels = sorted(set(truth))
    judged = f1_score(truth, words, labels=labels, average="weighted", zero_division=0)
    assert found.score == pytest.approx(judged, abs=1e-12)
    assert found.metrics["accuracy"] == pytest.approx(accuracy_score(truth, words), abs=1e-12)


@pytest.mark.parametrize(
    ("labels", "meaning"),
    [
        (["happy"], "happy"),
        ([" HAPPY "], "happy"),
        (["joyful"], "happy"),
        (["happy", "joyful", "sad"], "happy"),
        (["happy", "sad"], None),
        (list(CLASSES), None),
        ([], None),
        (["qwertz"], None),
        (["no emotion"], "neutral"),
        (["happy", "qwertz"], "happy"),
    ],
)
def test_which_class_labels_mean(labels, meaning):
    for name in CLASSES:
        found = scored("classes", [name, "sad"], [{"labels": labels}, {"labels": ["sad"]}])["mine"]
        assert (found.metrics["accuracy"] == 1) == (name == meaning), name
    assert oracle.class_of([label.strip().lower() for label in labels], CLASSES, sectors_of, says_neutral) == meaning


@pytest.mark.parametrize("seed", range(8))
def test_scores_equal_the_oracle_scipy_and_scikit_learn(seed):
    truth, rows = random_rows("score", seed)
    found = scored("score", truth, rows)["mine"]
    said = [row["score"] for row in rows]
    for key, value in oracle.regression(truth, said).items():
        assert found.metrics[key] == pytest.approx(value, abs=1e-12), key
    assert found.score == pytest.approx(pearsonr(truth, said).statistic, abs=1e-12)
    assert found.metrics["mae"] == pytest.approx(mean_absolute_error(truth, said), abs=1e-12)
    cut = [np.round(np.clip(values, -3, 3)).astype(int) for values in (truth, said)]
    assert found.metrics["acc7"] == pytest.approx(accuracy_score(*cut), abs=1e-12)


def test_large_numbers_lose_no_digits():
    truth, rows = random_rows("score", 1)
    far = [value + 1e8 for value in truth], [{"score": row["score"] + 1e8} for row in rows]
    assert scored("score", *far)["mine"].score == pytest.approx(scored("score", truth, rows)["mine"].score, abs=1e-6)


def test_a_missing_number_is_the_mean_and_a_constant_answer_has_no_correlation():
    truth, rows = random_rows("score", 2)
    rows[0] = rows[7] = {"score": None}
    found = scored("score", truth, rows, missing="zero")["mine"]
    said = [row["score"] for row in rows]
    for key, value in oracle.regression(truth, said).items():
        assert found.metrics[key] == pytest.approx(value, abs=1e-12), key
    assert found.missing == 2
    assert scored("score", truth, [{"score": 0.5}] * len(truth))["mine"].score == 0


@pytest.mark.parametrize("seed", range(8))
def test_preferences_equal_the_oracle_and_scikit_learn(seed):
    truth, rows = random_rows("preference", seed)
    found = scored("preference", truth, rows)["mine"]
    waf, accuracy, agreed = oracle.preferences(
        truth, [row["preference"] for row in rows], [row["swapped"] for row in rows]
    )
    assert found.score == pytest.approx(waf, abs=1e-12)
    assert found.metrics["accuracy"] == pytest.approx(accuracy, abs=1e-12)
    assert found.metrics["swap_agreement"] == pytest.approx(agreed, abs=1e-12)
    kept = [(true, row["preference"]) for true, row in zip(truth, rows, strict=True) if true != "same"]
    judged = f1_score(*zip(*kept, strict=True), labels=["a1", "a2"], average="weighted", zero_division=0)
    assert found.score == pytest.approx(judged, abs=1e-12)


def test_who_always_takes_the_first_place_never_agrees_with_itself():
    truth = ["a1", "a2"] * 5
    found = scored("preference", truth, [{"preference": "a1", "swapped": "a2"}] * 10)["mine"]
    assert found.metrics == {"waf": pytest.approx(1 / 3), "accuracy": 0.5, "swap_agreement": 0}
    assert "swap_agreement" not in scored("preference", truth, [{"preference": "first"}] * 10)["mine"].metrics


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_the_chance_level_is_that_of_shuffled_answers(kind, protocol):
    truth, rows = random_rows(kind, 3, 40)
    found = scored(kind, truth, rows, protocol=protocol)["mine"]
    metric = found.samples_scored.metric
    encoded, sums = found.samples_scored.encoded, []
    rng = np.random.default_rng(0)
    counts = np.array([value != "same" for value in truth])
    for _ in range(3000):
        order = np.arange(40)
        order[counts] = rng.permutation(order[counts])
        answers = encoded.predicted
        shuffled = Classes(answers.codes[order], answers.words) if kind == "classes" else answers[order]
        sums.append(metric.statistics(encoded.truth, shuffled).sum(axis=1))
    expected = metric.expected_under_shuffling(encoded.truth, encoded.predicted)
    spread = np.std(sums, axis=0) / np.sqrt(len(sums))
    assert (abs(np.mean(sums, axis=0) - expected) <= 5 * spread + 1e-9).all()
    assert found.chance == pytest.approx(float(metric.score(expected)))


@pytest.mark.parametrize("kind", TASKS)
def test_constant_answers_score_zero_under_strict(kind):
    constant = {"classes": {"labels": ["happy"]}, "score": {"score": 2}, "preference": {"preference": "a2"}}[kind]
    truth, _ = random_rows(kind, 4)
    assert scored(kind, truth, [constant] * len(truth), protocol="strict")["mine"].score == pytest.approx(0, abs=1e-12)
    perfect = [{{"classes": "labels"}.get(kind, kind): [word] if kind == "classes" else word} for word in truth]
    assert scored(kind, truth, perfect, protocol="strict")["mine"].score == pytest.approx(1)


@pytest.mark.parametrize("kind", TASKS)
def test_there_are_an_interval_and_a_paired_test(kind, tmp_path):
    truth, rows = random_rows(kind, 5, 120)
    other = random_rows(kind, 6, 120)[1]
    first = scored(kind, truth, rows, bootstrap=200)
    second = scored(kind, truth, other, bootstrap=200)
    low, high = first["mine"].ci
    assert low < first["mine"].score < high
    first.write_per_sample(tmp_path / "a.jsonl")
    found, read = (compare(each, second, resamples=200).datasets[0] for each in (first, tmp_path / "a.jsonl"))
    assert found.test == read.test
    assert found.test.difference == pytest.approx(first["mine"].score - second["mine"].score)


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        ("score", {"score": "much"}, "is not a finite number"),
        ("score", {"score": float("inf")}, "is not a finite number"),
        ("preference", {"preference": "a3"}, "is not a preference: a1, a2 or same"),
        ("preference", {"preference": True}, "is not a preference"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_row(kind, row, message):
    truth, rows = random_rows(kind, 7, 5)
    with pytest.raises(ValueError, match=message):
        scored(kind, truth, [*rows[:-1], row])
