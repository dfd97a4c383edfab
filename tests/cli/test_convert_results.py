"""`merunibench convert` on results of other tools; `score` and its like refuse them, and say which command helps."""

import json
import shlex

import pytest

from merunibench import evaluate

ROWS = [
    {"name": name, "response": said, "labels": f"[{truth}]", "messages": [{"role": "assistant", "content": said}]}
    for name, said, truth in (("a", "angry", "happy"), ("b", "bored", "sad"))
]


@pytest.fixture
def leak(tmp_path):
    """(wrong answers of ms-swift beside the reference, ground truth)."""
    for folder in ("p", "t"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "p" / "mer2025ov.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "t" / "mer2025ov.csv").write_text('name,label\na,"[happy]"\nb,"[sad]"\n')
    return path, tmp_path / "t"


@pytest.mark.parametrize("command", ["score", "errors", "compare", "extract", "submit"])
def test_the_reference_is_never_the_answer(command, leak, run, tmp_path):
    path, truth = leak
    more = {
        "compare": [path.parent, "--data-root", truth],
        "extract": [tmp_path / "out"],
        "submit": ["--model-name", "M", "--output", tmp_path / "out"],
    }
    result = run(command, path.parent, *more.get(command, ["--data-root", truth]))
    assert result.code == 2
    assert "100" not in result.out
    if command != "submit":
        assert result.err.count("\n") == 1
        assert "it looks like ms-swift output" in result.err
        assert "--column labels=labels" not in result.err  # which would score the reference
    assert not (tmp_path / "out").exists()


def test_the_command_of_the_refusal_can_be_pasted(leak, run, refused, tmp_path, monkeypatch):
    path, truth = leak
    monkeypatch.chdir(tmp_path)
    message = refused("score", path.parent, "--data-root", truth)
    pasted = shlex.split(message.rpartition("run: ")[2])
    assert pasted[0] == "merunibench"
    assert run(*pasted[1:]).code == 0
    scored = run("score", "converted", "--data-root", truth, "--format", "json", "--bootstrap", 0)
    assert scored.code == 0, scored.err
    texts = [{"name": row["name"], "text": row["response"]} for row in ROWS]
    expected = evaluate({"mer2025ov": texts}, truth, bootstrap=0)
    assert json.loads(scored.out)["datasets"][0]["score"] == expected["mer2025ov"].score < 1


def test_what_became_of_the_rows_is_said(leak, run, tmp_path):
    path, _ = leak
    path.write_text(json.dumps(ROWS[0]) + "\n" + json.dumps({**ROWS[1], "response": None}) + "\n")
    result = run("convert", path, tmp_path / "new" / "folder", "--from", "ms-swift")
    assert result.out == f"{tmp_path / 'new' / 'folder' / 'mer2025ov.jsonl'}\n"
    assert "2 rows of ms-swift, named by name; 1 without an answer" in result.err


def test_refused_in_one_line(leak, refused, tmp_path):
    path, _ = leak
    out = tmp_path / "out"
    assert "is not a file of format lm-eval" in refused("convert", path, out, "--from", "lm-eval")
    (tmp_path / "r.jsonl").write_text(json.dumps(ROWS[0]))
    assert "name the data set (--dataset)" in refused("convert", tmp_path / "r.jsonl", out)
    assert "is a pickle" in refused("convert", _pickle(tmp_path), out, "--dataset", "meld")
    assert not out.exists()


def _pickle(tmp_path):
    path = tmp_path / "result.pkl"
    path.write_bytes(b"\x80\x04K\x01.")
    return path


def test_generic_fields_of_an_archive_and_an_unknown_name(leak, run, tmp_path):
    path, _ = leak
    other = path.rename(tmp_path / "log.txt")
    result = run(
        *("convert", other, tmp_path / "out", "--dataset", "meld", "--column", "name=name"),
        *("--column", "text=messages.-1.content"),
    )
    assert result.code == 0, result.err
    assert '"text": "angry"' in (tmp_path / "out" / "meld.jsonl").read_text()
