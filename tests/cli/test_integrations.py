"""`merunibench integrations write`: a folder of tasks, or one line that says why not."""

import pytest
import yaml


@pytest.fixture
def labels(tmp_path):
    (tmp_path / "data" / "meld-process").mkdir(parents=True)
    (tmp_path / "data" / "meld.csv").write_text("name,label\na,joy\nb,anger\n")
    subtitles = tmp_path / "data" / "meld-process" / "transcription-engchi-polish.csv"
    subtitles.write_text("name,english\na,So good!\n")
    return tmp_path / "data"


def test_tasks_are_printed_and_gaps_said(run, labels, tmp_path):
    result = run("integrations", "write", "lm-eval", tmp_path / "tasks", "--data-root", labels, "--protocol", "strict")
    assert result.code == 0, result.err
    assert result.out == "merunibench_meld\n"
    assert "1 of 2 samples have no subtitle, such as 'b'" in result.err
    assert "1 tasks with 2 samples" in result.err
    assert "'protocol': 'strict'" in (tmp_path / "tasks" / "mer_unibench.py").read_text()

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))
    task = yaml.load((tmp_path / "tasks" / "merunibench_meld.yaml").read_text(), Loader)
    assert task["task"] == "merunibench_meld"
    assert task["metric_list"][0]["metric"] == "mer_score"


def test_refused(refused, labels, tmp_path):
    out = tmp_path / "tasks"
    assert "neither video nor audio of 'a'" in refused("integrations", "write", "lmms-eval", out, "--data-root", labels)
    assert "contains no labels" in refused("integrations", "write", "lm-eval", out, "--data-root", tmp_path)
    assert not out.exists()
