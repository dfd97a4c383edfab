"""rules@1: what a text gave stays what it gave, and whoever asks for it is told so."""

import hashlib
import json
import tomllib
from itertools import chain, cycle
from pathlib import Path

import pytest

from merunibench import evaluate
from merunibench.data import open_predictions
from merunibench.errors import InputError
from merunibench.extraction import Rules, extract, extract_labels
from merunibench.inference.settings import RunSettings
from merunibench.pipeline import plan_run, run
from merunibench.settings import read_settings

TEXTS = "e8eb9c0e9e1b8903"
"""Of all texts that are read here. If cases are added, take the new digests where nothing but these has changed."""
LABELS = "2561f8c19f7d3bc2"
"""Of the labels that rules@1 gave them before there was another version."""


def table(name):
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def digest(values):
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def texts():
    """All cases, and each of them within the next of the wrappers."""
    bare = [case[0] for cases in chain(table("cases").values(), table("hard_cases").values()) for case in cases]
    templates = cycle(wrapper["template"] for wrapper in table("wrappers")["wrapper"])
    return [*bare, *(next(templates).replace("{answer}", text) for text in bare)]


def test_what_a_text_gives_does_not_change():
    assert digest(texts()) == TEXTS
    assert digest([extract_labels(text, version=1) for text in texts()]) == LABELS


# Read in different ways by the two.
BOXED = "<|begin_of_box|>happy, calm<|end_of_box|>"
DENIED = "Angry: no\nHappy: yes"


def test_the_two_versions_differ():
    assert (extract_labels(DENIED, version=1), extract_labels(DENIED)) == (["angry"], ["happy"])
    assert (extract_labels(BOXED, version=1), extract_labels(BOXED)) == ([], ["happy", "calm"])
    assert Rules.named("rules@1").labels(DENIED) == ["angry"]
    assert Rules.named("rules@1", parity=True).name == "rules@1-parity"
    with pytest.raises(InputError, match="available: rules@2, rules@1"):
        Rules.named("rules@3")


def test_files_and_signatures_name_it(tmp_path):
    path = tmp_path / "in" / "meld.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps({"name": "a", "text": DENIED}) + "\n", encoding="utf-8")
    extract(open_predictions(path), tmp_path / "out", extractor=Rules.named("rules@1"))
    (row,) = map(json.loads, (tmp_path / "out" / "meld.jsonl").read_text(encoding="utf-8").splitlines())
    assert (row["labels"], row["labels_from"]) == (["angry"], "rules@1")
    for predictions, signed in ((tmp_path / "out", "rules@1"), (path, "rules@2")):
        report = evaluate(predictions, {"meld": {"a": "joy"}}, bootstrap=0)
        assert f"|labels:{signed}|" in str(report["meld"].signature)


def test_a_run_by_rules_1(tmp_path):
    data = tmp_path / "data"
    (data / "meld-process").mkdir(parents=True)
    (data / "meld-process" / "transcription-engchi-polish.csv").write_text(
        "name,english\ndia0_utt0,I am so happy!\n", "utf-8"
    )
    (data / "meld.csv").write_text("name,label\ndia0_utt0,joy\n", "utf-8")
    given = {"model": "text-lexicon", "modalities": "text", "data_root": data, "out": tmp_path / "out"}
    settings = read_settings(None, {**given, "bootstrap": 0, "extractor": "rules@1"}, RunSettings)
    _, report = run(settings, plan_run(settings))
    assert "|labels:rules@1|" in str(report["meld"].signature)
