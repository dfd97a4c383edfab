"""`merunibench extract`, and `score` on what it wrote."""

import json

import pytest

from tests.fake_openai import fake_server

ROWS = [
    {"name": "a", "text": "<think>sad?</think>The character's emotional state is happy, proud."},
    {"name": "b", "text": "He is not happy; he is angry."},
]


def test_files_on_standard_output_and_counts_on_standard_error(run, tmp_path):
    path = tmp_path / "cmumosi.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    result = run("extract", path, tmp_path / "out", "--polarity")
    assert result.code == 0, result
    assert result.out == f"{tmp_path / 'out' / 'cmumosi.jsonl'}\n"
    assert "labels of 2 texts, 2 polarities; 1 reasoning traces dropped" in result.err
    truth = tmp_path / "truth" / "cmumosi.csv"
    truth.parent.mkdir()
    truth.write_text("name,label\na,1.0\nb,-1.0\n", encoding="utf-8")
    for predictions in (path, tmp_path / "out"):
        scored = run("score", predictions, "--data-root", truth.parent, "--format", "json", "--bootstrap", 0)
        assert scored.code == 0, scored
        assert json.loads(scored.out)["datasets"][0]["score"] == 1
        assert "|labels:rules@2|polarity:rules@2|" in scored.out


def test_parity(run, tmp_path):
    path = tmp_path / "meld.jsonl"
    path.write_text(
        json.dumps({"name": "a", "text": "Emotions: happy, calm, proud, shy, moved"}) + "\n", encoding="utf-8"
    )
    assert run("extract", path, tmp_path / "out", "--parity").code == 0
    row = json.loads((tmp_path / "out" / "meld.jsonl").read_text(encoding="utf-8"))
    assert (row["labels"], row["labels_from"]) == (["happy", "calm", "proud", "shy"], "rules@2-parity")


def test_former_rules(run, tmp_path):
    path = tmp_path / "meld.jsonl"
    path.write_text(json.dumps({"name": "a", "text": "Angry: no\nHappy: yes"}) + "\n", encoding="utf-8")
    assert run("extract", path, tmp_path / "out", "--polarity", "--extractor", "rules@1").code == 0
    row = json.loads((tmp_path / "out" / "meld.jsonl").read_text(encoding="utf-8"))
    assert (row["labels"], row["labels_from"], row["polarity_from"]) == (["angry"], "rules@1", "rules@1")
    refused = run("extract", path, tmp_path / "other", "--extractor", "rules@3")
    assert (refused.code, "has rules@2 and rules@1" in refused.err) == (2, True)


def written(path):
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def test_a_language_model_behind_an_endpoint(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MERUNIBENCH_API_KEY", "sk-secret")
    path = written(tmp_path / "cmumosi.jsonl")
    prompt = tmp_path / "mine.txt"
    prompt.write_text("Feelings? {text}", encoding="utf-8")

    def answer(request, number):
        question = request["messages"][-1]["content"]
        return "" if "angry" in question else "[happy]" if question.startswith("Feelings?") else "positive"

    with fake_server(answer) as server:
        backend = ["--backend", f"openai:{server.url}#m", "--prompt", prompt, "--max-tokens", 9, "--concurrency", 1]
        result = run("extract", path, tmp_path / "out", "--polarity", *backend)
    assert result.code == 0, result
    assert result.out == f"{tmp_path / 'out' / 'cmumosi.jsonl'}\n"
    counts = "labels of 1 text, 1 polarities; 1 reasoning traces dropped; 1 failed (--retry-failed asks again)"
    assert counts in result.err
    assert {request["max_tokens"] for request in server.requests} == {9}
    for file in (tmp_path / "out").iterdir():
        assert "sk-secret" not in file.read_text(encoding="utf-8")
    row = json.loads((tmp_path / "out" / "cmumosi.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert row["labels_from"].startswith("openai(127.0.0.1/m,mine-")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--retry-failed"], "need a language model"),
        (["--prompt", "p.txt"], "need a language model"),
        (["--backend", "gpt"], "hf:MODEL or openai:URL#MODEL"),
        (["--backend", "openai:http://127.0.0.1#m", "--prompt", "absent.txt"], "absent.txt"),
        (["--backend", "hf:/no/such/folder"], "cannot be loaded as a language model"),
        (["--polarity-backend", "openai:nowhere"], "URL#MODEL"),
    ],
)
def test_backends_that_cannot_be_used(refused, tmp_path, options, words):
    assert words in refused("extract", written(tmp_path / "meld.jsonl"), tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()
