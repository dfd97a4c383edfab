"""The embedded miniature is legal for its tasks, and the baselines see only what they say they see."""

import csv
import inspect
import re

import pytest

from merunibench._resources import resource
from merunibench.baselines import majority, stuffing, text_lexicon, text_lexicon_rows
from merunibench.labels import parse_label_text
from merunibench.lexicon.runtime.wheels import load_wheels
from merunibench.tasks import TASKS, benchmark_tasks

DATASETS = [task.id for task in benchmark_tasks()]
BASIC = [task.id for task in benchmark_tasks() if task.kind == "basic"]
SENTIMENT = [task.id for task in benchmark_tasks() if task.kind == "sentiment"]
NAME = {
    "mer2023": r"sample_\d{8}",
    "mer2024": r"sample_\d{8}",
    "meld": r"test_dia\d+_utt\d+",
    "iemocapfour": r"Ses05[FM]_(impro\d\d|script\d\d_\d)_[FM]\d{3}",
    "cmumosi": r"[\w-]{11}_\d+",
    "cmumosei": r"([\w-]{11}|\d{5,6})_\d+",
    "sims": r"video_\d{4}_\d{4}",
    "simsv2": r"video_\d{4}_\d{4}",
    "ovmerdplus": r"sample_\d{8}",
}


def read(dataset):
    path = resource("demo", "data", "truth", f"{dataset}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(dataset, field):
    return {row["name"]: row[field] for row in read(dataset)}


def test_there_is_a_file_for_each_data_set_and_no_other():
    files = {path.stem for path in resource("demo", "data", "truth").iterdir()}
    assert files == set(DATASETS)


@pytest.mark.parametrize("dataset", DATASETS)
def test_thirty_rows_with_unique_names_of_the_data_sets_own_form(dataset):
    rows = read(dataset)
    assert len(rows) == 30
    assert all(set(row) == {"name", "label", "subtitle"} for row in rows)
    assert len({row["name"] for row in rows}) == 30
    task = TASKS[dataset]
    for row in rows:
        assert re.fullmatch(NAME[dataset], row["name"])
        assert task.split is None or task.split.search(row["name"])


@pytest.mark.parametrize("dataset", [task.id for task in benchmark_tasks() if task.cluster])
def test_dialogues_and_videos_hold_several_samples(dataset):
    pattern = TASKS[dataset].cluster
    clusters = [pattern.match(row["name"]).group() for row in read(dataset)]
    assert all(clusters)
    assert 5 <= len(set(clusters)) <= 10
    assert min(clusters.count(cluster) for cluster in clusters) >= 2


@pytest.mark.parametrize("dataset", BASIC)
def test_basic_labels_are_the_classes_and_every_class_occurs(dataset):
    assert set(column(dataset, "label").values()) == set(TASKS[dataset].classes)


@pytest.mark.parametrize("dataset", SENTIMENT)
def test_sentiment_labels_are_on_the_data_sets_scale(dataset):
    texts = list(column(dataset, "label").values())
    assert all(re.fullmatch(r"-?\d\.\d", text) for text in texts)
    tenths = [round(float(text) * 10) for text in texts]
    limit = 30 if dataset.startswith("cmu") else 10
    assert all(abs(value) <= limit and value % 2 == 0 for value in tenths)
    assert 1 <= tenths.count(0) <= 6
    assert min(sum(value > 0 for value in tenths), sum(value < 0 for value in tenths)) >= 8


def test_fine_grained_labels_are_lists_of_two_to_eight_words():
    lists = [parse_label_text(text) for text in column("ovmerdplus", "label").values()]
    assert {len(labels) for labels in lists} >= {2, 3, 4, 8}
    for labels in lists:
        assert 2 <= len(labels) <= 8
        assert len(set(labels)) == len(labels)
        assert all(re.fullmatch(r"[a-z]+( [a-z]+)*", label) for label in labels)


def test_subtitles_are_of_speakable_length_and_none_occurs_twice():
    subtitles = [row["subtitle"] for dataset in DATASETS for row in read(dataset)]
    assert len(set(subtitles)) == len(subtitles) == 270
    for subtitle in subtitles:
        assert 5 <= len(subtitle.split()) <= 25, subtitle


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_baseline_answers_every_sample_in_the_contract(dataset):
    kind, truth, subtitles = TASKS[dataset].kind, column(dataset, "label"), column(dataset, "subtitle")
    answer = "polarity" if kind == "sentiment" else "labels"
    for rows in (majority(kind, truth), stuffing(kind, truth), text_lexicon_rows(kind, subtitles)):
        assert [row["name"] for row in rows] == list(truth)
        for row in rows:
            assert set(row) - {"text"} == {"name", answer, "status"}
            assert row["status"] == "ok"
            if kind == "sentiment":
                assert row["polarity"] in {"positive", "negative", "neutral"}
            else:
                assert row["labels"]
                assert all(isinstance(label, str) for label in row["labels"])


def test_majority_answers_what_is_most_frequent():
    assert majority("basic", column("meld", "label"))[0]["labels"] == ["neutral"]
    assert majority("sentiment", column("sims", "label"))[0]["polarity"] == "negative"
    assert majority("sentiment", column("cmumosei", "label"))[0]["polarity"] == "positive"
    assert majority("fine-grained", {"a": "[sad, tired]", "b": "[Tired, calm, sad, shy]"})[0]["labels"] == [
        "sad",
        "tired",
        "calm",
    ]


@pytest.mark.parametrize("kind", ["basic", "fine-grained"])
def test_stuffing_names_every_sector(kind):
    (row,) = stuffing(kind, ["a"])
    for wheel in load_wheels():
        placement = wheel.placement(1)
        named = {placement[label] for label in row["labels"] if label in placement}
        assert named >= set(wheel.sector_names(1))
    assert len(set(row["labels"])) == len(row["labels"])


@pytest.mark.parametrize("dataset", DATASETS)
def test_text_lexicon_is_deterministic_and_sees_the_subtitle_alone(dataset):
    kind, subtitles = TASKS[dataset].kind, column(dataset, "subtitle")
    rows = text_lexicon_rows(kind, subtitles)
    assert rows == text_lexicon_rows(kind, subtitles)
    assert [row["text"] for row in rows] == list(subtitles.values())
    assert list(inspect.signature(text_lexicon).parameters) == ["subtitle"]
    renamed = {f"other {index}": subtitle for index, subtitle in enumerate(reversed(subtitles.values()))}
    answers = [{**row, "name": None} for row in text_lexicon_rows(kind, renamed)]
    assert answers == [{**row, "name": None} for row in reversed(rows)]


@pytest.mark.parametrize(
    ("subtitle", "labels", "polarity"),
    [
        ("", ["neutral"], "neutral"),
        ("The shop opens at nine.", ["neutral"], "neutral"),
        ("I'm so happy for you", ["happy"], "positive"),
        ("I am not happy about it", ["unhappy"], "negative"),
        ("I don’t feel happy", ["unhappy"], "negative"),
        ("No, I am happy", ["happy"], "positive"),
        ("He is not bad", ["neutral"], "positive"),
        ("I can't believe it", ["surprised"], "neutral"),
        ("You did what?!", ["surprised"], "neutral"),
        ("Never!!", ["excited"], "neutral"),
        ("Sorry, sorry, thank you", ["regretful", "grateful"], "negative"),
    ],
)
def test_text_lexicon_on_plain_sentences(subtitle, labels, polarity):
    assert text_lexicon(subtitle) == (labels, polarity)
