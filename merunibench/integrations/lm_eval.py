"""Functions for the task folders of lm-evaluation-harness and lmms-eval that `merunibench integrations write` writes.

This module imports neither harness.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.integrations.figures import Kept, kept, report_of

METRIC = "mer_score"
"""Name of the metric in the harnesses."""

_MOST_BYTES = 1 << 28


def read_documents(folder: Path, dataset: str) -> list[dict[str, Any]]:
    """Return the samples of a task folder, one document each: name, question, truth, and path of the clip.

    Raises:
        InputError: the folder has no such samples.
    """
    path = folder / f"{dataset}.jsonl"
    try:
        return [json.loads(line) for line in read_plain(path, _MOST_BYTES).decode("utf-8").splitlines()]
    except ValueError as error:
        raise InputError(f"{path}: was changed after merunibench wrote it; write the folder again") from error


def documents(folder: Path, dataset: str, **_: Any) -> dict[str, Any]:  # noqa: ANN401 - what a harness adds
    """Return the documents as a `datasets.Dataset` by split, for `custom_dataset` of lm-evaluation-harness."""
    import datasets

    return {"test": datasets.Dataset.from_list(read_documents(folder, dataset))}


def process_results(
    document: Mapping[str, Any], results: Sequence[Any], settings: Mapping[str, Any]
) -> dict[str, Kept]:
    """Return the answer to one sample, in the form that `aggregate` needs.

    Raises:
        InputError: there are several answers.
    """
    if len(results) != 1:
        raise InputError(f"{document['name']}: {len(results)} answers for one sample; keep one")
    text = results[0] if isinstance(results[0], str) else None
    return {METRIC: kept(document["dataset"], document["name"], text, json.loads(document["truth"]), settings)}


def aggregate(samples: Sequence[Kept], *_: Any) -> float:  # noqa: ANN401 - what a harness adds
    """Return the score of the data set as computed by `merunibench.evaluate`, a formula over sums of all samples."""
    return float(report_of(samples).datasets[0].score)
