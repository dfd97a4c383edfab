"""Each filter on rows of which it is known what is right; and what the lines of decisions say."""

import json

import numpy as np
import pytest

from merunibench.curation.decisions import stale, write_decisions
from merunibench.curation.filtering import changes, filter_rows, store_settings, stored_settings
from merunibench.curation.filters.length import bounds_of
from merunibench.curation.filters.rule import RowRule
from merunibench.curation.folder import Folder
from merunibench.curation.measures import measure
from merunibench.curation.report import build_report
from merunibench.curation.settings import FilterSettings
from merunibench.errors import InputError
from merunibench.settings import read_settings
from tests.curation.small import data_set, names, read, rows, write


def judge(folder, **settings):
    """The lines of decisions of a data set, by name."""
    place = Folder(folder)
    measure(place)
    write_decisions(filter_rows(place, read_settings(None, settings, FilterSettings)), place)
    return {row["name"]: row for path in sorted((folder / "decisions").iterdir()) for row in read(path)}


def verdict(row, name):
    entry = row["filters"][name]
    return entry["verdict"], entry.get("reason")


ALL = [
    "answered",
    "refusal",
    "repetition",
    "language",
    "length",
    "labels",
    "speaker",
    "crowd.emotion",
    "crowd.sentiment",
]


def test_a_row_says_for_every_filter_what_and_why(tmp_path):
    found = judge(data_set(tmp_path / "d"))
    assert list(found) == names()
    good, bad = found["clip008"], found["clip001"]
    assert list(good["filters"]) == ALL
    assert good["kept"]
    assert good["dropped_by"] is None
    assert not bad["kept"]
    assert bad["dropped_by"] == "crowd.emotion"
    assert good["filters"]["speaker"] == {"verdict": "pass", "value": 0.6, "least": 0.15, "by": "file:train.jsonl"}
    assert good["filters"]["labels"] == {"verdict": "pass", "value": 2, "most": 8}
    assert good["filters"]["length"]["unit"] == "words"
    emotion = bad["filters"]["crowd.emotion"]
    assert emotion["verdict"] == "fail"
    assert emotion["votes"] == {"crowd": "angry"}
    assert len(emotion["voted"]) == len(emotion["hits"]) == 5
    assert 0 < emotion["chance"] < 1
    assert verdict(good, "crowd.sentiment") == ("undecided", "not measured")
    assert len({row["settings"] for row in found.values()}) == 1


def test_no_row_vanishes_and_every_filter_judges_every_row(tmp_path):
    lines = rows(12)
    lines[0] = {"name": "clip000", "status": "failed", "error": "timeout"}
    lines[1] |= {"text": "", "labels": []}
    lines[2] |= {"text": "Sorry, but we cannot determine the emotional state.", "labels": ["xyzzy"]}
    lines[3]["text"] = "he looks away again. " * 40
    lines[4]["labels"] = ["happy", "sad", "angry", "calm", "proud", "tired", "afraid", "bored", "lonely"]
    lines[5]["text"] = lines[6]["text"]
    found = judge(data_set(tmp_path / "d", 12, lines=lines, wrong=0), length="3-60")
    assert list(found) == names(12)
    assert verdict(found["clip000"], "answered") == ("fail", "failed")
    assert verdict(found["clip001"], "answered") == ("fail", "empty")
    assert verdict(found["clip000"], "length") == ("undecided", "no text")
    assert verdict(found["clip002"], "refusal") == ("fail", "refusal")
    assert verdict(found["clip002"], "labels") == ("undecided", "no known label")
    assert verdict(found["clip003"], "repetition")[0] == "fail"
    assert verdict(found["clip003"], "length") == ("fail", "long")
    assert found["clip003"]["dropped_by"] == "repetition"
    assert verdict(found["clip004"], "labels") == ("fail", "many labels")
    assert found["clip005"]["kept"]
    assert found["clip006"]["kept"]
    unique = judge(tmp_path / "d", length="3-60", unique=True)
    assert unique["clip006"]["dropped_by"] == "duplicates"
    assert unique["clip006"]["filters"]["duplicates"]["same_text_as"] == "clip005"
    assert unique["clip005"]["kept"]


def test_bounds_are_included(tmp_path):
    folder = data_set(tmp_path / "d", 4)
    values = judge(folder)["clip002"]["filters"]
    length, ratio = values["length"]["value"], values["repetition"]["value"]
    for settings, verdicts in (
        ({"length": f"{length}-{length}", "repetition": ratio, "labels_max": 2, "speaker_least": 0.6}, ["pass"] * 4),
        (
            {"length": f"1-{length - 1}", "repetition": ratio + 1e-4, "labels_max": 1, "speaker_least": 0.61},
            ["fail"] * 4,
        ),
    ):
        found = judge(folder, **settings)["clip002"]
        assert [verdict(found, name)[0] for name in ("length", "repetition", "labels", "speaker")] == verdicts


def test_the_same_clip_under_another_name_is_a_duplicate_across_sets(tmp_path):
    """By what the descriptions say of its content, else by what was measured on it."""
    lines = rows(6)
    for line, content in zip(lines, ["aa", "bb", "aa", None, None, None], strict=True):
        line["content"] = content
    folder = data_set(tmp_path / "d", 6, lines=lines)
    values = read(folder / "speaker/train.jsonl")
    for line, content in zip(values, ["zz", "zz", "zz", "cc", "cc", None], strict=True):
        line["content"] = content
    write(folder / "speaker/train.jsonl", values)
    write(folder / "descriptions/other.jsonl", [{"name": "late", "text": "She is sad, too.", "content": "bb"}])
    for unique in (False, True):
        found = judge(folder, unique=unique, length="1-99")
        same = {name: row["filters"].get("duplicates", {}).get("same_clip_as") for name, row in found.items()}
        known = {"clip002": "clip000", "clip004": "clip003", "clip001": "late"} if unique else {}
        assert {name: other for name, other in same.items() if other} == known
        assert sum(row["dropped_by"] == "duplicates" for row in found.values()) == len(known)
    report = build_report(Folder(folder), filter_rows(Folder(folder), FilterSettings()), FilterSettings())
    assert report.duplicates["clips"]["rows"] == 3
    assert "3 rows repeat the clip of an earlier row" in report.to_text()


def test_a_refusal_that_names_a_known_emotion_passes(tmp_path):
    lines = rows(4)
    lines[0]["text"] += " However, we cannot determine her exact emotional state."
    found = judge(data_set(tmp_path / "d", 4, lines=lines, wrong=0))
    assert found["clip000"]["filters"]["refusal"] == {"verdict": "pass", "value": True}


@pytest.mark.parametrize(
    ("value", "details", "expected"),
    [
        (0.15, {}, ("pass", None)),
        (0.1499, {}, ("fail", "does not speak")),
        (0.9, {"speech_share": 0.09}, ("undecided", "no speech")),
        (None, {"speech_share": 0.0}, ("undecided", "no speech")),
        (0.0, {"face_share": 0.0, "face_height": None}, ("fail", "no face")),
        (0.9, {"face_height": 39.0}, ("undecided", "face too small")),
        (0.9, None, ("pass", None)),
        ("failed", {}, ("undecided", "failed")),
        ("absent", {}, ("undecided", "not measured")),
    ],
)
def test_the_verdict_on_speakers(tmp_path, value, details, expected):
    folder = data_set(tmp_path / "d", 4, wrong=0)
    lines = read(folder / "speaker/train.jsonl")
    if value == "absent":
        del lines[0]
    elif value == "failed":
        lines[0] = {"name": "clip000", "status": "failed", "error": "broken", "value": None}
    elif details is None:
        lines = [{"name": line["name"], "value": value} for line in lines]
    else:
        lines[0] |= {"value": value, "details": {**lines[0]["details"], **details}}
    write(folder / "speaker/train.jsonl", lines)
    row = judge(folder)["clip000"]
    assert verdict(row, "speaker") == expected
    assert row["kept"] == (expected[0] != "fail")


def test_undecided_rows_are_kept_but_for_the_crowd_and_unmeasured_ones_always(tmp_path):
    folder = data_set(tmp_path / "d", 8, wrong=0, speaker=False)
    write(folder / "votes/crowd/train.jsonl", read(folder / "votes/crowd/train.jsonl")[1:])
    found = judge(folder)
    assert (found["clip000"]["kept"], found["clip000"]["dropped_by"]) == (False, "crowd.emotion")
    assert found["clip001"]["kept"]
    assert judge(folder, undecided=["crowd.emotion=keep"])["clip000"]["kept"]
    everything = judge(folder, undecided=["drop"])
    assert verdict(everything["clip001"], "speaker") == ("undecided", "not measured")
    assert everything["clip001"]["kept"]


def test_without_votes_and_speakers_nothing_is_dropped_by_them(tmp_path):
    write(tmp_path / "d/descriptions/train.jsonl", rows(4))
    assert all(row["kept"] for row in judge(tmp_path / "d").values())


def test_languages_and_units(tmp_path):
    lines = rows(4)
    lines[0]["text"] = "在视频中，这位女士面带微笑，声音明亮，所以她感到高兴，并且为礼物感到自豪。"
    found = judge(data_set(tmp_path / "d", 4, lines=lines, wrong=0), language=["en"], length="15-60")
    assert verdict(found["clip000"], "language") == ("fail", "another language")
    assert found["clip000"]["filters"]["length"]["unit"] == "characters"
    assert found["clip001"]["filters"]["length"]["unit"] == "words"


@pytest.mark.parametrize("rule", ["sigma:2", "sigma:0.5", "quantile:.01", "quantile:0.25"])
def test_bounds_are_those_of_a_plain_computation(rule):
    lengths = np.random.default_rng(1).normal(108, 17, 500).round()
    low, high = bounds_of(rule, lengths)
    kind, _, number = rule.partition(":")
    if kind == "sigma":
        mean, sd = lengths.mean(), lengths.std()
        inside = (lengths >= mean - float(number) * sd) & (lengths <= mean + float(number) * sd)
    else:
        inside = (lengths >= np.quantile(lengths, float(number))) & (lengths <= np.quantile(lengths, 1 - float(number)))
    assert ((lengths >= low) & (lengths <= high)).tolist() == inside.tolist()


def test_bounds_are_of_the_whole_data_set_not_of_a_file(tmp_path):
    one = data_set(tmp_path / "one", 8, wrong=0)
    lines = rows(8)
    two = data_set(tmp_path / "two", 8, wrong=0)
    write(two / "descriptions/train.jsonl", lines[:3])
    write(two / "descriptions/more.jsonl", lines[3:])
    (two / "speaker/train.jsonl").unlink()
    (one / "speaker/train.jsonl").unlink()
    of_one, of_two = judge(one), judge(two)
    assert {name: row["filters"] for name, row in of_one.items()} == {
        name: row["filters"] for name, row in sorted(of_two.items())
    }


@pytest.mark.parametrize(
    ("setting", "value"),
    [("length", "sigma"), ("length", "9-3"), ("length", "quantile:.6"), ("match", "wheel9"), ("undecided", ["maybe"])],
)
def test_settings_that_make_no_sense_are_refused(setting, value):
    with pytest.raises(InputError, match=f"--{setting}: "):
        read_settings(None, {setting: value}, FilterSettings)


def test_a_rule_of_the_users_own(tmp_path, monkeypatch):
    class Point:
        name, value = "questions", "somewhere:questions"

        def load(self):
            return RowRule("many words", lambda row: row["words"], most=24)

    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Point()] * bool(group))
    found = judge(data_set(tmp_path / "d", 8, wrong=0))
    for row in found.values():
        words = row["filters"]["length"]["value"]
        assert row["filters"]["many words"] == {
            "verdict": "pass" if words <= 24 else "fail",
            **({} if words <= 24 else {"reason": "many words"}),
            "value": words,
            "most": 24,
        }
    assert {row["kept"] for row in found.values()} == {True, False}


def test_a_rule_that_fails_is_named(tmp_path, monkeypatch):
    class Point:
        name, value = "broken", "somewhere:broken"

        def load(self):
            return RowRule("broken", lambda row: row["nothing"])

    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Point()] * bool(group))
    with pytest.raises(InputError, match="filter 'broken': fails on 'clip000'"):
        judge(data_set(tmp_path / "d", 4))


def test_hostile_names_and_numbers_stay_json(tmp_path):
    lines = rows(4)
    lines[0]["name"] = 'x"}, "kept": true\u2028</script>'
    found = judge(data_set(tmp_path / "d", 4, lines=lines))
    assert next(iter(found)) == lines[0]["name"]
    assert json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("what", ["vote", "settings of votes", "speaker", "labels", "text", "rule", "nothing"])
def test_decisions_know_the_content_of_all_that_decides(tmp_path, what):
    folder = data_set(tmp_path / "d", 8)
    write(tmp_path / "more.jsonl", [{"name": "clip000", "label": "happy"}])
    before = judge(folder, vote_files=[str(tmp_path / "more.jsonl")])["clip000"]["settings"]
    changed = {"vote_files": [str(tmp_path / "more.jsonl")]}
    match what:
        case "vote":
            write(tmp_path / "more.jsonl", [{"name": "clip000", "label": "sad"}])
        case "settings of votes":
            (folder / "votes/crowd/settings.json").write_text('{"validation": {"accuracy": 0.5}}', encoding="utf-8")
        case "speaker":
            write(folder / "speaker/train.jsonl", [{"name": name, "value": 0.61} for name in names(8)])
        case "labels":
            write(folder / "labels/train.jsonl", [{"name": name, "labels": ["happy"]} for name in names(8)])
        case "text":
            lines = rows(8)
            lines[7]["text"] += " And more."
            write(folder / "descriptions/train.jsonl", lines)
        case "rule":
            changed["labels_max"] = 7
    measure(Folder(folder))
    decisions = filter_rows(Folder(folder), read_settings(None, changed, FilterSettings))
    assert (decisions.config == before) is (what == "nothing")
    told = stale(decisions, Folder(folder))
    assert told is None if what == "nothing" else "was written before votes, values, labels or settings changed" in told
    write_decisions(decisions, Folder(folder))
    assert stale(decisions, Folder(folder)) is None


@pytest.mark.parametrize("rule", ["forms", "synonyms"])
def test_words_are_matched_by_the_tables_of_a_release(tmp_path, toy, rule):
    lines = [
        {"name": "a", "text": "She smiles.", "labels": ["joyful"]},
        {"name": "b", "text": "He smiles, too.", "labels": ["sad"]},
    ]
    folder = data_set(tmp_path / "d", lines=lines, speaker=False)
    write(folder / "votes" / "crowd" / "train.jsonl", [{"name": name, "label": "joy"} for name in "ab"])
    found = judge(folder, match=rule, lexicon=str(toy))
    assert [verdict(found[name], "crowd.emotion")[0] for name in "ab"] == ["pass", "fail"]


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for name in "ab":
        judge(data_set(tmp_path / name / "d"))
    files = [(tmp_path / name / "d/decisions/train.jsonl").read_bytes() for name in "ab"]
    assert files[0] == files[1]


def test_sets_that_are_not_measured_or_broken_are_said(tmp_path):
    folder = Folder(data_set(tmp_path / "d", 4))
    with pytest.raises(InputError, match="is not measured yet"):
        filter_rows(folder, FilterSettings())
    measure(folder)
    write(folder.path / "speaker/train.jsonl", [{"name": "clip000", "value": "loud"}])
    with pytest.raises(InputError, match="'value' must be a number, not 'loud'"):
        filter_rows(folder, FilterSettings())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[filter]\nlength = 'x'\n", r"curate.toml, \[filter\]: length: must be a rule such as sigma:2"),
        ("[filter]\nlenght = 'x'\n", "lenght: unknown setting; did you mean length"),
        ("filter = 3\n", "filter: must be a table"),
        ("filter = [", "cannot be read as TOML"),
    ],
)
def test_broken_settings_of_a_data_set_are_named(tmp_path, content, message):
    (tmp_path / "curate.toml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        stored_settings(Folder(tmp_path))


def test_settings_are_kept_whole_and_give_the_same_verdicts(tmp_path):
    folder = Folder(data_set(tmp_path / "d"))
    folder.write_settings({"card": {"licence": "mine"}})
    settings = read_settings(None, {"length": "10-30", "undecided": ["speaker=drop"]}, FilterSettings)
    store_settings(folder, settings)
    assert stored_settings(folder) == settings
    assert folder.settings("card") == {"licence": "mine"}


def test_who_measured_is_read_from_the_settings_beside_the_values(tmp_path):
    folder = data_set(tmp_path / "d", 4, wrong=0)
    (folder / "speaker/train.settings.json").write_text('{"speaker": "mouth@1"}', encoding="utf-8")
    assert judge(folder)["clip000"]["filters"]["speaker"]["by"] == "mouth@1"


def test_settings_that_change_are_told(tmp_path):
    place = Folder(data_set(tmp_path / "d"))
    first, second = (FilterSettings(length=rule, language=code) for rule, code in (("1-400", ()), ("sigma:2", ("en",))))
    assert changes(place, first) == []
    store_settings(place, first)
    assert changes(place, first) == []
    where = place.path / "curate.toml"
    assert changes(place, second) == [
        f"{where}: length was '1-400', is now 'sigma:2'",
        f"{where}: language was [], is now ['en']",
    ]


@pytest.mark.parametrize(
    "content", ["null\n", "\n\nnull\n", '{"name": "a", "label": "sad"}\nnull\n', " null", "[]\n", "1\n"]
)
def test_votes_whose_lines_are_no_objects_are_refused(tmp_path, content):
    folder = data_set(tmp_path / "d", 4)
    (folder / "votes/crowd/train.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"votes.crowd.train\.jsonl"):
        judge(folder)


@pytest.mark.parametrize(
    ("by", "value", "least", "expected"),
    [
        ("mouth@1", 0.3, 0.15, "pass"),
        ("light-asd:efc3758312cd5d7d", 0.3, 0.5, "fail"),
        ("talknet:0123456789abcdef", 0.5, 0.5, "pass"),
        ("file:0123456789abcdef", 0.3, 0.15, "pass"),
    ],
)
def test_the_threshold_of_speakers_is_the_detectors_unless_given(tmp_path, by, value, least, expected):
    folder = data_set(tmp_path / "d", 4, wrong=0)
    lines = read(folder / "speaker/train.jsonl")
    lines[0] |= {"value": value}
    write(folder / "speaker/train.jsonl", lines)
    (folder / "speaker/train.settings.json").write_text(json.dumps({"speaker": by}), encoding="utf-8")
    row = judge(folder)["clip000"]["filters"]["speaker"]
    assert (row["verdict"], row["least"], row["by"]) == (expected, least, by)
    given = judge(folder, speaker_least=0.2)["clip000"]["filters"]["speaker"]
    assert (given["verdict"], given["least"]) == ("pass", 0.2)


def test_detectors_of_different_thresholds_need_one_that_is_given(tmp_path):
    folder = data_set(tmp_path / "d", 4, wrong=0)
    lines = read(folder / "speaker/train.jsonl")
    for place, line in enumerate(lines):
        line["by"] = "mouth@1" if place else "lr-asd:0123456789abcdef"
    write(folder / "speaker/train.jsonl", lines)
    with pytest.raises(InputError, match=r"lr-asd:0123456789abcdef and mouth@1.*--speaker-least"):
        judge(folder)
    assert judge(folder, speaker_least=0.5)["clip000"]["filters"]["speaker"]["least"] == 0.5
