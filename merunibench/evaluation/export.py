"""Check predictions and write them in the format of a challenge."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, short_repr
from merunibench.data import PredictionSource, read_table
from merunibench.data.columns import name_column
from merunibench.errors import InputError
from merunibench.extraction import Rules
from merunibench.files import write_text
from merunibench.scoring import BEST_OVERALL, BEST_PER_DATASET, LAST, resolve_rule
from merunibench.scoring.checkpoints import SINGLE

CODABENCH = "answer.csv"
_DIVIDES = re.compile(r"""[,\[\]'"\n\r]""")
"""Characters in a label that would split it when the challenge reads it."""
_LISTED = 10


class Exported(NamedTuple):
    """The written file, its number of rows, how many name no emotion, and how many samples have no row."""

    path: Path
    rows: int
    empty: int
    lacking: int


def export_codabench(
    source: PredictionSource, out: Path, *, checkpoint: str = LAST, names: Path | None = None
) -> Exported:
    """Write the answers of a fine-grained data set as `answer.csv`, columns `name` and `openset`.

    Every row must have labels, or text from which the rules extract them, as for `merunibench score`.

    Args:
        source: The predictions, of one data set.
        out: The folder to write into.
        checkpoint: `last`, or the name of a checkpoint.
        names: A table with the column `name` that lists exactly the samples to answer; None for any samples.

    Raises:
        InputError: there are several data sets or another kind of task, rows have no answer, labels contain separators
            of the format, or the names are not exactly the requested ones. In this case nothing is written.
    """
    dataset = _only_dataset(source)
    if checkpoint in (BEST_PER_DATASET, BEST_OVERALL):
        raise InputError(
            f"checkpoint {checkpoint!r}: the best one is chosen by labels, which a challenge does not publish; name one"
        )
    rule = resolve_rule({dataset: source.checkpoints(dataset)}, checkpoint)
    stem = source.checkpoints(dataset)[-1] if rule in (LAST, SINGLE) else rule
    predictions = source.load(dataset, stem, Rules())
    silent = predictions.failed.copy()
    if predictions.unanswered is not None:
        silent |= predictions.unanswered
    given: list[str] = predictions.names.to_pylist()
    if silent.any():
        raise InputError(
            f"{predictions.where}: {int(silent.sum())} rows failed or contain no answer, and would be read as "
            f"neutral: {listed([given[row] for row in np.flatnonzero(silent)[:_LISTED]])}; predict them"
        )
    if names is not None:
        _check_names(predictions.names, names, predictions.where)
    labels = predictions.labels
    answers = [labels[row] if labels is not None else [] for row in range(len(given))]
    _check_labels(given, answers, predictions.where)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "openset"])
    writer.writerows([name, f"[{', '.join(answer)}]"] for name, answer in zip(given, answers, strict=True))
    write_text(out / CODABENCH, text.getvalue())
    lacking = max(0, source.tasks[dataset].samples - len(given)) if names is None else 0
    return Exported(out / CODABENCH, len(given), sum(not answer for answer in answers), lacking)


def _only_dataset(source: PredictionSource) -> str:
    if len(source.files) != 1:
        raise InputError(
            f"only one data set can be exported, but there are {', '.join(source.files)}; choose one (--dataset)"
        )
    (dataset,) = source.files
    if source.tasks[dataset].of_kind.truth != "labels":
        raise InputError(f"{dataset}: {CODABENCH} with the column openset is only for fine-grained tasks")
    return dataset


def _check_names(given: pa.Array, path: Path, where: str) -> None:
    wanted = name_column(read_table(path))
    lacking = wanted.filter(pc.invert(pc.is_in(wanted, value_set=given)))
    further = given.filter(pc.invert(pc.is_in(given, value_set=wanted)))
    for found, what in ((lacking, f"of {path} have no answer"), (further, f"are not in {path}")):
        if len(found):
            raise InputError(f"{where}: {len(found)} samples {what}: {listed(found[:_LISTED].to_pylist())}")


def _check_labels(names: Sequence[str], answers: Sequence[Sequence[str]], where: str) -> None:
    odd = [
        (name, label)
        for name, answer in zip(names, answers, strict=True)
        for label in answer
        if _DIVIDES.search(label) or not label.isprintable()
    ]
    if odd:
        name, label = odd[0]
        raise InputError(
            f"{where}: {len(odd)} labels contain commas, quotes, brackets or unprintable characters, such as "
            f"{short_repr(label)} of {short_repr(name)}; the challenge would split them: fix them"
        )
