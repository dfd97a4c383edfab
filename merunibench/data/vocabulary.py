"""Count how often predictions use each label, over all data sets and checkpoints, to weight lexicon words."""

from collections import Counter
from pathlib import Path

from merunibench.data.columns import label_column
from merunibench.data.discovery import PredictionSource, open_predictions
from merunibench.errors import InputError
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.tasks import BUILTIN, TaskSet


def read_usage(
    path: Path,
    *,
    dataset: str | None = None,
    model: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    tasks: TaskSet = BUILTIN,
) -> dict[str, int]:
    """Return the label usage of the predictions below a path; arguments and errors as for `open_predictions`."""
    return label_usage(open_predictions(path, dataset=dataset, model=model, max_bytes=max_bytes, tasks=tasks))


def label_usage(source: PredictionSource) -> dict[str, int]:
    """Return normalised label -> how often it occurs in predictions; each checkpoint is counted.

    Sentiment data sets are included if they have labels in addition to the polarity; files without labels are ignored.

    Args:
        source: The predictions (`open_predictions`).

    Raises:
        UnsafeFileError: a file would run code or fill the memory.
        InputError: a file is broken, or no file contains labels.
    """
    counts: Counter[str] = Counter()
    seen = False
    for dataset, checkpoints in source.files.items():
        for checkpoint in checkpoints:
            table = source.table(dataset, checkpoint, full=False)
            if "labels" not in table.columns:
                table = source.table(dataset, checkpoint)
            if "labels" not in table.columns:
                continue
            seen = True
            lists = label_column(table, "labels")
            counts.update(dict(zip(lists.vocabulary, lists.label_counts().tolist(), strict=True)))
    if not seen:
        raise InputError(f"{source.model}: no labels in the predictions for {', '.join(source.files)}")
    return dict(counts)
