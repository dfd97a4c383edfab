"""Sources as files, abstentions, ties, reasons, and what is said of them; a million rows."""

import json
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from merunibench.curation.crowd import Crowd, find_sources
from merunibench.curation.crowd.groups import wheel_groups
from merunibench.curation.crowd.weights import TIE_OF_BELIEFS, dawid_skene, winners
from merunibench.errors import InputError
from merunibench.labels import LabelLists
from merunibench.protocols import NO_POLARITY


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def source(folder, name, votes, **more):
    return write(folder / f"{name}.jsonl", [{"name": key, "label": value, **more} for key, value in votes.items()])


def emotion(crowd, described):
    names = list(described)
    return crowd.emotion(names, LabelLists.from_fields(list(described.values())))


def words(judged):
    texts = {1: "pass", 0: "fail", -1: "undecided"}
    return [
        texts[v] if r < 0 else f"{texts[v]}: {judged.reason_texts[r]}"
        for v, r in zip(judged.verdicts.tolist(), judged.reasons.tolist(), strict=True)
    ]


def test_verdicts_and_their_reasons(tmp_path):
    said = {
        "one": {"a": "sad", "b": "sad", "c": "happy", "d": "neutral", "e": "angry"},
        "two": {"a": "sadness", "b": "happy", "c": "joy", "d": None, "e": "angry"},
    }
    paths = [source(tmp_path, name, votes) for name, votes in said.items()]
    described = {
        "a": ["sorrowful"],
        "b": ["sad"],
        "c": ["angry"],
        "d": [],
        "e": ["xylophone"],
        "f": ["sad"],
    }
    crowd = Crowd.load(paths)
    judged = emotion(crowd, described)
    assert words(judged) == [
        "pass",
        "undecided: no majority",
        "fail: labels and vote differ",
        "pass",
        "undecided: no known label",
        "undecided: no vote",
    ]
    assert judged.columns["votes"][0] == {"one": "sad", "two": "sadness"}
    assert judged.columns["votes"][3] == {"one": "neutral"}
    assert judged.columns["votes"][5] == {}
    assert judged.columns["voted"][3] == ["neutral"] * 5
    assert judged.columns["hits"][0] == [True] * 5
    assert judged.columns["hits"][1] == [None] * 5
    assert judged.columns["wheels"].tolist() == [5, 0, 5, 5, 5, 0]
    assert judged.settings["sources"] == {"one": "unknown", "two": "unknown"}
    said = "\n".join(crowd.remarks(list(described)))
    assert "'one': training data unknown" in said
    assert "'two': missing for 2 of 6 samples" in said
    assert "no source votes on 1 of 6 samples" in said
    json.dumps([judged.columns["votes"][0], judged.columns["voted"][0], judged.columns["hits"][0]])


def test_votes_without_a_sector_do_not_count_and_are_named(tmp_path):
    path = source(tmp_path, "odd", {"a": "xylophone", "b": "sad"})
    crowd = Crowd.load([path])
    assert words(emotion(crowd, {"a": ["sad"], "b": ["sad"]})) == ["undecided: no vote", "pass"]
    assert any("'odd': 1 have no sector and are ignored: 'xylophone'" in each for each in crowd.remarks(["a", "b"]))


def test_without_sources_nothing_is_measured(tmp_path):
    crowd = Crowd.load([source(tmp_path, "one", {"a": "positive", "b": "neutral"})])
    judged = emotion(crowd, {"a": ["sad"]})
    assert words(judged) == ["undecided: not measured"]
    found = crowd.sentiment(["a", "b", "c"], np.array([-1, NO_POLARITY, 1], np.int8))
    assert words(found) == ["fail: polarity and vote differ", "undecided: no polarity", "undecided: no vote"]
    assert found.columns["voted"][:3].codes.tolist() == [2, 1, 3]
    assert [*found.columns["value"]] == ["negative", None, "positive"]


def test_only_opposite_polarities_disagree_if_asked(tmp_path):
    path = source(tmp_path, "one", {"a": "positive", "b": "positive", "c": "neutral"})
    values = np.array([0, -1, 1], np.int8)
    for agreement, known in (("equal", [0, 0, 0]), ("opposite", [1, 0, 1])):
        crowd = Crowd.load([path], agreement=agreement)
        assert crowd.sentiment(["a", "b", "c"], values).verdicts.tolist() == known


def test_weights_by_accuracy_let_one_good_source_win(tmp_path):
    for name, label, accuracy in (("good", "sad", 0.95), ("bad", "happy", 0.3), ("worse", "happy", 0.3)):
        source(tmp_path / name, "all", {"a": label})
        settings = {"task": "emotion", "classes": ["sad", "happy", "angry"], "validation": {"accuracy": accuracy}}
        (tmp_path / name / "settings.json").write_text(json.dumps(settings))
    assert words(emotion(Crowd.load([tmp_path]), {"a": ["sad"]})) == ["fail: labels and vote differ"]
    assert words(emotion(Crowd.load([tmp_path], votes="accuracy"), {"a": ["sad"]})) == ["pass"]
    (tmp_path / "good" / "settings.json").unlink()
    with pytest.raises(InputError, match=r"is missing for 'good'"):
        emotion(Crowd.load([tmp_path], votes="accuracy"), {"a": ["sad"]})


def test_dawid_skene_is_voted_on_sectors_of_all_samples(tmp_path):
    """Words of one sector are one vote, and every sample counts, however many vote alike."""
    rng, names = np.random.default_rng(4), [f"c{number}" for number in range(240)]
    truth = rng.choice(["sad", "happy", "angry"], 240, p=[0.6, 0.3, 0.1])
    wording = {"sad": ["sad", "sadness"], "happy": ["happy", "joy"], "angry": ["angry", "anger"]}
    for source_, right in (("one", 0.8), ("two", 0.6), ("three", 0.5)):
        said = np.where(rng.random(240) < right, truth, rng.choice(list(wording), 240))
        source(tmp_path, source_, {n: str(rng.choice(wording[word])) for n, word in zip(names, said, strict=True)})
    crowd = Crowd.load([tmp_path], votes="dawid-skene")
    judged = emotion(crowd, {key: ["sad"] for key in names})
    groups = wheel_groups("builtin")
    for wheel in range(5):
        elements = groups.elements([word for words in wording.values() for word in words])[:, wheel]
        number = dict(zip([word for words in wording.values() for word in words], elements.tolist(), strict=True))
        votes = np.array([[number[word] for word in judged.columns["votes"][row].values()] for row in range(240)])
        belief = dawid_skene(votes, np.ones(240), len(groups.names[wheel])).probabilities
        expected = [None if e < 0 else groups.names[wheel][e] for e in winners(belief, TIE_OF_BELIEFS).tolist()]
        assert [each[wheel] for each in judged.columns["voted"]] == expected


def test_predictions_are_sources_too(tmp_path):
    rows = [
        {"name": "a", "labels": ["xylophone", "sad", "happy"], "polarity": "negative"},
        {"name": "b", "labels": [], "polarity": None},
        {"name": "c", "text": None, "status": "failed"},
    ]
    crowd = Crowd.load([write(tmp_path / "model.jsonl", rows)])
    assert [each.task for each in crowd.sources] == ["emotion", "sentiment"]
    judged = emotion(crowd, {"a": ["sad"], "b": ["sad"], "c": ["sad"]})
    assert words(judged) == ["pass", "undecided: no vote", "undecided: no vote"]
    assert judged.columns["votes"][0] == {"model": "sad"}
    texts = Crowd.load([write(tmp_path / "texts.jsonl", [{"name": "a", "text": "He looks sad."}])])
    assert words(emotion(texts, {"a": ["sorrow"]})) == ["pass"]


def test_a_folder_of_sources_and_their_sets(tmp_path):
    source(tmp_path / "one", "first", {"a": "sad"})
    source(tmp_path / "one", "second", {"b": "sad"})
    source(tmp_path, "two", {"a": "sad"})
    assert {name: len(files) for name, files in find_sources(tmp_path).items()} == {"one": 2, "two": 1}
    assert len(Crowd.load([tmp_path]).sources[0]) == 2
    source(tmp_path / "one", "third", {"a": "sad"})
    with pytest.raises(InputError, match=r"1 names are in several sets: 'a'"):
        Crowd.load([tmp_path])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"name": "a", "label": 3}\n', "label"),
        ('{"name": "a"}\n', "has no column 'label'"),
        ('{"name": "a", "label": "sad"}\n{"name": "a", "label": "sad"}\n', "more than once"),
        ("", "is empty"),
    ],
)
def test_broken_votes_are_refused(tmp_path, content, message):
    path = tmp_path / "votes.jsonl"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        Crowd.load([path])
    assert "votes.jsonl" in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("[]", "must contain an object"),
        ('{"task": "mood"}', "task must be emotion or sentiment, not 'mood'"),
        ("{", "cannot be read as JSON"),
    ],
)
def test_broken_settings_are_refused(tmp_path, settings, message):
    source(tmp_path / "one", "all", {"a": "sad"})
    (tmp_path / "one" / "settings.json").write_text(settings)
    with pytest.raises(InputError, match=message):
        Crowd.load([tmp_path / "one"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"votes": "luck"}, "votes must be one of majority"),
        ({"match": "wheel9"}, "match must be one of"),
        ({"match": "forms"}, "needs the tables of an official release"),
        ({"agreement": "never"}, "agreement must be"),
    ],
)
def test_unknown_settings_are_refused(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        Crowd.load([source(tmp_path, "one", {"a": "sad"})], **options)


def test_two_sources_of_one_name_are_refused(tmp_path):
    paths = [source(tmp_path / folder, "one", {"a": "sad"}) for folder in ("x", "y")]
    with pytest.raises(InputError, match="another source of emotion is named 'one'"):
        Crowd.load(paths)


@pytest.mark.slow
def test_a_million_rows_and_seven_sources(tmp_path):
    """Seconds, not minutes: patterns of votes are decided once."""
    rng, rows = np.random.default_rng(0), 1_000_000
    names = pa.array([f"clip{number:07}" for number in range(rows)])
    classes = np.array(["happy", "sad", "angry", "neutral", "worried", "surprise"])
    for number in range(7):
        labels = pa.array(classes[rng.integers(6, size=rows)])
        pq.write_table(pa.table({"name": names, "label": labels}), tmp_path / f"s{number}.parquet")
    lists = LabelLists.from_arrow(pa.array([f"[{a}, {b}]" for a, b in classes[rng.integers(6, size=(rows, 2))]]))
    crowd = Crowd.load([tmp_path])
    begun = time.process_time()
    judged = crowd.emotion(names, lists)
    assert time.process_time() - begun < 20
    assert 0.1 < (judged.verdicts == 1).mean() < 0.3
    assert judged.chance == pytest.approx((judged.verdicts == 1).sum(), rel=0.02)
