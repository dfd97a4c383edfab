"""The paragraph for a paper says everything that decided the figures, also of reports of before."""

import json

import pytest

from merunibench import InputError, evaluate
from merunibench.report.written import WrittenReport
from tests.small import rows, write_rows


@pytest.fixture
def written(files, tmp_path):
    predictions, truth = files

    def write(change=None, **options):
        content = evaluate(predictions, truth, **options).to_dict()
        if change is not None:
            change(content)
        (tmp_path / "report.json").write_text(json.dumps(content), "utf-8")
        return tmp_path / "report.json"

    return write


def test_the_paragraph_says_what_decided_the_figures(written):
    said = WrittenReport.read(written(seed=7, bootstrap=50)).methods()
    for part in (
        "preds was scored with merunibench on 3 data sets with 18 samples (hit rate: MELD; waf: CMU-MOSI; f: OV-MERD+)",
        "official protocol, metric version 1, wheel level 1, lexicon builtin@",
        "Labels and polarities were given with the predictions.",
        "Every sample had a prediction.",
        "Papers use the lexicon mer2025; scores under builtin cannot be compared with theirs.",
        "There was one checkpoint.",
        "Poisson bootstrap by name (50 resamples, seed 7) over dialogues and videos where available",
        "jackknife",
        "CMU-MOSI 66.67 (",
        "Signature: mub|data:meld+cmumosi+ovmerdplus|",
    ):
        assert part in said
    assert "mean" not in said
    assert said.count("\n") == 1


def test_missing_predictions_other_rules_and_no_intervals_are_said(files, written):
    predictions, _ = files
    write_rows(predictions / "cmumosi.jsonl", rows()["cmumosi"][:3])
    said = WrittenReport.read(written(missing="zero", bootstrap=0, protocol="strict", units="samples")).methods()
    assert "Samples without a prediction counted as wrong (1 missing, 0 failed)." in said
    assert "No intervals were computed." in said
    assert "corrected for chance from" in said
    assert "strict protocol, version 2 (wrong words are penalised; chance is 0)" in said
    assert "Papers use" not in said
    before = WrittenReport.read(written(missing="zero", bootstrap=0, protocol="strict@1")).methods()
    assert "strict protocol, version 1 (" in before


def test_a_choice_on_the_test_labels_is_said_with_its_bias(tmp_path, files, written):
    predictions, _ = files
    for name in ("meld", "cmumosi", "ovmerdplus"):
        lines = rows()[name]
        (predictions / f"{name}.jsonl").unlink()
        for step in (1, 2):
            write_rows(predictions / f"step-{step}" / f"{name}.jsonl", lines)
    said = WrittenReport.read(written(bootstrap=50)).methods()
    assert "the best of 2 checkpoints on its own test labels" in said
    assert "inflates the scores by about: MELD 0.00" in said
    assert "published row: MELD step-1, CMU-MOSI step-1, OV-MERD+ step-1." in said or "published row: step-1." in said
    last = WrittenReport.read(written(checkpoint="last")).methods()
    assert "The last of 2 checkpoints is reported: step-2." in last
    named = WrittenReport.read(written(checkpoint="step-1")).methods()
    assert "The checkpoint step-1 was chosen without using the scores." in named


def test_what_read_the_text_is_said_for_labels_and_for_polarities(files, written):
    predictions, _ = files
    for name in ("meld", "ovmerdplus"):
        write_rows(
            predictions / f"{name}.jsonl", [{"name": row["name"], "text": "He is happy."} for row in rows()[name]]
        )
    said = WrittenReport.read(written(bootstrap=0)).methods()
    assert "Labels were read from the text by rules@2; polarities were given with the predictions." in said
    (predictions / "cmumosi.jsonl").unlink()
    assert "Labels were read from the text by rules@2." in WrittenReport.read(written(bootstrap=0)).methods()


def test_what_the_score_is_worth_is_said(files, written):
    """The best shallow baseline of each data set with what it was told, the lift, head words, references."""
    predictions, truth = files
    report = evaluate(predictions, truth, baselines=True, bootstrap=0)
    said = WrittenReport.read(written(baselines=True, bootstrap=0)).methods()
    assert "The best shallow baseline, which does not use the clips, scores: MELD " in said
    for each in report.worth:
        best = each.best_shallow
        told = f", told {best.told}" if best.told else ""
        title = report[each.dataset].title
        assert f"{title} {100 * best.score:.2f} ({best.title}{told}), lift {100 * each.lift:+.2f}" in said
        if each.head_words:
            assert f"{title} {100 * each.in_head_words:.2f}" in said.partition("head word of its sector")[2]
    assert "baseline" not in WrittenReport.read(written(bootstrap=0)).methods()

    def refer(content):
        content["worth"]["ovmerdplus"]["references"] = [
            {"source": "mer2023", "samples": 3, "score": 0.75, "model": 0.5, "chance": 0.3}
        ]

    said = WrittenReport.read(written(refer, baselines=True, bootstrap=0)).methods()
    assert "As answers to OV-MERD+, people's labels in MER2023 score 75.00 on the 3 samples that both have" in said
    assert "where the model scores 50.00" in said


def test_a_mean_is_said_with_what_it_counts_twice(written):
    def complete(content):
        content |= {"mean": 0.5, "mean_ci": [0.4, 0.6], "mean_selection_bias": 0.01, "mean_corrected": 0.49}
        content |= {
            "mean_corrected_ci": [0.39, 0.59],
            "counted_twice": [{"datasets": ["sims", "simsv2"], "samples": 9}],
        }

    said = WrittenReport.read(written(complete)).methods()
    assert "The mean of the nine data sets is 50.00 (40.00–60.00)." in said
    assert "by about 1.00 points (bootstrap estimate of optimism); corrected, it is 49.00 (39.00–59.00)." in said
    assert "The mean counts 9 samples twice: samples of CH-SIMS that are also in CH-SIMS v2." in said


def test_reports_of_before_are_read(written):
    """They know no interval methods, no runs and no selection bias."""

    def former(content):
        for key in ("mean_selection_bias", "mean_corrected", "mean_corrected_ci", "mean_runs", "counted_twice"):
            del content[key]
        parts = [content, *content["datasets"]]
        for part in parts:
            head = part["signature"].split("|interval:")[0]
            part["signature"] = head.replace("units:clusters+samples", "units:samples")
        for each in content["datasets"]:
            for key in ("units", "runs", "selection_bias", "corrected", "corrected_ci"):
                del each[key]

    said = WrittenReport.read(written(former, bootstrap=50)).methods()
    assert "bootstrap (50 resamples, seed 0) over samples; percentiles." in said
    assert "Poisson" not in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.update(schema="another"), "not a report"),
        (lambda content: content["datasets"][0].update(dataset="x"), "datasets.0.dataset: unknown data set 'x'"),
        (lambda content: content.update(signature="mub|a"), "signature: 'mub|a' is not a signature"),
        (lambda content: content.update(datasets=[]), "datasets: "),
        (lambda content: content["datasets"][0].update(score="much"), "datasets.0.score: "),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(written, change, message):
    with pytest.raises(InputError) as refused:
        WrittenReport.read(written(change))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_object_is_refused(tmp_path):
    (tmp_path / "a.json").write_text("[1]", "utf-8")
    with pytest.raises(InputError, match=r"a\.json: not a report"):
        WrittenReport.read(tmp_path / "a.json")
