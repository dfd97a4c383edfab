"""Several runs of one model: figures are means over the runs, intervals those of the mean."""

import numpy as np
import pytest

from merunibench import InputError, evaluate
from tests.small import LABELS, rows, write_rows

NAMES = [f"test_dia{i // 4}_utt{i % 4}" for i in range(120)]
RNG = np.random.default_rng(0)
TRUTH = {"meld": {name: str(RNG.choice(LABELS)) for name in NAMES}}


@pytest.fixture
def runs(tmp_path):
    """Three runs that are right on about half of the samples, each on others."""
    for run in range(3):
        said = [[TRUTH["meld"][name]] if RNG.random() < 0.5 else ["bored"] for name in NAMES]
        lines = [{"name": name, "labels": labels} for name, labels in zip(NAMES, said, strict=True)]
        write_rows(tmp_path / f"run{run}" / "meld.jsonl", lines)
    return [tmp_path / f"run{run}" for run in range(3)]


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_figures_are_means_over_the_runs(runs, protocol):
    each = [evaluate(path, TRUTH, protocol=protocol)["meld"] for path in runs]
    report = evaluate(runs[0], TRUTH, runs=runs[1:], protocol=protocol)
    joint = report["meld"]
    assert joint.runs == tuple(one.score for one in each)
    assert joint.further["uar"] == pytest.approx(np.mean([one.further["uar"] for one in each]))
    for name, recall in joint.further["recall"].items():
        there = [one.further["recall"][name] for one in each]
        assert recall is None if None in there else recall == pytest.approx(np.mean(there))
    for name in ("score", "uncorrected", "chance", "labels_per_sample"):
        assert getattr(joint, name) == pytest.approx(np.mean([getattr(one, name) for one in each]), abs=1e-12)
    for key, value in joint.metrics.items():
        assert value == pytest.approx(np.mean([one.metrics[key] for one in each]), abs=1e-12)
    # Of one draw: each replicate is the mean of the runs' replicates.
    np.testing.assert_allclose(joint.replicates, np.mean([one.replicates for one in each], axis=0), atol=1e-12)
    assert joint.ci[1] - joint.ci[0] < np.mean([one.ci[1] - one.ci[0] for one in each])
    assert (joint.signature.runs, joint.signature.n) == (3, len(NAMES))
    written = report.to_dict()["datasets"][0]["runs"]
    assert written == {"scores": list(joint.runs), "deviation": pytest.approx(np.std(joint.runs, ddof=1))}
    assert (
        f"means over 3 runs; standard deviation between runs: MELD {100 * joint.run_deviation:.2f}." in report.to_text()
    )


def test_runs_that_are_equal_are_one_run(runs):
    one, joint = evaluate(runs[0], TRUTH)["meld"], evaluate(runs[0], TRUTH, runs=[runs[0]])["meld"]
    assert joint.ci == one.ci
    assert joint.score == one.score
    assert joint.run_deviation == 0
    assert (one.runs, one.run_deviation) == ((), None)
    assert joint.remarks == ("runs 1 and 2 have exactly the same figures: if they are one run, give it once",)
    assert evaluate(runs[0], TRUTH, runs=runs[1:])["meld"].remarks == ()


def test_a_run_of_another_kind_is_refused(runs, tmp_path):
    texts = tmp_path / "texts"
    write_rows(texts / "meld.jsonl", [{"name": name, "text": "happy"} for name in NAMES])
    with pytest.raises(InputError, match="meld: run 2 differs from the first: labels given against rules@"):
        evaluate(runs[0], TRUTH, runs=[texts])
    write_rows(tmp_path / "sentiment" / "cmumosi.jsonl", rows()["cmumosi"])
    with pytest.raises(InputError, match="sentiment: no predictions for meld, which the first run has"):
        evaluate(runs[0], TRUTH, runs=[tmp_path / "sentiment"])
    for step in ("step-1", "step-2"):
        write_rows(tmp_path / "steps" / step / "meld.jsonl", [{"name": name, "labels": ["joy"]} for name in NAMES])
    with pytest.raises(InputError, match="steps: meld has the checkpoints step-1, step-2, but the first run has"):
        evaluate(runs[0], TRUTH, runs=[tmp_path / "steps"])


def test_runs_that_skip_different_samples_are_refused(runs, tmp_path):
    write_rows(tmp_path / "part" / "meld.jsonl", [{"name": name, "labels": ["joy"]} for name in NAMES[:-1]])
    with pytest.raises(InputError, match="run 2 differs from the first: n 120 against 119"):
        evaluate(runs[0], TRUTH, runs=[tmp_path / "part"], missing="skip")
    counted = evaluate(runs[0], TRUTH, runs=[tmp_path / "part"], missing="zero")["meld"]
    assert counted.missing == 1


def test_checkpoints_are_chosen_by_their_means(tmp_path):
    right = {("a", "step-1"): 90, ("a", "step-2"): 80, ("b", "step-1"): 20, ("b", "step-2"): 70}
    for (run, step), number in right.items():
        said = [TRUTH["meld"][name] if place < number else "bored" for place, name in enumerate(NAMES)]
        lines = [{"name": name, "labels": [word]} for name, word in zip(NAMES, said, strict=True)]
        write_rows(tmp_path / run / step / "meld.jsonl", lines)
    result = evaluate(tmp_path / "a", TRUTH, runs=[tmp_path / "b"])["meld"]
    assert result.checkpoint == "step-2"
    assert result.selection_bias is not None
    assert len(result.runs) == 2


def test_runs_have_no_samples_of_their_own(runs, tmp_path):
    report = evaluate(runs[0], TRUTH, runs=runs[1:])
    with pytest.raises(InputError, match="meld: a mean of runs has no per-sample scores; use a single run"):
        report.write_per_sample(tmp_path / "a.jsonl")
