"""Task folders: what is written, and lm-evaluation-harness giving the figure of `evaluate`."""

import json
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import yaml

import merunibench
from merunibench.data.foreign import Source, convert_foreign
from merunibench.errors import InputError
from merunibench.integrations import lm_eval, lmms_eval
from merunibench.integrations.tasks import HARNESSES, write_tasks

ROOT = Path(__file__).parents[2]


def score(data, dataset):
    rows = [{"name": name, "text": text} for name, text in data.answers[dataset].items()]
    return merunibench.evaluate({dataset: rows}, {dataset: data.truth[dataset]}, bootstrap=0).datasets[0].score


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    """The folder of a run with given answers."""
    pytest.importorskip("lm_eval")
    folder = tmp_path_factory.mktemp("lm_eval")
    write_tasks("lm-eval", folder / "tasks", data.root)
    documents = [each for name in data.truth for each in lm_eval.read_documents(folder / "tasks", name)]
    answers = {each["question"]: data.answers[each["dataset"]][each["name"]] for each in documents}
    (folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")
    program = [sys.executable, str(Path(__file__).with_name("lm_eval_run.py")), str(folder)]
    offline = dict.fromkeys(("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"), "1")
    environment = {**os.environ, **offline, "HF_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        program, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_the_harness_gives_the_figure_of_evaluate(run, data):
    found = json.loads((run / "found.json").read_text())
    assert found == {f"merunibench_{name}": score(data, name) for name in data.truth}
    assert all(0 < value < 1 for value in found.values())


def test_its_sample_files_convert(run, data, tmp_path):
    for name, answers in data.answers.items():
        path = run / f"samples_merunibench_{name}.jsonl"
        (written,) = convert_foreign(Source(path, dataset=name), tmp_path / name)
        assert written.imported.format == "lm-eval"
        assert dict(zip(written.imported.names, written.imported.texts, strict=True)) == answers


@pytest.mark.parametrize("harness", HARNESSES)
def test_what_is_written(harness, data, tmp_path):
    written = write_tasks(harness, tmp_path, data.root, settings={"protocol": "strict"})
    assert written.tasks == ("merunibench_cmumosi", "merunibench_ovmerdplus")
    assert written.samples == (2, 3)
    module = _imported(tmp_path / "mer_unibench.py")
    functions = _functions_of(tmp_path / "merunibench_ovmerdplus.yaml")
    assert functions
    assert all(callable(getattr(module, name)) for name in functions)
    kept = []
    for document in lm_eval.read_documents(tmp_path, "ovmerdplus"):
        assert f"I am {document['name']}" in document["question"]
        answer = data.answers["ovmerdplus"][document["name"]]
        kept.append(module.process_results(document, [answer])["mer_score"])
        if harness == "lmms-eval":
            assert module.question(document) == document["question"]
            assert Path(module.visual(document)[0]).name == f"{document['name']}.mp4"
    rows = [{"name": name, "text": text} for name, text in data.answers["ovmerdplus"].items()]
    truth = {"ovmerdplus": data.truth["ovmerdplus"]}
    strict = merunibench.evaluate({"ovmerdplus": rows}, truth, protocol="strict", bootstrap=0)
    assert module.aggregate(kept) == strict.datasets[0].score
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_tasks(harness, tmp_path, data.root, settings={"protocol": "strict"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def _imported(path):
    spec = spec_from_file_location(path.stem, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _functions_of(path):
    """The functions that a task file names: `!function mer_unibench.aggregate`."""

    class Loader(yaml.SafeLoader):
        pass

    named = []
    Loader.add_constructor("!function", lambda loader, node: named.append(loader.construct_scalar(node)))
    yaml.load(path.read_text(), Loader)
    assert all(name.startswith("mer_unibench.") for name in named)
    return [name.removeprefix("mer_unibench.") for name in named]


def test_refused(data, tmp_path):
    out = tmp_path / "out"
    for arguments, message in (
        (("x", out, data.root), "unknown harness"),
        (("lm-eval", out, tmp_path), "contains no labels"),
    ):
        with pytest.raises(InputError, match=message):
            write_tasks(*arguments)
    with pytest.raises(InputError, match="contains no labels of meld; found labels of"):
        write_tasks("lm-eval", out, data.root, datasets=["MELD"])
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / "meld.csv").write_text("name,label\na,joy\n")
    with pytest.raises(InputError, match=r"its subtitles .* are not below"):
        write_tasks("lm-eval", out, tmp_path / "only")
    (tmp_path / "only" / "meld-process").mkdir()
    with pytest.raises(InputError, match="neither video nor audio of 'a'"):
        write_tasks("lmms-eval", out, tmp_path / "only")
    assert not out.exists()
    with pytest.raises(InputError, match="2 answers for one sample"):
        lm_eval.process_results({"name": "a"}, ["x", "y"], {})
    with pytest.raises(InputError, match="the clip of a does not exist"):
        lmms_eval.visual({"name": "a", "clip": str(tmp_path / "a.mp4")})
