"""The report for other programs: JSON with a stable schema, and CSV with one row per data set.

Scores are fractions in full precision.
"""

import json
from collections.abc import Mapping, Sequence
from statistics import stdev
from typing import Any

from merunibench.report.columns import lexicon_notes, result_notes
from merunibench.report.csv_text import csv_text
from merunibench.report.report import SCHEMA, Report
from merunibench.scoring import Scored


def to_json(report: Report) -> str:
    """Return strict JSON (no NaN), two spaces of indentation, keys in a fixed order."""
    content = {
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
        "mean_ci": report.mean_ci,
        "mean_selection_bias": report.mean_selection_bias,
        "mean_corrected": report.mean_corrected,
        "mean_corrected_ci": report.mean_corrected_ci,
        "mean_runs": runs_as_dict(report.mean_runs),
        "counted_twice": [each._asdict() for each in report.counted_twice],
        "missing_datasets": report.missing_datasets,
        **({"worth": {each.dataset: each.to_dict() for each in report.worth}} if report.worth else {}),
        "notes": lexicon_notes(report),
        "warnings": report.warnings,
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _dataset(result: Scored) -> dict[str, Any]:
    checkpoints = {
        name: {"score": each.score, "metrics": each.metrics, "wheels": each.wheels}
        for name, each in result.checkpoints.items()
    }
    answers = result.account.to_dict() if result.account else None
    return {
        **result.to_dict(),
        "selection_bias": result.selection_bias,
        "corrected": result.corrected,
        "corrected_ci": result.corrected_ci,
        "runs": runs_as_dict(result.runs),
        "evaluated": result.evaluated,
        "further": dict(result.further),
        "answers": answers,
        "checkpoints": checkpoints,
    }


def runs_as_dict(runs: Sequence[float]) -> dict[str, Any] | None:
    """Return the score of each run and their standard deviation; None for a single run."""
    return {"scores": list(runs), "deviation": stdev(runs)} if len(runs) > 1 else None


def to_csv(report: Report) -> str:
    """Return CSV text. The last row, `mean`, is the benchmark score; only complete reports have it."""
    rows = records(report)
    if report.mean is not None:
        low, high = report.mean_ci or (None, None)
        rows.append({"model": report.model, "dataset": "mean", "score": report.mean, "ci_low": low, "ci_high": high})
        rows[-1] |= {"selection_bias": report.mean_selection_bias, "signature": str(report.signature)}
    return csv_text(list(rows[0]), rows)


def records(report: Report) -> list[dict[str, Any]]:
    """Return one flat record per data set; values that its kind of task does not have are None."""
    figures = [_figures(result) for result in report.datasets]
    titles = dict.fromkeys(key for each in figures for key in each)
    return [
        _record(report, result, {key: each.get(key) for key in titles})
        for result, each in zip(report.datasets, figures, strict=True)
    ]


def _figures(result: Scored) -> dict[str, Any]:
    """Return the components of the metric, and additional numeric values."""
    beside = {key: value for key, value in result.further.items() if not isinstance(value, Mapping)}
    return {**result.metrics, **beside}


def _record(report: Report, result: Scored, figures: dict[str, Any]) -> dict[str, Any]:
    low, high = result.ci or (None, None)
    return {
        "model": report.model,
        "dataset": result.dataset,
        "kind": result.kind,
        "checkpoint": result.checkpoint,
        "primary": result.primary,
        "score": result.score,
        "ci_low": low,
        "ci_high": high,
        "selection_bias": result.selection_bias,
        "run_deviation": result.run_deviation,
        "uncorrected": result.uncorrected,
        "chance": result.chance,
        **figures,
        "samples": result.samples,
        "evaluated": result.evaluated,
        "missing": result.missing,
        "failed": result.failed,
        "labels_per_sample": result.labels_per_sample,
        "out_of_lexicon": result.out_of_lexicon,
        "signature": str(result.signature),
        "notes": "; ".join([*result_notes(result), *lexicon_notes(report)]),
    }


_SCALARS = ("score", "ci_low", "ci_high", "chance", "labels_per_sample", "out_of_lexicon", "missing", "failed")


def scalars(report: Report, prefix: str = "") -> dict[str, float]:
    """Return flat numbers by `<data set>/<figure>` for loggers; missing values are omitted."""
    numbers: dict[str, float] = {}
    for result in report.datasets:
        record = _record(report, result, {})
        figures = {key: record[key] for key in _SCALARS} | dict(result.metrics)
        numbers |= {
            f"{prefix}{result.dataset}/{key}": float(value) for key, value in figures.items() if value is not None
        }
    low, high = report.mean_ci or (None, None)
    mean = {"score": report.mean, "ci_low": low, "ci_high": high}
    return numbers | {f"{prefix}mean/{key}": float(value) for key, value in mean.items() if value is not None}
