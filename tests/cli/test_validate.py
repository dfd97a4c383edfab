"""`merunibench validate`, and `--fail-on-warning` wherever there are warnings."""

import json
import subprocess
import sys

import pytest

from tests.small import rows, write_rows


def test_valid_predictions_end_with_0(run, files):
    result = run("validate", files[0], "--data-root", files[1])
    assert result.code == 0, result
    assert "would be scored" in result.out
    assert run("validate", files[0]).code == 0


def test_others_end_with_2_and_one_line_and_say_all(run, files):
    write_rows(files[0] / "meld.jsonl", [{"name": row["name"], "text": "B"} for row in rows()["meld"]])
    result = run("validate", files[0], "--data-root", files[1], "--format", "json")
    assert result.code == 2
    assert result.err.startswith("error: would not be scored: 1 problem, the first: ")
    assert result.err.count("\n") == 1
    assert json.loads(result.out)["problems"]
    assert run("validate", files[0], "--data-root", files[1], "--missing", "zero").code == 0
    assert "problem: " in run("validate", files[0]).out


def test_no_lexicon_is_loaded_for_given_labels(files):
    code = (
        "import sys; from merunibench import validate; "
        f"assert validate({str(files[0])!r}, {str(files[1])!r}).valid; "
        "from merunibench.lexicon import load_lexicon; assert not load_lexicon.cache_info().currsize "
        "if hasattr(load_lexicon, 'cache_info') else True; assert 'spacy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("command", ["score", "errors", "validate", "compare", "extract"])
def test_warnings_can_be_made_to_count(run, files, tmp_path, command):
    said = [{**row, "labels": [], "text": "B"} for row in rows()["meld"]]
    write_rows(files[0] / "meld.jsonl", said)
    places = {
        "compare": [files[0], files[0], "--data-root", files[1]],
        "extract": [files[0], tmp_path / "out"],
    }.get(command, [files[0], "--data-root", files[1]])
    arguments = [command, *places, *(["--bootstrap", 9] if command in {"score", "errors", "compare"} else [])]
    plain, strict = run(*arguments), run(*arguments, "--fail-on-warning")
    assert plain.code == 0, plain
    assert strict.code == 2, strict
    assert strict.out == plain.out  # everything is printed before
    *warnings, last = strict.err.splitlines()
    assert "warning" in last
    assert last.endswith("--fail-on-warning was given")
    assert any("10 answers are given as empty lists next to a text" in each for each in [*warnings, plain.out])


def test_no_warning_no_failure(run, files):
    assert run("validate", files[0] / "cmumosi.jsonl", "--fail-on-warning").code == 0


def test_extract_says_how_many_texts_gave_nothing(run, tmp_path):
    lines = [{"name": "a", "text": "sad"}, {"name": "b", "text": "<think>so"}, {"name": "c", "text": "B"}]
    write_rows(tmp_path / "meld.jsonl", lines)
    result = run("extract", tmp_path / "meld.jsonl", tmp_path / "out")
    assert result.code == 0
    assert "labels of 1 of 3 texts; 2 without a label" in result.err
    assert "1 of 3 answers end within their reasoning and count as empty: raise --max-new-tokens" in result.err
    assert "1 of 3 answers are single letters or numbers" in result.err


def test_submit_says_what_readers_of_its_scores_will_see(run, tmp_path):
    write_rows(tmp_path / "meld.jsonl", [{"name": "a", "text": "sad"}, {"name": "b", "text": "B"}])
    result = run("submit", tmp_path / "meld.jsonl", "--model", "m", "--out", tmp_path / "out")
    assert result.code == 0
    assert "1 of 2 answers are single letters or numbers" in result.err
