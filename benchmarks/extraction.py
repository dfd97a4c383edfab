"""Measure the quality and speed of the extraction rules, compared with the released extractions of the authors.

    python -m benchmarks.extraction FOLDER

FOLDER contains `official/` with the layout of the release (see tests/conftest.py).
It prints the figures of docs/extraction.md.
"""

import csv
import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from merunibench import Lexicon, evaluate, load_lexicon
from merunibench.data import open_predictions
from merunibench.extraction import extract_labels, polarity
from merunibench.files import DEFAULT_MAX_BYTES
from merunibench.labels import LabelLists, normalise_label, parse_label_field

DATASETS = ("meld", "ovmerdplus", "cmumosi")
Row = dict[str, Any]


@cache
def released(folder: Path, dataset: str) -> Mapping[str, list[Row]]:
    """Return checkpoint -> released rows: name, text, labels, polarity."""
    source = open_predictions(folder / "official" / "output", dataset=dataset)
    rows = {}
    for checkpoint, files in source.files[dataset].items():
        table = files.full_table(DEFAULT_MAX_BYTES)
        rows[checkpoint] = [
            dict(zip(table.columns, values, strict=True)) for values in zip(*table.columns.values(), strict=True)
        ]
    return rows


def agreement(folder: Path, *, parity: bool) -> tuple[float, float]:
    """Return the shares of released answers with the same label set, and the same sectors on all wheels (mer2026)."""
    lexicon = load_lexicon(folder / "official" / "emotion_wheel" / "mer2026")
    ours, theirs = [], []
    for dataset in DATASETS:
        for rows in released(folder, dataset).values():
            ours += [extract_labels(row["text"], parity=parity) for row in rows]
            theirs += [[normalise_label(label) for label in parse_label_field(row["labels"])] for row in rows]
    same = fmean(set(a) == set(b) for a, b in zip(ours, theirs, strict=True))
    sectors = [lexicon.sector_sets(LabelLists.from_fields(lists)) for lists in (ours, theirs)]
    return same, float(np.mean((sectors[0] == sectors[1]).all(axis=0)))


def score_differences(folder: Path) -> dict[tuple[str, str], float]:
    """Return (data set, checkpoint) -> score of our labels (polarity) minus the released score, in points (mer2026)."""
    expected = json.loads((folder / "official" / "expected_scores.json").read_text(encoding="utf-8"))["mer2026"]
    lexicon = load_lexicon(folder / "official" / "emotion_wheel" / "mer2026")
    differences = {}
    for dataset in DATASETS:
        for checkpoint, rows in released(folder, dataset).items():
            if dataset == "cmumosi":
                answers: dict[str, Any] = {row["name"]: polarity(parse_label_field(row["labels"])) for row in rows}
            else:
                answers = {row["name"]: extract_labels(row["text"], parity=True) for row in rows}
            score = evaluate({dataset: answers}, folder / "official" / "dataset", lexicon=lexicon, bootstrap=0)
            known = expected[dataset][checkpoint]
            known = (
                known["level1"]["f"]
                if dataset == "ovmerdplus"
                else known["waf" if dataset == "cmumosi" else "hit_rate"]
            )
            differences[dataset, checkpoint] = 100 * (score[dataset].score - known)
    return differences


def systems(
    folder: Path, read: Callable[[str], list[str]] = extract_labels
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return (model, prompt) of OV-MERD texts -> F1 of our labels and of the released ones, in points (mer2025)."""
    ovmerd = folder / "official" / "ovmerd"
    released_scores = json.loads((ovmerd / "expected_scores.json").read_text(encoding="utf-8"))["mer2025"]
    lexicon = load_lexicon(folder / "official" / "emotion_wheel" / "mer2025")
    with (ovmerd / "ovlabel.csv").open(encoding="utf-8", newline="") as stream:
        truth = {row["name"]: parse_label_field(row["openset"]) for row in csv.DictReader(stream)}
    found = {}
    for path in sorted((ovmerd / "predictions").glob("*/*/ovmerd.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if "text" in rows[0]:
            answers = {row["name"]: read(row["text"]) for row in rows}
            asked = {name: truth[name] for name in answers}
            report = evaluate({"ovmerdplus": answers}, {"ovmerdplus": asked}, lexicon=lexicon, bootstrap=0)
            model, prompt = path.parts[-3:-1]
            found[model, prompt] = (100 * report["ovmerdplus"].score, 100 * released_scores[model][prompt]["f"])
    return found


def polarity_agreement(folder: Path) -> float:
    """Return the share of the released CMU-MOSI label sets for which our polarity (of three) is the released one."""
    rows = [row for found in released(folder, "cmumosi").values() for row in found]
    return fmean(polarity(parse_label_field(row["labels"])) == row["polarity"].strip().lower() for row in rows)


def descriptions(folder: Path, half: int) -> list[tuple[str, list[str]]]:
    """Return free descriptions and their labels: every second row, from row `half`. Rules are tuned only on half 0."""
    with (folder / "official" / "descriptions" / "emer_dev.csv").open(encoding="utf-8", newline="") as stream:
        return [(row["text"], parse_label_field(row["labels"])) for row in list(csv.DictReader(stream))[half::2]]


def description_f(folder: Path, half: int, read: Callable[[str], list[str]] = extract_labels) -> float:
    """Return the set-level F1 of descriptions (mer2026, level 1)."""
    lexicon: Lexicon = load_lexicon(folder / "official" / "emotion_wheel" / "mer2026")
    rows = descriptions(folder, half)
    truth = {str(number): labels for number, (_, labels) in enumerate(rows)}
    answers = {str(number): read(text) for number, (text, _) in enumerate(rows)}
    report = evaluate({"ovmerdplus": answers}, {"ovmerdplus": truth}, lexicon=lexicon, bootstrap=0)
    return float(report["ovmerdplus"].score)


def rate(texts: list[str], seconds: float = 5.0) -> float:
    """Return the number of texts read per second of CPU time."""
    extract_labels(texts[0])
    start, done = time.process_time(), 0
    while time.process_time() - start < seconds:
        for text in texts[:200]:
            extract_labels(text)
        done += len(texts[:200])
    return done / (time.process_time() - start)


def main() -> None:
    """Print all figures."""
    folder = Path(sys.argv[1])
    for parity in (False, True):
        same, sectors = agreement(folder, parity=parity)
        print(f"parity {parity!s:5}: same label set {100 * same:.2f} %, same sector sets {100 * sectors:.2f} %")
    differences = score_differences(folder)
    for dataset in DATASETS:
        found = [abs(value) for (name, _), value in differences.items() if name == dataset]
        print(f"{dataset}: scores differ by {fmean(found):.2f} points on average, {max(found):.2f} at most")
    print(f"polarity agrees in {100 * polarity_agreement(folder):.2f} %")
    halves = [description_f(folder, half) for half in (0, 1)]
    print(f"descriptions: F1 {halves[0]:.3f} on the development half, {halves[1]:.3f} on the other")
    ours, theirs = np.array(list(systems(folder).values())).T
    correlation, difference = np.corrcoef(ours, theirs)[0, 1], (ours - theirs).mean()
    print(f"OV-MERD, {len(ours)} systems: Pearson {correlation:.3f}, mean difference {difference:.2f} points")
    lists = [row["text"] for rows in released(folder, "meld").values() for row in rows]
    print(f"list answers per second: {rate(lists):.0f}")
    print(f"long descriptions per minute: {60 * rate([text for text, _ in descriptions(folder, 0)]):.0f}")


if __name__ == "__main__":
    main()
