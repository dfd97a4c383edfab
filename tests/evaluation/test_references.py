"""What people said of the same clips in another data set is scored as a reference."""

import numpy as np
import pytest

from merunibench import evaluate
from merunibench.data.truth import read_every_label
from merunibench.tasks import TASKS

NAMES = [f"clip{number}" for number in range(12)]
FINE = {name: "[happy, proud]" if number % 3 else "[sad, lonely]" for number, name in enumerate(NAMES)}
CLASSES = {name: "happy" if number % 2 else "sad" for number, name in enumerate([*NAMES[:8], "elsewhere"])}
ANSWERS = {name: ["happy", "angry"] for name in NAMES}


def reference(protocol="official", answers=ANSWERS, **options):
    truth = {"ovmerdplus": FINE, "mer2023": CLASSES, "meld": dict.fromkeys(NAMES, "joy")}
    report = evaluate(
        {"ovmerdplus": answers}, truth, protocol=protocol, missing="zero", bootstrap=0, baselines=True, **options
    )
    (worth,) = report.worth
    return worth.references


def alone(answers, names, protocol):
    truth = {"ovmerdplus": {name: FINE[name] for name in names}}
    return evaluate({"ovmerdplus": answers}, truth, protocol=protocol, missing="zero", bootstrap=0)["ovmerdplus"]


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_labels_of_another_data_set_are_scored_on_the_clips_that_both_have(protocol):
    (found,) = reference(protocol)
    shared = NAMES[:8]
    people = alone({name: [CLASSES[name]] for name in shared}, shared, protocol)
    assert (found.source, found.samples) == ("mer2023", 8)
    assert (found.score, found.chance) == (people.score, people.chance)
    assert found.model == alone({name: ANSWERS[name] for name in shared}, shared, protocol).score


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_what_the_model_left_out_is_wrong_there_too(protocol):
    some = {name: ANSWERS[name] for name in NAMES[1:]}
    (found,) = reference(protocol, some)
    assert found.model == alone({name: some[name] for name in NAMES[1:8]}, NAMES[:8], protocol).score


def test_no_reference_without_common_clips_or_where_none_counts():
    answers = {"ovmerdplus": {"a": ["happy"]}}
    apart = {"ovmerdplus": {"a": "[happy]"}, "mer2023": {"b": "happy"}}
    assert evaluate(answers, apart, bootstrap=0, baselines=True).worth[0].references == ()
    uncounted = {"ovmerdplus": {"a": "[happy]", "b": "[neutral]"}, "mer2023": {"b": "neutral"}}
    report = evaluate(answers, uncounted, missing="zero", bootstrap=0, baselines=True)
    assert report.worth[0].references == ()


def test_the_table_marks_it_as_a_reference():
    truth = {"ovmerdplus": FINE, "mer2023": CLASSES}
    text = evaluate({"ovmerdplus": ANSWERS}, truth, bootstrap=0, baselines=True).to_text()
    assert "OV-MERD+: human reference: people's labels for the same 8 clips in MER2023 score" in text


def test_labels_of_every_split_are_read_the_first_of_a_name_counts(tmp_path):
    splits = {
        "train_corpus": {"a": {"emo": "sad"}, "b": {"emo": 2}},
        "test1_corpus": {"b": {"emo": 3}, "c": {"emo": 1}},
    }
    path = tmp_path / "label-6way.npz"
    np.savez_compressed(path, **{key: np.array(value, object) for key, value in splits.items()})
    found = read_every_label(TASKS["mer2023"], path)
    labels = {name: found.labels[row] for row, name in enumerate(found.names.to_pylist())}
    assert labels == {"a": ["sad"], "b": ["happy"], "c": ["angry"]}


def test_the_classes_of_mer2023_on_the_clips_of_ov_merd(shared):
    root = shared / "official" / "nine"
    report = evaluate(
        root / "output",
        root / "dataset",
        datasets="ovmerdplus",
        lexicon=shared / "official" / "emotion_wheel" / "mer2025",
        bootstrap=0,
        baselines=True,
    )
    (found,) = report.worth[0].references
    assert found.samples == 332
    assert found.score == pytest.approx(0.795341578901444)
