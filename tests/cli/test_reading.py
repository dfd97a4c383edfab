"""`--column` and `--name-regex` in every command that reads predictions."""

import json

import pytest

ROWS = [
    {"video": f"/v/test_dia{number}_utt0.mp4", "labels": "angry", "response": "happy, calm", "messages": []}
    for number in range(4)
]
OPTIONS = ("--column", "name=video", "--column", "text=response", "--name-regex", r"([^/]+)\.mp4$")


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "preds" / "meld.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "labels").mkdir()
    truth = "".join(f"test_dia{number}_utt0,joy\n" for number in range(4))
    (tmp_path / "labels" / "meld.csv").write_text(f"name,label\n{truth}")
    return tmp_path


@pytest.mark.parametrize("command", ["score", "errors", "compare"])
def test_commands_that_score(run, refused, place, command):
    files = [place / "preds", "--data-root", place / "labels"]
    files = [place / "preds", *files] if command == "compare" else files
    result = run(command, *files, *OPTIONS, "--format", "json")
    assert result.code == 0, result.err
    assert "labels: not read, since --column text=response" in result.err
    assert json.loads(result.out)
    message = refused(command, *files)
    assert "'labels' is next to 'response'" in message
    message = refused(command, *files, "--column", "text=response")
    assert "try --column name=video" in message
    message = refused(command, *files, *OPTIONS[:4])
    assert r"4 of 4 would match without the folder and '.mp4': --name-regex '^(?:.*[/\\])?(.+?)(?:\.mp4)?$'" in message


@pytest.mark.parametrize("command", ["convert", "extract"])
def test_commands_that_write_rows(run, refused, place, command):
    result = run(command, place / "preds", place / "out", *OPTIONS)
    assert result.code == 0, result.err
    rows = [json.loads(line) for line in (place / "out" / "meld.jsonl").read_text().splitlines()]
    assert [row["name"] for row in rows] == [f"test_dia{number}_utt0" for number in range(4)]
    assert {row["text"] for row in rows} == {"happy, calm"}
    assert [row.get("labels") for row in rows] == [["happy", "calm"] if command == "extract" else None] * 4
    score = run("score", place / "out", "--data-root", place / "labels", "--format", "json", "--bootstrap", 0)
    if command == "extract":
        assert json.loads(score.out)["datasets"][0]["score"] == 1
    assert "may be the reference" in refused(command, place / "preds", place / "new")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--column", "video"], "--column video: give each field once, such as --column name=video_id"),
        (["--column", "truth=video"], "--column truth=…: the field must be one of name, text, labels, polarity"),
        (["--name-regex", "a("], "--name-regex 'a(': invalid pattern: "),
    ],
)
def test_options_that_make_no_sense(refused, place, options, message):
    assert message in refused("score", place / "preds", "--data-root", place / "labels", *options)


def test_no_effect_on_per_sample_files(run, refused, place):
    scored = place / "scored.jsonl"
    run("score", place / "preds", "--data-root", place / "labels", *OPTIONS, "--per-sample", scored)
    message = refused("compare", scored, scored, "--column", "name=video")
    assert "--column: no effect on per-sample files" in message
