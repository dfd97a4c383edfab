"""inspect_ai's scorer gives what `evaluate` gives, in new evaluations and on finished logs; its logs convert."""

import json
import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import merunibench
from merunibench.data.foreign import Source, convert_foreign
from merunibench.integrations.figures import kept, report_of

ROOT = Path(__file__).parents[2]
SAMPLES = [
    {"name": "clip/1", "text": "happy, calm", "truth": ["happy"]},
    {"name": "clip 2", "text": "sad", "truth": ["angry", "sad"]},
    {"name": "c", "text": "<think>angry</think><answer>bored, happy</answer>", "truth": ["[worried, afraid]"]},
    {"name": "d", "text": "furious, surprised, calm, tired", "truth": ["surprised"]},
    {"name": "e", "text": "neutral", "truth": ["calm"]},
]
TRUTH = {each["name"]: each["truth"][0] if len(each["truth"]) == 1 else each["truth"] for each in SAMPLES}


def expected(protocol="official"):
    rows = [{"name": each["name"], "text": each["text"]} for each in SAMPLES]
    return merunibench.evaluate({"ovmerdplus": rows}, {"ovmerdplus": TRUTH}, protocol=protocol, bootstrap=0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of the logs, and the figures."""
    pytest.importorskip("inspect_ai")
    folder = tmp_path_factory.mktemp("inspect")
    (folder / "samples.json").write_text(json.dumps(SAMPLES), encoding="utf-8")
    # In a process of its own, whose warnings are its own affair; no proxy answers, so that nothing can be fetched.
    nowhere = dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "http_proxy"), "http://127.0.0.1:9"
    )
    program = [sys.executable, str(Path(__file__).with_name("inspect_run.py")), str(folder)]
    environment = {**os.environ, **nowhere, "PYTHONPATH": str(ROOT), "INSPECT_LOG_DIR": str(folder)}
    done = subprocess.run(
        program, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, json.loads((folder / "figures.json").read_text())


@pytest.mark.parametrize(("name", "protocol"), [("new", "official"), ("again", "official"), ("strict", "strict")])
def test_the_metric_is_the_score_of_evaluate(name, protocol, run):
    _, figures = run
    scored = expected(protocol).datasets[0]
    metrics = figures[name]["metrics"]
    assert metrics["mer_score"] == scored.score
    assert metrics["mer_chance"] == scored.chance
    # A mean over samples would be something else.
    alone = [report_of([kept("ovmerdplus", **each)]).datasets[0].score for each in SAMPLES]
    assert abs(sum(alone) / len(alone) - expected().datasets[0].score) > 1e-3


def test_the_value_of_a_sample_is_its_number_of_labels(run):
    _, figures = run
    assert [value["mer"] for value in figures["new"]["values"]] == [2, 1, 2, 4, 1]


def test_the_log_converts_to_the_same_answers(run, tmp_path):
    folder, _ = run
    (log,) = (folder / "other").glob("*.eval")
    (written,) = convert_foreign(Source(log, dataset="ovmerdplus"), tmp_path / "out")
    rows = [json.loads(line) for line in written.path.read_text(encoding="utf-8").splitlines()]
    assert {row["name"]: row["text"] for row in rows} == {each["name"]: each["text"] for each in SAMPLES}
    report = merunibench.evaluate(written.path, {"ovmerdplus": TRUTH}, datasets="ovmerdplus", bootstrap=0)
    assert report.datasets[0].score == expected().datasets[0].score


def test_the_entry_point_is_named_as_inspect_looks_for_it():
    pytest.importorskip("inspect_ai")
    entry = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["inspect_ai"]
    assert entry == {"merunibench": "merunibench.integrations.inspect"}
    from inspect_ai._util.registry import registry_info

    module = import_module(entry["merunibench"])
    assert registry_info(module.mer).name == "merunibench/mer"
