"""Check the sample names of a file against the labels of its data set, or without labels against shipped hashes."""

import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import listed, short_repr
from merunibench.data import GroundTruth
from merunibench.tasks import Task
from merunibench.tasks.names import benchmark_names, sample_hash

FORMS = {
    "mer2023": "`sample_` and eight digits",
    "mer2024": "`sample_` and eight digits",
    "meld": "`test_diaN_uttN`",
    "iemocapfour": "`Ses05F_improNN_FNNN`",
    "cmumosi": "a video's id, `_` and a number",
    "cmumosei": "a video's id, `_` and a number",
    "sims": "`video_NNNN_NNNN`",
    "simsv2": "`video_NNNN_NNNN`",
    "ovmerdplus": "`sample_` or `samplenew3_` and eight digits",
    "ovmerd": "`sample_` and eight digits",
}
"""The format of sample names, N a digit. Format only: names of licensed data sets are not redistributed."""
_FEW = 0.1


def remarks_on_names(
    names: pa.Array, task: Task, truth: GroundTruth | None, *, by_hashes: bool = True
) -> tuple[list[str], list[str]]:
    """Return why the names cannot belong to a data set, and other remarks for readers of its scores.

    Args:
        names: Names of the rows.
        task: The data set.
        truth: Its labels, if available.
        by_hashes: Whether the names are compared with shipped hashes if there are no labels.

    Returns:
        Problems and warnings, one line each.
    """
    problems: list[str] = []
    expected = task.samples
    if expected and len(names) > expected:
        problems.append(f"{len(names)} samples, where {task.title} has {expected}: some are not of its test split")
    found = _by_labels(names, task, truth) if truth is not None else _by_hashes(names, task, known=by_hashes)
    return problems + found[0], found[1]


def _by_labels(names: pa.Array, task: Task, truth: GroundTruth) -> tuple[list[str], list[str]]:
    known = pc.is_in(names, value_set=truth.names)
    foreign = names.filter(pc.invert(known))
    matched = len(names) - len(foreign)
    some = listed(map(short_repr, foreign[:5].to_pylist()))
    problems: list[str] = []
    warnings: list[str] = []
    if len(foreign) and len(truth) == task.samples:
        right = short_repr(truth.names[0].as_py())
        problems.append(f"{len(foreign)} names are not in {task.title}: {some}; a valid name is {right}")
    elif matched < _FEW * min(len(names), len(truth)):
        problems.append(f"only {matched} of {len(names)} names are in {task.title}; not {some}")
    elif len(foreign):
        warnings.append(f"{len(foreign)} names are not in the available labels, which have {len(truth)} samples")
    if matched < len(truth):
        warnings.append(f"{len(truth) - matched} samples have no prediction and count as wrong")
    return problems, warnings


def _by_hashes(names: pa.Array, task: Task, *, known: bool) -> tuple[list[str], list[str]]:
    """Check without labels: a file with some known names belongs to that data set, and the others are mistakes."""
    problems: list[str] = []
    warnings: list[str] = []
    if len(names) < task.samples:
        warnings.append(f"{len(names)} of {task.samples} samples; the others count as wrong")
    if task.id not in FORMS or not known:
        return problems, warnings
    hashes = benchmark_names()
    right: list[str] = []
    foreign: list[str] = []
    for name in names.to_pylist():
        (right if task.id in hashes.get(sample_hash(name), "").split("+") else foreign).append(name)
    some = listed(map(short_repr, foreign[:5]))
    if foreign and right:
        problems.append(f"{len(foreign)} names are not in {task.title}: {some}; a valid name is {short_repr(right[0])}")
    elif foreign:
        warnings.append(
            f"none of the {len(foreign)} names is in {task.title}, by the hashes of its names: not {some}. Names are "
            f"written as {FORMS[task.id]}, and with labels available this is rejected"
        )
    return problems, warnings
