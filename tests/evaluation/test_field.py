"""The data sets of the field: all nine of the benchmark, and OV-MERD with ten models' outputs, figure by figure."""

import json

import pytest

from merunibench import evaluate
from merunibench.tasks import benchmark_tasks

RELEASES = ("mer2025", "mer2026")
NINE = [task.id for task in benchmark_tasks()]


def expected_of(folder):
    return json.loads((folder / "expected_scores.json").read_text(encoding="utf-8"))


def close(found, expected):
    assert found == pytest.approx(expected, abs=1e-9, rel=0)


def score(shared, release, **options):
    root, lexicon = shared / "official" / "nine", shared / "official" / "emotion_wheel" / release
    return evaluate(root / "output", root / "dataset", lexicon=lexicon, bootstrap=0, **options)


@pytest.mark.parametrize("release", RELEASES)
def test_all_nine_equal_the_published_evaluation(shared, release):
    expected = expected_of(shared / "official" / "nine")[release]
    report = score(shared, release)
    assert sorted(each.dataset for each in report.datasets) == sorted(NINE) == sorted(expected)
    for name, checkpoints in expected.items():
        assert set(report[name].checkpoints) == set(checkpoints)
        assert len(checkpoints) == 7
        for stem, figures in checkpoints.items():
            found = report[name].checkpoints[stem]
            if report[name].kind == "basic":
                close([found.score, found.metrics["matching_score"]], [figures["hit_rate"], figures["matching_score"]])
            elif report[name].kind == "sentiment":
                close([found.score, found.metrics["accuracy"]], [figures["waf"], figures["accuracy"]])
            else:
                keys = ("f", "precision", "recall")
                close([found.metrics[key] for key in keys], [figures["level1"][key] for key in keys])


@pytest.mark.parametrize(
    ("rule", "mean"), [("best-per-dataset", "74.77"), ("best-overall", "73.96"), ("last", "71.97")]
)
def test_the_mean_is_the_published_one(shared, rule, mean):
    assert f"{100 * score(shared, 'mer2025', checkpoint=rule).mean:.2f}" == mean


@pytest.mark.parametrize("release", RELEASES)
def test_ten_models_on_ov_merd(shared, release, tmp_path):
    folder = shared / "official" / "ovmerd"
    labels = tmp_path / "ovmerd-process"
    labels.mkdir()
    (labels / "ovlabel.csv").symlink_to(folder / "ovlabel.csv")
    lexicon = shared / "official" / "emotion_wheel" / release
    expected = expected_of(folder)[release]
    assert len(expected) == 10
    for model, prompts in expected.items():
        assert len(prompts) == 3
        for prompt, figures in prompts.items():
            answers = folder / "predictions" / model
            report = evaluate(answers, tmp_path, model=prompt, lexicon=lexicon, bootstrap=0)
            close([report["ovmerd"].metrics[key] for key in figures], list(figures.values()))
            assert report["ovmerd"].is_complete
            assert report["ovmerd"].samples == 332
            assert report.mean is None


def test_as_ov_merd_plus_they_are_scored_as_before_and_one_line_says_what_they_are(shared, tmp_path):
    official = shared / "official"
    (tmp_path / "answers").mkdir()
    rows = official / "ovmerd" / "predictions" / "Otter" / "subtitle" / "ovmerd.jsonl"
    for name in ("ovmerdplus", "ovmerd"):
        (tmp_path / "answers" / f"{name}.jsonl").symlink_to(rows)
        (tmp_path / f"{name}.csv").symlink_to(official / "ovmerd" / "ovlabel.csv")
    report = evaluate(tmp_path / "answers", tmp_path, lexicon=official / "emotion_wheel" / "mer2025", bootstrap=0)
    assert report["ovmerdplus"].score == report["ovmerd"].score
    assert not report["ovmerdplus"].is_complete
    assert report["ovmerd"].is_complete
    assert "ovmerdplus" in report.missing_datasets
    (said,) = [line for line in report.warnings if line.startswith("ovmerdplus: the ground truth")]
    assert "it is OV-MERD (--dataset ovmerd)" in said
    assert not [line for line in report.warnings if line.startswith("ovmerd: the ground truth")]
