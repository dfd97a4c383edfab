"""The scores of single samples as JSON Lines: what was hit where, and enough to compare two systems.

A row holds, for each of the five wheels, the sectors of the truth and of the prediction and the number of hits (null
where the sample does not count). It needs neither the labels of the data set nor the lexicon to be compared with
another system's: `compare` reads these files.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.files import open_atomic
from merunibench.report.report import DatasetResult, Report

POLARITY_WORDS = {1: "positive", 0: "neutral", -1: "negative"}


def write(report: Report, path: Path) -> None:
    """Write one row a sample of every data set of the report.

    Raises:
        InputError: the file cannot be written.
        ValueError: the report holds no per-sample scores.
    """
    with open_atomic(path, "w") as file:
        for result in report.datasets:
            for row in rows(result, report.model):
                file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")


def rows(result: DatasetResult, model: str) -> Iterator[dict[str, Any]]:
    """The rows of one data set, in the order of the ground truth."""
    scores = result.samples_scored
    if scores is None:
        raise ValueError(f"the result on {result.dataset} holds no per-sample scores")
    details = _sentiment(result) if scores.labels is None else _sector_sets(result)
    for name, detail in zip(scores.truth.names.to_pylist(), details, strict=True):
        yield {
            "model": model,
            "dataset": result.dataset,
            "name": name,
            "checkpoint": result.checkpoint,
            **detail,
            "signature": result.signature.metric_part,
        }


def _sector_sets(result: DatasetResult) -> Iterator[dict[str, Any]]:
    scores = result.samples_scored
    if scores is None or scores.labels is None:
        return
    names = scores.sectors_of_wheels
    for index in range(len(scores.truth)):
        true, predicted = scores.true[:, index], scores.predicted[:, index]
        yield {
            "truth": [_sectors(mask, wheel) for mask, wheel in zip(true, names, strict=True)],
            "predicted": [_sectors(mask, wheel) for mask, wheel in zip(predicted, names, strict=True)],
            "hits": [
                int(hit) if mask else None for hit, mask in zip(np.bitwise_count(true & predicted), true, strict=True)
            ],
            "labels": scores.labels[index] if scores.present[index] else None,
        }


def _sentiment(result: DatasetResult) -> Iterator[dict[str, Any]]:
    scores = result.samples_scored
    if scores is None:
        return
    for value, polarity, present in zip(scores.true, scores.predicted, scores.present, strict=True):
        hit = int((value > 0) == (polarity > 0)) if value else None
        yield {
            "truth": float(value),
            "predicted": POLARITY_WORDS[int(polarity)] if present else None,
            "hits": hit,
        }


def _sectors(mask: np.unsignedinteger[Any], names: tuple[str, ...]) -> list[str]:
    bits: npt.NDArray[np.uint8] = np.unpackbits(np.array([mask], "<u8").view(np.uint8), bitorder="little")
    return [names[bit] for bit in np.flatnonzero(bits)]
