"""Shared by all harnesses: collect samples, and score them as one data set.

Harnesses score samples one by one and average. Set-level F1 is a formula over sums and not a mean of samples, so every
sample keeps its answer, and `merunibench.evaluate` scores the data set when all samples are collected.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.evaluation import evaluate
from merunibench.report import Report
from merunibench.tasks import get_task

_LOG = logging.getLogger("merunibench")

Kept = dict[str, Any]
"""A sample: `dataset`, `name`, `text` (None if there is no answer), `truth`, and `settings` of the scoring."""

SETTINGS = ("protocol", "lexicon", "level")
"""Settings of the scoring that can be chosen."""


def kept(dataset: str, name: str, text: str | None, truth: object, settings: Mapping[str, Any] | None = None) -> Kept:
    """Return a sample in the form that is kept until all samples are collected.

    Args:
        dataset: The data set, by any of its names.
        name: The sample's name.
        text: The model's answer; None if there is no answer.
        truth: A class word, labels (a list, or the text of one), or a number, according to the data set's kind.
        settings: Those of `merunibench.evaluate` that are in `SETTINGS`.

    Raises:
        InputError: the data set or a setting is unknown.
    """
    chosen = dict(settings or {})
    odd = [key for key in chosen if key not in SETTINGS]
    if odd:
        raise InputError(f"unknown setting {odd[0]!r}; settings are {', '.join(SETTINGS)}")
    return {"dataset": get_task(dataset).id, "name": name, "text": text, "truth": truth, "settings": chosen}


def report_of(samples: Iterable[Kept], *, bootstrap: int = 0) -> Report:
    """Return the report of the samples of one data set; samples without an answer count as wrong.

    Args:
        samples: Results of `kept`, once per sample, in any order.
        bootstrap: Number of resamples for the interval.

    Raises:
        InputError: there are no samples, they have different data sets or settings, or a name is repeated.
    """
    rows = list(samples)
    if not rows:
        raise InputError("no samples to score")
    first = rows[0]
    for row in rows:
        for key in ("dataset", "settings"):
            if row[key] != first[key]:
                raise InputError(
                    f"samples have different {key}: {short_repr(str(first[key]))} and {short_repr(str(row[key]))}"
                )
    names = [str(row["name"]) for row in rows]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(
            f"{short_repr(twice)} was answered several times; evaluate each sample once (one epoch, one repeat)"
        )
    dataset: str = first["dataset"]
    answers = [
        {"name": name, "text": row["text"], "status": "ok" if row["text"] is not None else "failed"}
        for name, row in zip(names, rows, strict=True)
    ]
    truth = {name: _plain(row["truth"]) for name, row in zip(names, rows, strict=True)}
    report = evaluate({dataset: answers}, {dataset: truth}, bootstrap=bootstrap, missing="zero", **first["settings"])
    # Harnesses only keep a number, so the signature and the warnings go to their log.
    _LOG.warning(
        "%s", "; ".join([f"{dataset}: {report.datasets[0].score:.6f}", str(report.signature), *report.warnings])
    )
    return report


def _plain(truth: object) -> object:
    """Convert a truth to the form of ground truth in memory: a list of one text may be the text of a list."""
    if isinstance(truth, Sequence) and not isinstance(truth, str):
        return truth[0] if len(truth) == 1 else list(truth)
    return truth
