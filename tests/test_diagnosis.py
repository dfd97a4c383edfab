"""`merunibench doctor` tells what a report needs, and nothing private."""

import json

import pytest

from merunibench import diagnosis
from merunibench.errors import InputError

SECRET = "Grandmother Rosalind"


def test_the_shape_of_rows_without_names_and_texts(tmp_path):
    rows = [
        {
            "name": f"{SECRET}_7",
            "text": f"{SECRET} weeps.",
            "labels": ["sad", SECRET, "neutral"],
            SECRET: SECRET,
            "score": 0.25,
        },
        {"name": "b", "text": None, "polarity": "negative", "response": {"by": SECRET}, "status": "ok"},
    ]
    path = tmp_path / "meld.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = diagnosis.diagnose(path)
    text = json.dumps(found)
    assert not any(word in text for word in (*SECRET.split(), "weeps", "0.25", str(tmp_path)))
    first, second = found["file"]["first_rows"]
    assert first["name"]["pattern"] == "a a_0"
    assert first["labels"] == {"as": "list", "number": 3, "first": ["sad", "(unknown, 20 characters)", "neutral"]}
    assert first["text"] == {"characters": 27, "words": 3}
    assert first["score"] == "float"
    assert (second["polarity"], second["status"], second["response"]) == ("negative", "ok", {"items": 1})
    assert (found["file"]["read"], found["file"]["rows"]) == (True, 2)


def test_a_name_is_hashed_alike_everywhere(tmp_path):
    (tmp_path / "a.csv").write_text("name,label\nclip7,joy\n")
    (tmp_path / "b.jsonl").write_text('{"name": "clip7"}\n')
    a, b = (diagnosis.describe_file(tmp_path / name)["first_rows"][0]["name"] for name in ("a.csv", "b.jsonl"))
    assert a == b
    assert a["hash"].startswith("sha256:")


def test_where_a_file_is_refused_but_not_the_message_which_quotes_it(tmp_path):
    path = tmp_path / "broken.jsonl"
    path.write_text(f'{{"name": "{SECRET}", "labels": [}}\n')
    found = diagnosis.describe_file(path)
    assert (found["read"], found["refused_by"], found["begins_with"]) == (False, "InputError", "a brace, as in JSON")
    assert any(place.startswith("data/textfiles.py:") for place in found["refused_at"])
    assert "Rosalind" not in json.dumps(found)


def test_versions_metric_and_lexicons():
    found = diagnosis.diagnose()
    assert found["versions"]["numpy"]
    assert "pytest" not in found["versions"]
    assert found["metric"]["default"].startswith("protocol:official|lexicon:builtin@")
    assert {"name": "mer2025", "ready": False, "installed": False} in found["lexicons"]
    assert found["file"] is None


def test_a_lexicon_of_ones_own_is_not_named(user, run_lexicon):
    entries = diagnosis.diagnose()["lexicons"]
    names = [entry["name"] for entry in entries]
    assert names[:3] == ["builtin", "mer2025", "mer2026"]
    assert names[3].startswith("sha256:")
    assert (entries[3]["ready"], entries[3]["installed"]) == (False, True)


@pytest.fixture
def run_lexicon(user):
    (user / "lexicons").mkdir(parents=True)
    (user / "lexicons" / "rosalind.json").write_text("{}")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        diagnosis.diagnose(tmp_path / "none.jsonl")
