"""AffectGPT's training tables: three CSV files with the names that its authors' loader expects.

`openset` is the text `[a, b]`, which that loader splits at commas. Labels with commas, quotes or brackets cannot be
represented, and are refused.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from merunibench._text import short_repr
from merunibench.curation.export.base import ExportOptions, Sample, card_of
from merunibench.curation.report.result import CurationReport
from merunibench.errors import InputError
from merunibench.files import open_atomic, write_text

LABELS, REASONS, SUBTITLES = (
    "track2_train_mercaptionplus.csv",
    "track3_train_mercaptionplus.csv",
    "subtitle_chieng.csv",
)
"""Names of the files that the authors' loader opens."""
_SPLITTING = re.compile(r"[,'\"\[\]\n\r]")


def write_affectgpt(out: Path, samples: Iterator[Sample], options: ExportOptions, report: CurationReport) -> None:
    """Write the three tables and the card, and the decisions with the other export formats.

    Raises:
        InputError: labels contain characters at which the loader would split them; the message names the first.
    """
    wrong: list[tuple[str, str]] = []
    with ExitStack() as stack:
        labels, reasons, subtitles = (
            csv.writer(stack.enter_context(open_atomic(out / name)), quoting=csv.QUOTE_ALL, lineterminator="\n")
            for name in (LABELS, REASONS, SUBTITLES)
        )
        labels.writerow(["name", "openset"])
        reasons.writerow(["name", "reason"])
        subtitles.writerow(["name", "chinese", "english"])
        for sample in samples:
            wrong += ((sample.name, label) for label in sample.labels if _SPLITTING.search(label))
            labels.writerow([sample.name, written(sample.labels)])
            reasons.writerow([sample.name, sample.text])
            subtitles.writerow([sample.name, sample.chinese, sample.subtitle])
    if wrong:
        name, label = wrong[0]
        raise InputError(
            f"{len(wrong)} labels contain a comma, quote or bracket, at which AffectGPT's loader would split them, "
            f"such as {short_repr(label)} of {short_repr(name)}; correct them in the labels, or export as jsonl"
        )
    write_text(out / "README.md", card_of(report, options, None))


def written(labels: Sequence[str]) -> str:
    """Return labels in the format of AffectGPT's tables.

    Example:
        >>> written(["happy", "proud"])
        '[happy, proud]'
    """
    return f"[{', '.join(labels)}]"
