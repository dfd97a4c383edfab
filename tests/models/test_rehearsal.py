"""`--model tiny`: from one's own clips to a report, without fetching anything."""

import json
import re

import pytest

from merunibench.errors import InputError
from merunibench.models import Generation, Options, Sample, load_model
from merunibench.models.tiny import WORDS
from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.clips import make_clip, make_wave

PROMPT = "They say: {subtitle}\nHow do they feel?"


def ask(model, *samples):
    return model.answer([model.prepare(sample) for sample in samples])


def test_it_sees_hears_and_reads(clips):
    model = load_model("tiny", Options(PROMPT))
    first = Sample("a", clips["a"], subtitle="I am so happy to see you")
    others = [
        Sample("b", clips["b"], clips["a"], subtitle=first.subtitle),
        Sample("c", clips["a"], clips["tone"], subtitle=first.subtitle),
        Sample("d", clips["a"], subtitle="No."),
    ]
    alone = [ask(model, sample)[0] for sample in (first, *others)]
    for answer in alone:
        words = answer.split(", ")
        assert set(words) <= set(WORDS)
        assert len(words) <= len(WORDS) + 1
        assert answer.finish_reason == "stop"
    assert len(set(alone)) >= 3  # random weights, and yet moved by what they are given
    assert ask(model, first, others[2]) == [alone[0], alone[3]]


def test_it_is_the_same_each_time_and_leaves_nothing_behind(clips, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    import torch

    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    first, second = (load_model("tiny", Options(PROMPT)) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert first.settings == second.settings
    assert first.settings["revision"].startswith("sha256:")
    assert first.name == "tiny"
    assert list(tmp_path.iterdir()) == []


def test_its_options_are_those_of_any_model(clips):
    model = load_model("tiny", Options(PROMPT, ("video", "text"), frames=3, generation=Generation(max_new_tokens=1)))
    (answer,) = ask(model, Sample("a", clips["a"], subtitle=""))
    assert re.fullmatch(r"\w+,?", answer)
    assert model.settings["frames"] == 3
    with pytest.raises(InputError, match="tiny takes no argument, but 'x'"):
        load_model("tiny:x", Options(PROMPT))


def test_from_clips_to_a_report(run, tmp_path):  # noqa: F811
    folder = tmp_path / "clips"
    folder.mkdir()
    rows = []
    for number in range(4):
        name = f"clip{number}"
        make_clip(folder / f"{name}.mp4", seconds=1 + number, tone=300.0 * (1 + number))
        rows.append({"name": name, "video": f"{name}.mp4", "subtitle": f"line {number}", "label": "joy"})
    make_wave(folder / "clip3.wav", seconds=2, tone=500)
    (folder / "clip2.mp4").write_bytes(b"broken")
    (folder / "clips.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = ["run", "--model", "tiny", "--clips", folder, "--dataset", "meld", "--out", tmp_path / "out"]
    done = run(*command, "--bootstrap", 0, "--missing", "zero", "--device", "cpu")
    assert done.code == 0, done.err
    assert "MELD" in done.out
    written = (tmp_path / "out" / "predictions" / "tiny" / "meld.jsonl").read_text("utf-8")
    assert [json.loads(line)["status"] for line in written.splitlines()] == ["ok", "ok", "failed", "ok"]
    assert "1 failed" in done.err
