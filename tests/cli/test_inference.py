"""The commands infer, merge and run."""

import json
from pathlib import Path

import pytest

from merunibench.inference.settings import InferSettings
from tests.clips import make_wave
from tests.fake_openai import fake_server


@pytest.fixture
def clips(tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    rows = [{"name": f"dia{n}_utt0", "subtitle": text} for n, text in enumerate(["Thank you!", "I hate it.", "So?"])]
    (folder / "clips.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


def infer(clips, out, *more):
    return (
        "infer", "--model", "text-lexicon", "--modalities", "text", "--clips", clips, "--dataset", "meld",
        "--out", out, *more,
    )  # fmt: skip


def test_infer_prints_the_results_and_says_the_rest_elsewhere(run, clips, tmp_path):
    result = run(*infer(clips, tmp_path / "out"))
    path = tmp_path / "out" / "text-lexicon-text" / "meld.jsonl"
    assert (result.code, result.out) == (0, f"{path}\n")
    assert "ok: meld: 3 clips, all files found" in result.err
    assert f"{path}: 3 rows" in result.err
    assert "3 rows (3 kept)" in run(*infer(clips, tmp_path / "out")).err


def test_several_runs_have_a_folder_and_a_seed_each(run, clips, tmp_path):
    result = run(*infer(clips, tmp_path / "out", "--runs", 2, "--seed", 5))
    paths = [tmp_path / "out" / f"text-lexicon-text-run{number}" / "meld.jsonl" for number in (1, 2)]
    assert result.out.split() == [str(path) for path in paths]
    assert all(path.is_file() for path in paths)
    settings = InferSettings(model="m", out=tmp_path, clips="c", dataset=("meld",), runs=3, seed=5)
    assert [(each.seed, each.model_name, each.runs) for each in settings.each_run()] == [
        (5, "m-run1", 1),
        (6, "m-run2", 1),
        (7, "m-run3", 1),
    ]
    other = run("run", "--model", "m", "--out", tmp_path, "--data-root", tmp_path, "--runs", 2)
    assert (other.code, "No such option: --runs" in other.err) == (2, True)


def test_check_stops_before_the_model(run, clips, tmp_path):
    assert run(*infer(clips, tmp_path / "out", "--check")).code == 0
    result = run(*infer(clips, tmp_path / "out", "--check", "--modalities", "video"))
    assert (result.code, result.out) == (1, "")
    assert "error: meld: 3 clips: 3 have no video file" in result.err
    assert not (tmp_path / "out").exists()


def test_shards_and_merge(run, refused, clips, tmp_path):
    whole = run(*infer(clips, tmp_path / "whole")).out.strip()
    folder = tmp_path / "out" / "text-lexicon-text"
    assert run(*infer(clips, tmp_path / "out", "--shard", "1/2")).code == 0
    assert "1 of 2 shards are missing: 2/2 (not started, or in another folder)" in refused("merge", folder)
    assert run(*infer(clips, tmp_path / "out", "--shard", "2/2")).code == 0
    result = run("merge", folder)
    assert result.out == f"{folder / 'meld.jsonl'}\n"
    with open(whole, "rb") as undisturbed:  # noqa: PTH123
        assert (folder / "meld.jsonl").read_bytes() == undisturbed.read()


@pytest.mark.parametrize(
    "options",
    [
        ["--bootstrap", 60],
        ["--protocol", "strict", "--level", 2, "--bootstrap", 60, "--bootstrap-seed", 5, "--units", "clusters"],
        ["--missing", "zero", "--checkpoint", "last", "--bootstrap", 0, "--cluster"],
    ],
)
def test_run_gives_what_score_gives(run, clips, tmp_path, options):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "meld.csv").write_text("name,label\ndia0_utt0,joy\ndia1_utt0,anger\ndia2_utt0,sadness\n")
    common = ["--modalities", "text", "--clips", clips, "--dataset", "meld", "--data-root", tmp_path / "labels"]
    results = ["--format", "json", "--per-sample", tmp_path / "run.jsonl"]
    ran = run("run", "--model", "text-lexicon", *common, "--out", tmp_path / "out", *options, *results)
    assert ran.code == 0, ran.err
    results[-1] = tmp_path / "score.jsonl"
    scored = run("score", tmp_path / "out" / "labels", "--data-root", tmp_path / "labels", *options, *results)
    assert ran.out == scored.out
    assert (tmp_path / "run.jsonl").read_bytes() == (tmp_path / "score.jsonl").read_bytes()
    again = run("run", "--config", tmp_path / "out" / "run.toml", "--output", tmp_path / "report.csv")
    assert again.out == ""
    said = run("score", tmp_path / "out" / "labels", "--data-root", tmp_path / "labels", *options, "--format", "csv")
    assert (tmp_path / "report.csv").read_text("utf-8") == said.out


def test_run_prints_the_report_alone(run, clips, tmp_path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "meld.csv").write_text("name,label\ndia0_utt0,joy\ndia1_utt0,anger\ndia2_utt0,neutral\n")
    common = ["--modalities", "text", "--clips", clips, "--dataset", "meld", "--data-root", tmp_path / "labels"]
    result = run("run", "--model", "text-lexicon", *common, "--out", tmp_path / "out", "--bootstrap", 0)
    assert result.code == 0, result.err
    assert "MELD" in result.out
    assert "mub|data:meld" in result.out
    again = run("run", "--config", tmp_path / "out" / "run.toml")
    assert again.out == result.out
    assert "(3 kept)" in again.err


def test_what_is_missing_is_said(refused, clips, tmp_path):
    assert "model: missing; set --model" in refused("infer", "--out", tmp_path, "--data-root", tmp_path)
    assert "no clips given" in refused("infer", "--model", "text-lexicon", "--out", tmp_path)


def saying(said, finish_reason):
    """How an endpoint answers the clip whose subtitle is `I hate it.`; the others are happy."""

    def behave(request, _number):
        odd = "hate" in json.dumps(request["messages"])
        message = {"role": "assistant", **(said if odd else {"content": "He is happy."})}
        choice = {"index": 0, "message": message, "finish_reason": finish_reason if odd else "stop"}
        return 200, {}, json.dumps({"choices": [choice]}).encode()

    return behave


@pytest.mark.parametrize(
    ("said", "finish_reason", "reason"),
    [
        ({"content": "<think>He frowns"}, "length", "cut off in its reasoning, before any answer; raise --max-new"),
        ({"content": None, "reasoning_content": "He frowns"}, "length", "cut off in its reasoning"),
        ({"content": None, "refusal": "I can't."}, "stop", "refused: I can't."),
        ({"content": ""}, "content_filter", "stopped by the endpoint's content filter"),
        ({"content": 3}, "stop", "not a chat completion"),
    ],
)
def test_an_endpoint_without_an_answer_fails_its_row_and_is_accounted_for(
    run, clips, tmp_path, said, finish_reason, reason
):
    with fake_server(saying(said, finish_reason)) as server:
        asked = ["infer", "--model", f"openai:{server.url}#m", "--modalities", "text", "--clips", clips]
        asked += ["--dataset", "meld", "--out", tmp_path / "out"]
        result = run(*asked, "--format", "json")
        requests = len(server.requests)
        again = run(*asked)
        assert len(server.requests) == requests
    assert (result.code, again.code) == (0, 0)
    (told,) = json.loads(result.out)
    rows = [json.loads(line) for line in Path(told["path"]).read_text("utf-8").splitlines()]
    assert [row["status"] for row in rows] == ["ok", "failed", "ok"]
    assert reason in rows[1]["error"]
    assert rows[1].get("finish_reason") == (None if said["content"] == 3 else finish_reason)
    assert rows[0]["finish_reason"] == "stop"
    assert told["account"]["unanswered"] == [{"reason": rows[1]["error"], "rows": 1, "first": "dia1_utt0"}]
    assert f"1 without an answer, the first dia1_utt0: {rows[1]['error']}" in again.err
    assert requests <= 4


def test_an_endpoint_that_answers_in_parts(run, clips, tmp_path):
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "Sad?"}]}, {"type": "text", "text": "angry"}]
    with fake_server(saying({"content": parts}, "stop")) as server:
        asked = ["infer", "--model", f"openai:{server.url}#m", "--modalities", "text", "--clips", clips]
        result = run(*asked, "--dataset", "meld", "--out", tmp_path / "out")
        assert len(server.requests) == 3
    lines = Path(result.out.strip()).read_text("utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["He is happy.", "angry", "He is happy."]


def test_a_poisoned_clip_is_a_failed_row_and_the_others_are_answered(run, tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    make_wave(folder / "bomb.flac", seconds=0.1, rate=384_001 // 2, channels=8)
    whole = (folder / "bomb.flac").read_bytes()
    make_wave(folder / "bomb.wav", seconds=0.1, channels=9)
    (folder / "bomb.flac").unlink()
    (folder / "cut.flac").write_bytes(whole[: len(whole) // 2])
    make_wave(folder / "good.wav", seconds=0.1)
    with fake_server(lambda *_: "happy") as server:
        asked = ["infer", "--model", f"openai:{server.url}#m", "--modalities", "audio", "--clips", folder]
        result = run(*asked, "--dataset", "mine", "--out", tmp_path / "out", "--format", "json")
        assert len(server.requests) == 1
    (told,) = json.loads(result.out)
    rows = [json.loads(line) for line in Path(told["path"]).read_text("utf-8").splitlines()]
    assert [(row["name"], row["status"]) for row in rows] == [("bomb", "failed"), ("cut", "failed"), ("good", "ok")]
    assert rows[0]["error"] == "bomb.wav: has 9 channels; the maximum is 8"
    assert {each["first"] for each in told["account"]["unanswered"]} == {"bomb", "cut"}


def test_clips_from_outside_are_taken_on_request_alone(run, refused, clips, tmp_path):
    (tmp_path / "a.wav").write_bytes(b"mine")
    (clips / "clips.jsonl").write_text(json.dumps({"name": "a", "audio": str(tmp_path / "a.wav"), "subtitle": "So?"}))
    assert "leads out of the folder" in refused(*infer(clips, tmp_path / "out"))
    assert run(*infer(clips, tmp_path / "out", "--allow-outside")).code == 0


def test_a_redirect_ends_the_run(run, clips, tmp_path):
    with fake_server(lambda *_: (307, {"location": "http://127.0.0.1:1/v1"}, b"")) as server:
        asked = ["infer", "--model", f"openai:{server.url}#m", "--modalities", "text", "--clips", clips]
        result = run(*asked, "--dataset", "meld", "--out", tmp_path / "out")
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[-1].startswith(
        f"error: {server.url}: HTTP 307: redirects to 'http://127.0.0.1:1/v1'"
    )
