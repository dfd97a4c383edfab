"""From options to results: preflight, ablations, own clips, and everything in one go."""

import json
from dataclasses import replace

import pytest

from merunibench.data import open_predictions
from merunibench.errors import InputError
from merunibench.inference.preflight import preflight
from merunibench.inference.session import carry_out, plan
from merunibench.inference.settings import InferSettings, RunSettings
from merunibench.models.prompting import SUBTITLE
from merunibench.pipeline import plan_run, run
from merunibench.settings import read_settings
from tests.inference.fake import write_clips

SAID = {"dia0_utt0": "Thank you, I am so happy!", "dia0_utt1": "I'm not happy.", "dia1_utt0": "Get out of here!"}


@pytest.fixture
def root(tmp_path):
    """A data root with three clips of MELD, their subtitles and labels, but no video."""
    folder = tmp_path / "data" / "meld-process"
    folder.mkdir(parents=True)
    lines = "".join(f'{name},"{said}"\n' for name, said in SAID.items())
    (folder / "transcription-engchi-polish.csv").write_text(f"name,english\n{lines}", "utf-8")
    labels = zip(SAID, ("joy", "sadness", "anger"), strict=True)
    (tmp_path / "data" / "meld.csv").write_text("name,label\n" + "".join(f"{a},{b}\n" for a, b in labels), "utf-8")
    return tmp_path / "data"


def settings_for(root, tmp_path, kind=InferSettings, **others):
    given = {"model": "text-lexicon", "modalities": "text", "data_root": root, "out": tmp_path / "out"}
    return read_settings(None, given | others, kind)


def test_infer_writes_what_score_and_extract_read(root, tmp_path):
    planned = plan(settings_for(root, tmp_path))
    assert not planned.hopeless
    (done,) = carry_out(planned)
    assert done.path == tmp_path / "out" / "text-lexicon-text" / "meld.jsonl"
    rows = [json.loads(line) for line in done.path.read_text("utf-8").splitlines()]
    assert [(row["name"], row["modalities"]) for row in rows] == [(name, "text") for name in SAID]
    assert rows[0]["text"] == "grateful, happy, excited"
    assert "prompt" not in rows[0]  # this model heeds none, and the row does not claim so
    assert list(open_predictions(tmp_path / "out").files) == ["meld"]


def test_run_ends_with_a_report_and_is_taken_up_at_each_stage(root, tmp_path):
    settings = settings_for(root, tmp_path, RunSettings, bootstrap=0)
    _, report = run(settings, plan_run(settings))
    assert report["meld"].score == 1.0
    out = tmp_path / "out"
    files = ("run.toml", "report.json", "report.md", "predictions/text-lexicon-text/meld.jsonl")
    first = {name: (out / name).read_bytes() for name in (*files, "labels/text-lexicon-text/meld.jsonl")}
    (out / "report.json").unlink()
    (out / "labels" / "text-lexicon-text" / "meld.jsonl").unlink()
    again = read_settings(out / "run.toml", {}, RunSettings)
    (done,), _ = run(again, plan_run(again))
    assert done.kept == 3
    assert {name: (out / name).read_bytes() for name in first} == first


def test_settings_beside_results_are_those_of_the_results(root, tmp_path):
    settings = settings_for(root, tmp_path, RunSettings, bootstrap=0, modalities="text", name="m")
    run(settings, plan_run(settings))
    before = (tmp_path / "out" / "run.toml").read_bytes()
    other = settings_for(root, tmp_path, RunSettings, modalities="text+audio", on_unsupported="drop", name="m")
    with pytest.raises(InputError, match="made with other settings"):
        run(other, replace(plan_run(other), findings=()))
    assert (tmp_path / "out" / "run.toml").read_bytes() == before


def test_a_limited_run_is_scored_as_what_it_is(root, tmp_path):
    settings = settings_for(root, tmp_path, RunSettings, bootstrap=0, limit=2)
    _, report = run(settings, plan_run(settings))
    assert report["meld"].missing == 1
    assert "missing:skip" in str(report.signature)
    assert not report.complete


def test_run_wants_labels_before_it_starts(root, tmp_path):
    (root / "meld.csv").rename(root / "cmumosi.csv")
    with pytest.raises(InputError, match="no labels of meld to score with"):
        plan_run(settings_for(root, tmp_path, RunSettings))


@pytest.mark.parametrize("others", [{"lexicon": "no-such"}, {"extractor": "no-such"}, {"polarity_extractor": "hf:/no"}])
def test_what_is_needed_at_the_end_is_looked_for_at_the_start(root, tmp_path, others):
    with pytest.raises(InputError, match=r"no-such|/no"):
        plan_run(settings_for(root, tmp_path, RunSettings, **others))


def test_settings_that_are_refused_do_not_replace_those_of_the_run(root, tmp_path):
    settings = settings_for(root, tmp_path, RunSettings, bootstrap=0)
    run(settings, plan_run(settings))
    before = (tmp_path / "out" / "run.toml").read_bytes()
    lines = (tmp_path / "out" / "predictions" / "text-lexicon-text" / "meld.settings.json").read_text("utf-8")
    (tmp_path / "out" / "predictions" / "text-lexicon-text" / "meld.settings.json").write_text(
        lines.replace('"kind": "text-lexicon"', '"kind": "another"'), "utf-8"
    )
    other = settings_for(root, tmp_path, RunSettings, bootstrap=0, level=2)
    with pytest.raises(InputError, match="other settings"):
        run(other, plan_run(other))
    assert (tmp_path / "out" / "run.toml").read_bytes() == before


def test_without_text_the_prompt_says_nothing_of_a_subtitle(root, tmp_path):
    options = plan(settings_for(root, tmp_path, modalities="audio+video")).options
    assert SUBTITLE not in options.prompt
    assert "says" not in options.prompt
    assert options.modalities == ("audio", "video")
    assert SUBTITLE in plan(settings_for(root, tmp_path, modalities="audio+text")).options.prompt


def test_the_preflight_says_what_will_be_missing(tmp_path):
    clips = write_clips(tmp_path / "clips", 6, special={1: b""})
    clips.samples[0].video.unlink()
    clips.samples[1].video.write_bytes(b"")
    found = {(f.level, f.what) for f in preflight([(clips, clips.samples)], tmp_path, "fake:", ("video",), "local")}
    name = clips.samples[0].name
    assert any(
        level == "warning"
        and f"1 have no video file ({name}; expected " in what
        and "rows will be marked as failed" in what
        for level, what in found
    )
    assert any(level == "warning" and "1 have an empty file" in what for level, what in found)


def test_an_unknown_subtitle_is_no_gap_for_affectgpt(tmp_path):
    clips = write_clips(tmp_path / "clips", 2)
    samples = [replace(sample, subtitle=None) for sample in clips.samples]
    found = {
        model: [
            f
            for f in preflight([(clips, samples)], tmp_path, model, ("video", "text"), "local")
            if "have no subtitle" in f.what
        ]
        for model in ("affectgpt:x.pth", "fake:")
    }
    assert [f.level for f in found["affectgpt:x.pth"]] == ["warning"]
    assert "an empty one is used" in found["affectgpt:x.pth"][0].what
    assert [f.level for f in found["fake:"]] == ["error"]


def test_code_that_comes_with_a_model_is_announced_by_whoever_plans(root, tmp_path):
    def told(model, trusted):
        planned = plan(settings_for(root, tmp_path, model=model, trust_remote_code=trusted))
        return [(f.level, f.what) for f in planned.findings if "code that comes" in f.what]

    said = "--trust-remote-code: code that comes with owner/model will be run"
    assert told("owner/model", trusted=True) == [("warning", said)]
    assert told("owner/model", trusted=False) == told("text-lexicon", trusted=True) == []


def test_the_preflight_says_what_is_hopeless(root, tmp_path, monkeypatch):
    planned = plan(settings_for(root, tmp_path, modalities="audio+video+text"))
    assert "3 have no video file" in planned.hopeless[0]
    with pytest.raises(InputError, match="no clip can be answered"):
        carry_out(planned)
    monkeypatch.setattr("merunibench.inference.preflight.find_spec", lambda _: None)
    findings = preflight([], tmp_path, "owner/model", ("video",), "ray")
    errors = [finding.what for finding in findings if finding.level == "error"]
    assert errors == [
        "not installed: av, soundfile, torch, transformers, accelerate: pip install 'merunibench[models]'",
        "not installed: ray: pip install 'merunibench[cluster]'",
    ]
    (tmp_path / "file").touch()
    findings = preflight([], tmp_path / "file" / "out", "text-lexicon", ("text",), "local")
    assert [finding.level for finding in findings] == ["error"]


def test_only_the_chosen_clips_are_looked_for(root, tmp_path):
    planned = plan(settings_for(root, tmp_path, limit=1))
    assert "meld: 1 of 3 clips" in planned.findings[0].what
