"""`merunibench submit` and `leaderboard` as a user meets them: from an empty folder to a board, and back."""

import json
import shutil

import pytest

from merunibench.leaderboard.schema.results import read_results


@pytest.fixture
def submission(run, files, tmp_path):
    """(submission folder, labels): packed by the command line."""
    predictions, truth = files
    folder = tmp_path / "subs" / "mine"
    options = ["--author", "A. Author", "--parameters", "8.2B", "--modality", "audio", "--modality", "text"]
    options += ["--date", "2025-01-10", "--link", "https://example.org"]
    result = run("submit", predictions, "--model", "<My> model", "--out", folder, *options)
    assert result.code == 0
    assert result.out.splitlines() == [
        f"{folder}: 3 files: MELD, CMU-MOSI, OV-MERD+",
        f"{folder / 'submission.toml'}: fill in the fields that are commented out",
    ]
    assert {path.name for path in (folder / "predictions").iterdir()} == {
        f"{name}.jsonl.gz" for name in ("meld", "cmumosi", "ovmerdplus")
    }
    assert f"leaderboard validate {folder}" in result.err
    return folder, truth


def build(run, folder, truth, out, *options):
    return run(
        "leaderboard", "build", "--submissions", folder, "--data-root", truth, "--out", out, "--processes", 1, *options
    )


def test_from_an_empty_folder_to_a_verified_board(run, submission, tmp_path):
    folder, truth = submission
    checked = run("leaderboard", "check", folder, "--data-root", truth)
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith(f"{folder}: valid\n")
    built = build(run, folder.parent, truth, tmp_path / "board")
    assert built.code == 0
    assert built.out.endswith(f"\n{tmp_path / 'board' / 'results.json'}\n")
    assert "Strict protocol, lexicon builtin: " in built.out
    assert f"next: merunibench leaderboard serve {tmp_path / 'board'}" in built.err
    results = read_results(tmp_path / "board" / "results.json")
    assert results.resamples == 1000
    assert [model.name for model in results.models if model.origin == "computed"] == ["<My> model"]
    assert results.models[0].parameters == 8_200_000_000
    verified = run(
        "leaderboard",
        "verify",
        tmp_path / "board" / "results.json",
        "--submissions",
        folder.parent,
        "--data-root",
        truth,
    )
    assert verified.code == 0
    assert ", 0 different, 0 not verified" in verified.out
    assert {path.suffix for path in (tmp_path / "board" / "tables").iterdir()} == {".md", ".tex"}


def test_a_refused_submission(run, submission, tmp_path):
    folder, truth = submission
    (folder / "evil\x1b[31m.pkl").write_bytes(b"x")
    checked = run("leaderboard", "check", folder)
    assert checked.code == 2
    assert "refused" in checked.out
    assert "\x1b" not in checked.out
    as_json = run("leaderboard", "check", folder, "--format", "json")
    assert as_json.code == 2
    assert json.loads(as_json.out)["valid"] is False
    built = build(run, folder.parent, truth, tmp_path / "board")
    assert built.code == 0
    assert "refused: mine: " in built.err


def test_submissions_are_those_beside_the_results(run, submission, tmp_path):
    folder, truth = submission
    board = tmp_path / "board"
    shutil.copytree(folder.parent, board / "submissions")
    build(run, board / "submissions", truth, board)
    verified = run("leaderboard", "verify", board, "--data-root", truth)
    assert verified.code == 0, verified.out + verified.err
    assert ", 0 different, 0 not verified" in verified.out
    seen = run("leaderboard", "preview", folder, "--committed", board / "results.json", "--data-root", truth)
    assert seen.code == 0, seen.err


def test_a_forged_board(run, submission, tmp_path):
    folder, truth = submission
    build(run, folder.parent, truth, tmp_path / "board")
    path = tmp_path / "board" / "results.json"
    score = read_results(path).rows[0].scores["meld"].score
    path.write_text(path.read_text().replace(f'"score":{score}', f'"score":{score + 0.01}', 1))
    result = run("leaderboard", "verify", path, "--submissions", folder.parent, "--data-root", truth)
    assert result.code == 1
    assert result.out.startswith("different: ")


def test_without_labels_it_says_what_was_not_recomputed(run, submission, tmp_path):
    folder, truth = submission
    build(run, folder.parent, truth, tmp_path)
    shutil.copy(tmp_path / "results.json", tmp_path / "old.json")
    again = run("leaderboard", "build", "--submissions", folder.parent, "--out", tmp_path / "again")
    assert again.code == 0
    assert "not recomputed: mine on meld: no labels available" in again.err
    same = run("leaderboard", "diff", tmp_path / "old.json", tmp_path / "again" / "results.json")
    assert (same.code, same.out) == (0, "nothing changed\n")


def test_what_changed_between_two_boards(run, submission, files, tmp_path):
    folder, truth = submission
    build(run, folder.parent, truth, tmp_path / "a")
    run("submit", files[0], "--model", "Other", "--out", folder.parent / "other", "--dataset", "meld")
    build(run, folder.parent, truth, tmp_path / "b")
    result = run("leaderboard", "diff", tmp_path / "a" / "results.json", tmp_path / "b" / "results.json")
    assert result.out.startswith("new model: Other (other): official-builtin: MELD ")
    assert len(result.out.splitlines()) < 10
    assert "--details lists them" in result.err
    details = run("leaderboard", "diff", tmp_path / "a" / "results.json", tmp_path / "b" / "results.json", "--details")
    assert "row other/single/official-builtin: new (new model)" in details.out
    as_json = run(
        "leaderboard", "diff", tmp_path / "a" / "results.json", tmp_path / "b" / "results.json", "--format", "json"
    )
    assert {each["what"] for each in json.loads(as_json.out)} == {"row"}


def test_one_submission_alone(run, submission, tmp_path, user):
    folder, truth = submission
    assert build(run, folder, truth, tmp_path / "board", "--no-cache").code == 0
    assert not (user / "cache").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("submit", "nowhere", "--model", "x", "--out", "y"), "nowhere"),
        (("leaderboard", "build", "--submissions", "nowhere"), "nowhere"),
        (("leaderboard", "verify", "nowhere"), "--data-root"),
        (("leaderboard", "diff", "nowhere", "nowhere"), "nowhere"),
    ],
)
def test_what_is_not_there(refused, command, said):
    assert said in refused(*command)


@pytest.mark.parametrize(
    "option",
    [("--link", "javascript:alert(1)"), ("--modality", "smell"), ("--parameters", "many"), ("--licence", "a\nb")],
)
def test_metadata_that_do_not_fit(refused, files, tmp_path, option):
    refused("submit", files[0], "--model", "x", "--out", tmp_path / "mine", *option)
    assert not (tmp_path / "mine").exists()
