"""lmms-eval gives the figure of `evaluate`, where it is installed; its sample files name their samples."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import merunibench
from merunibench.data.foreign import Source, convert_foreign
from merunibench.integrations.tasks import write_tasks

ROOT = Path(__file__).parents[2]
# Models of transformers are imported there, which must find torchvision's operators first.
PROGRAM = """
import runpy, sys
from merunibench.hub import ensure_torchvision
ensure_torchvision()
sys.argv = ["lmms_eval", *sys.argv[1:]]
runpy.run_module("lmms_eval", run_name="__main__")
"""


@pytest.mark.slow
def test_the_harness_gives_the_figure_of_evaluate(data, tmp_path):
    pytest.importorskip("lmms_eval")
    write_tasks("lmms-eval", tmp_path / "tasks", data.root)
    arguments = ["--model", "dummy", "--include_path", str(tmp_path / "tasks"), "--tasks", "merunibench_cmumosi"]
    arguments += ["--output_path", str(tmp_path / "out"), "--log_samples", "--batch_size", "1"]
    offline = dict.fromkeys(("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"), "1")
    environment = {**os.environ, **offline, "HF_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(
        program, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (results,) = (tmp_path / "out").rglob("*_results.json")
    figure = json.loads(results.read_text())["results"]["merunibench_cmumosi"]["mer_score,none"]
    (samples,) = (tmp_path / "out").rglob("*_samples_merunibench_cmumosi.jsonl")
    (written,) = convert_foreign(Source(samples, dataset="cmumosi"), tmp_path / "converted")
    assert written.imported.format == "lmms-eval"
    truth = {"cmumosi": data.truth["cmumosi"]}
    report = merunibench.evaluate(written.path, truth, datasets="cmumosi", bootstrap=0, missing="zero")
    assert figure == report.datasets[0].score
