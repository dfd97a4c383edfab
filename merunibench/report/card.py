"""Scores of a report as metadata for a model card on the Hugging Face Hub, and for its folder `.eval_results`.

The output is YAML whose scalars are JSON, so that untrusted names are always read as text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from merunibench.errors import InputError
from merunibench.report.written import WrittenReport, WrittenScore

_TASK = "video-text-to-text"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_URL = re.compile(r"https?://[^\s\"<>]{1,500}")
_PLAIN_KEY = re.compile(r"[a-z_][a-z0-9_-]*")


def model_index(report: WrittenReport, *, url: str | None = None) -> str:
    """Return the entry `model-index` of a model card: one result per data set, in percent with two decimals.

    Each data set has its own `dataset_config`, because readers merge results with the same type and configuration.

    Args:
        report: The report.
        url: Source of the scores, shown next to them.

    Returns:
        YAML to be placed between the `---` lines at the top of the card.

    Raises:
        InputError: the URL is invalid.
    """
    source = {} if url is None else {"source": {"name": "merunibench", "url": _checked_url(url)}}
    results = [{**_result(each), **source} for each in report.datasets]
    if report.mean is not None:
        metric = _metric("mean", "Mean of the data sets", report.mean, report.mean_ci, report.signature)
        results.append(
            {
                "task": _task(),
                "dataset": {"type": "mer-unibench", "name": "MER-UniBench", "config": "mean", "split": "test"},
                "metrics": [metric],
                **source,
            }
        )
    return _yaml({"model-index": [{"name": report.model, "results": results}]})


def eval_results(report: WrittenReport, hub_dataset: str, *, url: str | None = None, date: str | None = None) -> str:
    """Return the entries of a file in `.eval_results/` of a model: one per data set, in percent with two decimals.

    The Hub shows them only if the data set is registered as a benchmark there, with tasks of these names.

    Args:
        report: The report.
        hub_dataset: The benchmark's data set on the Hub, `owner/name`.
        url: Source of the scores.
        date: When they were computed, as `2026-11-28`.

    Raises:
        InputError: the name, the URL or the date is invalid.
    """
    if not _HUB_ID.fullmatch(hub_dataset):
        raise InputError(f"--hub-dataset {hub_dataset}: must be the name of a data set on the Hub, such as owner/name")
    if date is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        raise InputError(f"--date {date}: must be a date, such as 2026-11-28")
    further: dict[str, Any] = {} if date is None else {"date": date}
    if url is not None:
        further["source"] = {"url": _checked_url(url), "name": "merunibench"}
    figures = [(each.dataset, each.score, each.signature) for each in report.datasets]
    if report.mean is not None:
        figures.append(("mean", report.mean, report.signature))
    entries = [
        {"dataset": {"id": hub_dataset, "task_id": name}, "value": _percent(score), **further, "notes": signature}
        for name, score, signature in figures
    ]
    return _yaml(entries)


def _result(scored: WrittenScore) -> dict[str, Any]:
    metric = _metric(scored.primary, scored.primary, scored.score, scored.ci, scored.signature)
    return {
        "task": _task(),
        "dataset": {"type": "mer-unibench", "name": scored.title, "config": scored.dataset, "split": "test"},
        "metrics": [metric],
    }


def _task() -> dict[str, str]:
    return {"type": _TASK, "name": "Multimodal emotion recognition"}


def _metric(kind: str, name: str, score: float, ci: tuple[float, float] | None, signature: str) -> dict[str, Any]:
    interval = {} if ci is None else {"ci_low": _percent(ci[0]), "ci_high": _percent(ci[1])}
    return {
        "type": kind,
        "name": name,
        "value": _percent(score),
        "args": {"unit": "percent", **interval, "signature": signature},
    }


def _percent(value: float) -> float:
    return round(100 * value, 2) + 0.0


def _checked_url(url: str) -> str:
    if not _URL.fullmatch(url):
        raise InputError(f"--url {url!r}: must be a URL that begins with https://")
    return url


def _yaml(content: object) -> str:
    return "\n".join(_lines(content, "")) + "\n"


def _lines(content: object, indent: str) -> Iterator[str]:
    """Yield block YAML of mappings and lists, with scalars as JSON, which is valid YAML."""
    pairs = (
        [(f"{_key(key)}:", value) for key, value in content.items()]
        if isinstance(content, Mapping)
        else [("-", value) for value in content]  # type: ignore[attr-defined]
    )
    for head, value in pairs:
        if not isinstance(value, Mapping | list):
            yield f"{indent}{head} {json.dumps(value)}"
        elif head == "-":
            first, *rest = _lines(value, f"{indent}  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}{head}"
            yield from _lines(value, indent if isinstance(value, list) else f"{indent}  ")


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else json.dumps(key)
