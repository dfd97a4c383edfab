"""The published evaluation's own figures, on the released model outputs: every one, to within 1e-9."""

import json

import pytest

from merunibench import evaluate

RELEASES = ("mer2025", "mer2026")
KEYS = {"hit": "hit_rate", "matching": "matching_score", "precision": "precision", "recall": "recall", "f": "f"}


@pytest.fixture(scope="module", params=[(release, level) for release in RELEASES for level in (1, 2)], ids=str)
def scored(request, shared):
    release, level = request.param
    expected = json.loads((shared / "official" / "expected_scores.json").read_text(encoding="utf-8"))[release]
    report = evaluate(
        shared / "official" / "output",
        shared / "official" / "dataset",
        lexicon=shared / "official" / "emotion_wheel" / release,
        level=level,
        bootstrap=0,
    )
    return report, expected, release, level


def close(found, expected):
    assert found == pytest.approx(expected, abs=1e-9, rel=0)


def test_meld(scored):
    report, expected, _, level = scored
    assert set(report["meld"].checkpoints) == set(expected["meld"])
    for stem, figures in expected["meld"].items():
        found = report["meld"].checkpoints[stem]
        if level == 2:
            close(found.score, figures["hit_rate_level2"])
            continue
        close(found.score, figures["hit_rate"])
        close(found.metrics["matching_score"], figures["matching_score"])
        for wheel, known in zip(found.wheels, figures["wheels_level1"], strict=True):
            close(dict(wheel), {KEYS[key]: value for key, value in known.items()})


def test_ovmerdplus(scored):
    report, expected, _, level = scored
    assert set(report["ovmerdplus"].checkpoints) == set(expected["ovmerdplus"])
    for stem, figures in expected["ovmerdplus"].items():
        found, known = report["ovmerdplus"].checkpoints[stem], figures[f"level{level}"]
        close(dict(found.metrics), {key: known[key] for key in ("f", "precision", "recall")})
        for wheel, values in zip(found.wheels, known["wheels"], strict=True):
            close(dict(wheel), values)


def test_cmumosi(scored):
    report, expected, _, _ = scored
    assert set(report["cmumosi"].checkpoints) == set(expected["cmumosi"])
    for stem, figures in expected["cmumosi"].items():
        close(dict(report["cmumosi"].checkpoints[stem].metrics), {key: figures[key] for key in ("waf", "accuracy")})
    assert report["cmumosi"].scored == (figures["samples"],)


def test_the_best_checkpoint_of_each_data_set_is_reported(scored):
    report, expected, release, level = scored
    assert report.checkpoint_selection == "best-per-dataset"
    if level == 1:
        best = {name: max(figures["hit_rate"] for figures in expected[name].values()) for name in ("meld",)}
        close(report["meld"].score, best["meld"])
    if (release, level) == ("mer2025", 1):
        assert round(100 * report["meld"].score, 2) == 55.65
    assert round(100 * report["cmumosi"].score, 2) == 81.30


def test_the_report_says_what_is_missing_and_why_it_is_incomplete(scored):
    report, _, release, _ = scored
    assert report.mean is None
    assert not report.complete
    assert "ovmerdplus" in report.missing_datasets
    assert "meld" not in report.missing_datasets
    assert any("332" in warning and "532" in warning for warning in report.warnings)
    assert report.lexicon["name"] == release


def test_signatures_name_the_release_and_the_truth(scored):
    report, _, release, level = scored
    signature = str(report["meld"].signature)
    assert f"|lexicon:{release}@" in signature
    assert f"|level:{level}|" in signature
    assert "|n:2610|" in signature
    assert "|lexicon:none|" in str(report["cmumosi"].signature)
