"""`merunibench datasets`, and `--task` on every command that takes `--dataset`."""

import json
import tomllib

import pytest

from merunibench.cli._lazy import build
from tests.own import NAMES, TRUTHS, write_own

HEAD = 'schema = "merunibench.task/1"\nid = "mine"\ntitle = "My clips"\nkind = "fine-grained"\n'


@pytest.fixture
def own(tmp_path):
    return write_own(tmp_path / "own", "basic")


@pytest.mark.parametrize("kind", ["basic", "fine-grained", "sentiment", "preference"])
def test_a_first_definition_is_made_of_labels_and_is_valid(run, tmp_path, kind):
    definition, answers = write_own(tmp_path, kind)
    first = run("datasets", "init", tmp_path / "labels.csv")
    assert first.code == 0, first
    assert tomllib.loads(first.out)["kind"] == kind
    definition.write_text(first.out.replace('id = "labels"', 'id = "mine"'), encoding="utf-8")
    listed = run("datasets", "--task", definition)
    assert "data:own.mine@" in listed.out
    assert "12 samples, truth " in listed.out
    scored = run("score", answers, "--task", definition, "--bootstrap", 0, "--format", "json")
    assert json.loads(scored.out)["datasets"][0]["samples"] == 12
    assert not scored.err


def test_a_first_definition_says_that_there_are_annotators(run, tmp_path):
    (tmp_path / "labels.csv").write_text("name,label\n" + "".join(f"n{i},happy | sad | happy\n" for i in range(3)))
    assert tomllib.loads(run("datasets", "init", tmp_path / "labels.csv").out)["annotators"] == "majority"


def test_a_built_in_name_is_not_taken(run, tmp_path):
    (tmp_path / "meld.csv").write_text("name,label\na,happy\nb,sad\n")
    assert tomllib.loads(run("datasets", "init", tmp_path / "meld.csv").out)["id"] == "ownmeld"


@pytest.mark.parametrize("content", ["", "name\na\n", "name,label\na,\nb,x\n", "label\nx\n"])
def test_no_definition_is_made_of_what_is_no_label_file(refused, tmp_path, content):
    (tmp_path / "labels.csv").write_text(content)
    refused("datasets", "init", tmp_path / "labels.csv")
    refused("datasets", "init", tmp_path / "absent.csv")
    refused("datasets", "init")


def test_the_list_in_json(run, own):
    found = json.loads(run("datasets", "--task", own[0], "--format", "json").out)
    assert found[-1]["signature"].startswith("data:own.mine@")
    assert "own" not in found[0]


def test_other_labels_than_the_definition_says_are_refused(refused, own):
    own[0].write_text(own[0].read_text().replace("samples = 12", "samples = 13"))
    assert "has 12 samples, the definition of My clips says 13" in refused("datasets", "--task", own[0])


COMMANDS = ("score", "compare", "errors", "validate", "run", "infer", "extract", "convert")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_takes_a_data_set_takes_definitions(command):
    names = {name for parameter in build("merunibench", command).params for name in parameter.opts}
    assert {"--dataset", "--task"} <= names


def test_own_data_from_answers_to_scores(run, own, tmp_path):
    definition, answers = own
    task = ("--task", definition.parent)
    converted, extracted = tmp_path / "converted", tmp_path / "extracted"
    assert run("convert", answers, converted, *task).code == 0
    assert run("extract", converted, extracted, *task).out == f"{extracted / 'mine.jsonl'}\n"
    assert run("validate", converted, *task).code == 0
    scored = run("score", converted, *task, "--bootstrap", 20, "--per-sample", tmp_path / "a.jsonl")
    assert "My clips" in scored.out
    compared = run("compare", tmp_path / "a.jsonl", tmp_path / "a.jsonl", *task)
    assert "My clips" in compared.out
    assert run("compare", converted, answers, *task, "--dataset", "mine").code == 0
    assert "My clips" in run("errors", converted, *task, "--bootstrap", 20).out
    assert run("score", answers / "mine.jsonl", *task, "--dataset", "MINE", "--bootstrap", 0).code == 0


def test_a_run_with_clips_beside_the_definition(run, own, tmp_path):
    definition, _ = own
    subtitles = "".join(f"{name},I am {truth}.\n" for name, truth in zip(NAMES, TRUTHS["basic"], strict=True))
    (definition.parent / "said.csv").write_text("name,subtitle\n" + subtitles)
    definition.write_text(definition.read_text() + 'layout.subtitles = "said.csv"\n')
    model = ("--model", "text-lexicon", "--modalities", "text", "--task", definition, "--dataset", "mine")
    ran = run("run", *model, "--out", tmp_path / "out", "--bootstrap", 0)
    assert ran.code == 0, ran
    assert "My clips  hit rate  100.00" in ran.out
    assert (tmp_path / "out" / "report.json").is_file()
    assert run("infer", *model, "--out", tmp_path / "inferred").code == 0


def test_a_run_takes_the_labels_of_the_table_of_clips(run, own, tmp_path):
    definition, _ = own
    definition.write_text(definition.read_text().replace('labels = "labels.csv"\n', ""))
    clips = tmp_path / "clips"
    clips.mkdir()
    rows = [
        {"name": name, "subtitle": f"I am {truth}.", "label": truth}
        for name, truth in zip(NAMES, TRUTHS["basic"], strict=True)
    ]
    (clips / "clips.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    model = ("--model", "text-lexicon", "--modalities", "text", "--task", definition, "--dataset", "mine")
    ran = run("run", *model, "--clips", clips, "--out", tmp_path / "out", "--bootstrap", 0)
    assert ran.code == 0, ran
    assert "My clips  hit rate  100.00" in ran.out


def test_it_is_never_submitted(run, own, tmp_path):
    submitted = run("submit", own[1], "--model", "x", "--out", tmp_path / "submission")
    assert submitted.code == 2
    assert "mine" in submitted.err
    named = run("submit", own[1], "--model", "x", "--out", tmp_path / "submission", "--task", own[0])
    assert (named.code, "are not on the board" in named.err) == (2, True)
    assert not (tmp_path / "submission").exists()


def test_without_labels_it_is_said_where_to_give_them(refused, own):
    assert "--data-root" in refused("score", own[1])
    own[0].write_text(own[0].read_text().replace('labels = "labels.csv"\n', ""))
    assert "--data-root" in refused("score", own[1], "--task", own[0])
    own[0].write_text(own[0].read_text() + 'labels = "absent.csv"\n')
    assert "absent.csv" in refused("score", own[1], "--task", own[0])
    assert "there is no such task file" in refused("score", own[1], "--task", "nothing")


@pytest.mark.parametrize("text", ["\0", "a" * (1 << 21), "x = " + "[" * 500, HEAD + 'labels = "../x.csv"', ""])
def test_hostile_files_end_with_exit_code_2_and_one_line(refused, tmp_path, text):
    (tmp_path / "x.task.toml").write_text(text)
    refused("datasets", "--task", tmp_path)


def test_a_link_out_of_the_folder_is_refused(refused, tmp_path):
    (tmp_path / "secret.csv").write_text("name,label\na,happy\n")
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "labels.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "sets" / "mine.task.toml").write_text(HEAD + 'labels = "labels.csv"\n')
    assert "lies outside the folder" in refused("datasets", "--task", tmp_path / "sets")
