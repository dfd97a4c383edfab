"""What is said of a sample is what `score --per-sample`, `extract` and `explain` say of it."""

import json

import pytest

from merunibench import evaluate
from merunibench.demo import run_demo
from merunibench.evaluation import sample_scores
from merunibench.extraction import extract_labels
from merunibench.lexicon import explain_words, explainer_for
from merunibench.tasks import BUILTIN
from merunibench.viewing import load_results
from merunibench.viewing.details import LONGEST, Details

SAMPLES = 300


def per_sample_lines(predictions, truth, path, **settings):
    evaluate(predictions, truth, bootstrap=0, **settings).write_per_sample(path)
    return {(row["dataset"], row["name"]): row for row in map(json.loads, path.read_text("utf-8").splitlines())}


def check(collection, lines, places, datasets_scored_alone=()):
    """Every given sample against the three commands; returns how many answers had text."""
    details, explainer, texts, words = Details(collection), explainer_for(collection.lexicon), 0, set()
    for place in places:
        dataset, name = collection.samples[place]
        said = details.sample(place)
        (model,) = said["models"]
        assert model["row"] == lines[dataset, name]
        answer = model["answer"]
        words |= set(model["labels"] or ())
        if answer is None:
            continue
        texts += 1
        viewed = collection.sets[dataset][0]
        raw = str(viewed.given(name, "text"))
        assert answer["text"] == raw[:LONGEST]
        assert answer["labels"] == extract_labels(raw)
        assert all(0 <= start < end <= len(answer["text"]) for start, end, *_ in answer["marks"])
        if model["labels_from"] == f"rules@{2}" and model["labels"] is not None:
            assert model["labels"] == extract_labels(raw)
        if dataset in datasets_scored_alone:
            alone = sample_scores(dataset, [model["labels"]], [said["truth"]])[0]
            assert model["score"] == pytest.approx(alone, nan_ok=False)
    for word in sorted(words)[:40]:
        (explained,) = explain_words([word], [explainer]) if "," not in word else [None]
        assert explained is None or details.word(word) == explained.to_dict()
    return texts


@pytest.mark.parametrize("model", ["text-lexicon", "stuffing"])
def test_embedded_samples_are_told_as_the_commands_tell_them(model, tmp_path):
    run_demo(tmp_path / "demo")
    predictions, truth = tmp_path / "demo" / model, tmp_path / "demo" / "labels"
    collection = load_results([predictions], truth, tasks=BUILTIN, missing="zero")
    lines = per_sample_lines(predictions, truth, tmp_path / "rows.jsonl", missing="zero")
    assert len(collection.samples) == len(lines) == 270
    check(collection, lines, range(270))


def test_answers_with_texts_are_told_as_the_commands_tell_them(world, tmp_path):
    collection = load_results([world / "a"], world / "data", tasks=BUILTIN, missing="zero")
    lines = per_sample_lines(world / "a", world / "data", tmp_path / "rows.jsonl", missing="zero")
    assert check(collection, lines, range(40), ["ovmerdplus"]) == 40


def test_real_answers_are_told_as_the_commands_tell_them(shared, tmp_path):
    predictions, truth = shared / "official" / "output", shared / "official" / "dataset"
    collection = load_results([predictions], truth, tasks=BUILTIN, missing="error", checkpoint="last")
    lines = per_sample_lines(predictions, truth, tmp_path / "rows.jsonl", checkpoint="last")
    step = len(collection.samples) // SAMPLES
    places = range(0, step * SAMPLES, step)
    assert check(collection, lines, places) == SAMPLES


def test_a_per_sample_file_is_told_as_it_was_written(world, tmp_path):
    lines = per_sample_lines(world / "b", world / "data", tmp_path / "rows.jsonl", missing="zero")
    collection = load_results([tmp_path / "rows.jsonl"], None, tasks=BUILTIN)
    assert check(collection, lines, range(40)) == 0


def test_costs_are_what_the_score_would_gain(world):
    viewed = load_results([world / "a"], world / "data", tasks=BUILTIN, missing="zero").sets["ovmerdplus"][0]
    rows = [json.loads(line) for line in (world / "a" / "ovmerdplus.jsonl").read_text("utf-8").splitlines()]
    for left_out in (0, 2, 13):
        name = rows[left_out]["name"]
        truth = {r["name"]: viewed.system.scores.true_labels[i] for i, r in enumerate(rows) if r["name"] != name}
        answers = {r["name"]: extract_labels(r["text"]) for r in rows if r["name"] != name}
        without = evaluate({"ovmerdplus": answers}, {"ovmerdplus": truth}, bootstrap=0)["ovmerdplus"].score
        assert viewed.costs[left_out] == pytest.approx(without - viewed.system.scores.score, abs=1e-12)
