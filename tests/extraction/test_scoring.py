"""Text among predictions: `extract` writes labels, `score` reads text itself, and both say so."""

import json
import subprocess
import sys

import pytest

import merunibench
from merunibench import evaluate
from merunibench.data import open_predictions
from merunibench.extraction import EXTRACTOR, Rules, extract

ROWS = [
    {"name": "a", "text": "<think>sad?</think>The character's emotional state is happy, proud."},
    {"name": "b", "text": "He is not happy; he is angry.", "labels": None},
    {"name": "c", "text": "never read", "labels": ["sad"]},
    {"name": "d", "status": "failed", "error": "no video"},
]
MELD = {"a": "joy", "b": "anger", "c": "sadness", "d": "joy"}


@pytest.fixture
def preds(tmp_path):
    path = tmp_path / "in" / "meld.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_public_names():
    assert merunibench.extract_labels("Emotions: sad / tired") == ["sad", "tired"]
    assert merunibench.polarity(["sad", "tired"]) == "negative"


def test_extract_keeps_text_and_given_labels(preds, tmp_path):
    done = extract(open_predictions(preds), tmp_path / "out", polarity=True)
    rows = rows_of(tmp_path / "out" / "meld.jsonl")
    assert [row.get("labels") for row in rows] == [["happy", "proud"], ["angry"], ["sad"], None]
    assert [row.get("labels_from") for row in rows] == [EXTRACTOR, EXTRACTOR, None, None]
    assert [row.get("polarity") for row in rows] == ["positive", "negative", "negative", None]
    assert [row.get("text") for row in rows] == [row.get("text") for row in ROWS]
    assert rows[3]["status"] == "failed"
    assert (done.labels, done.polarities, done.traces) == (2, 3, 1)


def test_extract_again_replaces_labels(preds, tmp_path):
    extract(open_predictions(preds), tmp_path / "out", extractor=Rules(parity=True), again=True)
    assert [row.get("labels_from") for row in rows_of(tmp_path / "out" / "meld.jsonl")][:3] == ["rules@2-parity"] * 3


def test_score_reads_text_and_says_so(preds, tmp_path):
    from_text = evaluate(preds, {"meld": MELD}, datasets="meld", missing="zero", bootstrap=0)
    assert "|labels:given+rules@2|polarity:given|" in str(from_text["meld"].signature)
    assert any("traces dropped before the answers were read: 1" in warning for warning in from_text.warnings)
    extract(open_predictions(preds), tmp_path / "out")
    extracted = evaluate(tmp_path / "out", {"meld": MELD}, missing="zero", bootstrap=0)
    assert extracted["meld"].score == from_text["meld"].score > 0
    assert extracted["meld"].signature == from_text["meld"].signature


def test_text_alone_has_labels_by_the_rules_alone(preds):
    preds.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:1]), encoding="utf-8")
    report = evaluate(preds, {"meld": {"a": "joy"}}, bootstrap=0)
    assert "|labels:rules@2|" in str(report["meld"].signature)


@pytest.mark.parametrize(
    ("answer", "signed"),
    [
        ({"labels": ["happy"]}, "|labels:given|polarity:rules@2|"),
        ({"labels": "[happy]"}, "|labels:given|polarity:rules@2|"),
        ({"text": "He is happy."}, "|labels:rules@2|polarity:rules@2|"),
        ({"polarity": "positive", "labels": ["sad"]}, "|labels:given|polarity:given|"),
    ],
)
def test_polarity_from_whatever_is_there(tmp_path, answer, signed):
    path = tmp_path / "cmumosi.jsonl"
    path.write_text(json.dumps({"name": "v_1"} | answer) + "\n", encoding="utf-8")
    report = evaluate(path, {"cmumosi": {"v_1": 1.5}}, bootstrap=0)
    assert report["cmumosi"].metrics["accuracy"] == 1
    assert signed in str(report["cmumosi"].signature)


def test_scoring_given_labels_does_not_import_spacy(tmp_path):
    code = (
        "import sys, merunibench; "
        "merunibench.evaluate({'meld': {'a': ['happy']}}, {'meld': {'a': 'joy'}}, bootstrap=0); "
        "assert 'spacy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
