"""The per-sample file: one row per sample, written and read here alone. `per_sample_formats` knows CSV and Parquet.

A row says what the truth and the answer are to the metric (for each wheel, the names of the sectors), what
was hit (null where the sample does not count), and the signature of the score. It takes neither the labels of the data
set nor the lexicon to compare it with another system's.
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
    """One system on one data set, sample by sample: what a file holds, and what a comparison needs.

    Attributes:
        model: The model's name.
        checkpoint: The checkpoint that was scored.
        signature: What the score was computed with.
        scores: The samples.
        chosen_from: How many checkpoints this one was chosen from; None where a file does not say.
    """

    model: str
    checkpoint: str
    signature: Signature
    scores: SampleScores
    chosen_from: int | None = None

    @classmethod
    def of(cls, scored: Scored, model: str) -> "LoadedScores":
        """The system behind a score.

        Raises:
            InputError: the score was read from a file and holds no samples.
        """
        if scored.run_samples:
            raise InputError(f"{scored.dataset}: a mean of runs has no samples of its own; take one run")
        if scored.samples_scored is None:
            raise InputError(f"{scored.dataset}: the report holds no per-sample scores; evaluate again")
        chosen_from = max(len(scored.checkpoints), 1)
        return cls(model, scored.checkpoint, scored.signature, scored.samples_scored, chosen_from)


def write(file: IO[str], system: LoadedScores) -> None:
    """Write the rows of one data set, in the order of the ground truth."""
    file.writelines(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows_of(system))


def write_file(path: Path, systems: Sequence[LoadedScores]) -> None:
    """Write the rows of several data sets to a file, in the format that its ending says; see `per_sample_formats`."""
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
    """The systems that `write` wrote to a file, by data set.

    Args:
        path: The file.
        tasks: The data sets that there are; own ones are known by their signature where they are not among them.

    Raises:
        InputError: it is no per-sample file.
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
    """Whether a file looks like one that `write` wrote: its first line says so."""
    if not path.is_file():
        return False
    with open_plain(path) as file:
        first = file.readline(1 << 20)
    if path.suffix.lower() in (".csv", ".parquet"):
        return looks_written(path, first)
    return first.startswith(b"{") and b'"signature": "mub|' in first


def rows_of(system: LoadedScores) -> Iterator[dict[str, Any]]:
    """The rows that `write` writes, as plain data."""
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


def _hits(hits: Any) -> Any:  # noqa: ANN401 - of one sample: one number per wheel, or one
    """Null where the sample does not count."""
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
            raise ValueError(f"protocol {signature.protocol!r} is unknown; known are {', '.join(known)}")
        if len(rows) != signature.n or len(set(columns["name"])) != signature.n:
            raise ValueError(f"{len(rows)} rows, where the signature says {signature.n} samples, each once")
        metric = protocol_signed(signature.protocol)[task.kind]
        encoded = metric.decode(columns, task.of_kind)
        scores = SampleScores(
            task=task,
            names=pa.array(list(map(str, columns["name"])), pa.large_string()),
            metric=metric.fitted(encoded.truth),
            encoded=encoded,
            present=np.array([value is not None for value in columns.get("labels", columns["predicted"])]),
        )
        _ = scores.score  # so that what cannot be scored is found here, not later
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        reason = f"{error} is missing or unknown" if isinstance(error, KeyError) else error
        raise InputError(f"{table.path}: the rows of {dataset!r} cannot be used: {reason}") from None
    return LoadedScores(model, checkpoint, signature, scores, _chosen_from(columns))


def _task_of(dataset: str, signature: Signature, tasks: TaskSet) -> Task:
    """The data set by its definition; of an own one that is not given, what the signature says of it."""
    task = tasks.find(dataset)
    if not signature.data.startswith(f"own.{dataset}@"):
        if task is None or task.own:
            raise ValueError(
                "unknown data set" if task is None else f"were scored as {signature.data}, not as {task.signed}"
            )
        return task
    if task is not None and task.signed != signature.data:
        raise ValueError(f"were scored as {signature.data}, the definition given is {task.signed}")
    if task is None and signature.units == "clusters":
        raise ValueError("were resampled by dialogues or videos: give the definition of the data set (--task)")
    # Its samples are drawn as they were where the definition was known.
    return task or Task(dataset, dataset, signature.kind, own=True, source=signature.data)


def _chosen_from(columns: Mapping[str, Sequence[Any]]) -> int | None:
    """How many checkpoints there were, where all rows agree; files of before do not say."""
    said = set(map(str, columns.get("chosen_from", ())))
    number = said.pop() if len(said) == 1 else ""
    return int(number) if re.fullmatch(r"\d{1,6}", number) else None


def _same(columns: Mapping[str, Sequence[Any]], column: str) -> str:
    """The one text that a column holds in all rows."""
    values = columns[column]
    if {type(value) for value in values} != {str} or len(set(values)) != 1:
        raise ValueError(f"column {column!r} must hold one text for all rows of a data set")
    return str(values[0])
