"""From scores to a report: which checkpoint, which mean, which warnings."""

import numpy as np
import pytest

from merunibench import InputError, evaluate
from merunibench.demo.miniature import MINIATURE_TASKS, miniature
from merunibench.statistics import interval
from merunibench.tasks import benchmark_tasks
from tests.small import write_rows

NINE = tuple(task.id for task in benchmark_tasks())
NAMES = [f"s{i}" for i in range(12)]


@pytest.fixture(scope="module")
def truth():
    return {name: {row["name"]: row["label"] for row in miniature(name)} for name in NINE}


def answers(truth, **left_out):
    """An answer for every sample but the first few of the data sets that are named."""
    said = {name: "positive" if MINIATURE_TASKS[name].kind == "sentiment" else ["joy"] for name in NINE}
    return {name: dict.fromkeys([*truth[name]][left_out.get(name, 0) :], said[name]) for name in NINE}


def test_the_mean_is_that_of_the_nine_and_its_interval_that_of_means_on_each_resample(truth):
    others = {"mer2025ov": {"a": ["joy"], "b": ["sad"]}}
    report = evaluate(answers(truth) | others, truth | others, tasks=MINIATURE_TASKS, bootstrap=50, missing="zero")
    nine = [result for result in report.datasets if result.dataset != "mer2025ov"]
    assert len(nine) == len(report.datasets) - 1 == 9
    assert report["mer2025ov"].score == 1
    assert report.mean == pytest.approx(np.mean([result.score for result in nine]), abs=1e-12)
    assert report.mean_ci == interval(np.mean([result.replicates for result in nine], axis=0))


def test_the_mean_has_no_interval_where_one_of_the_nine_has_none(truth):
    one_dialogue = {f"test_dia0_utt{i}": label for i, label in enumerate(truth["meld"].values())}
    truth = truth | {"meld": one_dialogue}
    report = evaluate(answers(truth), truth, tasks=MINIATURE_TASKS, bootstrap=20, units="clusters")
    assert report["meld"].ci is None
    assert report["sims"].ci is not None
    assert report.complete
    assert report.mean == pytest.approx(np.mean([result.score for result in report.datasets]), abs=1e-12)
    assert report.mean_ci is None


@pytest.mark.parametrize(("policy", "complete"), [("zero", True), ("skip", False)])
def test_there_is_no_mean_where_samples_of_one_of_the_nine_are_left_out(truth, policy, complete):
    said = answers(truth, meld=1, ovmerdplus=2)
    report = evaluate(said, truth, tasks=MINIATURE_TASKS, bootstrap=20, missing=policy)
    assert report.complete == complete
    assert report.missing_datasets == (() if complete else ("meld", "ovmerdplus"))
    assert (report.mean is None, report.mean_ci is None) == (not complete, not complete)


def test_the_size_of_a_data_set_is_remarked_upon_only_where_one_is_published():
    data = {"ovmerdplus": {"a": ["joy"]}, "mer2025ov": {"a": ["joy"]}}
    warnings = evaluate(data, data, bootstrap=0).warnings
    assert warnings == ("ovmerdplus: the ground truth has 1 samples, the official set 532",)


def test_data_sets_on_one_side_are_not_remarked_upon_where_others_were_asked_for(files):
    predictions, truth = files
    (truth / "cmumosi.csv").rename(truth / "sims.csv")
    assert any("not scored" in each for each in evaluate(predictions, truth, bootstrap=0).warnings)
    asked = evaluate(predictions, truth, datasets=["meld", "ovmerdplus"], bootstrap=0)
    assert not any("not scored" in each for each in asked.warnings)


def write_checkpoints(folder, answers):
    """Checkpoint -> labels of each sample, as files of OV-MERD+."""
    for checkpoint, labels in answers.items():
        lines = [{"name": name, "labels": said} for name, said in zip(NAMES, labels, strict=False)]
        write_rows(folder / checkpoint / "ovmerdplus.jsonl", lines)
    return folder


@pytest.mark.parametrize("rule", ["best-per-dataset", "best-overall"])
def test_the_best_checkpoint_is_that_of_the_primary_score(tmp_path, rule):
    """A constant answer may score higher, and is worth nothing once it is corrected for chance."""
    truth = {"ovmerdplus": {name: ["sad"] if i < 9 else ["joyful"] for i, name in enumerate(NAMES)}}
    said = {"step-1": [["sad"]] * 12, "step-2": [["sad"]] * 5 + [["joyful"]] * 7}
    folder = write_checkpoints(tmp_path / "model", said)
    for protocol, best in (("official", "step-1"), ("strict", "step-2")):
        result = evaluate(folder, truth, checkpoint=rule, protocol=protocol, bootstrap=0)["ovmerdplus"]
        assert result.checkpoint == best
        others = result.checkpoints
        assert others["step-1"].uncorrected > others["step-2"].uncorrected


@pytest.mark.parametrize("rule", ["best-per-dataset", "best-overall"])
def test_the_best_of_scores_on_different_samples_is_refused_under_either_rule(tmp_path, rule):
    truth = {"ovmerdplus": {name: ["sad"] for name in NAMES}}
    folder = write_checkpoints(tmp_path / "model", {"step-1": [["sad"]] * 12, "step-2": [["sad"]] * 5})
    with pytest.raises(InputError, match=r"under --missing skip .* \(step-1 12, step-2 5\)"):
        evaluate(folder, truth, checkpoint=rule, missing="skip", bootstrap=0)
    assert evaluate(folder, truth, checkpoint=rule, missing="zero", bootstrap=0)["ovmerdplus"].checkpoint == "step-1"
