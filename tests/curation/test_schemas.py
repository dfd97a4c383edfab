"""What `curate` writes fits the published JSON Schemas, and they are strict enough to see a change."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from merunibench.curation.decisions import write_decisions
from merunibench.curation.filtering import filter_rows
from merunibench.curation.folder import Folder
from merunibench.curation.measures import measure
from merunibench.curation.report import build_report
from merunibench.curation.report.result import SCHEMA
from merunibench.curation.settings import FilterSettings
from tests.curation.small import CLASSES, POLARITY, data_set, names, read, rows, write

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
"""They are those of the code: see tests/leaderboard/test_schemas.py."""


def validator(name):
    schema = json.loads((SCHEMAS / f"curation-{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def judged(folder, truth=None, **settings):
    """The report as it is in the file, and every line of decisions."""
    place, chosen = Folder(folder), FilterSettings(**settings)
    measure(place)
    decisions = filter_rows(place, chosen)
    write_decisions(decisions, place)
    build_report(place, decisions, chosen, truth=truth, resamples=50).write(place)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report, [line for path in sorted((folder / "decisions").iterdir()) for line in read(path)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All that a report may hold: speakers, votes on both tasks, cues, human labels, repeats, two sets, a card."""
    lines = rows()
    lines[7]["text"], lines[9]["text"] = lines[3]["text"], ""
    folder = data_set(tmp_path_factory.mktemp("schemas") / "d", lines=lines)
    write(folder / "descriptions/more.jsonl", [{"name": "more", "text": "Sorry, I cannot determine how she feels."}])
    mood = [{"name": name, "label": list(POLARITY.values())[n % 4]} for n, name in enumerate(names(30))]
    write(folder / "votes/mood/train.jsonl", mood)
    for kind in ("audio", "video"):
        write(folder / f"cues/{kind}/train.jsonl", [{"name": name, "text": "", "labels": ["sad"]} for name in names(9)])
    (folder / "curate.toml").write_text('[card]\nlicence = "cc0-1.0"\n', "utf-8")
    truth = folder.parent / "human.jsonl"
    write(truth, [{"name": name, "labels": [CLASSES[n % 4 if n > 5 else 0]]} for n, name in enumerate(names())])
    return judged(folder, truth, unique=True, repetition=0.0)


def test_a_report_with_all_there_is_fits_its_schema(whole):
    report, _ = whole
    validator("report").validate(report)
    assert report["schema"] == SCHEMA
    assert report["cues"]["rows"] == 9
    assert {"emotion", "sentiment"} == report["crowd"].keys()
    assert report["truth"]["roc"]
    assert report["duplicates"]["first"]


def test_a_report_with_next_to_nothing_fits_its_schema(tmp_path):
    write(tmp_path / "d/descriptions/one.jsonl", [{"name": "a", "text": "", "status": "failed"}])
    report, lines = judged(tmp_path / "d")
    validator("report").validate(report)
    assert report["truth"] is None
    assert (report["cues"], report["crowd"], report["chance"]) == ({}, {}, None)
    for line in lines:
        validator("decision").validate(line)


def test_lines_of_decisions_fit_their_schema(whole):
    _, lines = whole
    check = validator("decision")
    for line in lines:
        check.validate(line)
    found = {filter_: entry["verdict"] for line in lines for filter_, entry in line["filters"].items()}
    assert {"duplicates", "speaker", "crowd.emotion", "crowd.sentiment"} <= found.keys()
    verdicts = {entry["verdict"] for line in lines for entry in line["filters"].values()}
    assert verdicts == {"pass", "fail", "undecided"}


def test_a_key_that_comes_or_goes_or_changes_its_type_shows(whole):
    report, lines = whole
    for schema, content, fixed in (
        ("report", report, [(), ("filters", 0), ("funnel", 1), ("statistics", "all"), ("statistics", "all", "words")]),
        ("report", report, [("truth",), ("truth", "kept"), ("crowd", "emotion"), ("drop_rates", "set", 0), ("cues",)]),
        ("decision", lines[0], [()]),
    ):
        check = validator(schema)
        for place in fixed:
            spoilt = copy.deepcopy(content)
            target = spoilt
            for key in place:
                target = target[key]
            key = next(iter(target))
            for change in (lambda t=target: t.update(more=1), lambda t=target, k=key: t.update({k: [[]]})):
                before = dict(target)
                change()
                assert not check.is_valid(spoilt), (place, key)
                target.clear()
                target.update(before)
            del target[key]
            assert not check.is_valid(spoilt), (place, key)
    assert not validator("decision").is_valid({**lines[0], "filters": {"length": {"verdict": "perhaps"}}})
