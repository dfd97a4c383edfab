"""What constant answers of growing length are paid, on the label lists of a real data set (docs/rewards.md)."""

import csv
from collections import Counter
from statistics import fmean

import pytest

from merunibench.labels import parse_label_field
from merunibench.rewards import WheelReward

# labels: precision, recall, F; strict F of four words and nonsense; F with p2, with p3
PAID = {
    2: (0.380, 0.523, 0.422, 0.422, 0.420, 0.421),
    6: (0.342, 0.729, 0.448, 0.269, 0.256, 0.292),
    12: (0.287, 0.984, 0.431, 0.130, 0.128, 0.207),
    40: (0.280, 0.989, 0.423, 0.038, 0.038, 0.137),
    160: (0.257, 1.000, 0.397, 0.010, 0.009, 0.094),
}
MEASURED_FIRST = {
    2: (0.383, 0.526, 0.425, 0.425, 0.423, 0.423),
    6: (0.344, 0.730, 0.449, 0.271, 0.257, 0.293),
    12: (0.288, 0.981, 0.431, 0.131, 0.128, 0.208),
    40: (0.280, 0.986, 0.423, 0.039, 0.038, 0.138),
    160: (0.257, 0.997, 0.397, 0.010, 0.009, 0.094),
}
"""The same under the first builtin lexicon."""


@pytest.fixture(scope="module")
def truths(shared):
    with (shared / "official" / "ovmerd" / "ovlabel.csv").open(encoding="utf-8", newline="") as stream:
        lists = [parse_label_field(row["openset"]) for row in csv.DictReader(stream)]
    return [labels for labels in lists if labels]


def paid(truths, answer, figure="f", **options):
    values = WheelReward(figure, **options).of_labels([answer] * len(truths), truths)
    return fmean(value for value in values if value is not None)


@pytest.mark.parametrize("labels", PAID)
def test_what_constant_answers_are_paid(truths, labels):
    frequent = [word for word, _ in Counter(word.lower() for truth in truths for word in truth).most_common(labels)]
    nonsense = [f"zqx{number}" for number in range(labels - 4)]
    official = {"protocol": "official"}
    found = (
        paid(truths, frequent, "precision", **official),
        paid(truths, frequent, "recall", **official),
        paid(truths, frequent, **official),
        paid(truths, [*frequent[:4], *nonsense]),
        paid(truths, frequent, penalty="p2", **official),
        paid(truths, frequent, penalty="p3", **official),
    )
    assert len(truths) == 332
    assert found == pytest.approx(PAID[labels], abs=5.1e-4)
    assert found == pytest.approx(MEASURED_FIRST[labels], abs=4e-3)
    # Nonsense costs nothing under the official protocol.
    assert paid(truths, [*frequent[:4], *nonsense], **official) == pytest.approx(0.4221, abs=5e-4)
