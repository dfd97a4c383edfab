"""Additional figures that other papers report: recall per class and UAR, and other conventions for sentiment.

They do not affect the score and its interval.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.protocols import NO_POLARITY
from merunibench.scoring.samples import SampleScores


def further_figures(scores: SampleScores) -> dict[str, Any]:
    """Compute the additional figures of a basic or a sentiment task; empty for other tasks.

    Basic: `recall`, class -> share of its samples that the answer hits, averaged over the wheels on which they count
    (None if they count on no wheel), and `uar`, their mean over classes (unweighted average recall).
    Sentiment: `sentiment_conventions` of positive, neutral and negative answers.
    """
    if scores.task.of_kind.truth == "class" and scores.true_labels is not None:
        recall = _recall(scores)
        known = [value for value in recall.values() if value is not None]
        return {"uar": float(np.mean(known)) if known else None, "recall": recall}
    if scores.task.kind == "sentiment":
        return sentiment_conventions(scores.encoded.truth, scores.encoded.predicted)
    return {}


def sentiment_conventions(truth: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> dict[str, float | None]:
    """Compute binary accuracy and weighted F1 in both conventions, and three-class accuracy; None if nothing counts.

    `has0` splits all samples into negative and non-negative. `non0` excludes truths of exactly 0 and splits the others
    into positive and not positive, so that a neutral answer counts as negative: the official WAF and accuracy. The
    three classes are negative, exactly 0, and positive. A missing answer is always wrong. Source: the evaluation of
    MMSA (https://github.com/thuiar/MMSA).

    Args:
        truth: True sentiment, shape (N,).
        predicted: Polarity: 1, 0, -1, or `NO_POLARITY` without an answer; shape (N,).
    """
    missing = predicted == NO_POLARITY
    signed, rated = truth != 0, np.sign(truth) == predicted
    has0 = _two_classes(truth >= 0, np.where(missing, truth < 0, predicted >= 0))
    non0 = _two_classes((truth > 0)[signed], np.where(missing, truth < 0, predicted > 0)[signed])
    return {
        "has0_accuracy": has0[0],
        "has0_f1": has0[1],
        "non0_accuracy": non0[0],
        "non0_f1": non0[1],
        "three_class_accuracy": float((rated & ~missing).mean()) if len(truth) else None,
    }


def _two_classes(truth: npt.NDArray[np.bool_], guess: npt.NDArray[np.bool_]) -> tuple[float | None, float | None]:
    """Compute accuracy, and the F1 of both classes weighted by support."""
    if not len(truth):
        return None, None
    f1 = 0.0
    for each in (False, True):
        support, hits = (truth == each).sum(), ((truth == each) & (guess == each)).sum()
        both = support + (guess == each).sum()
        f1 += float(support * 2 * hits / both) if both else 0.0
    return float((truth == guess).mean()), f1 / len(truth)


def _recall(scores: SampleScores) -> dict[str, float | None]:
    """Compute the recall of each class that occurs, in the data set's order."""
    labels = scores.true_labels
    if labels is None or not len(labels.codes):
        return {}
    codes = labels.codes[labels.offsets[labels.rows]]
    hits = np.atleast_2d(scores.hits())
    found: dict[str, float | None] = {}
    order = {name: place for place, name in enumerate(scores.task.classes)}
    for word in sorted(set(labels.vocabulary), key=lambda word: (order.get(word, len(order)), word)):
        members = hits[:, np.isin(codes, [code for code, each in enumerate(labels.vocabulary) if each == word])]
        on_wheels = [float((row[row >= 0] > 0).mean()) for row in members if (row >= 0).any()]
        if members.shape[1]:
            found[word] = float(np.mean(on_wheels)) if on_wheels else None
    return found
