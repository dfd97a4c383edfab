"""Text classifiers: NumPy gives what scikit-learn gives; folds, out-of-fold votes, folders that are damaged."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.curation.crowd.classifiers.folds import calibration, group_folds, macro_f1
from merunibench.curation.crowd.classifiers.labelled import Labelled, read_labelled
from merunibench.curation.crowd.classifiers.saved import load_text, npz_bytes, save_text
from merunibench.curation.crowd.classifiers.text import TextClassifier, fit, train_text
from merunibench.curation.crowd.classifiers.tfidf import analyzer_for, n_grams
from merunibench.errors import InputError

WORDS = {
    "happy": "wonderful lovely glad party laugh".split(),  # noqa: SIM905
    "sad": "lost alone crying funeral miss".split(),  # noqa: SIM905
    "angry": "stop liar shout furious enough".split(),  # noqa: SIM905
}


def said(rng, label):
    return " ".join(rng.choice([*WORDS[label], "the", "you", "and"], 6))


@pytest.fixture
def labelled(tmp_path):
    rng = np.random.default_rng(0)
    labels = [list(WORDS)[number % 3] for number in range(90)]
    texts = [said(rng, label) for label in labels]
    return Labelled(
        names=tuple(f"d{number // 3}_u{number}" for number in range(90)),
        labels=tuple(labels),
        groups=tuple(f"d{number // 3}" for number in range(90)),
        task="emotion",
        valence=None,
        texts=tuple(texts),
        path=tmp_path / "human.csv",
    )


@pytest.mark.parametrize(("analyzer", "classes"), [("words", 3), ("words", 2), ("characters", 3)])
def test_probabilities_are_those_of_scikit_learn(labelled, analyzer, classes):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    kept = [row for row, label in enumerate(labelled.labels) if label in list(WORDS)[:classes]]
    texts, labels = [labelled.texts[row] for row in kept], [labelled.labels[row] for row in kept]
    texts[0] += " 我 很 高兴  \t\n ＡＢ don't É́ İ"
    texts[1] += " 我 很 高兴  \t\n ＡＢ don't É́ İ"
    kind, longest = ("word", 2) if analyzer == "words" else ("char", 3)
    vectorizer = TfidfVectorizer(analyzer=kind, ngram_range=(1, longest), min_df=2, sublinear_tf=True)
    features = vectorizer.fit_transform(texts)
    model = LogisticRegression(C=5.0, class_weight="balanced", max_iter=5000).fit(features, labels)
    ours = fit(texts, labels, analyzer, "x")
    assert ours.classes == tuple(model.classes_)
    assert ours.features.vocabulary == tuple(vectorizer.get_feature_names_out())
    others = [*texts, "lovely lovely party 高兴", "the LIAR  shouts\n\nenough"]
    theirs = model.predict_proba(vectorizer.transform(others))
    assert np.abs(ours.probabilities(others) - theirs).max() < 1e-12


@given(st.text(max_size=40), st.sampled_from(["words", "characters"]))
def test_n_grams_are_those_of_scikit_learn(text, analyzer):
    from sklearn.feature_extraction.text import CountVectorizer

    kind, longest = ("word", 2) if analyzer == "words" else ("char", 3)
    theirs = CountVectorizer(analyzer=kind, ngram_range=(1, longest)).build_analyzer()(text)
    assert [*n_grams(text, analyzer)] == theirs


def test_a_saved_classifier_is_the_same(labelled, tmp_path):
    classifier, judged = train_text(labelled, folds=5)
    settings = save_text(tmp_path / "human", classifier, labelled, judged, {"folds": 5, "seed": 0})
    read = load_text(tmp_path / "human")
    texts = [*labelled.texts, "", "qqq"]
    assert np.array_equal(read.probabilities(texts), classifier.probabilities(texts), equal_nan=True)
    assert np.isnan(read.probabilities(["", "qqq"])).all()
    assert settings["validation"]["accuracy"] > 0.8
    assert settings["validation"]["n"] == 90
    before = {path.name: path.read_bytes() for path in (tmp_path / "human").iterdir()}
    assert {*before} == {"settings.json", "weights.npz", "out-of-fold.jsonl"}
    assert b"pickle" not in before["weights.npz"]
    again, judged = train_text(labelled, folds=5)
    save_text(tmp_path / "human", again, labelled, judged, {"folds": 5, "seed": 0})
    assert {path.name: path.read_bytes() for path in (tmp_path / "human").iterdir()} == before


def test_nobody_is_judged_by_a_fold_that_saw_its_group(labelled):
    """A label that only texts of the group itself give away is not found out."""
    texts = tuple(
        f"{text} secret{group} secret{group}" for text, group in zip(labelled.texts, labelled.groups, strict=True)
    )
    fold_of = group_folds(labelled.groups, 5, 0)
    for group in set(labelled.groups):
        assert len({int(fold) for fold, each in zip(fold_of, labelled.groups, strict=True) if each == group}) == 1
    rng = np.random.default_rng(2)
    labels = tuple(rng.choice(list(WORDS), 30)[number // 3] for number in range(90))
    leaky = Labelled(labelled.names, labels, labelled.groups, "emotion", None, texts, labelled.path)
    classifier, judged = train_text(leaky)
    truth = np.array(labels)
    whole = np.array(classifier.classes)[classifier.probabilities(texts).argmax(axis=1)]
    assert (whole == truth).mean() > 0.95
    assert (np.array(leaky.classes)[judged.argmax(axis=1)] == truth).mean() < 0.7


@given(st.lists(st.integers(0, 9), min_size=20, max_size=60), st.integers(0, 3))
def test_folds_are_even_and_repeatable(groups, seed):
    names = [f"g{group}" for group in groups]
    if len(set(names)) < 3:
        with pytest.raises(InputError, match="cannot be divided into 3 folds"):
            group_folds(names, 3, seed)
        return
    folds = group_folds(names, 3, seed)
    assert folds.tolist() == group_folds(names, 3, seed).tolist()
    largest = max(map(names.count, set(names)))
    sizes = np.bincount(folds, minlength=3)
    assert sizes.max() - sizes.min() <= largest


def test_figures_against_scikit_learn():
    from sklearn.metrics import confusion_matrix, f1_score

    rng = np.random.default_rng(0)
    truth, guess = rng.integers(4, size=200), rng.integers(4, size=200)
    assert macro_f1(confusion_matrix(truth, guess)) == pytest.approx(f1_score(truth, guess, average="macro"))
    sure = np.array([0.95, 0.95, 0.55, 0.55])
    assert calibration(sure, np.array([1, 0, 1, 1], bool))["expected_error"] == pytest.approx(0.45)


def test_chinese_is_taken_apart_into_characters():
    assert analyzer_for(["我很高兴", "ok"]) == "characters"
    assert analyzer_for(["I am glad", "好"]) == "words"


@pytest.mark.parametrize("change", ["missing", "shape", "nan", "pickle", "cut"])
def test_damaged_weights_are_refused(labelled, tmp_path, change):
    classifier, judged = train_text(labelled)
    save_text(tmp_path / "c", classifier, labelled, judged, {})
    path, arrays = tmp_path / "c" / "weights.npz", classifier.to_arrays()
    if change == "missing":
        del arrays["idf"]
    elif change == "shape":
        arrays["idf"] = arrays["idf"][:-1]
    elif change == "nan":
        arrays["intercepts"] = arrays["intercepts"] * np.nan
    elif change == "pickle":
        arrays["classes"] = np.array([{1, 2}, print], object)
    path.write_bytes(npz_bytes(arrays)[: 100 if change == "cut" else None])
    with pytest.raises(InputError, match=r"weights\.npz"):
        load_text(tmp_path / "c")


def table(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_labels_are_read(tmp_path):
    path = table(tmp_path / "l.csv", "name,label,group,text\na,Sad,g1,one\nb,,g1,two\nc,happy,g2,\n")
    found = read_labelled(path, text="text")
    assert (found.names, found.labels, found.groups, found.texts) == (
        ("a", "c"),
        ("sad", "happy"),
        ("g1", "g2"),
        ("one", ""),
    )
    assert (found.task, found.left_out, found.classes) == ("emotion", 1, ("happy", "sad"))
    values = read_labelled(
        table(tmp_path / "v.csv", "name,label\nv_1_1,1.5\nv_1_2,-2\nv_2_1,0\n"), group_regex=r"v_\d+"
    )
    assert (values.labels, values.task, values.groups) == (
        ("positive", "negative", "neutral"),
        "sentiment",
        ("v_1", "v_1", "v_2"),
    )
    assert values.valence == (1.5, -2.0, 0.0)
    meld = read_labelled(table(tmp_path / "m.csv", "name,label\ntest_dia1_utt0,joy\n"), dataset="meld")
    assert meld.groups[0] != "test_dia1_utt0"


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("name,label\na,\n", {}, "no row has a label"),
        ("name,label\na,1\n", {"task": "emotion"}, "labels are numbers"),
        ("name,label\na,sad\n", {"task": "sentiment"}, "'sad' is not a polarity"),
        ("name,label\na,sad\n", {"text": "said"}, "no column 'said' of texts"),
        ("name,label\na,sad\n", {"group_regex": "("}, "invalid regular expression"),
        ("name,label\na,sad\n", {"group_regex": "z"}, "does not match the name 'a'"),
        ("name,label\na,sad\n", {"dataset": "nowhere"}, "unknown data set 'nowhere'"),
        ("name,label,group\na,sad,\n", {}, "has no 'group'"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(tmp_path, text, options, message):
    with pytest.raises(InputError, match=message):
        read_labelled(table(tmp_path / "l.csv", text), **options)


def test_too_little_to_train_on_is_refused(labelled, tmp_path):
    def changed(**fields):
        return Labelled(**{**labelled.__dict__, **fields})

    for wrong, message in (
        (changed(labels=("sad",) * 90), "a classifier needs two classes"),
        (changed(groups=("one",) * 90), "cannot be divided into 5 folds"),
        (changed(labels=("rare", *labelled.labels[1:])), "occurs in a single fold"),
        (changed(texts=("",) * 90), "no sample has a text"),
        (changed(texts=tuple(f"once{number}" for number in range(90))), "too few texts"),
    ):
        with pytest.raises(InputError, match=message):
            train_text(wrong)


def test_settings_hold_plain_json(labelled, tmp_path):
    classifier, judged = train_text(labelled)
    save_text(tmp_path / "c", classifier, labelled, judged, {})
    settings = json.loads((tmp_path / "c" / "settings.json").read_text(encoding="utf-8"))
    assert settings["training"]["data"] == "human.csv"
    assert sum(map(sum, settings["validation"]["confusion"]["rows_are_truth"])) == 90
    assert isinstance(classifier, TextClassifier)
