"""From mp4 files to answers, and to a report, with real models of every size that fits here."""

import json

import pytest

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.clips import make_clip
from tests.readable import readable_model
from tests.smollm import smollm_folder


@pytest.fixture
def folder(tmp_path):
    """Three clips of MELD with picture and sound, their subtitles and labels, as a user has them."""
    data = tmp_path / "data" / "meld-process"
    (data / "subvideo").mkdir(parents=True)
    said = {"dia0_utt0": "I am so happy!", "dia0_utt1": "I lost my dog.", "dia1_utt0": "Leave me alone!"}
    for number, name in enumerate(said):
        make_clip(data / "subvideo" / f"{name}.mp4", seconds=1 + number, tone=300.0 * (1 + number))
    table = "".join(f"{name},{text}\n" for name, text in said.items())
    (data / "transcription-engchi-polish.csv").write_text(f"name,english\n{table}", "utf-8")
    labels = "name,label\ndia0_utt0,joy\ndia0_utt1,sadness\ndia1_utt0,anger\n"
    (tmp_path / "data" / "meld.csv").write_text(labels, "utf-8")
    return tmp_path / "data"


def rows_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_tiny_model_sees_hears_and_reads(run, tiny_models, folder, tmp_path):  # noqa: F811
    command = ["infer", "--model", tiny_models / "qwen2_5_omni", "--data-root", folder, "--dataset", "meld"]
    command += ["--out", tmp_path / "preds", "--frames", 4, "--max-new-tokens", 6, "--device", "cpu"]
    result = run(*command)
    assert result.code == 0, result.err
    rows = rows_of(tmp_path / "preds" / "qwen2_5_omni" / "meld.jsonl")
    assert [(row.get("error"), row["modalities"]) for row in rows] == [(None, "audio+video+text")] * 3
    assert {row["prompt"] for row in rows} == {"open-vocabulary@1"}
    again = run(*command)
    assert "3 rows (3 kept)" in again.err
    other = run(*command[:-1], "cpu", "--frames", 5)
    assert other.code == 2
    assert "model.frames 4 -> 5" in other.err


def test_a_model_that_cannot_hear_is_refused_or_says_so(run, tiny_models, folder, tmp_path):  # noqa: F811
    command = ["infer", "--model", tiny_models / "llava_onevision", "--data-root", folder, "--dataset", "meld"]
    command += ["--out", tmp_path / "preds", "--max-new-tokens", 4, "--device", "cpu"]
    assert "does not support audio" in run(*command).err
    result = run(*command, "--on-unsupported", "drop")
    assert result.code == 0, result.err
    rows = rows_of(tmp_path / "preds" / "llava_onevision" / "meld.jsonl")
    assert {row["modalities"] for row in rows} == {"video+text"}


@pytest.mark.slow
def test_from_clips_to_a_report_in_english(run, tmp_path_factory, folder, tmp_path):  # noqa: F811
    model = readable_model(smollm_folder(tmp_path_factory), tmp_path / "readable")
    command = ["run", "--model", model, "--modalities", "video+text", "--data-root", folder, "--dataset", "meld"]
    command += ["--out", tmp_path / "out", "--max-new-tokens", 32, "--bootstrap", 0, "--device", "cpu"]
    # A model of this size says "mixed emotions" of two clips: no label, so that it is refused until one chooses.
    assert "no emotion word was found in 2 answers" in run(*command).err
    result = run(*command, "--missing", "zero")
    assert result.code == 0, result.err
    assert "MELD" in result.out
    rows = rows_of(tmp_path / "out" / "predictions" / "readable-video+text" / "meld.jsonl")
    assert [row["status"] for row in rows] == ["ok"] * 3
    assert all(sum(word.isalpha() for word in row["text"].replace(",", " ").split()) > 2 for row in rows), rows
    assert run("run", "--config", tmp_path / "out" / "run.toml").out == result.out
