"""What reviewers see of a clip, and the table for their answers. It has no verdicts or votes: the review is blind."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from merunibench.curation.columns import places
from merunibench.curation.folder import MAX_BYTES, REVIEW, Folder
from merunibench.curation.review.sampling import Chosen
from merunibench.data import read_table
from merunibench.data.columns import name_column, text_column
from merunibench.errors import InputError
from merunibench.files.places import inside
from merunibench.report.csv_text import csv_text

SPEAKS = {"yes": "Yes", "no": "No", "unsure": "Cannot tell"}
"""Does the visible person speak? Answer -> its wording."""
RIGHT = {"yes": "Yes", "partly": "Partly", "no": "No"}
"""Is the description right? Answer -> its wording."""
ANSWERS = ("speaks", "right", "emotions")
COLUMNS = ("sample", "reviewer", "name", "clip", "subtitle", "description", *ANSWERS)

_SUBTITLES = ("subtitle", "english", "chinese")


@dataclass(frozen=True)
class Card:
    """A clip as shown to reviewers.

    Attributes:
        chosen: Its entry in the sample.
        clip: URL of the clip, relative to the page; empty if its name leads out of the folder.
        found: Whether the file exists.
        subtitle: The subtitle, empty if unknown.
        description: The description.
    """

    chosen: Chosen
    clip: str
    found: bool
    subtitle: str
    description: str


def cards(folder: Folder, sample: Sequence[Chosen], clips: str) -> list[Card]:
    """Return the clips as shown to reviewers, in the order of the sample.

    Args:
        folder: The data set.
        sample: The clips.
        clips: Path of a clip, relative to the data set's folder; `{name}` is replaced by the clip's name.

    Raises:
        InputError: the pattern has no `{name}`, or a clip of the sample no longer has a description.
    """
    import pyarrow as pa

    if "{name}" not in clips:
        raise InputError(f"--clips {clips!r}: must contain {{name}}, which is replaced by a clip's name")
    names = pa.array([each.name for each in sample], pa.large_string())
    texts: dict[int, tuple[str, str]] = {}
    for path in folder.sets().values():
        table = read_table(path, max_bytes=MAX_BYTES)
        at = places(names, name_column(table))
        said = [text_column(table, key) for key in _SUBTITLES if key in table.columns]
        text = text_column(table, "text") if "text" in table.columns else pa.nulls(table.num_rows, pa.large_string())
        for row, place in enumerate(at.tolist()):
            if place >= 0:
                subtitle = " / ".join(filter(None, (column[place].as_py() for column in said)))
                texts[row] = subtitle, text[place].as_py() or ""
    lost = next((each.name for row, each in enumerate(sample) if not texts.get(row, ("", ""))[1]), None)
    if lost is not None:
        raise InputError(f"{folder.path}: {lost!r} no longer has a description; run `merunibench curate filter` again")
    return [Card(each, *_clip(folder, clips, each.name), *texts[row]) for row, each in enumerate(sample)]


def _clip(folder: Folder, pattern: str, name: str) -> tuple[str, bool]:
    """Return a clip's URL for the page, and whether the file exists; names that lead out of the folder have none."""
    above = pattern[: pattern.index("{name}")].rpartition("/")[0]
    root = folder.path / above
    try:
        path = inside(root, pattern[len(above) :].lstrip("/").replace("{name}", name))
    except InputError:
        return "", False
    relative = os.path.relpath(os.path.abspath(path), os.path.abspath(folder.path / REVIEW))  # noqa: PTH100 - keeps links
    return quote(Path(relative).as_posix()), path.is_file()


def sheet(shown: Sequence[Card], sample: str) -> str:
    """Return the table with one row per clip and reviewer; its cells are safe to open in a spreadsheet.

    Args:
        shown: The clips.
        sample: Identity of the sample.
    """
    return csv_text(COLUMNS, _records(shown, sample))


def _records(shown: Sequence[Card], sample: str) -> Iterator[dict[str, Any]]:
    everyone = sorted({reviewer for card in shown for reviewer in card.chosen.reviewers})
    for reviewer in everyone:
        for card in shown:
            if reviewer in card.chosen.reviewers:
                yield {
                    "sample": sample,
                    "reviewer": str(reviewer),
                    "name": card.chosen.name,
                    "clip": card.clip,
                    "subtitle": card.subtitle,
                    "description": card.description,
                }
