"""Match predictions with ground-truth samples by name, and find missing ones."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, short_repr
from merunibench.data import GroundTruth, Predictions
from merunibench.errors import InputError
from merunibench.protocols import NO_POLARITY, Samples
from merunibench.scoring.name_hints import name_hint

Missing = Literal["error", "zero", "skip"]
"""How to handle samples without a prediction: raise an error, count as wrong, or exclude."""

_LISTED = 10
_Mask = npt.NDArray[np.bool_]


class Aligned(NamedTuple):
    """The samples of a data set with their predictions.

    Attributes:
        truth: The ground truth to score against: all samples, or under `skip` those with a prediction.
        samples: Truth and answer of each sample.
        missing: Number of ground-truth samples without a prediction, or whose row contains no answer.
        failed: Number of samples whose prediction is marked as failed.
        extra: Number of predictions whose name is not in the ground truth; they are ignored.
        remarks: Hints on names that would match if they were written differently.
    """

    truth: GroundTruth
    samples: Samples
    missing: int
    failed: int
    extra: int
    remarks: tuple[str, ...] = ()


def align(truth: GroundTruth, predictions: Predictions, policy: Missing) -> Aligned:
    """Match predictions with the ground truth by name.

    Raises:
        InputError: Predictions are missing under `error`, belong to another data set, or there are none.
    """
    rows, missing, failed, extra = _rows(truth, predictions, policy)
    hint = name_hint(truth.names, predictions.names) if missing and extra else ""
    remarks = (f"{missing} samples have no prediction with their name{hint}",) if hint else ()
    if (rows < 0).all():
        raise InputError(f"{predictions.where}: no sample of {truth.task.id} has a prediction: nothing to score")
    if policy == "skip" and (rows < 0).any():
        truth, rows = truth.subset(np.flatnonzero(rows >= 0)), rows[rows >= 0]
    samples = Samples(
        kind=truth.task.of_kind,
        present=rows >= 0,
        true_labels=truth.labels,
        labels=None if predictions.labels is None else predictions.labels.take(rows),
        values=truth.values,
        polarity=None if predictions.polarity is None else _polarity(predictions.polarity, rows),
        numbers=None if predictions.numbers is None else predictions.numbers[rows],
    )
    return Aligned(truth, samples, missing, failed, extra, remarks)


def refuse_silence(predictions: Predictions, policy: Missing) -> None:
    """Reject predictions with mostly empty answers, which usually means that they were not read correctly.

    Raises:
        InputError: More than half of the answers give no label, and the policy is not `zero`.
    """
    refusal = predictions.account.refusal() if predictions.account and policy != "zero" else None
    if refusal:
        raise InputError(f"{predictions.where}: {refusal}")


def _polarity(given: npt.NDArray[np.int8], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    return np.where(rows < 0, NO_POLARITY, given[rows]).astype(np.int8)


def _rows(truth: GroundTruth, predictions: Predictions, policy: Missing) -> tuple[npt.NDArray[np.int64], int, int, int]:
    """Return the row of each sample's prediction, -1 for none, shape (N,), and the missing, failed and extra counts."""
    if truth.names.equals(predictions.names):
        rows = np.arange(len(truth))
    else:
        found = pc.index_in(truth.names, value_set=predictions.names)
        rows = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    absent = rows < 0
    matched = len(rows) - int(absent.sum())
    extra = len(predictions.names) - matched
    if 10 * matched < min(len(rows), len(predictions.names)):
        raise InputError(
            f"{predictions.where}: only {matched} of its {len(predictions.names)} sample names (such as "
            f"{short_repr(predictions.names[0].as_py())}) are in the ground truth of {truth.task.id} (such as "
            f"{short_repr(truth.names[0].as_py())})"
            f"{name_hint(truth.names, predictions.names) or ': are these predictions of another data set?'}"
        )
    failed = predictions.failed[rows] & ~absent
    empty = np.zeros(len(rows), bool) if predictions.unanswered is None else predictions.unanswered[rows] & ~absent
    if policy == "error" and (absent | empty | failed).any():
        raise InputError(_missing_message(truth, predictions, absent, empty, failed))
    return np.where(failed | empty, -1, rows), int((absent | empty).sum()), int(failed.sum()), extra


def _missing_message(truth: GroundTruth, predictions: Predictions, absent: _Mask, empty: _Mask, failed: _Mask) -> str:
    answer = truth.task.of_kind.answer
    masks = {
        "have no prediction": absent,
        f"have a row that contains neither {answer} nor text": empty,
        "are marked as failed": failed,
    }
    parts = [
        f"{int(mask.sum())} of {len(truth)} samples of {truth.task.id} {what}: {_first_names(truth.names, mask)}"
        for what, mask in masks.items()
        if mask.any()
    ]
    advice = "predict them, or choose --missing zero (count as wrong) or --missing skip (leave out)"
    if empty.any():
        meant = {"labels": "[]", "polarity": "neutral"}.get(answer)
        if meant:
            advice = f"predict them, write {meant} if that is the answer{advice.removeprefix('predict them')}"
    hint = name_hint(truth.names, predictions.names) if absent.any() else ""
    return f"{predictions.where}: {'; '.join(parts)}; {advice}{hint}"


def _first_names(names: pa.Array, mask: _Mask) -> str:
    chosen: list[str] = names.take(pa.array(np.flatnonzero(mask)[: _LISTED + 1])).to_pylist()
    return listed(chosen, _LISTED)
