"""Figures beside the score: recall by class and UAR, conventions of sentiment; scikit-learn gives the same."""

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, recall_score

from merunibench.evaluation import evaluate
from merunibench.protocols import NO_POLARITY
from merunibench.scoring.further import sentiment_conventions
from tests.scoring.small import scored
from tests.small import write_files

sentiments = st.lists(
    st.tuples(st.sampled_from([-3.0, -0.2, 0.0, 0.4, 2.6]), st.sampled_from([-1, 0, 1, NO_POLARITY])),
    min_size=1,
    max_size=20,
)


def weighted_f1(truth, guess):
    return f1_score(truth, guess, average="weighted", zero_division=0)


@given(sentiments)
def test_conventions_of_sentiment_agree_with_scikit_learn(pairs):
    truth, guess = (np.array(side) for side in zip(*pairs, strict=True))
    found = sentiment_conventions(truth, guess)
    missing = guess == NO_POLARITY
    true, said = truth >= 0, np.where(missing, truth < 0, guess >= 0)
    assert found["has0_accuracy"] == pytest.approx(accuracy_score(true, said))
    assert found["has0_f1"] == pytest.approx(weighted_f1(true, said))
    signed = truth != 0
    if signed.any():
        true, said = truth[signed] > 0, np.where(missing, truth < 0, guess > 0)[signed]
        assert found["non0_accuracy"] == pytest.approx(accuracy_score(true, said))
        assert found["non0_f1"] == pytest.approx(weighted_f1(true, said))
    else:
        assert found["non0_accuracy"] is found["non0_f1"] is None
    assert found["three_class_accuracy"] == pytest.approx(accuracy_score(np.sign(truth), guess))


def test_non0_is_the_official_figure():
    truth = {"v_a_1": 1.5, "v_a_2": -0.4, "v_b_1": 0.0, "v_b_2": 2.0}
    answers = {"v_a_1": "positive", "v_a_2": "neutral", "v_b_1": "neutral", "v_b_2": "negative"}
    result = scored("cmumosi", answers, truth)
    assert result.further["non0_f1"] == result.metrics["waf"]
    assert result.further["non0_accuracy"] == result.metrics["accuracy"]
    assert result.further["three_class_accuracy"] == pytest.approx(2 / 4)


def test_uar_is_the_mean_recall_of_the_classes():
    truth = dict(zip("abcdef", ("joy", "joy", "joy", "sadness", "neutral", "neutral"), strict=True))
    said = dict(zip("abcdef", ("joy", "joy", "sadness", "sadness", "neutral", "joy"), strict=True))
    result = scored("meld", {name: [word] for name, word in said.items()}, truth, protocol="strict")
    classes = list(result.further["recall"])
    wanted = recall_score(list(truth.values()), list(said.values()), labels=classes, average=None)
    assert list(result.further["recall"].values()) == pytest.approx(wanted)
    assert result.further["uar"] == pytest.approx(np.mean(wanted))
    official = scored("meld", {name: [word] for name, word in said.items()}, truth)
    assert official.further["recall"]["neutral"] is None
    assert official.further["uar"] == pytest.approx((2 / 3 + 1) / 2)


def test_reports_print_them_with_the_spread_over_the_wheels(tmp_path):
    report = evaluate(*write_files(tmp_path), bootstrap=0)
    text = report.to_markdown()
    for said in ("UAR", "On single wheels", "has0", "non0", "Accuracy of three classes"):
        assert said in text
    further = {each["dataset"]: each["further"] for each in json.loads(report.to_json())["datasets"]}
    assert further["ovmerdplus"] == {}
    assert further["meld"]["uar"] == report["meld"].further["uar"]
    rows = {row["dataset"]: row for row in csv.DictReader(io.StringIO(report.to_csv()))}
    assert float(rows["meld"]["uar"]) == report["meld"].further["uar"]
    assert float(rows["cmumosi"]["has0_f1"]) == report["cmumosi"].further["has0_f1"]
    assert rows["ovmerdplus"]["uar"] == rows["meld"]["has0_f1"] == ""


def test_a_report_names_the_recall_of_each_class_and_the_classes_that_do_not_count(tmp_path):
    paths = write_files(tmp_path)
    [line] = [line for line in evaluate(*paths, bootstrap=0).to_text().splitlines() if "UAR" in line]
    further = evaluate(*paths, bootstrap=0)["meld"].further
    counted = [f"{name} {100 * value:.2f}" for name, value in further["recall"].items() if value is not None]
    assert line.startswith(f"MELD: UAR {100 * further['uar']:.2f}, mean recall of {', '.join(counted)}")
    assert line.endswith("(neutral does not count).")
