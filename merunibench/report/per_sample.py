"""The scores of single samples as JSON Lines: what was hit where, and enough to compare two systems.

A row holds, for each of the five wheels, the sectors of the truth and of the prediction and the number of hits (null
where the sample does not count). It needs neither the labels of the data set nor the lexicon to be compared with
another system's: `compare` reads these files.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from merunibench.files import open_atomic
from merunibench.metrics import ElementSets
from merunibench.report.report import DatasetResult, Report

if TYPE_CHECKING:
    from merunibench.evaluation.scoring import SampleScores

NEUTRAL = "neutral"
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
    details = _sentiment(scores) if scores.labels is None else _sector_sets(scores)
    for name, detail in zip(scores.truth.names.to_pylist(), details, strict=True):
        yield {
            "model": model,
            "dataset": result.dataset,
            "name": name,
            "checkpoint": result.checkpoint,
            **detail,
            "signature": str(result.signature),
        }


def _sector_sets(scores: "SampleScores") -> Iterator[dict[str, Any]]:
    true, predicted, names = scores.true, scores.predicted, scores.sectors_of_wheels
    basic = scores.truth.task.kind == "basic"
    for index, hits in enumerate(scores.hits().T):
        yield {
            "truth": _sectors(true, index, names),
            "predicted": _sectors(predicted, index, names),
            "hits": [None if hit < 0 else int(hit) for hit in hits],
            **_unknown(true, predicted, index),
            "labels": scores.labels[index] if scores.labels is not None and scores.present[index] else None,
            **({"category": scores.truth.labels[index][0]} if basic and scores.truth.labels is not None else {}),
        }


def _sentiment(scores: "SampleScores") -> Iterator[dict[str, Any]]:
    for value, polarity, there, hit in zip(scores.true, scores.predicted, scores.present, scores.hits(), strict=True):
        yield {
            "truth": float(value),
            "predicted": POLARITY_WORDS[int(polarity)] if there else None,
            "hits": None if hit < 0 else int(hit),
        }


def _unknown(true: Any, predicted: Any, sample: int) -> dict[str, Any]:  # noqa: ANN401 - masks or element sets
    """Under `strict`, the words that no wheel knows: they count on every wheel."""
    if not isinstance(true, ElementSets):
        return {}
    return {"unknown": {"truth": true.words_of(sample), "predicted": predicted.words_of(sample)}}


def _sectors(sets: Any, sample: int, names: tuple[tuple[str, ...], ...]) -> list[list[str]]:  # noqa: ANN401
    """The sectors of one sample on each wheel; under `strict`, `neutral` is one."""
    masks = sets.sectors if isinstance(sets, ElementSets) else sets
    return [_names(masks[wheel, sample], sectors) for wheel, sectors in enumerate(names)]


def _names(mask: np.unsignedinteger[Any], names: tuple[str, ...]) -> list[str]:
    bits: npt.NDArray[np.uint8] = np.unpackbits(np.array([mask], "<u8").view(np.uint8), bitorder="little")
    return [names[bit] if bit < len(names) else NEUTRAL for bit in np.flatnonzero(bits)]
