"""A data set of the user's own is scored, compared and analysed as a built-in one, and never taken for one."""

import json
import re
from dataclasses import replace

import pytest

from merunibench import compare, error_analysis, evaluate, validate
from merunibench.errors import InputError
from merunibench.report.written import WrittenReport
from merunibench.tasks import BUILTIN, GROUP, TASKS, Task, read_task
from tests.own import NAMES, TRUTHS, write_own

KINDS = sorted(TRUTHS)


@pytest.fixture(params=KINDS)
def own(request, tmp_path):
    """(definition, answers, kind) of each kind of task."""
    return *write_own(tmp_path / "own", request.param), request.param


def test_it_is_scored_by_the_file_its_folder_and_its_definition(own):
    definition, answers, kind = own
    reports = [evaluate(answers, tasks=[given], bootstrap=20) for given in (definition, str(definition.parent))]
    task = read_task(definition, taken=BUILTIN.spellings)
    reports += [evaluate(answers, definition.parent / "answers" / "..", tasks=[task], bootstrap=20)]
    bare = replace(task, home=None, label_file="")
    truths = dict(zip(NAMES, TRUTHS[kind], strict=True))
    reports += [evaluate(answers, {"mine": truths}, tasks=[bare], bootstrap=20)]
    assert len({report.to_json() for report in reports}) == 1
    (scored,) = reports[0].datasets
    assert re.fullmatch(r"own\.mine@[0-9a-f]{8}", scored.signature.data)
    assert scored.signature.units == "clusters"
    assert scored.is_complete
    assert reports[0].mean is None
    assert reports[0]["mine"].title == "My clips"


@pytest.mark.parametrize("kind", ["basic", "fine-grained", "sentiment"])
def test_it_scores_what_the_same_labels_score_as_a_built_in_set(tmp_path, kind):
    definition, answers = write_own(tmp_path / "own", kind)
    like = {"basic": "meld", "fine-grained": "ovmerdplus", "sentiment": "cmumosi"}[kind]
    task = replace(TASKS[like], classes=read_task(definition, taken=BUILTIN.spellings).classes)
    truths = {like: dict(zip(NAMES, TRUTHS[kind], strict=True))}
    rows = [json.loads(line) for line in (answers / "mine.jsonl").read_text().splitlines()]
    same = evaluate({like: rows}, truths, tasks={like: task}, bootstrap=0)
    assert evaluate(answers, tasks=[definition], bootstrap=0)["mine"].score == same[like].score


@pytest.mark.parametrize("offered", ["path", "text", "task"])
def test_an_installed_package_offers_it(own, monkeypatch, offered):
    definition, answers, _ = own
    value = {"path": definition, "text": str(definition), "task": read_task(definition, taken=BUILTIN.spellings)}

    class Entry:
        def load(self):
            return value[offered]

    class Entries(dict):
        @property
        def names(self):
            return set(self)

    monkeypatch.setattr(
        "merunibench.tasks.task_set.entry_points",
        lambda group: Entries({"package-set": Entry()}) if group == GROUP else Entries(),
    )
    report = evaluate(answers, definition.parent, tasks=["package-set"], bootstrap=0)
    assert report.datasets[0].dataset == "mine"
    with pytest.raises(InputError, match="installed packages provide package-set"):
        evaluate(answers, definition.parent, tasks=["other"])


def test_per_sample_files_are_compared_with_the_definition_and_without(own, tmp_path):
    definition, answers, _kind = own
    report = evaluate(answers, tasks=[definition], bootstrap=20)
    report.write_per_sample(tmp_path / "a.jsonl")
    found = compare(tmp_path / "a.jsonl", report, tasks=[definition], resamples=20)
    assert found.datasets[0].title == "My clips"
    assert found.datasets[0].test.difference == 0
    assert found.units == "clusters"
    with pytest.raises(InputError, match=r"give the definition of the data set \(--task\)"):
        compare(tmp_path / "a.jsonl", tmp_path / "a.jsonl", resamples=20)
    evaluate(answers, tasks=[definition], bootstrap=20, units="samples").write_per_sample(tmp_path / "b.jsonl")
    assert compare(tmp_path / "b.jsonl", tmp_path / "b.jsonl", resamples=20).datasets[0].dataset == "mine"
    definition.write_text(definition.read_text().replace("samples = 12\n", ""))
    with pytest.raises(InputError, match=r"the given definition is own\.mine@"):
        compare(tmp_path / "a.jsonl", tmp_path / "a.jsonl", tasks=[definition], resamples=20)


def test_it_is_analysed_and_validated(own):
    definition, answers, _kind = own
    analysis = error_analysis(answers, tasks=[definition], bootstrap=0)
    assert analysis["mine"].title == "My clips"
    assert "My clips" in analysis.to_text()
    found = validate(answers, tasks=[definition])
    assert found.valid
    assert found.files[0].matched == 12
    assert "My clips" in found.to_text()


def test_baselines_stand_beside_it(own):
    definition, answers, _ = own
    report = evaluate(answers, tasks=[definition], bootstrap=0, baselines=True)
    if report.datasets[0].kind in ("score", "preference"):
        assert set(report.worth[0].left_out.values()) == {f"gives no {report.datasets[0].kind}"}
    else:
        assert report.worth[0].best_shallow is not None
        assert "My clips: " in report.to_text()


def test_a_written_report_is_read_without_the_definition(own, tmp_path):
    definition, answers, _ = own
    (tmp_path / "report.json").write_text(evaluate(answers, tasks=[definition], bootstrap=0).to_json())
    assert "My clips" in WrittenReport.read(tmp_path / "report.json").methods()


def test_built_in_sets_stand_beside_it(tmp_path):
    definition, answers = write_own(tmp_path / "own", "basic")
    (answers / "meld.jsonl").write_text('{"name": "a", "labels": ["happy"]}\n')
    (tmp_path / "meld.csv").write_text("name,label\na,joy\n")
    report = evaluate(answers, tmp_path, tasks=[definition], bootstrap=0)
    assert [each.dataset for each in report.datasets] == ["meld", "mine"]
    assert str(report.signature).startswith("mub|data:meld+own.mine@")


def test_other_labels_than_the_definition_says_are_refused(tmp_path):
    definition, answers = write_own(tmp_path / "own", "basic")
    definition.write_text(definition.read_text() + 'truth = "00000000"\n')
    with pytest.raises(InputError, match="names or labels differ from the definition"):
        evaluate(answers, tasks=[definition])


@pytest.mark.parametrize("sign", ["json", "text"])
def test_annotators_are_joined_as_the_definition_says(tmp_path, sign):
    own = tmp_path / "own"
    definition, _answers = write_own(own, "fine-grained")
    votes = [["happy, calm", "happy"], ["sad", "sad, angry", "calm"], ["happy", "sad"]]
    rows = [
        {"name": f"n{index}", "label": vote if sign == "json" else " | ".join(vote)} for index, vote in enumerate(votes)
    ]
    (own / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    base = definition.read_text().replace("labels.csv", "labels.jsonl").replace("samples = 12", "samples = 3")
    expected = {
        "majority": [{"happy"}, {"sad"}, {"happy", "sad"}],
        "union": [{"happy", "calm"}, {"sad", "angry", "calm"}, {"happy", "sad"}],
    }
    for rule, wanted in expected.items():
        definition.write_text(base + f'annotators = "{rule}"\n')
        from merunibench.data import load_truth

        truth = load_truth(read_task(definition, taken=BUILTIN.spellings), own / "labels.jsonl")
        assert [set(truth.labels[row]) for row in range(3)] == wanted


def test_a_class_without_a_majority_is_refused_with_its_row(tmp_path):
    definition, answers = write_own(tmp_path / "own", "basic")
    definition.write_text(definition.read_text() + 'annotators = "majority"\n')
    (tmp_path / "own" / "labels.csv").write_text("name,label\na,happy | sad | happy\nb,happy | sad\n")
    with pytest.raises(InputError, match=r"line 3: 'label': no majority: happy and sad are each named 1 times"):
        evaluate(answers, tasks=[definition])


def test_own_classes_under_a_built_in_name_are_said_in_one_line():
    own = replace(TASKS["meld"], classes=("calm", "bored"))
    report = evaluate({"meld": {"a": ["calm"]}}, {"meld": {"a": "calm"}}, tasks={"meld": own}, bootstrap=0)
    (said,) = [line for line in report.warnings if "classes or kind are not those of MELD" in line]
    assert "datasets init" in said


def test_own_labels_under_a_challenge_set_are_said_in_one_line():
    report = evaluate({"mer2025ov": {"a": ["calm"]}}, {"mer2025ov": {"a": "[calm]"}}, bootstrap=0)
    (said,) = [line for line in report.warnings if "the official set 1200" in line]
    assert "datasets init" in said


def test_a_definition_in_python_needs_no_file():
    task = Task("mine", "My clips", "basic", classes=("happy", "sad"))
    report = evaluate({"mine": {"a": ["joyful"]}}, {"mine": {"a": "happy"}}, tasks=[task], bootstrap=0)
    assert report["mine"].score == 1
