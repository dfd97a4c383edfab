"""The torchmetrics class gives the figure of `evaluate`, in parts and merged."""

import pickle
import random

import pytest

import merunibench
from merunibench.integrations.torchmetrics import OfficialScore

WORDS = ["happy", "sad", "angry", "calm", "worried", "xylophone", "neutral"]


@pytest.mark.parametrize(("kind", "dataset"), [("basic", "meld"), ("fine-grained", "ovmerdplus")])
def test_counts_of_two_ranks_give_the_score_of_evaluate(kind, dataset):
    draw = random.Random(0)
    answers = [draw.sample(WORDS, draw.randint(0, 3)) for _ in range(200)]
    classes = ["joy", "sadness", "anger", "fear", "neutral"]
    truths = [[draw.choice(classes)] if kind == "basic" else draw.sample(WORDS[:5], 2) for _ in range(200)]
    parts = [OfficialScore(kind), OfficialScore(kind)]
    for row in range(0, 200, 10):
        parts[row % 20 == 0].update(answers[row : row + 10], truths[row : row + 10])
    whole = pickle.loads(pickle.dumps(parts[0]))
    whole.merge_state(parts[1])
    names = [str(row) for row in range(200)]
    labels = [labels[0] for labels in truths] if kind == "basic" else truths
    report = merunibench.evaluate(
        {dataset: dict(zip(names, answers, strict=True))}, {dataset: dict(zip(names, labels, strict=True))}, bootstrap=0
    )
    assert whole.compute().item() == pytest.approx(report[dataset].score, abs=1e-7)
    assert 0.2 < report[dataset].score < 0.9
