"""What `submit` need not be told: settings of `infer`, a model card; and what it asks to be filled in."""

import json
import tomllib

import pytest

from merunibench.leaderboard.submissions.submission import ASKED_FOR, FILE, Submission, read_submission

SETTINGS = {
    "dataset": "meld",
    "model": {
        "kind": "huggingface",
        "model": "org/model-7b",
        "revision": "0123abc",
        "prompt": "What does\nthe person feel?",
        "modalities": ["video", "audio"],
        "generation": {"max_new_tokens": 1200, "temperature": 0, "extra": {}, "model": {}},
    },
}
CARD = """---
license: apache-2.0
base_model:
- org/base
datasets: [a, b]
tags: [emotion, "arxiv:2501.16566"]
---
# A model
"""


def submitted(run, files, tmp_path, *options):
    out = tmp_path / "out" / "mine"
    result = run("submit", files[0], "--model", "Mine", "--out", out, *options)
    assert result.code == 0, result.err
    return read_submission(out), result, (out / FILE).read_text()


def write_settings(folder, **changes):
    for name in ("meld", "cmumosi", "ovmerdplus"):
        settings = SETTINGS | {"dataset": name}
        if name in changes:
            settings = settings | {"model": settings["model"] | changes[name]}
        (folder / f"{name}.settings.json").write_text(json.dumps(settings))


def test_the_settings_beside_the_predictions_are_read(run, files, tmp_path):
    write_settings(files[0])
    found, result, text = submitted(run, files, tmp_path)
    assert found.base_model == "org/model-7b@0123abc"
    assert found.prompt == "What does\nthe person feel?"
    assert found.modalities == ("audio", "video")
    assert found.decoding == "greedy, max_new_tokens 1200"
    assert "from the settings next to the predictions: base_model, modalities, prompt, decoding" in result.out
    assert "# licence = " in text
    assert "# prompt = " not in text


def test_settings_that_differ_are_told_and_left_out(run, files, tmp_path):
    sampled = {"max_new_tokens": 5, "temperature": 0.7, "top_p": 0.9, "seed": 3}
    write_settings(files[0], meld={"prompt": "Other?", "generation": sampled})
    found, result, _ = submitted(run, files, tmp_path)
    assert (found.prompt, found.decoding) == (None, None)
    assert found.base_model == "org/model-7b@0123abc"
    assert "prompt: the settings next to the predictions differ; set it yourself (--prompt)" in result.err
    write_settings(files[0], **{name: {"generation": sampled} for name in ("meld", "cmumosi", "ovmerdplus")})
    stated, _, _ = submitted(run, files, tmp_path / "again", "--prompt", "Mine?")
    assert stated.prompt == "Mine?"
    assert stated.decoding == "temperature 0.7, top_p 0.9, seed 3, max_new_tokens 5"


def test_a_model_card_is_read_after_the_settings(run, files, tmp_path):
    write_settings(files[0])
    (tmp_path / "README.md").write_text(CARD)
    found, result, _ = submitted(run, files, tmp_path, "--model-card", tmp_path / "README.md", "--licence", "MIT")
    assert found.base_model == "org/model-7b@0123abc"
    assert found.licence == "MIT"
    assert found.training_data == "Data sets of its model card: a, b"
    assert found.paper == "https://arxiv.org/abs/2501.16566"
    assert "from the model card: training_data, paper" in result.out


@pytest.mark.parametrize("card", ["# no head\n", "---\n- a\n---\n", "---\na: [\n---\n", "---\na: &x 1\nb: *x\n---\n"])
def test_a_card_without_a_head(refused, files, tmp_path, card):
    (tmp_path / "README.md").write_text(card)
    said = refused("submit", files[0], "--model", "x", "--out", tmp_path / "o", "--model-card", tmp_path / "README.md")
    assert "README.md" in said
    assert not (tmp_path / "o").exists()


def test_stubs_for_what_is_missing_become_fields(run, files, tmp_path):
    _, _, text = submitted(run, files, tmp_path)
    filled = tomllib.loads("\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines()))
    assert set(filled) == {"schema", "model", *ASKED_FOR}
    assert Submission.model_validate(filled | {"link": "https://a.b/", "paper": "https://a.b/"}).model == "Mine"


def test_many_checkpoints_are_summed_up(run, shared, tmp_path):
    out = tmp_path / "affectgpt"
    result = run("submit", shared / "official" / "output", "--model", "AffectGPT", "--out", out)
    assert result.code == 0
    assert len(list(out.rglob("*.gz"))) > 20
    assert len(result.out.splitlines()) < 5
    assert len(result.err.splitlines()) < 12
