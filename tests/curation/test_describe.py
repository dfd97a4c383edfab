"""Cues, merged: which rows there are, what they say of themselves, and what is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from merunibench.curation import deletion
from merunibench.curation.describe import DescribeSettings, carry_out, plan
from merunibench.curation.effort import effort
from merunibench.curation.filtering import filter_rows
from merunibench.curation.folder import Folder
from merunibench.curation.measures import measure
from merunibench.curation.merging import Material, fill, load_merge_prompt
from merunibench.curation.report import build_report
from merunibench.curation.settings import FilterSettings
from merunibench.errors import InputError
from merunibench.inference.prompts import load_prompt
from merunibench.settings import read_settings
from tests.fake_openai import completion, fake_server, problem
from tests.inference.fake import write_plugin

REPOSITORY = Path(__file__).parents[2]
CLIPS = [
    ("both", b"clip 1", "So glad you came."),
    ("silent", b"clip 2", ""),
    ("broken", b"broken", "Nobody saw this."),
    ("quoted", b"clip 3", 'He said "{audio}" and left.'),
]


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Folder with clips, and the tests' fake model installed."""
    monkeypatch.syspath_prepend(str(write_plugin(tmp_path / "plugin")))
    folder = tmp_path / "clips"
    folder.mkdir()
    lines = []
    for name, content, subtitle in CLIPS:
        (folder / f"{name}.mp4").write_bytes(content)
        lines.append(json.dumps({"name": name, "video": f"{name}.mp4", "subtitle": subtitle}))
    (folder / "clips.jsonl").write_text("\n".join(lines) + "\n")
    yield tmp_path
    sys.modules.pop("fake_model", None)


def merged(request, _):
    return "MERGED " + request["messages"][-1]["content"].splitlines()[1]


def settings(world, **others):
    fields = {"clips": str(world / "clips"), "dataset": ("mine",), "out": world / "out", "model": "fake:0"}
    return read_settings(None, fields | others, DescribeSettings)


def rows(world, place="descriptions/mine.jsonl"):
    lines = (world / "out" / place).read_text().splitlines()
    return {row["name"]: row for row in map(json.loads, lines)}


def describe(world, server=None, **others):
    if server is not None:
        others["merge"] = f"openai:{server.url}#merger"
    return carry_out(plan(settings(world, **others)))


def test_two_cues_and_the_subtitle_are_merged(world):
    with fake_server(merged) as server:
        done = describe(world, server)
        assert [each.path.parent.name for each in done] == ["audio", "video", "descriptions"]
        found = rows(world)
        assert list(found) == [name for name, _, _ in CLIPS]
        row = found["both"]
        assert (row["status"], row["made"], row["from"]) == ("ok", "merged", ["audio", "video", "subtitle"])
        assert (
            row["text"] == f"MERGED One observer only listened: {rows(world, 'cues/audio/mine.jsonl')['both']['text']}"
        )
        assert (row["merge"], row["prompt"]) == ("127.0.0.1/merger", "merge@1")
        assert row["prompt_sha256"] == load_merge_prompt().sha256
        assert row["subtitle"] == "So glad you came."
        assert found["silent"]["from"] == ["audio", "video"]
        asked = [request["messages"][-1]["content"] for request in server.requests]
        assert len(asked) == 3
        assert not any("People who saw" in text for text in asked)
        assert sum('The person says: "He said "{audio}" and left."' in text for text in asked) == 1
        assert sum("The person says" in text for text in asked) == 2


def test_without_any_cue_a_row_is_failed_and_says_why(world):
    with fake_server(merged) as server:
        describe(world, server)
    row = rows(world)["broken"]
    assert row["status"] == "failed"
    assert row["error"].startswith("no cue; audio: ")
    assert "truncated" in row["error"]
    assert "text" not in row
    assert "merge" not in row


def test_a_cue_alone_is_the_description_if_nothing_is_said(world):
    with fake_server(merged) as server:
        describe(world, server, cues="audio")
        assert len(server.requests) == 2
    found, cue = rows(world), rows(world, "cues/audio/mine.jsonl")
    assert (found["silent"]["made"], found["silent"]["text"]) == ("cue", cue["silent"]["text"])
    assert "merge" not in found["silent"]
    assert found["both"]["made"] == "merged"
    assert not (world / "out/cues/video").exists()


def test_a_model_describes_at_once(world):
    describe(world, cues="none")
    found, cue = rows(world), rows(world, "cues/description/mine.jsonl")
    assert (found["both"]["made"], found["both"]["text"]) == ("at once", cue["both"]["text"])
    assert cue["both"]["prompt"] == "description@1"
    assert found["both"]["subtitle"] == "So glad you came."
    assert found["broken"]["error"].startswith("no cue; description: ")


def test_a_call_that_fails_is_a_failed_row_and_is_asked_again_only_if_wanted(world):
    broken = True

    def behave(request, number):
        if broken and "So glad" in request["messages"][-1]["content"]:
            return problem(400, "Error: quota")
        return merged(request, number)

    with fake_server(behave) as server:
        describe(world, server)
        row = rows(world)["both"]
        assert row["status"] == "failed"
        assert row["error"].startswith("merge: ")
        assert "text" not in row
        before = len(server.requests)
        broken = False
        describe(world, server)
        assert len(server.requests) == before
        describe(world, server, retry_failed=True)
        assert len(server.requests) == before + 1
    assert rows(world)["both"]["made"] == "merged"


def test_an_answer_that_is_cut_off_names_the_option_that_bounds_it(world):
    def behave(request, number):
        body = json.loads(completion("" if "So glad" in str(request) else merged(request, number)))
        body["choices"][0]["finish_reason"] = "length"
        return 200, {}, json.dumps(body).encode()

    with fake_server(behave) as server:
        done = describe(world, server)[-1]
    assert "cut off" in rows(world)["both"]["error"]
    assert "raise --merge-max-tokens" in rows(world)["both"]["error"]
    assert "max-new-tokens" not in (world / "out/descriptions/mine.jsonl").read_text()
    assert (done.account.cut, done.longest) == (2, "--merge-max-tokens")


def test_a_changed_clip_is_described_anew_and_the_others_are_kept(world):
    with fake_server(merged) as server:
        describe(world, server)
        before = (world / "out/descriptions/mine.jsonl").read_bytes()
        assert describe(world, server)[-1].kept == 4
        assert (world / "out/descriptions/mine.jsonl").read_bytes() == before
        cue = rows(world, "cues/audio/mine.jsonl")["both"]["text"]
        for number in range(10):  # until the fake model has another word for it
            (world / "clips/both.mp4").write_bytes(b"changed %d" % number)
            asked = len(server.requests)
            describe(world, server)
            assert len(server.requests) - asked <= 1
            if rows(world, "cues/audio/mine.jsonl")["both"]["text"] != cue:
                break
    assert rows(world)["silent"] == json.loads(before.splitlines()[1])
    assert (world / "out/descriptions/mine.jsonl").read_bytes() != before


def test_other_settings_are_refused_by_name(world):
    with fake_server(merged) as server:
        describe(world, server)
        with pytest.raises(
            InputError, match=r"descriptions/mine\.jsonl: was made with other settings: .*max_tokens 512"
        ):
            describe(world, server, merge_max_tokens=99)
        with pytest.raises(InputError, match=r"cues/audio/mine\.jsonl: was made with other settings"):
            describe(world, server, audio_prompt="cues-video@1")


def test_labels_by_people_are_in_the_prompt_only_if_asked_for_and_rows_say_so(world):
    (world / "labels.csv").write_text("name,label\nboth,smug\n")
    with fake_server(merged) as server:
        planned = plan(settings(world, merge=f"openai:{server.url}#m", with_label=world / "labels.csv"))
        assert any("human labels" in finding.what for finding in planned.findings)
        carry_out(planned)
        asked = [request["messages"][-1]["content"] for request in server.requests]
    assert sum("smug" in text for text in asked) == 1
    found = rows(world)
    assert found["both"]["label_in_prompt"] is True
    assert "label_in_prompt" not in found["quoted"]
    assert json.loads((world / "out/descriptions/mine.settings.json").read_text())["label_in_prompt"] is True
    folder = Folder(world / "out")
    measure(folder)
    decisions = filter_rows(folder, FilterSettings())
    report = build_report(folder, decisions, FilterSettings())
    for text in (report.to_markdown(), report.to_html(), report.to_text()):
        assert "Human labels were in the prompts" in text
    assert "merge:m(label in prompt)|" in report.signature
    assert "merged by m (127.0.0.1), prompt merge@1 (2a17483577ff7c79)" in report.to_html()


def test_deleted_clips_are_not_described_again(world):
    with fake_server(merged) as server:
        describe(world, server)
        deletion.delete(Folder(world / "out"), ["both"])
        planned = plan(settings(world, merge=f"openai:{server.url}#merger"))
        assert any("1 clips that were deleted" in finding.what for finding in planned.findings)
        carry_out(planned)
    assert "both" not in rows(world)
    assert "both" not in rows(world, "cues/audio/mine.jsonl")


def test_a_smaller_part_is_part_of_a_larger_one(world):
    with fake_server(merged) as server:
        describe(world, server, limit=2)
        few = rows(world)
        assert len(few) == 2
        describe(world, server)
        assert {name: rows(world)[name] for name in few} == few


def test_what_a_run_will_spend_is_told_before_it_begins(world):
    with fake_server(merged) as server:
        planned = plan(settings(world, merge=f"openai:{server.url}#merger", max_new_tokens=10))
        told = [finding.what for finding in effort(planned)]
        assert told[0].startswith("mine: 4 clips, 0.000 hours of media; 4 clips have an unknown length")
        assert told[1] == "mine: cues audio by fake:0: 4 clips to do, at most 40 tokens written"
        assert "4 clips to do" in told[3]
        assert f"{4 * 512:,} written" in told[3]
        assert not server.requests
        carry_out(planned)
        assert all("0 clips to do" in finding.what for finding in effort(planned)[1:])


@pytest.mark.slow
def test_cues_by_ray_are_the_same(world):
    environment = os.environ | {"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{world / 'plugin'}"}
    with fake_server(merged) as server:
        describe(world, server)
        command = [sys.executable, "-m", "merunibench", "curate", "describe", "--model", "fake:0", "--dataset", "mine"]
        command += ["--clips", world / "clips", "--out", world / "ray", "--merge", f"openai:{server.url}#merger"]
        command += ["--engine", "ray", "--actors", "2"]
        subprocess.run(list(map(str, command)), env=environment, check=True, capture_output=True, timeout=120)
    for place in ("cues/audio/mine.jsonl", "cues/video/mine.jsonl", "descriptions/mine.jsonl"):
        assert (world / "ray" / place).read_bytes() == (world / "out" / place).read_bytes()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"model": None}, "no model given"),
        ({}, "two cues must be merged"),
        ({"cues": "none", "merge": "hf:m"}, "does not merge anything"),
        ({"cues": "smell"}, "cues"),
        ({"clips": None}, "no clips given"),
    ],
)
def test_what_makes_no_sense_is_refused(world, fields, message):
    with pytest.raises(InputError, match=message):
        settings(world, **fields)


def test_a_prompt_of_ones_own_must_have_a_place_for_cues(world):
    (world / "mine.txt").write_text("How does it feel?")
    with pytest.raises(InputError, match="no placeholder for a cue"):
        load_merge_prompt(str(world / "mine.txt"))
    (world / "mine.txt").write_text("Heard: {audio}\nSeen: {video}\nFeels?")
    (world / "labels.csv").write_text("name,label\nboth,smug\n")
    with pytest.raises(InputError, match=r"has no \{label\}"):
        plan(settings(world, merge="hf:m", merge_prompt=str(world / "mine.txt"), with_label=world / "labels.csv"))
    with pytest.raises(InputError, match="unknown prompt"):
        load_merge_prompt("merge@9")


def test_released_prompts_are_never_edited():
    hashes = {name: load_prompt(name).sha256 for name in ("cues-audio@1", "cues-video@1")}
    hashes["merge@1"] = load_merge_prompt().sha256
    assert hashes == {
        "cues-audio@1": "2bbde283e4f36a33",
        "cues-video@1": "dbde3bf209377bfc",
        "merge@1": "2a17483577ff7c79",
    }


def test_a_cue_that_speaks_of_other_places_fills_none_of_them():
    assert (
        fill("A {audio}\nV {video}\nS {subtitle}", {"audio": "{video}", "subtitle": "{audio}"})
        == "A {video}\nS {audio}"
    )
    assert Material("a", {"audio": "x"}, {"video": "why"}, " ").alone == "x"
    assert Material("a", {"audio": "x"}, {}, "said").alone is None
    assert Material("a", {}, {}, "said").alone is None
