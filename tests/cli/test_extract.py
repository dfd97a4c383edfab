"""`merunibench extract`, and `score` on what it wrote."""

import json

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
        assert "|labels:rules@1|polarity:rules@1|" in scored.out


def test_parity(run, tmp_path):
    path = tmp_path / "meld.jsonl"
    path.write_text(
        json.dumps({"name": "a", "text": "Emotions: happy, calm, proud, shy, moved"}) + "\n", encoding="utf-8"
    )
    assert run("extract", path, tmp_path / "out", "--parity").code == 0
    row = json.loads((tmp_path / "out" / "meld.jsonl").read_text(encoding="utf-8"))
    assert (row["labels"], row["labels_from"]) == (["happy", "calm", "proud", "shy"], "rules@1-parity")
