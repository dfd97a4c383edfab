"""Export a report as Every Eval Ever's aggregate JSON, the community format for results of all harnesses (0.3.0).

Only aggregates are written: rows of single samples would contain the licensed reference labels. The clock is not read,
so the same report gives the same bytes. Schema: https://github.com/evaleval/every_eval_ever
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from merunibench.errors import InputError
from merunibench.report.written import WrittenReport, WrittenScore
from merunibench.signature import Signature

SCHEMA_VERSION = "0.3.0"
UNKNOWN_TIME = "0"
"""The value for an unknown time."""

RELATIONSHIPS = ("first_party", "third_party", "collaborative", "other")
"""Possible relationships of an evaluator to a model."""

_EPOCH = "SOURCE_DATE_EPOCH"
_LEVEL = 0.95
_CORRECTED = "corrected"


def to_eee(
    report: WrittenReport,
    *,
    timestamp: str | None = None,
    organization: str = "unspecified",
    relationship: str = "other",
) -> str:
    """Return JSON text of a report: one result per data set, and one for the mean of the benchmark if there is one.

    Args:
        report: The report.
        timestamp: When the record was made, in seconds since 1970; by default the value of the environment variable
            SOURCE_DATE_EPOCH, otherwise 0, which means unknown.
        organization: Name of the evaluator.
        relationship: Relationship of the evaluator to the model, one of `RELATIONSHIPS`.

    Raises:
        InputError: the time is not a number, or the relationship is unknown.
    """
    # Imported by name: a plain import would be circular, because the package imports its own modules.
    version: str = import_module("merunibench").__version__
    when = _time(timestamp)
    if relationship not in RELATIONSHIPS:
        raise InputError(f"relationship {relationship!r}: must be one of {', '.join(RELATIONSHIPS)}")
    content = {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": f"merunibench/{report.model.replace('/', '_')}/{when}-{_digits(report)}",
        "retrieved_timestamp": when,
        "source_metadata": {
            "source_name": "merunibench",
            "source_type": "evaluation_run",
            "source_organization_name": organization,
            "evaluator_relationship": relationship,
        },
        "eval_library": {
            "name": "merunibench",
            "version": version,
            "additional_details": {"signature": report.signature, "protocol": report.protocol},
        },
        "model_info": {
            "name": report.model,
            "id": report.model,
            "additional_details": {"deployment_type": "unknown", "model_availability": "unknown"},
        },
        "evaluation_results": [*map(_result, report.datasets), *_mean(report)],
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _time(timestamp: str | None) -> str:
    when = timestamp or os.environ.get(_EPOCH) or UNKNOWN_TIME
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", when):
        raise InputError(f"timestamp {when!r}: must be seconds since 1970, such as 1764288000")
    return when


def _digits(report: WrittenReport) -> str:
    """Eight digits that distinguish reports of one model, derived from their content."""
    held = [report.signature, *(f"{each.signature} {each.score!r}" for each in report.datasets)]
    return hashlib.sha256("\n".join(held).encode()).hexdigest()[:8]


def _result(scored: WrittenScore) -> dict[str, Any]:
    evaluated = scored.samples if scored.evaluated is None else scored.evaluated
    details = {
        "signature": scored.signature,
        "checkpoint": scored.checkpoint,
        "samples": scored.samples,
        "missing": scored.missing,
        "failed": scored.failed,
        "chance": scored.chance,
        "uncorrected": scored.uncorrected,
    }
    return {
        "evaluation_result_id": scored.dataset,
        "evaluation_name": scored.title,
        "source_data": {"dataset_name": scored.title, "source_type": "other"},
        "metric_config": _metric(scored.primary, _lowest(scored)),
        "score_details": {
            "score": scored.score,
            "details": _strings(details),
            **_uncertainty(scored.ci, scored.signature, evaluated),
        },
    }


def _mean(report: WrittenReport) -> list[dict[str, Any]]:
    """The score of the benchmark, if all its data sets are complete."""
    if report.mean is None:
        return []
    return [
        {
            "evaluation_result_id": "mean",
            "evaluation_name": "MER-UniBench",
            "source_data": {"dataset_name": "MER-UniBench", "source_type": "other"},
            "metric_config": _metric("mean", sum(map(_lowest, report.datasets)) / len(report.datasets)),
            "score_details": {
                "score": report.mean,
                "details": {"signature": report.signature},
                **_uncertainty(report.mean_ci, report.signature, sum(each.samples for each in report.datasets)),
            },
        }
    ]


def _lowest(scored: WrittenScore) -> float:
    """The lowest possible score: (0 - chance) / (1 - chance) for chance-corrected scores, otherwise 0."""
    return -scored.chance / (1 - scored.chance) if scored.primary == _CORRECTED else 0.0


def _metric(name: str, lowest: float) -> dict[str, Any]:
    return {
        "metric_id": f"merunibench.{name}",
        "metric_name": name,
        "metric_unit": "proportion",
        "lower_is_better": False,
        "score_type": "continuous",
        "min_score": lowest,
        "max_score": 1.0,
    }


def _uncertainty(ci: tuple[float, float] | None, signature: str, samples: int) -> dict[str, Any]:
    if ci is None:
        return {}
    made = Signature.parse(signature)
    interval = {"lower": ci[0], "upper": ci[1], "confidence_level": _LEVEL, "method": f"bootstrap, {made.interval}"}
    # With very few units (as few as two), an exact interval is used instead.
    resamples = {"num_bootstrap_samples": made.bootstrap} if made.bootstrap else {}
    return {"uncertainty": {"confidence_interval": interval, "num_samples": samples, **resamples}}


def _strings(details: Mapping[str, object]) -> dict[str, str]:
    """Convert details to text, as the schema requires; missing values are omitted."""
    return {key: str(value) for key, value in details.items() if value is not None}
