"""Text classifiers trained here on real human labels, as a crowd: nearly what the votes kept as files gave."""

import csv
import json

import numpy as np
import pytest

from merunibench.curation.crowd import Crowd
from merunibench.curation.crowd.classifiers.saved import vote_rows, write_votes
from merunibench.curation.crowd.classifiers.text import fit
from merunibench.data import read_table
from merunibench.data.columns import label_column, name_column
from merunibench.lexicon import load_lexicon
from merunibench.protocols import OFFICIAL
from merunibench.tasks import TASKS

# Source -> folder, labels, corpora, data set whose classes they are, column of the texts.
SOURCES = {
    "mer2023-zh": ("mer2023-dataset-process", "label-6way.npz", ("train_corpus",), "mer2023", "chinese"),
    "mer2023-en": ("mer2023-dataset-process", "label-6way.npz", ("train_corpus",), "mer2023", "english"),
    "meld-en": ("meld-process", "label.npz", ("train_corpus", "val_corpus"), "meld", "english"),
    "iemocap-en": ("iemocap-process", "label_4way.npz", ("whole_corpus",), "iemocapfour", "english"),
}


def subtitles(folder):
    with (folder / "transcription-engchi-polish.csv").open(encoding="utf-8", newline="") as stream:
        return {row["name"]: row for row in csv.DictReader(stream)}


@pytest.mark.slow
def test_a_crowd_trained_on_texts_alone(shared, tmp_path):
    root, ovmerd = shared / "official" / "nine" / "dataset", shared / "official" / "ovmerd"
    truth = read_table(ovmerd / "ovlabel.csv")
    names = name_column(truth).to_pylist()
    clips = subtitles(root / "mer2023-dataset-process")
    for source, (folder, file, corpora, task, column) in SOURCES.items():
        said, texts, labels = subtitles(root / folder), [], []
        for corpus in corpora:
            for name, value in np.load(root / folder / file, allow_pickle=True)[corpus].item().items():
                if name not in names:
                    emotion = value["emo"]
                    labels.append(emotion if isinstance(emotion, str) else TASKS[task].classes[emotion])
                    texts.append(said[name][column])
        classifier = fit(texts, labels, "characters" if column == "chinese" else "words", source)
        judged = classifier.probabilities([clips[name][column] for name in names])
        votes = list(vote_rows(names, classifier.classes, judged))
        path = shared / "official" / "curate" / "votes" / f"{source}.jsonl"
        there = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        known = {row["name"]: row["label"] for row in there}
        agreeing = [row["label"] == known[row["name"]] for row in votes if row["label"] is not None]
        # Where a text holds nothing known, ours abstains and those kept as files do not.
        assert 300 < len(agreeing) < 332
        assert np.mean(agreeing) > 0.98
        write_votes(tmp_path / f"{source}.jsonl", votes)
    lexicon = load_lexicon(shared / "official" / "emotion_wheel" / "mer2025")
    table = read_table(ovmerd / "predictions" / "Chat-UniVi" / "nosubtitle-addsub" / "ovmerd.jsonl")
    described, labels = name_column(table), label_column(table, "labels")
    crowd = Crowd.load([tmp_path], lexicon=lexicon)
    verdicts = crowd.emotion(described, labels).verdicts
    place = {name: row for row, name in enumerate(names)}
    true = label_column(truth, "openset").replace_empty(("neutral",))
    true = true.take(np.array([place[name] for name in described.to_pylist()]))
    metric = OFFICIAL["fine-grained"]
    statistics = metric.statistics(lexicon.sector_sets(true), lexicon.sector_sets(labels))
    kept, dropped = (float(metric.score(statistics[:, verdicts == verdict].sum(axis=1))) for verdict in (1, 0))
    assert int((verdicts == 1).sum()) == pytest.approx(82, abs=5)
    assert kept == pytest.approx(0.7374, abs=0.02)
    assert kept - dropped > 0.15
