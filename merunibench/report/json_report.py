"""The report as JSON: the machine-readable form that other programs rely on."""

import json
from typing import Any

from merunibench.report.report import SCHEMA, Report
from merunibench.scoring import Scored


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
        "mean_ci": _interval(report.mean_ci),
        "missing_datasets": list(report.missing_datasets),
        "warnings": list(report.warnings),
    }


def _dataset(result: Scored) -> dict[str, Any]:
    return {
        "dataset": result.dataset,
        "kind": result.kind,
        "signature": str(result.signature),
        "checkpoint": result.checkpoint,
        "primary": result.primary,
        "score": result.score,
        "uncorrected": result.uncorrected,
        "ci": _interval(result.ci),
        "chance": result.chance,
        "metrics": dict(result.metrics),
        "wheels": [dict(wheel) for wheel in result.wheels],
        "samples": result.samples,
        "expected_samples": result.expected_samples,
        "scored": list(result.scored),
        "missing": result.missing,
        "failed": result.failed,
        "extra": result.extra,
        "labels_per_sample": result.labels_per_sample,
        "out_of_lexicon": result.out_of_lexicon,
        "checkpoints": {name: _checkpoint(figures) for name, figures in result.checkpoints.items()},
    }


def _checkpoint(figures: Scored) -> dict[str, Any]:
    return {
        "score": figures.score,
        "metrics": dict(figures.metrics),
        "wheels": [dict(wheel) for wheel in figures.wheels],
    }


def _interval(ci: tuple[float, float] | None) -> list[float] | None:
    return None if ci is None else list(ci)
