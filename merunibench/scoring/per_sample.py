"""Write and read per-sample files with one row per sample; `per_sample_formats` handles CSV and Parquet.

A row contains the truth and the answer as the metric sees them (for each wheel, the names of the sectors), the hits
(null if the sample does not count), and the signature of the score. Two systems can be compared by such files alone,
without the labels of the data set and the lexicon.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import pyarrow as pa

from merunibench.data import Table, read_table
from merunibench.errors import InputError
from merunibench.files import open_atomic, open_plain
from merunibench.protocols import PROTOCOLS, protocol_signed
from merunibench.scoring.per_sample_formats import (
    as_json_cells,
    looks_written,
    without_json_cells,
    write_csv,
    write_parquet,
)
from merunibench.scoring.samples import SampleScores
from merunibench.scoring.scored import Scored
from merunibench.signature import Signature
from merunibench.tasks import BUILTIN, Task, TaskSet

_COLUMNS = ("model", "dataset", "name", "checkpoint", "truth", "predicted", "signature")
_OF_ONE_SYSTEM = ("model", "checkpoint", "signature")


class LoadedScores(NamedTuple):
    """The per-sample scores of one system on one data set, as written to files and used by comparisons.

    Attributes:
        model: The model's name.
        checkpoint: The checkpoint that was scored.
        signature: The settings of the score.
        scores: The samples.
        chosen_from: Number of checkpoints from which this one was selected; None if a file does not contain it.
    """

    model: str
    checkpoint: str
    signature: Signature
    scores: SampleScores
    chosen_from: int | None = None

    @classmethod
    def of(cls, scored: Scored, model: str) -> "LoadedScores":
        """Return the per-sample scores of a score.

        Raises:
            InputError: The score is a mean of runs, or was read from a file without samples.
        """
        if scored.run_samples:
            raise InputError(f"{scored.dataset}: a mean of runs has no per-sample scores; use a single run")
        if scored.samples_scored is None:
            raise InputError(f"{scored.dataset}: the report contains no per-sample scores; evaluate again")
        chosen_from = max(len(scored.checkpoints), 1)
        return cls(model, scored.checkpoint, scored.signature, scored.samples_scored, chosen_from)


def write(file: IO[str], system: LoadedScores) -> None:
    """Write the rows of one data set, in the order of the ground truth."""
    file.writelines(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows_of(system))


def write_file(path: Path, systems: Sequence[LoadedScores]) -> None:
    """Write the rows of several data sets to a file, in the format of its extension; see `per_sample_formats`."""
    ending = path.suffix.lower()
    if ending == ".csv":
        write_csv(path, [row for system in systems for row in rows_of(system)])
    elif ending == ".parquet":
        write_parquet(path, [row for system in systems for row in rows_of(system)])
    else:
        with open_atomic(path, "w") as file:
            for system in systems:
                write(file, system)


def read(path: Path, tasks: TaskSet = BUILTIN) -> dict[str, LoadedScores]:
    """Read a per-sample file; return data set -> per-sample scores.

    Args:
        path: The file.
        tasks: The known data sets; other user-defined ones are reconstructed from their signature.

    Raises:
        InputError: It is not a per-sample file.
    """
    table = read_table(path)
    if as_json_cells(table):
        table = without_json_cells(table)
    absent = [column for column in _COLUMNS if column not in table.columns]
    if absent:
        raise InputError(f"{path}: not a per-sample file (no {', '.join(absent)}); `score --per-sample` writes one")
    groups: dict[str, list[int]] = {}
    for row, dataset in enumerate(table.columns["dataset"]):
        groups.setdefault(str(dataset), []).append(row)
    return {dataset: _from_rows(dataset, table, rows, tasks) for dataset, rows in groups.items()}


def is_per_sample_file(path: Path) -> bool:
    """Return whether a file looks like a per-sample file, by its first line."""
    if not path.is_file():
        return False
    with open_plain(path) as file:
        first = file.readline(1 << 20)
    if path.suffix.lower() in (".csv", ".parquet"):
        return looks_written(path, first)
    return first.startswith(b"{") and b'"signature": "mub|' in first


def rows_of(system: LoadedScores) -> Iterator[dict[str, Any]]:
    """Yield the rows that `write` writes, as plain data."""
    scores = system.scores
    names, hits, labels = scores.names.to_pylist(), scores.hits(), scores.labels
    classes = scores.true_labels if scores.task.of_kind.truth == "class" else None
    for index, row in enumerate(scores.metric.rows(scores.encoded)):
        yield {
            "model": system.model,
            "dataset": scores.task.id,
            "name": names[index],
            "checkpoint": system.checkpoint,
            "truth": row.pop("truth"),
            "predicted": row.pop("predicted"),
            "hits": _hits(hits[..., index]),
            **row,
            **({} if labels is None else {"labels": labels[index] if scores.present[index] else None}),
            **({} if classes is None else {"category": classes[index][0]}),
            **({} if system.chosen_from is None else {"chosen_from": system.chosen_from}),
            "signature": str(system.signature),
        }


def _hits(hits: Any) -> Any:  # noqa: ANN401 - for one sample: one number per wheel, or one number
    """Convert hits to plain data, None if the sample does not count."""
    found = np.asarray(hits).tolist()
    return [None if hit < 0 else hit for hit in found] if isinstance(found, list) else None if found < 0 else found


def _from_rows(dataset: str, table: Table, rows: Sequence[int], tasks: TaskSet) -> LoadedScores:
    columns = {column: [values[row] for row in rows] for column, values in table.columns.items()}
    try:
        model, checkpoint, text = (_same(columns, column) for column in _OF_ONE_SYSTEM)
        signature = Signature.parse(text)
        task = _task_of(dataset, signature, tasks)
        known = [protocol.signature for protocol in PROTOCOLS.values()]
        if signature.protocol not in known:
            raise ValueError(f"unknown protocol {signature.protocol!r}; available: {', '.join(known)}")
        if len(rows) != signature.n or len(set(columns["name"])) != signature.n:
            raise ValueError(f"{len(rows)} rows, but the signature requires {signature.n} distinct samples")
        metric = protocol_signed(signature.protocol)[task.kind]
        encoded = metric.decode(columns, task.of_kind)
        scores = SampleScores(
            task=task,
            names=pa.array(list(map(str, columns["name"])), pa.large_string()),
            metric=metric.fitted(encoded.truth),
            encoded=encoded,
            present=np.array([value is not None for value in columns.get("labels", columns["predicted"])]),
        )
        _ = scores.score  # raises here, not later, if it cannot be computed
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        reason = f"{error} is missing or unknown" if isinstance(error, KeyError) else error
        raise InputError(f"{table.path}: the rows of {dataset!r} cannot be used: {reason}") from None
    return LoadedScores(model, checkpoint, signature, scores, _chosen_from(columns))


def _task_of(dataset: str, signature: Signature, tasks: TaskSet) -> Task:
    """Return the data set by its definition; a user-defined one that is not given, by its signature."""
    task = tasks.find(dataset)
    if not signature.data.startswith(f"own.{dataset}@"):
        if task is None or task.own:
            raise ValueError(
                "unknown data set" if task is None else f"scored as {signature.data}, not as {task.signed}"
            )
        return task
    if task is not None and task.signed != signature.data:
        raise ValueError(f"scored as {signature.data}, but the given definition is {task.signed}")
    if task is None and signature.units == "clusters":
        raise ValueError("resampled by dialogues or videos: give the definition of the data set (--task)")
    # The source is set so that draws are the same as with the definition.
    return task or Task(dataset, dataset, signature.kind, own=True, source=signature.data)


def _chosen_from(columns: Mapping[str, Sequence[Any]]) -> int | None:
    """Return the number of checkpoints if all rows agree; older files do not contain it."""
    said = set(map(str, columns.get("chosen_from", ())))
    number = said.pop() if len(said) == 1 else ""
    return int(number) if re.fullmatch(r"\d{1,6}", number) else None


def _same(columns: Mapping[str, Sequence[Any]], column: str) -> str:
    """Return the text that is the same in all rows of a column."""
    values = columns[column]
    if {type(value) for value in values} != {str} or len(set(values)) != 1:
        raise ValueError(f"column {column!r} must contain the same text in all rows of a data set")
    return str(values[0])
