"""`merunibench score` and `compare` as a user meets them."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from merunibench import evaluate
from merunibench.demo import run_demo
from tests.hostile import commands, npy, write_npz
from tests.small import rows, write_rows


def test_table(run, files):
    predictions, truth = files
    result = run("score", predictions, "--data-root", truth)
    assert result.code == 0
    assert "MELD" in result.out
    assert "mub|data:meld+cmumosi+ovmerdplus|kind:mixed|" in result.out
    assert "warning: meld: the ground truth has 10 samples, the official set 2610" in result.err
    assert "No mean: missing or incomplete data sets: mer2023" in result.out


def test_json_is_the_report_and_nothing_else(run, files):
    predictions, truth = files
    result = run(
        "score", predictions, "--data-root", truth, "--format", "json", "--dataset", "MOSI", "--dataset", "meld"
    )
    assert json.loads(result.out) == evaluate(predictions, truth, datasets=["meld", "cmumosi"]).to_dict()


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "latex"])
def test_every_format_goes_to_a_file(run, files, tmp_path, form):
    predictions, truth = files
    printed = run("score", predictions, "--data-root", truth, "--format", form)
    written = run("score", predictions, "--data-root", truth, "--format", form, "--output", tmp_path / "r" / "report")
    assert written.out == ""
    assert (tmp_path / "r" / "report").read_text(encoding="utf-8") == printed.out


@pytest.mark.parametrize(
    ("ending", "form"),
    [("json", "json"), ("csv", "csv"), ("md", "markdown"), ("tex", "latex"), ("txt", "table"), ("html", "table")],
)
def test_the_ending_of_the_output_says_the_format(run, files, tmp_path, ending, form):
    predictions, truth = files
    said = run("score", predictions, "--data-root", truth, "--format", form)
    written = tmp_path / f"report.{ending}"
    assert run("score", predictions, "--data-root", truth, "--output", written).code == 0
    assert written.read_text(encoding="utf-8") == said.out


def test_a_chosen_format_goes_before_the_ending_of_the_output(run, files, tmp_path):
    predictions, truth = files
    written = tmp_path / "report.json"
    run("score", predictions, "--data-root", truth, "--format", "csv", "--output", written)
    assert written.read_text(encoding="utf-8") == run("score", predictions, "--data-root", truth, "--format", "csv").out


def test_one_file_with_its_data_set(run, files):
    predictions, truth = files
    (predictions / "meld.jsonl").rename(predictions / "mine.jsonl")
    result = run("score", predictions / "mine.jsonl", "--data-root", truth, "--dataset", "Meld", "--bootstrap", 0)
    assert result.code == 0
    assert "bootstrap:0" in result.out


def test_per_sample_and_compare(run, files, tmp_path):
    predictions, truth = files
    run("score", predictions, "--data-root", truth, "--per-sample", tmp_path / "a.jsonl", "--dataset", "meld")
    assert len((tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()) == 10
    from_files = run("compare", tmp_path / "a.jsonl", tmp_path / "a.jsonl", "--format", "json")
    assert json.loads(from_files.out)["datasets"][0]["p_holm"] == 1.0
    table = run("compare", predictions, predictions, "--data-root", truth, "--bootstrap", 50)
    assert table.code == 0
    assert "p Holm" in table.out
    assert max(map(len, table.out.splitlines()[:5])) <= 80


def test_convert_and_score_again(run, files, tmp_path):
    predictions, truth = files
    result = run("convert", predictions, tmp_path / "converted")
    assert result.out.split() == [
        str(tmp_path / "converted" / f"{name}.jsonl") for name in ("meld", "cmumosi", "ovmerdplus")
    ]
    scores = [
        [
            each["score"]
            for each in json.loads(run("score", path, "--data-root", truth, "--format", "json").out)["datasets"]
        ]
        for path in (predictions, tmp_path / "converted")
    ]
    assert scores[0] == scores[1]


def test_messages_for_bad_input(refused, files, tmp_path):
    predictions, truth = files
    score = ("score", predictions, "--data-root", truth)
    assert "unknown data set 'melt': did you mean meld" in refused(*score, "--dataset", "melt")
    assert "nowhere" in refused("score", tmp_path / "nowhere", "--data-root", truth)
    assert "nowhere" in refused("score", predictions, "--data-root", tmp_path / "nowhere")
    assert "no lexicon" in refused(*score, "--lexicon", "mine")
    assert "merunibench lexicon install mer2025" in refused(*score, "--lexicon", "mer2025")
    assert "unknown checkpoint 'x'" in refused(*score, "--checkpoint", "x")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("not json", "meld.jsonl, line 11"),
        ('{"name": "x"', "meld.jsonl, line 11"),
        ('{"name": "x", "labels": NaN}', "meld.jsonl, line 11"),
        ("[1]", "meld.jsonl, line 11"),
        ('{"name": "x", "labels": 3}', "meld.jsonl, line 11"),
        ('{"labels": ["sad"]}', "meld.jsonl, line 11"),
        ('{"name": "test_dia0_utt0", "labels": ["sad"]}', "test_dia0_utt0"),
        ('{"name": "x", "labels": [], "status": "fine"}', "meld.jsonl, line 11"),
    ],
)
def test_a_bad_row_is_named_with_file_and_line(refused, files, line, message):
    predictions, truth = files
    with (predictions / "meld.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    assert message in refused("score", predictions, "--data-root", truth)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("meld", "name,emotion\na,1\n", "'label'"),
        ("meld", "name,label\ntest_dia0_utt0,angst\n", "anger, joy, sadness"),
        ("meld", "name,label\ntest_dia0_utt0,7\n", "meld.csv, line 2"),
        ("meld", "", "meld.csv"),
        ("meld", "name,label\n", "empty"),
        ("meld", "name,label\na,1\na,2\n", "'a'"),
        ("cmumosi", "name,label\nv_a_1,nan\n", "cmumosi.csv, line 2"),
        ("cmumosi", "name,label\nv_a_1,\n", "cmumosi.csv, line 2"),
        ("cmumosi", "name,label\nv_a_1,1,2\n", "cmumosi.csv, line 2"),
    ],
)
def test_bad_ground_truth_is_named(refused, files, name, text, message):
    predictions, truth = files
    (truth / f"{name}.csv").write_text(text, encoding="utf-8")
    assert message in refused("score", predictions, "--data-root", truth)


def test_empty_predictions_are_refused(refused, files):
    predictions, truth = files
    write_rows(predictions / "meld.jsonl", [])
    assert "meld.jsonl" in refused("score", predictions, "--data-root", truth)


def test_missing_names_are_listed_up_to_ten(refused, files):
    predictions, truth = files
    names = "".join(f"test_dia{i}_utt9,0\n" for i in range(40))
    (truth / "meld.csv").write_text((truth / "meld.csv").read_text() + names)
    message = refused("score", predictions, "--data-root", truth, "--dataset", "meld")
    assert "40 of 50 samples of meld have no prediction: test_dia0_utt9, " in message
    assert message.count("_utt9") == 10


def test_control_characters_in_names_do_not_reach_the_terminal(refused, files):
    predictions, truth = files
    write_rows(predictions / "meld.jsonl", [{**row, "name": row["name"] + "\x1b[31m\n"} for row in rows()["meld"]])
    assert "\x1b" not in refused("score", predictions, "--data-root", truth)


def test_nothing_is_half_written_when_scoring_fails(refused, files, tmp_path):
    predictions, truth = files
    (truth / "meld.csv").write_text("name,label\nx,9\n")
    refused(
        "score", predictions, "--data-root", truth, "--output", tmp_path / "out", "--per-sample", tmp_path / "samples"
    )
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "samples").exists()


def test_usage_errors_exit_with_2_and_no_traceback(run, files):
    result = run("score", files[0])
    assert result.code == 2
    assert "data-root" in result.err
    assert "Traceback" not in result.err


def test_options_without_effect_are_refused(run, refused, files, tmp_path):
    predictions, truth = files
    run("score", predictions, "--data-root", truth, "--per-sample", tmp_path / "a.jsonl")
    message = refused("compare", tmp_path / "a.jsonl", tmp_path / "a.jsonl", "--level", 2, "--lexicon", "nowhere")
    assert "--lexicon, --level: no effect on per-sample files" in message
    assert "predictions need --data-root" in refused("compare", predictions, predictions)
    mixed = run("compare", tmp_path / "a.jsonl", predictions, "--data-root", truth, "--bootstrap", 20)
    assert mixed.code == 0


def test_a_device_is_written_to_and_a_link_is_followed(run, files, tmp_path):
    predictions, truth = files
    score = ("score", predictions, "--data-root", truth, "--dataset", "meld", "--format", "csv", "--output")
    target = tmp_path / "target.csv"
    target.write_text("old")
    (tmp_path / "link.csv").symlink_to(target)
    assert run(*score, tmp_path / "link.csv").code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert target.read_text(encoding="utf-8").startswith("model,dataset")
    assert run(*score, "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("release", ["mer2025", "mer2026"])
def test_the_command_of_the_published_figures(run, shared, release):
    official = shared / "official"
    result = run(
        "score",
        official / "output",
        "--data-root",
        official / "dataset",
        "--lexicon",
        official / "emotion_wheel" / release,
        "--format",
        "json",
    )
    expected = json.loads((official / "expected_scores.json").read_text(encoding="utf-8"))[release]
    found = {each["dataset"]: each for each in json.loads(result.out)["datasets"]}
    for stem, figures in expected["meld"].items():
        assert abs(found["meld"]["checkpoints"][stem]["score"] - figures["hit_rate"]) < 1e-9
    for stem, figures in expected["ovmerdplus"].items():
        assert abs(found["ovmerdplus"]["checkpoints"][stem]["score"] - figures["level1"]["f"]) < 1e-9
    for stem, figures in expected["cmumosi"].items():
        assert abs(found["cmumosi"]["checkpoints"][stem]["score"] - figures["waf"]) < 1e-9


@pytest.mark.parametrize("command", ["score", "convert"])
def test_a_pickle_that_would_run_a_command_is_refused_and_does_not_run(refused, files, tmp_path, command):
    marker = tmp_path / "it-ran"
    folder = tmp_path / "results" / "results-meld" / "model"
    folder.mkdir(parents=True)
    for payload, culprit in commands(marker).values():
        write_npz(folder / "checkpoint_000001_loss_0.1.npz", {"name2reason": npy(payload)})
        rest = ("--data-root", files[1]) if command == "score" else (tmp_path / "out",)
        message = refused(command, tmp_path / "results", *rest)
        assert "checkpoint_000001_loss_0.1.npz" in message
        assert culprit in message
        assert not marker.exists()


def test_a_label_file_that_would_run_a_command_is_refused_and_does_not_run(refused, files, tmp_path):
    predictions, truth = files
    marker = tmp_path / "it-ran"
    (truth / "meld.csv").unlink()
    (truth / "meld-process").mkdir()
    for payload, _ in commands(marker).values():
        write_npz(truth / "meld-process" / "label.npz", {"test_corpus": npy(payload)})
        assert "label.npz" in refused("score", predictions, "--data-root", truth, "--dataset", "meld")
        assert not marker.exists()


def test_a_zip_bomb_is_refused(refused, tmp_path, files):
    folder = tmp_path / "results" / "results-meld" / "model"
    folder.mkdir(parents=True)
    np.savez_compressed(
        folder / "checkpoint_1_loss_1-openset.npz", filenames=np.zeros(3_000_000, "U8"), fileitems=["a"]
    )
    options = ("--data-root", files[1], "--max-bytes", 1_000_000)
    assert "openset.npz" in (message := refused("score", tmp_path / "results", *options))
    assert "--max-bytes" in message


def test_a_report_is_shown_again_and_has_a_paragraph_for_a_paper(run, refused, files, tmp_path):
    predictions, truth = files
    run("score", predictions, "--data-root", truth, "--output", tmp_path / "report.json")
    table = run("report", tmp_path / "report.json")
    assert (table.code, "CMU-MOSI" in table.out, "66.67" in table.out) == (0, True, True)
    paragraph = run("report", tmp_path / "report.json", "--methods").out
    assert paragraph.startswith("preds was scored with merunibench on 3 data sets")
    assert run("report", tmp_path / "report.json", "--methods", "--output", tmp_path / "methods.txt").out == ""
    assert (tmp_path / "methods.txt").read_text("utf-8") == paragraph
    assert "cannot be read as JSON" in refused("report", predictions / "meld.jsonl")


def test_several_runs_are_scored_together(run, refused, files, tmp_path):
    predictions, truth = files
    common = ("score", predictions, "--data-root", truth, "--runs", predictions)
    result = run(*common, "--format", "json")
    assert [each["runs"]["deviation"] for each in json.loads(result.out)["datasets"]] == [0, 0, 0]
    assert "means over 2 runs" in run(*common).out
    assert "--per-sample: a file contains one run" in refused(*common, "--per-sample", tmp_path / "a.jsonl")
    assert not (tmp_path / "a.jsonl").exists()


def test_folders_of_one_name_are_told_apart_and_one_signature_stands_for_all(run, tmp_path):
    run_demo(tmp_path / "demo")
    for folder, name in (("a", "text-lexicon"), ("b", "majority-class")):
        (tmp_path / folder).mkdir()
        (tmp_path / "demo" / name).rename(tmp_path / folder / "predictions")
    labels = ("--data-root", tmp_path / "demo" / "labels", "--bootstrap", 50)
    paths = tmp_path / "a" / "predictions", tmp_path / "b" / "predictions"
    text = run("compare", *paths, *labels).out
    assert f"A = {Path('a', 'predictions')}\n" in text
    assert f"B = {Path('b', 'predictions')}\n" in text
    assert re.search(r"^Mean +[0-9.]+ ", text, re.MULTILINE)
    assert "in the mean of nine A - B is" in text.splitlines()[0]
    assert text.count("mub|") == 1
    found = json.loads(run("compare", *paths, *labels, "--format", "json").out)
    assert found["models"] == [str(Path("a", "predictions")), str(Path("b", "predictions"))]
    assert [each["model"] for each in found["datasets"][0]["systems"]] == found["models"]


def test_systems_of_one_name_are_told_apart_by_their_files(run, files, tmp_path):
    predictions, truth = files
    for name in "ab":
        run("score", predictions, "--data-root", truth, "--bootstrap", 0, "--per-sample", tmp_path / f"{name}.jsonl")
    text = run("compare", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--bootstrap", 20).out
    assert f"A = {predictions.name} (a.jsonl)\n" in text
    same = run("compare", tmp_path / "a.jsonl", tmp_path / "a.jsonl", "--bootstrap", 20).out
    assert f"A = {predictions.name}\n" in same
