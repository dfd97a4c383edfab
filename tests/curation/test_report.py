"""The report's figures against plain computations, and its renderings."""

import json
import re

import numpy as np
import pytest
import yaml
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from merunibench.curation.filtering import filter_rows
from merunibench.curation.folder import Folder
from merunibench.curation.measures import measure
from merunibench.curation.report import build_report
from merunibench.curation.report.filters import phi
from merunibench.curation.report.truth import roc
from merunibench.curation.settings import FilterSettings
from merunibench.errors import InputError
from tests.curation.small import CLASSES, POLARITY, data_set, names, read, rows, write


def report_of(folder, truth=None, **settings):
    place = Folder(folder)
    measure(place)
    chosen = FilterSettings(**settings)
    decisions = filter_rows(place, chosen)
    return build_report(place, decisions, chosen, truth=truth, resamples=200), decisions


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = data_set(tmp_path_factory.mktemp("report") / "d")
    lines = read(folder / "speaker/train.jsonl")
    for line in lines[::7]:
        line["value"] = 0.05
    write(folder / "speaker/train.jsonl", lines)
    write(
        folder / "votes/mood/train.jsonl",
        [{"name": n, "label": list(POLARITY.values())[i % 4]} for i, n in enumerate(names())],
    )
    truth = folder.parent / "human.jsonl"
    write(truth, [{"name": row["name"], "labels": [CLASSES[i % 4]]} for i, row in enumerate(rows())])
    return (*report_of(folder, truth), folder)


def test_the_funnel_adds_up(found):
    report, decisions, _ = found
    assert report.rows == 40
    left = 40
    for step in report.funnel:
        assert step.before == left
        left = step.kept
        assert step.before == step.kept + step.dropped
    assert left == report.kept == int(decisions.kept.sum())
    for each in report.filters:
        assert each.passed + each.failed + each.undecided == 40
    drops = {outcome.name: outcome.drops for outcome in decisions.outcomes}
    speaker = next(each for each in report.filters if each.name == "speaker")
    others = np.any([mask for name, mask in drops.items() if name != "speaker"], axis=0)
    assert speaker.alone == int((drops["speaker"] & ~others).sum())


def test_chance_is_what_shuffling_gives(found):
    _, decisions, _ = found
    rng = np.random.default_rng(0)
    for each in decisions.filters:
        if each.name.startswith("crowd."):
            passes = [
                (each.judge_shuffled(decisions.rows, rng.permutation(40)).verdicts == 1).sum() for _ in range(400)
            ]
            assert decisions[each.name].judged.chance == pytest.approx(np.mean(passes), rel=0.1)


def test_overlap_is_the_correlation_of_drops(found):
    report, decisions, _ = found
    names_, values = report.overlap
    for row, one in enumerate(names_):
        for column, other in enumerate(names_):
            expected = matthews_corrcoef(decisions[one].drops, decisions[other].drops)
            assert values[row][column] == pytest.approx(expected, abs=1e-4)
    assert phi(np.zeros(3, bool), np.ones(3, bool)) is None


def test_roc_is_scikit_learns():
    rng = np.random.default_rng(3)
    values, right = rng.normal(size=300).round(1), rng.random(300) < 0.4
    curve = roc(values, right)
    assert curve["auc"] == pytest.approx(roc_auc_score(right, values), abs=1e-4)
    assert curve["points"][0] == [0, 0]
    assert curve["points"][-1] == [1, 1]
    assert roc(values, np.ones(300, bool)) is None


def test_statistics_are_those_of_a_plain_count(found):
    report, decisions, _ = found
    kept = [row for row, stays in zip(rows(), decisions.kept, strict=True) if stays]
    last = list(report.statistics.values())[-1]
    lengths = [len(row["text"].split()) for row in kept]
    assert last["rows"] == len(kept)
    assert last["words"]["mean"] == pytest.approx(np.mean(lengths), abs=1e-4)
    assert last["words"]["sd"] == pytest.approx(np.std(lengths), abs=1e-4)
    labels = [label for row in kept for label in row["labels"]]
    assert last["labels"]["total"] == len(labels)
    assert last["labels"]["distinct"] == len(set(labels)) == 8
    assert last["labels"]["commonest"] == {
        word: labels.count(word) for word in sorted(set(labels), key=lambda w: (-labels.count(w), w))
    }
    for wheel in last["wheels"]:
        counts = np.array(list(wheel["sectors"].values()), float)
        share = counts[counts > 0] / counts.sum()
        assert wheel["entropy"] == pytest.approx(-(share * np.log2(share)).sum(), abs=1e-3)
    assert sum(last["histogram"]["counts"]) == len(kept)


def test_drop_rates_by_voted_emotion_add_up(found):
    report, _decisions, _ = found
    groups = report.drop_rates["voted emotion"]
    assert sum(group["rows"] for group in groups) == 40
    assert sum(group["kept"] for group in groups) == report.kept


def test_cues_agree_where_their_labels_share_sectors(tmp_path):
    folder = data_set(tmp_path / "d", 8)
    assert report_of(folder)[0].cues == {}
    for kind, labels in (("audio", ["happy", "sad", "angry", "afraid"]), ("video", ["happy", "sad", "sad", "happy"])):
        lines = [{"name": name, "labels": [label]} for name, label in zip(names(4), labels, strict=True)]
        write(folder / "cues" / kind / "train.jsonl", lines)
    found = report_of(folder)[0].cues
    assert (found["rows"], found["agree"]) == (4, 0.5)
    # Of the sixteen pairs, happy meets happy twice and sad meets sad twice.
    assert next(wheel["chance"] for wheel in found["wheels"]) == 0.25


def test_truth_scores_kept_and_dropped_rows(found):
    report, _, _ = found
    truth = report.truth
    assert truth.rows == truth.kept.rows + truth.dropped.rows == 40
    assert 0 < truth.all.f <= 1
    assert {"shuffles", "rows", "f", "kept_minus_shuffled"} == set(truth.shuffled)
    assert set(truth.by_filter) >= {"speaker", "crowd.emotion"}


def test_the_json_is_strict_and_the_signature_says_what_decided(found):
    report, decisions, folder = found
    content = json.loads(report.to_json())
    assert content["schema"] == "merunibench.curation/1"
    assert {each["name"] for each in content["filters"]} == {outcome.name for outcome in decisions.outcomes}
    assert all({"passed", "failed", "undecided", "alone", "chance", "lift"} <= set(each) for each in content["filters"])
    assert report.signature.startswith(
        "curate|clips:40|merge:given|labels:given|length:sigma2|speaker:file:train.jsonl|"
    )
    assert "|votes:majority(1E+1S)|match:majority|lexicon:builtin@" in report.signature
    assert report.signature.endswith(f"|settings:{decisions.config}|v:1")
    other, _ = report_of(folder, length="1-900")
    assert other.config != report.config


def test_the_card_has_a_head_that_yaml_reads(found):
    report, _, folder = found
    paths = report.write(Folder(folder))
    assert {path.name for path in paths} == {"report.json", "statistics.json", "funnel.svg", "README.md", "report.html"}
    card = (folder / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["language"] == ["en"]
    assert "license" not in head
    assert "Licence: not given yet" in card
    before = [path.read_bytes() for path in paths]
    report_of(folder)[0].write(Folder(folder))
    again, _ = report_of(folder, folder.parent / "human.jsonl")
    again.write(Folder(folder))
    assert [path.read_bytes() for path in paths] == before


def test_repeats_contamination_and_missing_votes_are_said(tmp_path):
    lines = rows(8)
    lines[5]["text"] = lines[1]["text"]
    write(tmp_path / "d/descriptions/train.jsonl", lines)
    report, _ = report_of(tmp_path / "d")
    assert report.duplicates == {"rows": 1, "first": [["clip005", "clip001"]]}
    assert report.chance is None
    assert "crowd.emotion: not measured; drops nothing" in report.remarks
    assert "repeat the text" in report.to_text()
    write(tmp_path / "t.jsonl", [{"name": "elsewhere", "labels": ["sad"]}])
    with pytest.raises(InputError, match="has labels of none of the 8 rows"):
        report_of(tmp_path / "d", tmp_path / "t.jsonl")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_tables_of_filters_fit_into_a_terminal_and_no_word_is_torn(tmp_path, width):
    folder = Folder(data_set(tmp_path / "d"))
    measure(folder)
    settings = FilterSettings()
    text = build_report(folder, filter_rows(folder, settings), settings).to_text(width=width)
    tables = re.findall(r"^(?:Filters|Statistics)\n(.*\n─+\n(?:.+\n)*?)(?=Every|Words)", text, re.MULTILINE)
    assert len(tables) == 2
    assert max(len(line) for table in tables for line in table.splitlines()) <= width
    for word in ("crowd.sentiment", "Undecided", "By chance", "Left", "Distinct", "labels and vote"):
        assert word in text
    assert ("No room for" in text) == (width < 120)
