"""JSON Lines with one row per sample and one file per set, and a card with which `datasets.load_dataset` finds them."""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from merunibench.curation.export.base import ExportOptions, Sample, card_of
from merunibench.curation.report.result import CurationReport
from merunibench.files import open_atomic, write_text


def write_lines(out: Path, samples: Iterator[Sample], options: ExportOptions, report: CurationReport) -> None:
    """Write `data/<set>.jsonl` and the card."""
    for name, rows in groupby(samples, key=lambda sample: sample.set):
        with open_atomic(out / "data" / f"{name}.jsonl") as stream:
            stream.writelines(json.dumps(row_of(sample), ensure_ascii=False) + "\n" for sample in rows)
    write_text(out / "README.md", card_of(report, options, "data/*.jsonl"))


def row_of(sample: Sample) -> dict[str, object]:
    """Return a sample as a row; every row has all keys."""
    return {
        "name": sample.name,
        "text": sample.text,
        "labels": list(sample.labels),
        "polarity": sample.polarity,
        "subtitle": sample.subtitle,
        "set": sample.set,
        "kept": sample.kept,
        "dropped_by": sample.dropped_by,
    }
