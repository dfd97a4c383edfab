"""Values against judgements: ROC, threshold and intervals, against scikit-learn, SciPy and the obvious."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score, roc_curve

from merunibench.curation.speaker_truth import compare, read_truth
from merunibench.errors import InputError
from tests.oracle import speaking as oracle

JUDGED = st.lists(st.tuples(st.integers(0, 10).map(lambda k: k / 10), st.booleans()), min_size=1, max_size=40)


def check(tmp_path, judged, wanted=0.9):
    path = tmp_path / "mine.jsonl"
    path.write_text(
        "".join(json.dumps({"name": f"c{k}", "value": value}) + "\n" for k, (value, _) in enumerate(judged)),
        encoding="utf-8",
    )
    return compare([path], {f"c{k}": says for k, (_, says) in enumerate(judged)}, wanted)


@given(JUDGED)
def test_roc_is_scikit_learns(tmp_path_factory, judged):
    found = check(tmp_path_factory.mktemp("roc"), judged)
    values, says = (np.array(each) for each in zip(*judged, strict=True))
    if says.all() or not says.any():
        assert found.auc is None
        return
    assert found.auc == pytest.approx(roc_auc_score(says, values))
    assert found.auc == pytest.approx(oracle.auc(values[says], values[~says]))
    false, true, thresholds = roc_curve(says, values, drop_intermediate=False)
    assert [point.threshold for point in found.points] == thresholds[1:].tolist()
    np.testing.assert_allclose([point.recall for point in found.points], true[1:])
    np.testing.assert_allclose([point.fall_out for point in found.points], false[1:])


@given(JUDGED, st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_the_threshold_is_the_lowest_with_the_wanted_precision(tmp_path_factory, judged, wanted):
    found = check(tmp_path_factory.mktemp("threshold"), judged, wanted)
    fits = []
    for threshold in {value for value, _ in judged}:
        kept = [says for value, says in judged if value >= threshold]
        if sum(kept) / len(kept) >= wanted:
            fits.append(threshold)
    silent = not all(says for _, says in judged)
    assert (found.chosen and found.chosen.threshold) == (min(fits) if fits and silent else None)
    if found.chosen:
        point = found.chosen
        exact = binomtest(point.right, point.kept).proportion_ci(method="exact")
        assert point.precision_interval == pytest.approx((exact.low, exact.high))


def test_clips_without_a_value_are_left_out_and_told(tmp_path):
    judged = [(0.9, True), (None, True), (None, False), (0.1, False), (0.5, True)]
    found = check(tmp_path, judged)
    assert (found.speaking, found.silent, found.undecided) == (2, 1, (1, 1))
    text = found.to_text()
    assert "Without a value: 1 that speak, 1 that do not; ignored." in text
    assert "Threshold 0.5000: the lowest with a precision of 90.00." in text
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["threshold"]["threshold"] == 0.5


def test_what_cannot_be_chosen_is_said(tmp_path):
    assert "none of the clips is silent" in check(tmp_path, [(0.9, True)]).to_text()
    assert "No threshold has a precision of 90.00." in check(tmp_path, [(0.9, False), (0.1, True)]).to_text()
    nothing = check(tmp_path, [(None, True)])
    assert nothing.points == ()
    assert "Area under the ROC: none" in nothing.to_text()


def test_many_values_are_a_short_table(tmp_path):
    text = check(tmp_path, [(k / 200, k % 3 > 0) for k in range(200)]).to_text()
    assert text.count("\n") < 30


def test_names_that_were_not_measured(tmp_path):
    (tmp_path / "mine.jsonl").write_text('{"name": "a", "value": 1}\n', encoding="utf-8")
    found = compare([tmp_path / "mine.jsonl"], {"a": True, "b": False}, 0.9)
    assert found.absent == ("b",)
    assert "Not measured: 1 (b); ignored." in found.to_text()
    with pytest.raises(InputError, match="none of the measured clips"):
        compare([tmp_path / "mine.jsonl"], {"c": True}, 0.9)


def test_judgements(tmp_path):
    table = tmp_path / "truth.csv"
    table.write_text("name,speaking\na,yes\nb,No\nc,1\nd,FALSE\n", encoding="utf-8")
    assert read_truth(table) == {"a": True, "b": False, "c": True, "d": False}
    table.write_text("name,speaking\na,maybe\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"truth\.csv, line 2: speaking is 'maybe'; it must be yes or no"):
        read_truth(table)
    table = tmp_path / "truth.jsonl"
    table.write_text('{"name": "a", "speaking": true}\n{"name": "b", "speaking": 0}\n', encoding="utf-8")
    assert read_truth(table) == {"a": True, "b": False}
