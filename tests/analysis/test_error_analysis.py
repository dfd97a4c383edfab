"""The analysis as a whole: its options, its JSON, and real outputs."""

import json

import pytest

import merunibench
from merunibench import InputError, error_analysis, evaluate
from merunibench.signature import Signature
from tests.small import rows, write_rows


def test_it_covers_what_a_report_covers_with_the_same_scores(files):
    predictions, truth = files
    analysis, report = error_analysis(predictions, truth), evaluate(predictions, truth)
    assert [each.dataset for each in analysis.datasets] == [each.dataset for each in report.datasets]
    for errors, result in zip(analysis.datasets, report.datasets, strict=True):
        assert (errors.score, errors.chance, errors.samples) == (result.score, result.chance, result.samples)
        assert Signature.parse(errors.signature).metric_part == result.signature.metric_part
    assert Signature.parse(analysis.signature).metric_part == report.signature.metric_part
    with pytest.raises(KeyError):
        analysis["sims"]


def test_json_is_strict_and_carries_its_schema(files):
    data = json.loads(error_analysis(*files).to_json(), parse_constant=pytest.fail)
    assert data["schema"] == "merunibench.errors/1"
    assert data == error_analysis(*files).to_dict()
    for entry in data["datasets"]:
        for confusion in entry["confusions"]:
            assert [len(row) for row in confusion["counts"]] == [len(confusion["columns"])] * len(confusion["rows"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"wheel": 0}, "wheel must be 1 to 5"),
        ({"wheel": 6}, "wheel must be 1 to 5"),
        ({"limit": 0}, "limit"),
        ({"bootstrap": -1}, "resamples"),
        ({"seed": -1}, "seed"),
        ({"level": 3}, "level"),
        ({"datasets": ["melt"]}, "did you mean meld"),
    ],
)
def test_options_are_checked(files, options, message):
    with pytest.raises(InputError, match=message):
        error_analysis(*files, **options)


def test_the_named_checkpoint_is_analysed(tmp_path, files):
    _, truth = files
    for number in (1, 2):
        lines = [{**row, "labels": ["sad"] if number == 1 else ["happy"]} for row in rows()["ovmerdplus"]]
        write_rows(tmp_path / "model" / f"checkpoint-{number}" / "ovmerdplus.jsonl", lines)
    for number, word in ((1, "sad"), (2, "happy")):
        errors = error_analysis(tmp_path / "model", truth, checkpoint=f"checkpoint-{number}")["ovmerdplus"]
        assert errors.checkpoint == f"checkpoint-{number}"
        assert [each.word for each in errors.wrong_words] == [word]


def test_one_file_with_its_data_set_named(files):
    predictions, truth = files
    (predictions / "meld.jsonl").rename(predictions / "mine.jsonl")
    analysis = error_analysis(predictions / "mine.jsonl", truth, datasets=["meld"])
    assert [each.dataset for each in analysis.datasets] == ["meld"]


def test_level_2_has_the_inner_words(files):
    (confusion,) = error_analysis(*files, level=2, wheel=1, datasets=["ovmerdplus"])["ovmerdplus"].confusions
    names = merunibench.load_lexicon("builtin").sectors_of_wheels[2][0]
    assert set(confusion.rows) <= set(names)


def test_official_outputs(shared):
    official = shared / "official"
    analysis = error_analysis(official / "output", official / "dataset")
    page = analysis.to_html()
    report = evaluate(official / "output", official / "dataset", datasets=["meld"], bootstrap=0)
    meld, mosi, ovmerd = analysis["meld"], analysis["cmumosi"], analysis["ovmerdplus"]
    for confusion in meld.confusions:
        assert sum(confusion.totals) == confusion.samples
        assert confusion.samples <= 2610 - 1256
        hits = sum(
            row[confusion.columns.index(name)] for name, row in zip(confusion.rows, confusion.counts, strict=True)
        )
        hit_rate = report["meld"].wheels[confusion.wheel - 1]["hit_rate"]
        assert hits / confusion.samples == pytest.approx(hit_rate, abs=1e-9)
    assert mosi.confusions[0].totals == (277, 379)
    assert [sum(group.samples for group in g.groups) for g in meld.groupings if g.by != "true sector"] == [2610] * 3
    assert [g.by for g in mosi.groupings] == ["strength", "text length"]
    assert len(ovmerd.wrong_words) == len(ovmerd.missed_words) == 10
    assert page.count('class="heat"') == 11
