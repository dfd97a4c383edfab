"""The report's figures against plain computations, and its renderings."""

import json
import re
from collections import Counter

import numpy as np
import pytest
import yaml
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from merunibench.curation.decisions import lines_of
from merunibench.curation.filtering import filter_rows
from merunibench.curation.folder import Folder
from merunibench.curation.measures import measure
from merunibench.curation.report import build_report
from merunibench.curation.report.filters import phi
from merunibench.curation.report.truth import roc
from merunibench.curation.settings import FilterSettings
from merunibench.errors import InputError
from merunibench.lexicon import load_lexicon
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


def test_the_chance_of_a_filter_is_every_row_with_every_rows_votes(found):
    report, decisions, _ = found
    turns = [np.roll(np.arange(40), shift) for shift in range(40)]
    for each in decisions.filters:
        if each.name.startswith("crowd."):
            dealt = np.array([each.judge_shuffled(decisions.rows, order).verdicts == 1 for order in turns])
            judged = decisions[each.name].judged
            assert judged.chance == pytest.approx(dealt.sum() / 40)
            np.testing.assert_allclose(judged.columns["chance"], dealt.mean(axis=0), atol=1e-6)
            figures = next(one for one in report.filters if one.name == each.name)
            assert figures.lift == pytest.approx(figures.passed / figures.chance, abs=1e-4)


def left_when_dealt(decisions, name, order, undecided):
    """Which rows a filter of the crowd leaves if row i has the votes of row `order[i]`."""
    judge = next(each for each in decisions.filters if each.name == name)
    verdicts = judge.judge_shuffled(decisions.rows, order).verdicts
    return verdicts == 1 if undecided == "drop" else verdicts != 0


@pytest.mark.parametrize("undecided", ["keep", "drop"])
@pytest.mark.parametrize("match", ["majority", "all", "any"])
def test_kept_by_chance_is_every_row_with_every_rows_votes(tmp_path, match, undecided):
    """Votes on emotion and sentiment that go together, ties, rows without votes, unknown labels."""
    rng, lines = np.random.default_rng(1), rows(24)
    for number, line in enumerate(lines):
        line["labels"] = [str(word) for word in rng.choice([*CLASSES, "neutral", "xylophone"], rng.integers(1, 3))]
        line["polarity"] = [None, "positive", "negative", "neutral"][number % 4]
    folder = data_set(tmp_path / "d", 24, lines=lines)
    values = read(folder / "speaker/train.jsonl")
    write(folder / "speaker/train.jsonl", [line | {"value": 0.05 * (n % 5)} for n, line in enumerate(values)])
    said = [str(word) for word in rng.choice(CLASSES, 24)]
    write(folder / "votes/crowd/train.jsonl", [{"name": n, "label": w} for n, w in zip(names(20), said, strict=False)])
    write(folder / "votes/two/train.jsonl", [{"name": n, "label": str(rng.choice(CLASSES))} for n in names(24)[4:]])
    write(
        folder / "votes/mood/train.jsonl",
        [{"name": n, "label": POLARITY[w]} for n, w in zip(names(22), said, strict=False)],
    )
    report, decisions = report_of(
        folder, match=match, undecided=[f"crowd.{t}={undecided}" for t in ("emotion", "sentiment")]
    )
    both = ["crowd.emotion", "crowd.sentiment"]
    others = ~np.any([each.drops for each in decisions.outcomes if each.name not in both], axis=0)
    turns = [np.roll(np.arange(24), shift) for shift in range(24)]  # each row meets the votes of each row once
    dealt = {name: np.array([left_when_dealt(decisions, name, order, undecided) for order in turns]) for name in both}
    assert report.chance == pytest.approx((dealt[both[0]] & dealt[both[1]] & others).mean(axis=0).sum(), abs=1e-3)
    for number, outcome in enumerate(decisions.outcomes):
        if outcome.name in both:
            reaching = (decisions.dropped_by < 0) | (decisions.dropped_by >= number)
            step = next(each for each in report.funnel if each.name == outcome.name)
            assert step.chance == pytest.approx(dealt[outcome.name].mean(axis=0)[reaching].sum(), abs=1e-3)


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
    last, lexicon = list(report.statistics.values())[-1], load_lexicon("builtin")
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
        sectors = [{lexicon.sectors(label)[wheel["wheel"] - 1] for label in row["labels"]} - {None} for row in kept]
        single = sum(len(each) == 1 for each in sectors) / sum(map(bool, sectors))
        assert wheel["single_sector"] == pytest.approx(single, abs=1e-4)
        assert counts.sum() == sum(map(len, sectors))
    assert sum(last["histogram"]["counts"]) == len(kept)


@pytest.mark.parametrize("name", ["crowd.emotion", "crowd.sentiment"])
def test_drop_rates_are_plain_counts(found, name):
    report, decisions, _ = found
    lines = [json.loads(line) for line in "".join(lines_of(decisions, slice(0, 40), np.ones(40, bool))).splitlines()]
    by_vote = {}
    for line in lines:
        voted = line["filters"][name]["voted"]
        by_vote.setdefault(voted[0] if isinstance(voted, list) else voted, []).append(line)
    overall = sum(line["kept"] for line in lines) / 40
    groups = report.drop_rates["voted emotion" if name == "crowd.emotion" else "voted sentiment"]
    assert [group["group"] for group in groups] == sorted(by_vote)
    assert len({group["dropped"] for group in groups}) > 1
    for group in groups:
        here = by_vote[group["group"]]
        kept = sum(line["kept"] for line in here)
        assert (group["rows"], group["kept"]) == (len(here), kept)
        assert group["dropped"] == pytest.approx(1 - kept / len(here), abs=1e-4)
        assert group["lift"] == pytest.approx(kept / len(here) / overall, abs=1e-4)
        assert group["by"] == Counter(line["dropped_by"] for line in here if not line["kept"])


def test_drop_rates_by_described_emotion_are_plain_counts(found):
    report, decisions, _ = found
    lexicon = load_lexicon("builtin")
    sectors = [{lexicon.sectors(label)[0] for label in decisions.rows.labels[row]} for row in range(40)]
    for group in report.drop_rates["described emotion (wheel 1)"]:
        here = [row for row in range(40) if group["group"] in sectors[row]]
        assert (group["rows"], group["kept"]) == (len(here), int(decisions.kept[here].sum()))


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


def test_human_labels_that_are_held_against_nothing_are_told(tmp_path):
    lines = rows(8)
    lines[2]["labels"], lines[2]["text"] = None, None
    folder = data_set(tmp_path / "d", 8, lines=lines)
    write(
        tmp_path / "human.jsonl", [{"name": each["name"], "labels": ["sad"]} for each in (*rows(8), {"name": "gone"})]
    )
    report, _ = report_of(folder, tmp_path / "human.jsonl")
    told = [text for text in report.remarks if text.startswith("human.jsonl")]
    assert told == [
        "human.jsonl: 1 of 9 samples have no row in the data set, such as 'gone'",
        "human.jsonl: 1 of 9 samples have a row without labels, such as 'clip002'",
    ]


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
    assert report.duplicates == {
        "rows": 1,
        "first": [["clip005", "clip001"]],
        "clips": {"rows": 0, "first": []},
    }
    assert report.chance is None
    assert "crowd.emotion: not measured; drops nothing" in report.remarks
    assert "repeat the text" in report.to_text()
    write(tmp_path / "t.jsonl", [{"name": "elsewhere", "labels": ["sad"]}])
    with pytest.raises(InputError, match="has no labels of any of the 8 rows"):
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
    assert ("No space for" in text) == (width < 120)
