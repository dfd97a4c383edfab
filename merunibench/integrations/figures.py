"""What all harnesses share: the samples that they kept, scored as one data set.

Harnesses score sample by sample and take means. A set-level F is a formula over sums and no mean of samples, so every
sample keeps its answer, and the data set is scored when all are there, by `merunibench.evaluate` itself.
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
"""What may be set of the scoring."""


def kept(dataset: str, name: str, text: str | None, truth: object, settings: Mapping[str, Any] | None = None) -> Kept:
    """A sample as it is kept until all are there.

    Args:
        dataset: The data set, by any of its names.
        name: The sample's name.
        text: What the model answered; None where there is no answer.
        truth: A class word, labels (a list, or the text of one), or a number, as the data set's kind has it.
        settings: Those of `merunibench.evaluate` that are in `SETTINGS`.

    Raises:
        InputError: the data set or a setting is unknown.
    """
    chosen = dict(settings or {})
    odd = [key for key in chosen if key not in SETTINGS]
    if odd:
        raise InputError(f"setting {odd[0]!r} is not known; known are {', '.join(SETTINGS)}")
    return {"dataset": get_task(dataset).id, "name": name, "text": text, "truth": truth, "settings": chosen}


def report_of(samples: Iterable[Kept], *, bootstrap: int = 0) -> Report:
    """The report of the samples of one data set; those without an answer count as wrong.

    Args:
        samples: What `kept` gave, once per sample, in any order.
        bootstrap: Number of resamples behind the interval.

    Raises:
        InputError: there are none, they are of several data sets or settings, or a name is there twice.
    """
    rows = list(samples)
    if not rows:
        raise InputError("no sample was scored")
    first = rows[0]
    for row in rows:
        for key in ("dataset", "settings"):
            if row[key] != first[key]:
                raise InputError(
                    f"samples of several {key}: {short_repr(str(first[key]))} and {short_repr(str(row[key]))}"
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
    # Harnesses keep a number alone: what it was computed with, and what a reader should know, goes to their log.
    _LOG.warning(
        "%s", "; ".join([f"{dataset}: {report.datasets[0].score:.6f}", str(report.signature), *report.warnings])
    )
    return report


def _plain(truth: object) -> object:
    """A truth as ground truth in memory has it: a list of one text may be the text of a list."""
    if isinstance(truth, Sequence) and not isinstance(truth, str):
        return truth[0] if len(truth) == 1 else list(truth)
    return truth
