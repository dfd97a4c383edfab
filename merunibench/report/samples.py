"""Data frames, for which pandas (the extra `frames`) is needed: of a report, and of the samples behind a score."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from merunibench.data import open_predictions, predictions_in_memory
from merunibench.data.columns import name_column, text_column
from merunibench.errors import InputError
from merunibench.report.machine_readable import records
from merunibench.scoring import SampleScores, Scored
from merunibench.tasks import TaskSet

if TYPE_CHECKING:
    import pandas as pd

    from merunibench.report.report import Report


def report_frame(report: "Report") -> "pd.DataFrame":
    """Return one row per data set, indexed by its id; see `Report.to_frame`.

    Raises:
        InputError: pandas is not installed.
    """
    rows: pd.DataFrame = _pandas().DataFrame(records(report))
    return rows.set_index("dataset")


def frame(scored: Scored, predictions: str | Path | Mapping[str, object] | None = None) -> "pd.DataFrame":
    """Return one row per sample, indexed by name; see `Report.samples`.

    Raises:
        InputError: the score has no samples, the predictions have no text, or pandas is not installed.
    """
    pandas = _pandas()
    if scored.run_samples:
        raise InputError(f"{scored.dataset}: a mean of runs has no samples; evaluate one run")
    scores = scored.samples_scored
    if scores is None:
        raise InputError(f"{scored.dataset}: the report contains no samples; evaluate again")
    rows = list(scores.metric.rows(scores.encoded))
    columns: dict[str, Any] = {}
    if predictions is not None:
        columns["text"] = _texts(predictions, scored, scores)
    if scores.true_labels is not None:
        columns["true_labels"] = [scores.true_labels[place] for place in range(len(scores))]
    if scores.labels is not None:
        columns["labels"] = [
            scores.labels[place] if there else None for place, there in enumerate(scores.present.tolist())
        ]
    columns["present"] = scores.present
    columns |= {key: [row.get(key) for row in rows] for key in dict.fromkeys(key for row in rows for key in row)}
    columns["hits"] = _hits(scores)
    columns["score"] = scores.metric.score(scores.statistics.T)
    found: pd.DataFrame = pandas.DataFrame(columns, index=pandas.Index(scores.names.to_pylist(), name="name"))
    return found


def _pandas() -> Any:  # noqa: ANN401 - the module
    try:
        import pandas as pd
    except ImportError:
        raise InputError("data frames need pandas: pip install 'merunibench[frames]'") from None
    return pd


def _texts(predictions: str | Path | Mapping[str, object], scored: Scored, scores: SampleScores) -> list[str | None]:
    """The raw text of each sample, or None."""
    tasks = TaskSet([scored.task])
    source = (
        predictions_in_memory(predictions, tasks=tasks)
        if isinstance(predictions, Mapping)
        else open_predictions(Path(predictions), dataset=scored.dataset, tasks=tasks)
    )
    if scored.dataset not in source.files or scored.checkpoint not in source.checkpoints(scored.dataset):
        raise InputError(f"{predictions}: no predictions for {scored.dataset}, checkpoint {scored.checkpoint}")
    table = source.table(scored.dataset, scored.checkpoint)
    if "text" not in table.columns:
        raise InputError(f"{table.path}: the predictions for {scored.dataset} contain no text (column 'text')")
    texts = dict(zip(name_column(table).to_pylist(), text_column(table, "text").to_pylist(), strict=True))
    return [texts.get(name) for name in scores.names.to_pylist()]


def _hits(scores: SampleScores) -> list[Any]:
    """For each sample its hits on every wheel, or its hit; None if it is not scored."""
    hits = scores.hits()
    if hits.ndim == 1:
        return [None if hit < 0 else hit for hit in hits.tolist()]
    return [[None if hit < 0 else hit for hit in sample] for sample in np.moveaxis(hits, -1, 0).tolist()]
