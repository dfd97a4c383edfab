"""The report as JSON: the machine-readable form that other programs rely on."""

import json
from typing import Any

from merunibench.report.report import SCHEMA, Report
from merunibench.scoring import Scored

_OF_CHECKPOINT = ("score", "metrics", "wheels")


def render(report: Report) -> str:
    """Strict JSON (no NaN), two spaces of indentation, keys in a fixed order."""
    return json.dumps(as_dict(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The report as dictionaries, lists, text and numbers; fractions, not percents."""
    return {
        "schema": SCHEMA,
        "signature": str(report.signature),
        "protocol": report.protocol,
        "lexicon": dict(report.lexicon),
        "level": report.level,
        "model": report.model,
        "checkpoint_selection": report.checkpoint_selection,
        "datasets": [_dataset(result) for result in report.datasets],
        "complete": report.complete,
        "mean": report.mean,
        "mean_ci": report.mean_ci and list(report.mean_ci),
        "missing_datasets": list(report.missing_datasets),
        "warnings": list(report.warnings),
    }


def _dataset(result: Scored) -> dict[str, Any]:
    every = {name: each.to_dict() for name, each in result.checkpoints.items()}
    checkpoints = {name: {key: each[key] for key in _OF_CHECKPOINT} for name, each in every.items()}
    return {**result.to_dict(), "checkpoints": checkpoints}
