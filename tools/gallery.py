"""Draw the figures of docs/figures.md and docs/rewards.md: `python -m tools.gallery docs/pictures`.

The models are invented: each answers the labels of the embedded miniature correctly with a given probability, by a
seeded draw. Nothing here measures a real model.
"""

import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from merunibench import Report, evaluate
from merunibench.demo.miniature import MINIATURE_TASKS, miniature
from merunibench.plotting import draw
from merunibench.tasks import benchmark_tasks
from tools import stuffing

_WORDS = ("happy", "sad", "angry", "worried", "surprised", "disgusted", "calm", "proud", "ashamed", "relieved")
_POLARITIES = ("positive", "negative")


def answers(skill: float, extra: float, seed: int) -> dict[str, list[dict[str, Any]]]:
    """Return invented answers for the miniature.

    Args:
        skill: Share of samples that are answered correctly, 0..1.
        extra: Mean number of additional labels, drawn at random.
        seed: Seed of the draw.
    """
    found = {}
    for task in benchmark_tasks():
        draws = random.Random(f"{seed} {task.id}")  # noqa: S311 - no secret
        found[task.id] = [_row(task.kind, row, skill, extra, draws) for row in miniature(task.id)]
    return found


def _row(kind: str, row: Mapping[str, str], skill: float, extra: float, draws: random.Random) -> dict[str, Any]:
    right = draws.random() < skill
    if kind == "sentiment":
        true = "positive" if float(row["label"]) > 0 else "negative"
        return {"name": row["name"], "polarity": true if right else draws.choice(_POLARITIES)}
    true_labels = [label.strip(" []'\"") for label in row["label"].split(",")]
    number = int(extra) + (draws.random() < extra % 1)
    said = (true_labels if right else [draws.choice(_WORDS)]) + draws.sample(_WORDS, number)
    return {"name": row["name"], "labels": said}


@cache
def report(name: str, skill: float, extra: float, seed: int) -> Report:
    """Return the report of invented answers."""
    truth = {task.id: {row["name"]: row["label"] for row in miniature(task.id)} for task in benchmark_tasks()}
    return evaluate(answers(skill, extra, seed), truth, tasks=MINIATURE_TASKS, model=None).named(name)


def checkpoints(folder: Path) -> Report:
    """Return the report of an invented training run, whose checkpoints improve and then stop improving."""
    import json

    truth = {task.id: {row["name"]: row["label"] for row in miniature(task.id)} for task in benchmark_tasks()}
    for step, skill in ((10, 0.15), (20, 0.35), (30, 0.55), (40, 0.68), (50, 0.7), (60, 0.66)):
        for dataset, rows in answers(skill, 1.0, 5).items():
            path = folder / f"checkpoint-{step}" / f"{dataset}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return evaluate(folder, truth, tasks=MINIATURE_TASKS, bootstrap=0).named("Invented training")


def figures() -> dict[str, bytes]:
    """Return file name -> content, for every figure of the gallery."""
    three = [report("Large", 0.8, 1.0, 1), report("Small", 0.55, 0.6, 2), report("Text only", 0.3, 2.5, 3)]
    conditions = [
        report(name, skill, 1.0, 4) for name, skill in (("A", 0.3), ("V", 0.45), ("A+V", 0.55), ("A+V+T", 0.8))
    ]
    with tempfile.TemporaryDirectory() as folder:
        training = checkpoints(Path(folder))
    drawn: dict[str, tuple[Sequence[Report], dict[str, Any]]] = {
        "scores": (three, {"span": "single"}),
        "bars": (three, {"span": "double"}),
        "multiples": (three, {"span": "double"}),
        "radar": (three, {"span": "single"}),
        "confusion": (three[1:2], {"datasets": ["meld"], "wheel": 1}),
        "labels": (three, {"span": "single"}),
        "modalities": (conditions, {"span": "single"}),
        "checkpoints": ([training], {"span": "single"}),
    }
    found = {f"{kind}.svg": draw(kind, given, **options).to_bytes("svg") for kind, (given, options) in drawn.items()}
    return found | {"stuffing.svg": stuffing.picture()}


def main(folder: Path) -> None:
    """Write every figure into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in figures().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
