"""The commands infer, merge and run."""

import json

import pytest


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
    assert "ok: meld: 3 clips, all files there" in result.err
    assert f"{path}: 3 rows" in result.err
    assert "3 rows (3 kept)" in run(*infer(clips, tmp_path / "out")).err


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
    assert "1 of 2 shards are missing: 2/2 (not begun, or in another folder)" in refused("merge", folder)
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
    assert "where are the clips" in refused("infer", "--model", "text-lexicon", "--out", tmp_path)
