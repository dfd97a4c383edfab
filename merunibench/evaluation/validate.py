"""Report what predictions contain, and find everything that scoring would refuse, all at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.data import (
    Account,
    Arrangement,
    GroundTruth,
    Predictions,
    PredictionSource,
    Table,
    find_labels,
    find_truth,
    load_truth,
    open_predictions,
)
from merunibench.data.cells import with_columns
from merunibench.data.columns import name_column
from merunibench.data.predictions import predictions_from_table
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.report.validation import FileFound, Validation
from merunibench.scoring import Missing, align, refuse_mixed_origins, refuse_silence
from merunibench.tasks import Task, TaskSet, as_task_set


def validate(  # noqa: PLR0913 - options of `merunibench validate`
    predictions: str | Path,
    data_root: str | Path | None = None,
    *,
    datasets: str | Sequence[str] | None = None,
    model: str | None = None,
    missing: Missing = "error",
    max_bytes: int = DEFAULT_MAX_BYTES,
    columns: Mapping[str, str] | None = None,
    name_regex: str | None = None,
    tasks: TaskSet | Iterable[Task | str | Path] = (),
) -> Validation:
    """Report what predictions contain without scoring them.

    Args:
        predictions: As for `evaluate`, as files.
        data_root: The folder with the ground truth, to check names; None to check only the files themselves.
        datasets: Data set or data sets to validate; by default all.
        model: Model folder to validate, if `predictions` contains several.
        missing: As for `evaluate`: how samples without a prediction would be treated.
        max_bytes: Largest size in bytes that a compressed file may unpack to.
        columns: As for `evaluate`.
        name_regex: As for `evaluate`.
        tasks: As for `evaluate`: data sets of your own.

    Raises:
        InputError: there are no predictions or no ground truth. Problems of files are in the result.
    """
    known = as_task_set(tasks)
    wanted = [known.get_task(name).id for name in ([datasets] if isinstance(datasets, str) else datasets or ())]
    only = wanted[0] if len(wanted) == 1 else None
    source = open_predictions(
        Path(predictions),
        dataset=only,
        model=model,
        max_bytes=max_bytes,
        arrangement=Arrangement(columns or {}, name_regex),
        tasks=known,
    )
    # Own data sets may name their labels, so names are checked against those even if no folder is given.
    checks_names = data_root is not None or bool(find_labels(None, known))
    labels = find_truth(None if data_root is None else Path(data_root), known) if checks_names else {}
    problems = [f"{name}: no predictions" for name in wanted if name not in source.files]
    problems += [f"{name}: no ground truth" for name in wanted if checks_names and name not in labels]
    found: list[FileFound] = []
    unlabelled = []
    for name in known.in_order([name for name in wanted or source.files if name in source.files]):
        truth, problem = _truth(known[name], labels.get(name), max_bytes)
        problems += [problem] if problem else []
        if checks_names and name not in labels and not wanted:
            unlabelled.append(f"{name}: not scored, it has no ground truth")
        held = {stem: _look(source, known[name], stem, truth, missing) for stem in source.checkpoints(name)}
        found += [file for file, _ in held.values()]
        problems += _mixed(name, {stem: made for stem, (_, made) in held.items() if made is not None})
    if checks_names and len(unlabelled) == len({each.dataset for each in found}):
        problems.append("no data set has both predictions and ground truth")
    return Validation(source.model, tuple(found), tuple(problems), (*source.remarks, *unlabelled))


def _truth(task: Task, labels: Path | None, max_bytes: int) -> tuple[GroundTruth | None, str | None]:
    """Return the ground truth of a data set, or why it cannot be read; neither without labels."""
    if labels is None:
        return None, None
    try:
        return load_truth(task, labels, max_bytes=max_bytes), None
    except InputError as error:
        return None, str(error)


def _look(
    source: PredictionSource, task: Task, checkpoint: str, truth: GroundTruth | None, missing: Missing
) -> tuple[FileFound, Predictions | None]:
    """Return what one file contains, and its predictions if they can be read."""
    try:
        table = source.table(task.id, checkpoint, full=False)
    except InputError as error:
        return FileFound(task.id, task.title, checkpoint, None, problems=(str(error),)), None
    problems: list[str] = []
    found = FileFound(task.id, task.title, checkpoint, str(table.path), rows=table.num_rows)
    try:
        names = name_column(table)
    except InputError as error:
        # Continue with row numbers as names.
        problems, names = [str(error)], None
        numbers = pa.array(np.arange(table.num_rows)).cast(pa.large_string())
        table = with_columns(
            table, {"name": pc.utf8_lpad(numbers, 12, "0")}
        )  # sorted, so they are quickly found to be distinct
    if names is not None and truth is not None:
        matched = int(np.asarray(pc.is_in(truth.names, value_set=names)).sum())
        found = replace(found, matched=matched, missing=len(truth) - matched, extra=len(names) - matched)
    made = _read(table, task, problems)
    remarks = table.remarks
    if made is not None and made.account is not None:
        found, remarks = replace(found, answers=made.account), (*remarks, *made.remarks)
        problems += _refusals(made, made.account, truth if names is not None else None, missing)
    return replace(found, problems=tuple(problems), warnings=remarks), made if not problems else None


def _read(table: Table, task: Task, problems: list[str]) -> Predictions | None:
    try:
        return predictions_from_table(table, task, Rules())
    except InputError as error:
        problems.append(str(error))
        return None


def _refusals(made: Predictions, account: Account, truth: GroundTruth | None, missing: Missing) -> list[str]:
    """Return why scoring would refuse predictions that can be read."""
    said = []
    without = account.failed + account.missing
    if truth is None and without and missing == "error":
        said.append(
            f"{made.where}: {account.failed} rows are marked as failed and {account.missing} contain no answer; "
            "predict them, or choose --missing zero (count as wrong) or --missing skip (leave out)"
        )
    elif truth is None and without == account.rows:
        said.append(f"{made.where}: no row contains an answer, so there is nothing to score")
    try:
        if truth is not None:
            align(truth, made, missing)
        refuse_silence(made, missing)
    except InputError as error:
        said.append(str(error))
    return said


def _mixed(dataset: str, made: dict[str, Predictions]) -> list[str]:
    """Return why the best checkpoint, which scoring uses by default, could not be chosen."""
    try:
        refuse_mixed_origins(dataset, {stem: (each.labels_from, each.polarity_from) for stem, each in made.items()})
    except InputError as error:
        return [str(error)]
    return []
