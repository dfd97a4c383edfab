"""Options: one declaration for flags, TOML, help and documentation; former spellings; completion; suggestions."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from merunibench.cli import _lazy
from merunibench.cli._lazy import COMMANDS, ROOT
from merunibench.protocols import PROTOCOLS
from tests.small import rows, write_rows
from tools import document_cli

ALL = [(group, name) for group, panels in COMMANDS.items() for each in panels.values() for name in each]
FORMER = [
    ("compare", "--model", "--folder"),
    ("compare", "--other-model", "--other-folder"),
    ("compare", "--seed", "--bootstrap-seed"),
    ("convert", "--model", "--folder"),
    ("errors", "--limit", "--top"),
    ("errors", "--model", "--folder"),
    ("errors", "--seed", "--bootstrap-seed"),
    ("extract", "--again", "--overwrite-labels"),
    ("extract", "--backend", "--extractor"),
    ("extract", "--max-tokens", "--max-new-tokens"),
    ("extract", "--parity", "--affectgpt-style"),
    ("extract", "--polarity-backend", "--polarity-extractor"),
    ("extract", "--prompt", "--extractor-prompt"),
    ("infer", "--check", "--dry-run"),
    ("lexicon audit", "--limit", "--top"),
    ("lexicon audit", "--model", "--folder"),
    ("lexicon build", "--check", "--verify"),
    ("lexicon diff", "--limit", "--top"),
    ("run", "--check", "--dry-run"),
    ("run", "--parity", "--affectgpt-style"),
    ("score", "--model", "--folder"),
    ("score", "--seed", "--bootstrap-seed"),
]


def test_the_documentation_is_made_from_the_declarations():
    assert document_cli.PAGE.read_text(encoding="utf-8") == document_cli.page(), "run: python -m tools.document_cli"


@pytest.mark.parametrize(("group", "name"), ALL)
def test_every_option_says_what_it_does_and_what_it_takes(group, name):
    if group == ROOT and name in COMMANDS:
        return
    for parameter in _lazy.build(group, name).params:
        assert parameter.help
        assert parameter.help[-1] == "." or parameter.hidden
        assert "efault" not in parameter.help
        assert parameter.metavar or parameter.is_flag


@pytest.mark.parametrize(("command", "former", "present"), FORMER)
def test_a_former_spelling_is_the_present_one_and_is_not_shown(run, command, former, present):
    group, _, name = command.rpartition(" ")
    built = _lazy.build(group or ROOT, name)
    rename = built.context_settings["token_normalize_func"]
    assert f"--{rename(former.removeprefix('--'))}" == present
    assert present in {each for parameter in built.params for each in parameter.opts}
    assert f"{former} " not in run(*command.split(), "--help").out
    assert former.removeprefix("--") not in {each for names in COMMANDS.values() for each in names}


def test_former_spellings_score_as_the_present_ones(run, files, tmp_path):
    predictions, truth = files
    common = ("--data-root", truth, "--format", "json")
    write_rows(tmp_path / "two" / "a" / "meld.jsonl", rows()["meld"])
    write_rows(tmp_path / "two" / "b" / "meld.jsonl", rows()["meld"])
    former = run("score", tmp_path / "two", *common, "--model", "a", "--seed", 7, "--cluster")
    present = run("score", tmp_path / "two", *common, "--folder", "a", "--bootstrap-seed", 7, "--units", "clusters")
    assert former.code == 0, former.err
    assert former.out == present.out
    assert "|seed:7|units:clusters" in former.out
    assert (
        former.out
        != run("score", tmp_path / "two", *common, "--folder", "a", "--bootstrap-seed", 7, "--units", "samples").out
    )
    limited = [run("errors", predictions, *common, "--bootstrap", 9, flag, 1).out for flag in ("--limit", "--top")]
    assert limited[0] == limited[1] != run("errors", predictions, *common, "--bootstrap", 9).out


def test_a_former_flag_beside_the_option_that_replaced_it_is_refused(refused, files):
    message = refused("score", files[0], "--data-root", files[1], "--cluster", "--units", "samples")
    assert "cluster: is the former name of units" in message


def test_the_former_name_of_a_command(run, files, tmp_path):
    run("submit", files[0], "--model", "M", "--out", tmp_path / "m")
    checked = run("leaderboard", "check", tmp_path / "m")
    assert checked.code == 0
    assert checked.out == run("leaderboard", "validate", tmp_path / "m").out
    assert "check " not in run("leaderboard", "--help").out.replace("check s", "")


def test_what_was_nearly_typed_is_suggested(run, refused, files):
    score = ("score", files[0], "--data-root", files[1])
    assert "--format" in run(*score, "--fromat", "json").err
    assert (
        "'strct' is not one of official, strict, strict@1; did you mean strict?"
        in run(*score, "--protocol", "strct").err
    )
    assert (
        "'jsn' is not one of table, json, csv, markdown, latex, eee; did you mean json?"
        in run(*score, "--format", "jsn").err
    )
    assert "did you mean meld" in refused(*score, "--dataset", "melt")
    assert "'valense' is not one of own-word" in run("lexicon", "audit", "--fail-on", "valense").err
    assert "--level" in run("explain", "happy", "--level", "3").err


def test_numbers_out_of_bounds_are_refused_in_one_line(refused, files):
    score = ("score", files[0], "--data-root", files[1])
    assert refused(*score, "--bootstrap", -1) == ("error: --bootstrap: Input should be greater than or equal to 0\n")
    assert "--max-bytes: Input should be greater than 0" in refused(*score, "--max-bytes", 0)
    assert "--bootstrap: Input should be a valid integer" in refused(*score, "--bootstrap", "many")
    assert "--port: Input should be less than or equal to 65535" in refused("leaderboard", "serve", "--port", 65536)


@pytest.fixture
def third():
    yield PROTOCOLS.register(replace(PROTOCOLS["official"], name="third"))
    PROTOCOLS.unregister("third")


def test_a_protocol_is_a_choice_where_it_is_registered(run, files):
    assert "--protocol official|strict|strict@1\n" in run("score", "--help").out
    assert run("score", files[0], "--data-root", files[1], "--protocol", "third").code == 2


@pytest.mark.usefixtures("third")
def test_a_registered_protocol_is_a_choice(run, files):
    assert "--protocol official|strict|strict@1|third" in run("score", "--help").out
    scored = run("score", files[0], "--data-root", files[1], "--protocol", "third", "--bootstrap", 0)
    assert "|protocol:third|" in scored.out


LISTS = {
    "datasets": ("datasets",),
    "models": ("models",),
    "verify": ("verify",),
    "lexicon list": ("lexicon", "list"),
    "lexicon show": ("lexicon", "show", "builtin"),
    "demo": ("demo",),
}


@pytest.mark.parametrize("command", LISTS.values(), ids=LISTS)
def test_lists_are_there_as_json_too(run, command):
    result = run(*command, "--format", "json")
    assert (result.code, result.err) == (0, "")
    found = json.loads(result.out)
    table = run(*command).out
    for each in found if isinstance(found, list) else ():
        assert str(each.get("name", each.get("id"))) in table


def test_the_content_of_the_lists(run):
    meld = next(each for each in json.loads(run("datasets", "--format", "json").out) if each["id"] == "meld")
    assert (meld["kind"], meld["samples"], meld["label_file"]) == ("basic", 2610, "label.npz")
    shown = json.loads(run("lexicon", "show", "builtin", "--wheel", 2, "--words", "--format", "json").out)
    assert list(shown["wheels"]) == ["2"]
    assert "happy" in shown["wheels"]["2"]["happy"]
    demo = json.loads(run("demo", "--format", "json").out)
    assert list(demo) == ["text-lexicon", "majority class", "stuffing"]
    assert demo["stuffing"]["datasets"][0]["score"] == 1.0
    states = {each["name"]: each for each in json.loads(run("lexicon", "list", "--format", "json").out)}
    assert states["builtin"]["problem"] is None
    assert "install" in states["mer2025"]["problem"]


def test_a_board_is_verified_in_json(run, files, tmp_path):
    run("submit", files[0], "--model", "M", "--out", tmp_path / "subs" / "m")
    where = ("--submissions", tmp_path / "subs", "--data-root", files[1], "--processes", 1)
    run("leaderboard", "build", *where, "--no-cache", "--out", tmp_path)
    found = json.loads(run("leaderboard", "verify", tmp_path / "results.json", *where, "--format", "json").out)
    assert found["verified"] > 0
    assert (found["different"], found["not_verified"]) == ([], [])


def completions(*words):
    line = " ".join(("merunibench", *words))
    environment = {**os.environ, "_MERUNIBENCH_COMPLETE": "complete_bash", "COMP_WORDS": line}
    command = [
        sys.executable,
        "-c",
        "import sys; sys.argv[0] = 'merunibench'; from merunibench.cli import main; main()",
    ]
    environment["COMP_CWORD"] = str(len(words))
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.split()


def test_a_shell_completes_commands_options_and_values():
    assert completions("sc") == ["score"]
    assert completions("lexicon", "in") == ["install"]
    assert completions("score", "--b") == ["--bootstrap", "--bootstrap-seed", "--baselines"]
    assert completions("score", "--cl") == []  # --cluster is a former spelling
    assert completions("score", "--protocol", "") == ["official", "strict", "strict@1"]
    assert completions("errors", "x", "--format", "h") == ["html"]
