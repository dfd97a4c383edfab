"""Cross-validation by folds that share no group, and its results."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.crowd.classifiers.labelled import Labelled
from merunibench.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BINS = 10


def group_folds(groups: Sequence[str], folds: int, seed: int) -> IntArray:
    """Assign samples to folds, shape (N,): groups go to the smallest fold, largest first, in random order.

    Raises:
        InputError: there are fewer groups than folds, or fewer than two folds.
    """
    distinct, codes, sizes = np.unique(np.array(groups), return_inverse=True, return_counts=True)
    if folds < 2 or len(distinct) < folds:
        raise InputError(
            f"{len(distinct)} groups cannot be divided into {folds} folds; choose 2 to {len(distinct)} folds"
        )
    order = np.random.default_rng(seed).permutation(len(distinct))
    order = order[np.argsort(-sizes[order], kind="stable")]
    of_group, filled = np.empty(len(distinct), np.int64), np.zeros(folds, np.int64)
    for group in order.tolist():
        fold = int(filled.argmin())
        of_group[group] = fold
        filled[fold] += sizes[group]
    return of_group[codes]


def check_folds(labelled: Labelled, folds: IntArray) -> None:
    """Refuse labels for which some training part would lack a class.

    Raises:
        InputError: there is only one class, or a class occurs in a single fold.
    """
    classes, labels = labelled.classes, np.array(labelled.labels)
    if len(classes) < 2:
        raise InputError(f"{labelled.path}: all labels are {classes[0]!r}; a classifier needs two classes")
    for name in classes:
        held = np.unique(folds[labels == name])
        if len(held) < 2:
            raise InputError(
                f"{labelled.path}: class {name!r} ({int((labels == name).sum())} samples) occurs in a single fold, so "
                "that it cannot be validated; leave it out, add samples of other groups, or choose another --seed"
            )


def validation(labelled: Labelled, probabilities: FloatArray) -> dict[str, Any]:
    """Evaluate out-of-fold probabilities: accuracy, macro F1, scores per class, confusion, calibration.

    Args:
        labelled: The samples.
        probabilities: Probability of each class, in the order of `Labelled.classes`, by the fold that did not see the
            sample; shape (N, K), NaN for samples without input. At least one sample must have input.
    """
    classes, judged = labelled.classes, ~np.isnan(probabilities).any(axis=1)
    truth = np.array([classes.index(label) for label in labelled.labels])[judged]
    probabilities = probabilities[judged]
    guess = probabilities.argmax(axis=1)
    confusion = np.zeros((len(classes), len(classes)), int)
    np.add.at(confusion, (truth, guess), 1)
    return {
        "n": len(truth),
        "not_judged": int((~judged).sum()),
        "accuracy": float((truth == guess).mean()),
        "macro_f1": macro_f1(confusion),
        "per_class": {
            name: {
                "n": int(confusion[index].sum()),
                "precision": _over(confusion[index, index], confusion[:, index].sum()),
                "recall": _over(confusion[index, index], confusion[index].sum()),
            }
            for index, name in enumerate(classes)
        },
        "confusion": {"classes": list(classes), "rows_are_truth": confusion.tolist()},
        "calibration": calibration(probabilities.max(axis=1), truth == guess),
    }


def macro_f1(confusion: npt.NDArray[np.integer[Any]]) -> float:
    """Return the mean F1 of the classes of a confusion matrix, truths in rows; classes that do not occur have 0."""
    hits, sums = np.diag(confusion), confusion.sum(axis=0) + confusion.sum(axis=1)
    return float(np.divide(2.0 * hits, sums, out=np.zeros(len(hits)), where=sums > 0).mean())


def calibration(confidence: FloatArray, right: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return the expected calibration error and its bins, each with mean confidence and accuracy.

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    bins = []
    for number in range(_BINS):
        held = place == number
        if held.any():
            sure, accuracy = float(confidence[held].mean()), float(right[held].mean())
            bins.append({"n": int(held.sum()), "confidence": sure, "accuracy": accuracy})
    error = sum(each["n"] * abs(each["confidence"] - each["accuracy"]) for each in bins) / len(right)
    return {"expected_error": error, "bins": bins}


def _over(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None
