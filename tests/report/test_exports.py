"""Reports as others take them: scalars of loggers, the head of a model card, Every Eval Ever's aggregate JSON."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import merunibench
from merunibench.errors import InputError
from merunibench.report.card import eval_results, model_index
from merunibench.report.eee import to_eee
from merunibench.report.written import WrittenReport

TRUTH = {
    "meld": {"a": "joy", "b": "anger", "c": "sadness"},
    "cmumosi": {"a": 1.0, "b": -1.0, "c": -2.0},
    "mer2025ov": {"a": ["happy"], "b": ["angry", "sad"], "c": ["calm"]},
}
ANSWERS = {
    "meld": {"a": ["happy"], "b": ["sad"], "c": ["sad"]},
    "cmumosi": {"a": "positive", "b": "negative", "c": "positive"},
    "mer2025ov": {"a": ["happy", "calm"], "b": ["sad"], "c": ["bored"]},
}
# The schema of Every Eval Ever 0.3.0 (MIT, see LICENSE beside it).
SCHEMA = json.loads((Path(__file__).parent / "every_eval_ever" / "eval.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=["official", "strict"])
def report(request):
    return merunibench.evaluate(
        ANSWERS, TRUTH, model='Strange: "model"\n- x', protocol=request.param, bootstrap=20, missing="skip"
    )


@pytest.fixture(scope="module")
def written(report):
    return WrittenReport.model_validate(report.to_dict())


def test_scalars(report):
    scalars = report.scalars("eval/")
    assert all(key.startswith("eval/") and type(value) is float for key, value in scalars.items())
    for result in report.datasets:
        assert scalars[f"eval/{result.dataset}/score"] == result.score
        assert scalars[f"eval/{result.dataset}/ci_low"] == result.ci[0]
        assert {f"eval/{result.dataset}/{key}" for key in result.metrics} <= scalars.keys()
    assert "eval/mean/score" not in scalars  # not all nine are there
    assert report.scalars().keys() == {key.removeprefix("eval/") for key in scalars}


def test_model_index_is_valid_yaml_of_the_same_figures(report, written):
    content = yaml.safe_load(model_index(written, url="https://example.org/r"))
    (index,) = content["model-index"]
    assert index["name"] == report.model
    for result, entry in zip(report.datasets, index["results"], strict=True):
        (metric,) = entry["metrics"]
        assert entry["dataset"]["config"] == result.dataset
        assert metric["value"] == pytest.approx(100 * result.score, abs=0.005 + 1e-9)
        assert metric["args"]["signature"] == str(result.signature)
        assert entry["source"]["url"] == "https://example.org/r"


def test_the_hub_keeps_the_data_sets_apart(report, written):
    hub = pytest.importorskip("huggingface_hub")
    content = yaml.safe_load(model_index(written))
    data = hub.ModelCardData(**content)
    again = hub.ModelCard(f"---\n{model_index(written)}---\n# A model\n").data
    for card in (again, hub.ModelCard(f"---\n{data.to_yaml()}\n---\n").data):
        assert card.model_name == report.model
        assert [(each.dataset_config, each.metric_value) for each in card.eval_results] == [
            (result.dataset, round(100 * result.score, 2)) for result in report.datasets
        ]
    # Written by the hub's own code it has as many entries: nothing has been merged.
    assert len(yaml.safe_load(again.to_yaml())["model-index"][0]["results"]) == len(report.datasets)


def test_eval_results(report, written):
    text = eval_results(written, "owner/mer-unibench", date="2026-11-28", url="https://example.org")
    entries = yaml.safe_load(text)
    for result, entry in zip(report.datasets, entries, strict=True):
        assert entry["dataset"] == {"id": "owner/mer-unibench", "task_id": result.dataset}
        assert entry["notes"] == str(result.signature)
        assert entry["source"]["url"] == "https://example.org"
    hub = pytest.importorskip("huggingface_hub")
    if hasattr(hub, "parse_eval_result_entries"):
        parsed = hub.parse_eval_result_entries(entries)
        assert [each.task_id for each in parsed] == [result.dataset for result in report.datasets]


def test_refused(written):
    for make, message in (
        (lambda: eval_results(written, "nowhere"), "--hub-dataset nowhere: must be"),
        (lambda: eval_results(written, "a/b", date="today"), "--date today"),
        (lambda: model_index(written, url="javascript:x"), "must be a URL"),
        (lambda: to_eee(written, timestamp="now"), "timestamp 'now'"),
        (lambda: to_eee(written, relationship="friend"), "relationship 'friend'"),
    ):
        with pytest.raises(InputError, match=message):
            make()


def test_every_eval_ever(report, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    text = report.to_eee()
    content = json.loads(text)
    # In the draft that the schema names; a wrong type anywhere is an error, which the next lines prove.
    validator = jsonschema.Draft7Validator(SCHEMA)
    assert not list(validator.iter_errors(content))
    assert list(validator.iter_errors({**content, "schema_version": 3}))
    assert list(validator.iter_errors({**content, "evaluation_results": [{"evaluation_name": "x"}]}))
    assert report.to_eee() == text  # no clock
    assert content["retrieved_timestamp"] == "0"
    for result, entry in zip(report.datasets, content["evaluation_results"], strict=True):
        details = entry["score_details"]
        assert details["score"] == result.score
        assert details["details"]["signature"] == str(result.signature)
        interval = details["uncertainty"]["confidence_interval"]
        assert (interval["lower"], interval["upper"]) == result.ci
        assert details["uncertainty"]["num_bootstrap_samples"] == 20
        assert details["uncertainty"]["num_samples"] == 3


def test_times_are_given(report, monkeypatch):
    assert json.loads(report.to_eee(timestamp="1764288000"))["retrieved_timestamp"] == "1764288000"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert json.loads(report.to_eee())["retrieved_timestamp"] == "1700000000"


def test_without_intervals_none_is_claimed(written):
    report = merunibench.evaluate({"meld": ANSWERS["meld"]}, {"meld": TRUTH["meld"]}, bootstrap=0, missing="skip")
    content = json.loads(report.to_eee())
    assert not list(jsonschema.Draft7Validator(SCHEMA).iter_errors(content))
    assert "uncertainty" not in content["evaluation_results"][0]["score_details"]
    assert "meld/ci_low" not in report.scalars()
    assert "ci_low" not in model_index(WrittenReport.model_validate(report.to_dict()))
