"""`view --out`, `show` and `errors --view` on the command line: what they print and write, and what they refuse."""

import json

import pytest

from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.viewing.world import FAILED_AT, HOSTILE_AT, NAMES

pytestmark = pytest.mark.usefixtures("run")


def test_show_prints_answers_truth_and_wheels_and_escapes_what_strangers_wrote(run, world):  # noqa: F811
    both = (world / "a", world / "b")
    shown = run("show", NAMES[0], *both, "--data-root", world / "data", "--name", "First", "--words")
    assert shown.code == 0
    for text in (NAMES[0], "happy, relieved", "First", "annoyed", "denied", "concept: "):
        assert text in shown.out
    hostile = run("show", NAMES[HOSTILE_AT], world / "a", "--data-root", world / "data").out
    assert "<script>" in hostile
    assert "\u202e" not in hostile
    assert "\x1b" not in hostile
    failed = run("show", NAMES[FAILED_AT], *both, "--data-root", world / "data").out
    assert "out of memory" in failed


def test_show_as_json_is_what_per_sample_says(run, world, tmp_path):  # noqa: F811
    rows = tmp_path / "rows.jsonl"
    scored = run("score", world / "a", "--data-root", world / "data", "--per-sample", rows)
    assert scored.code == 0
    expected = {row["name"]: row for row in map(json.loads, rows.read_text(encoding="utf-8").splitlines())}
    for name in NAMES[:3]:
        shown = json.loads(run("show", name, world / "a", "--data-root", world / "data", "--format", "json").out)
        row = shown["models"][0]["row"]
        for key in ("truth", "predicted", "hits"):
            assert row[key] == expected[name][key]
        alone = json.loads(run("show", name, rows, "--format", "json").out)
        assert alone["models"][0]["row"]["hits"] == expected[name]["hits"]


def test_a_name_in_several_data_sets_is_said_and_an_unknown_one_refused(run, world, tmp_path):  # noqa: F811
    for folder in ("data", "a"):
        (tmp_path / folder).mkdir()
    for dataset in ("ovmerdplus", "mer2025ov"):
        (tmp_path / "data" / f"{dataset}.csv").write_text("name,label\nx,happy\n")
        (tmp_path / "a" / f"{dataset}.jsonl").write_text('{"name": "x", "labels": ["happy"]}\n')
    twice = run("show", "x", tmp_path / "a", "--data-root", tmp_path / "data")
    assert twice.code == 2
    assert "ovmerdplus" in twice.err
    assert "mer2025ov" in twice.err
    assert "--dataset" in twice.err
    one = run("show", "x", tmp_path / "a", "--data-root", tmp_path / "data", "--dataset", "mer2025ov")
    assert one.code == 0
    none = run("show", "clip_00", world / "a", "--data-root", world / "data")
    assert (none.code, none.out) == (2, "")
    assert "clip_00" in none.err
    assert none.err.count("error: ") == 1
    assert "similar names: clip_000" in none.err


def test_view_writes_a_page_of_a_submission_and_of_a_run_folder(run, world, tmp_path):  # noqa: F811
    packed = run("submit", world / "a", "--model", "Packed", "--out", tmp_path / "packed")
    assert packed.code == 0
    folder = tmp_path / "run"
    (folder / "labels").mkdir(parents=True)
    (folder / "run.toml").write_text("")
    (folder / "labels" / "ovmerdplus.jsonl").write_bytes((world / "b" / "ovmerdplus.jsonl").read_bytes())
    out = tmp_path / "page"
    written = run("view", tmp_path / "packed", folder, "--data-root", world / "data", "--out", out)
    assert written.code == 0
    assert (out / "index.html").is_file()
    index = (out / "data" / "index.js").read_text(encoding="utf-8")
    assert "clip_000" in index
    again = tmp_path / "again"
    run("view", tmp_path / "packed", folder, "--data-root", world / "data", "--out", again)
    files = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert all((out / name).read_bytes() == (again / name).read_bytes() for name in files)


def test_errors_link_their_samples_to_the_page(run, world, tmp_path):  # noqa: F811
    page = tmp_path / "errors.html"
    done = run(
        "errors", world / "a", "--data-root", world / "data", "--output", page, "--view", "https://example.org/v/"
    )
    assert done.code == 0
    assert 'href="https://example.org/v/index.html#open=ovmerdplus%2Fclip_0' in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no results given"),
        (("nowhere",), "nowhere"),
        (("{a}", "{a}", "{a}", "{a}", "{a}"), "5 results given; 1 to 4"),
        (("{a}", "--clips", "nowhere"), "nowhere: no such folder"),
    ],
)
def test_what_cannot_be_viewed_is_refused_in_one_line(run, world, tmp_path, arguments, message):  # noqa: F811
    given = [each.format(a=world / "a") for each in arguments]
    refused = run("view", *given, "--data-root", world / "data", "--out", tmp_path / "page")
    assert (refused.code, refused.out) == (2, "")
    assert message in refused.err
    assert refused.err.count("\n") == 1
    assert not (tmp_path / "page").exists()
