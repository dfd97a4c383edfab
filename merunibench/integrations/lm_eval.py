"""What the task folders of lm-evaluation-harness and lmms-eval call; `merunibench integrations write` makes them.

Imports neither harness.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.integrations.figures import Kept, kept, report_of

METRIC = "mer_score"
"""What the harnesses call the metric."""

_MOST_BYTES = 1 << 28


def read_documents(folder: Path, dataset: str) -> list[dict[str, Any]]:
    """The samples of a task folder, one document each: name, question, truth, and where the clip lies.

    Raises:
        InputError: the folder has no such samples.
    """
    path = folder / f"{dataset}.jsonl"
    try:
        return [json.loads(line) for line in read_plain(path, _MOST_BYTES).decode("utf-8").splitlines()]
    except ValueError as error:
        raise InputError(f"{path}: is not as merunibench wrote it; write the folder again") from error


def documents(folder: Path, dataset: str, **_: Any) -> dict[str, Any]:  # noqa: ANN401 - what a harness adds
    """The documents as a `datasets.Dataset` by split, as lm-evaluation-harness' `custom_dataset` gives them."""
    import datasets

    return {"test": datasets.Dataset.from_list(read_documents(folder, dataset))}


def process_results(
    document: Mapping[str, Any], results: Sequence[Any], settings: Mapping[str, Any]
) -> dict[str, Kept]:
    """What is kept of one sample: its answer, for `aggregate`.

    Raises:
        InputError: there are several answers.
    """
    if len(results) != 1:
        raise InputError(f"{document['name']}: {len(results)} answers to one sample; keep one")
    text = results[0] if isinstance(results[0], str) else None
    return {METRIC: kept(document["dataset"], document["name"], text, json.loads(document["truth"]), settings)}


def aggregate(samples: Sequence[Kept], *_: Any) -> float:  # noqa: ANN401 - what a harness adds
    """The score of the data set: a formula over the sums of all samples, as `merunibench.evaluate` gives it."""
    return float(report_of(samples).datasets[0].score)
