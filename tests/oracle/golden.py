"""The golden figures of `merunibench verify`, from the slow reference implementation.

`python -m tests.oracle.golden` rewrites merunibench/golden.json; a change of a figure there is a change of the metric.
"""

import csv
import json
from pathlib import Path

from merunibench.demo.miniature import BASELINES, baseline_rows
from merunibench.lexicon import load_lexicon, load_wheels
from merunibench.protocols import METRIC_VERSION
from merunibench.tasks import benchmark_tasks
from merunibench.verification import wheels_lexicon
from tests.oracle import metrics as oracle

PACKAGE = Path(__file__).parents[2] / "merunibench"


def figures(baseline, task):
    with (PACKAGE / "demo" / "data" / "truth" / f"{task.id}.csv").open(encoding="utf-8", newline="") as file:
        truth = [row["label"] for row in csv.DictReader(file)]
    rows = baseline_rows(baseline, task)
    if task.kind == "sentiment":
        return oracle.sentiment([float(value) for value in truth], [row["polarity"] for row in rows])
    places = [wheel.placement(1) for wheel in load_wheels()]

    def sector(word, wheel):
        return places[wheel].get(word)

    predicted = [oracle.parse(row["labels"]) for row in rows]
    if task.kind == "basic":
        return oracle.basic(truth, predicted, sector)
    return oracle.fine_grained([oracle.parse(field) for field in truth], predicted, sector)


def golden():
    return {
        "metric_version": METRIC_VERSION,
        "wheels": wheels_lexicon().sha256,
        "builtin": load_lexicon("builtin").sha256,
        "figures": {
            baseline: {task.id: figures(baseline, task) for task in benchmark_tasks()} for baseline in BASELINES
        },
    }


if __name__ == "__main__":
    (PACKAGE / "golden.json").write_text(json.dumps(golden(), indent=2) + "\n", encoding="utf-8")
