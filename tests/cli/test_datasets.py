"""`merunibench datasets`, and `--task` on every command that takes `--dataset`."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from merunibench.cli import _lazy
from merunibench.cli._lazy import ROOT, build
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
    assert "has 12 samples, but the definition of My clips says 13" in refused("datasets", "--task", own[0])


COMMANDS = [
    (group, name)
    for group, panels in _lazy.COMMANDS.items()
    for commands in panels.values()
    for name in commands
    if (group, name) not in {(ROOT, inner) for inner in _lazy.COMMANDS}
]


def options_of(group, name):
    return {option for parameter in build(group, name).params for option in parameter.opts}


BUILT_IN_ALONE = {("leaderboard", "show"), ("integrations", "write"), ("merunibench", "plot")}
"""Their `--dataset` is a column of a board or of finished reports, or a task of a harness: no definition is read."""


@pytest.mark.parametrize(("group", "name"), COMMANDS)
def test_every_command_that_takes_a_data_set_takes_definitions(group, name):
    options = options_of(group, name)
    assert ("--dataset" in options) <= (("--task" in options) or (group, name) in BUILT_IN_ALONE)


def test_the_walk_over_the_commands_meets_those_that_take_a_data_set():
    met = {name for group, name in COMMANDS if "--dataset" in options_of(group, name)}
    assert {"score", "run", "merge", "audit", "diff", "codabench", "describe", "submit"} <= met


def test_labels_of_own_data_weigh_a_lexicon(run, own):
    definition, answers = own
    audit = ("lexicon", "audit", "--vocabulary", answers, "--format", "json")
    assert run(*audit).code == 2
    weighed = json.loads(run(*audit, "--task", definition).out)
    assert weighed == json.loads(run(*audit, "--task", definition, "--dataset", "My clips").out)
    assert weighed["tokens"] == 12
    assert run("lexicon", "diff", "builtin", "builtin", "--vocabulary", answers, "--task", definition).code == 0


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


def test_shards_of_own_data_are_merged_under_any_spelling_of_its_name(run, refused, own, tmp_path):
    definition, _ = own
    (tmp_path / "clips.csv").write_text("name,subtitle\n" + "".join(f"{name},I am sad.\n" for name in NAMES))
    model = ("--model", "text-lexicon", "--modalities", "text", "--clips", tmp_path / "clips.csv")
    for shard in ("1/2", "2/2"):
        asked = run("infer", *model, "--task", definition, "--dataset", "mine", "--shard", shard, "--out", tmp_path)
        assert asked.code == 0, asked
    folder = Path(asked.out.strip()).parent
    assert "no shard files found (such as My clips.1-of-4.jsonl)" in refused("merge", folder, "--dataset", "My clips")
    merged = run("merge", folder, "--dataset", "My clips", "--task", definition)
    assert merged.out == f"{folder / 'mine.jsonl'}\n"
    assert run("score", folder, "--task", definition, "--bootstrap", 0).code == 0


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
    assert "not a task file" in refused("score", own[1], "--task", "nothing")


@pytest.mark.parametrize("text", ["\0", "a" * (1 << 21), "x = " + "[" * 500, HEAD + 'labels = "../x.csv"', ""])
def test_hostile_files_end_with_exit_code_2_and_one_line(refused, tmp_path, text):
    (tmp_path / "x.task.toml").write_text(text)
    refused("datasets", "--task", tmp_path)


def test_a_link_out_of_the_folder_is_refused(refused, tmp_path):
    (tmp_path / "secret.csv").write_text("name,label\na,happy\n")
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "labels.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "sets" / "mine.task.toml").write_text(HEAD + 'labels = "labels.csv"\n')
    assert "is outside the folder" in refused("datasets", "--task", tmp_path / "sets")


@pytest.fixture
def untold(own):
    """A file of answers whose name does not tell a data set."""
    return (own[1] / "mine.jsonl").rename(own[1] / "answers.jsonl")


COMMANDS_OF_ONE_FILE = {
    "score": ("--bootstrap", 0),
    "errors": ("--bootstrap", 0),
    "validate": (),
    "convert": ("OUT",),
    "extract": ("OUT",),
}


@pytest.mark.parametrize("command", COMMANDS_OF_ONE_FILE)
def test_answers_that_do_not_tell_are_of_the_only_own_data_set(run, own, untold, tmp_path, command):
    further = [tmp_path / "out" if each == "OUT" else each for each in COMMANDS_OF_ONE_FILE[command]]
    done = run(command, untold, *further, "--task", own[0])
    assert done.code == 0, done
    said = [line for line in (done.out + done.err).splitlines() if "assuming My clips" in line]
    assert len(said) == 1
    assert "answers.jsonl: its name does not say which data set it is for" in said[0]
    told = run(command, untold, *further, "--task", own[0], "--dataset", "mine")
    assert (told.code, "taken as" in told.out + told.err) == (0, False)


def test_answers_that_do_not_tell_which_of_several_own_data_sets_are_refused(refused, own, untold):
    other = own[0].with_name("other.task.toml")
    other.write_text(own[0].read_text().replace('"mine"', '"yours"').replace("My clips", "Your clips"))
    message = refused("score", untold, "--task", own[0], "--task", other)
    assert message.endswith("name the data set (--dataset), one of mine, yours\n")


def test_a_name_that_hints_at_another_data_set_is_not_overruled(refused, own, untold):
    hinting = untold.rename(untold.with_name("my-meld-answers.jsonl"))
    assert "name the data set (--dataset meld?)" in refused("score", hinting, "--task", own[0])


def test_the_lines_of_the_guide_define_and_score_labels_of_ones_own(tmp_path):
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "own-data.md").read_text(encoding="utf-8")
    lines = guide.partition("```bash\n")[2].partition("```")[0]
    command = f'merunibench() {{ "{sys.executable}" -m merunibench "$@"; }}\n{lines}'
    done = subprocess.run(["bash", "-ec", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "data:own.labels@" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.csv", "labels.csv", "mine.task.toml"]


@pytest.mark.parametrize("kind", ["score", "preference"])
def test_answers_that_nothing_reads_out_of_text_are_refused_before_a_model_is_asked(refused, tmp_path, kind):
    definition, answers = write_own(tmp_path / "own", kind)
    (answers / "mine.jsonl").write_text("".join(json.dumps({"name": name, "text": "Happy."}) + "\n" for name in NAMES))
    (definition.parent / "said.csv").write_text("name,subtitle\n" + "".join(f"{name},Hello.\n" for name in NAMES))
    definition.write_text(definition.read_text() + 'layout.subtitles = "said.csv"\n')
    task, out = ("--task", definition), tmp_path / "out"
    assert f"column '{kind}'" in refused("extract", answers, out, *task)
    model = ("--model", "text-lexicon", "--modalities", "text", "--dataset", "mine")
    assert f"column '{kind}'" in refused("run", *model, *task, "--out", out)
    assert not out.exists()


def test_a_protocol_without_the_kind_is_refused_before_a_model_is_asked(refused, tmp_path):
    definition, _ = write_own(tmp_path / "own", "classes")
    (definition.parent / "said.csv").write_text("name,subtitle\n" + "".join(f"{name},Hello.\n" for name in NAMES))
    definition.write_text(definition.read_text() + 'layout.subtitles = "said.csv"\n')
    model = ("--model", "text-lexicon", "--modalities", "text", "--dataset", "mine", "--task", definition)
    said = refused("run", *model, "--out", tmp_path / "out", "--protocol", "strict@1")
    assert "does not score classes tasks" in said
    assert not (tmp_path / "out").exists()
