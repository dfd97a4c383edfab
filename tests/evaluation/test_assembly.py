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
    data = {"ovmerdplus": {"a": ["joy"]}, "mer2026ov": {"a": ["joy"]}}
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
    with pytest.raises(InputError, match=r"with --missing skip, .* \(step-1 12, step-2 5\)"):
        evaluate(folder, truth, checkpoint=rule, missing="skip", bootstrap=0)
    assert evaluate(folder, truth, checkpoint=rule, missing="zero", bootstrap=0)["ovmerdplus"].checkpoint == "step-1"


@pytest.fixture(scope="module")
def steps(truth):
    """Three checkpoints of about equal quality, each right on samples of its own choice."""
    answers = {}
    for name in NINE:
        rng = np.random.default_rng(len(name))
        for step in ("step-1", "step-2", "step-3"):
            said = {}
            for sample, label in truth[name].items():
                right = rng.random() < 0.7
                if MINIATURE_TASKS[name].kind == "sentiment":
                    said[sample] = "positive" if (float(label) > 0) == right else "negative"
                else:
                    said[sample] = label if right else ["xylophone"]
            answers.setdefault(name, {})[step] = said
    return answers


@pytest.fixture(scope="module")
def folder(steps, tmp_path_factory):
    root = tmp_path_factory.mktemp("steps")
    for name, found in steps.items():
        for step, said in found.items():
            key = "polarity" if MINIATURE_TASKS[name].kind == "sentiment" else "labels"
            write_rows(root / step / f"{name}.jsonl", [{"name": n, key: answer} for n, answer in said.items()])
    return root


def report_of(folder, truth, rule, **options):
    return evaluate(folder, truth, tasks=MINIATURE_TASKS, checkpoint=rule, bootstrap=200, units="samples", **options)


@pytest.mark.parametrize("rule", ["best-per-dataset", "best-overall"])
def test_a_choice_on_the_test_labels_says_by_how_much_it_flatters(folder, truth, rule):
    report = report_of(folder, truth, rule)
    data = report.to_dict()
    for result, written in zip(report.datasets, data["datasets"], strict=True):
        assert written["corrected"] == pytest.approx(result.score - written["selection_bias"], abs=1e-12)
        ends = np.array(result.ci) - written["selection_bias"]
        assert written["corrected_ci"] == pytest.approx(ends.tolist(), abs=1e-9)
    mean = np.mean([result.selection_bias for result in report.datasets])
    assert data["mean_selection_bias"] == pytest.approx(mean, abs=1e-12)
    assert 0 < mean < 0.2
    assert data["mean_corrected"] == pytest.approx(report.mean - mean, abs=1e-12)
    assert data["mean_corrected_ci"] == pytest.approx([end - mean for end in report.mean_ci], abs=1e-9)
    assert f"inflates the mean by about {100 * mean:+.2f}: corrected" in report.to_text()
    assert "minus selection bias" in report.to_latex()


def test_the_published_figures_stay_and_their_intervals_do_too(folder, truth):
    """What is corrected stands beside them; one checkpoint of the same name has the same interval."""
    chosen = report_of(folder, truth, "best-per-dataset")
    for result in chosen.datasets:
        named = report_of(folder, truth, result.checkpoint)[result.dataset]
        assert (named.score, named.ci) == (result.score, result.ci)


@pytest.mark.parametrize("rule", ["last", "step-2"])
def test_a_checkpoint_that_is_not_chosen_by_its_score_flatters_nothing(folder, truth, rule):
    data = report_of(folder, truth, rule).to_dict()
    assert {each["selection_bias"] for each in data["datasets"]} == {None}
    assert data["mean_selection_bias"] is data["mean_corrected"] is data["mean_corrected_ci"] is None
    assert evaluate(folder, truth, tasks=MINIATURE_TASKS, bootstrap=0).mean_selection_bias is None


def test_the_mean_says_what_it_counts_twice(folder, truth):
    names = [set(truth[name]) for name in ("sims", "simsv2")]
    shared = len(names[0] & names[1])
    found = {
        tuple(each["datasets"]): each["samples"] for each in report_of(folder, truth, "last").to_dict()["counted_twice"]
    }
    assert found.get(("sims", "simsv2"), 0) == shared
    assert set(found) <= {
        ("sims", "simsv2"),
        ("mer2023", "mer2024"),
        ("mer2023", "ovmerdplus"),
        ("mer2024", "ovmerdplus"),
    }
    inside = truth | {"sims": dict(list(truth["simsv2"].items())[: len(truth["sims"])])}
    report = evaluate(answers(inside), inside, tasks=MINIATURE_TASKS, bootstrap=9, missing="zero")
    assert (("sims", "simsv2"), len(truth["sims"])) in report.counted_twice
    assert (
        f"The mean counts {len(truth['sims'])} samples twice: samples of CH-SIMS that are also in CH-SIMS v2."
        in report.to_text()
    )
