"""`curate review`: draw the sample; write sheet, page and, for the score, who was drawn with what probability."""

from dataclasses import dataclass
from pathlib import Path

from merunibench.curation.decisions import stale
from merunibench.curation.filtering import filter_rows, stored_settings
from merunibench.curation.folder import DECISIONS, MAX_BYTES, REVIEW, Folder, children, write_rows
from merunibench.curation.review import page, sampling, sheet
from merunibench.data import read_table
from merunibench.data.cells import has
from merunibench.errors import InputError
from merunibench.files import whole_set, write_text

SHEET, PAGE = "sheet.csv", "sheet.html"
CLIPS = "video/{name}.mp4"
OVERLAP = 50


@dataclass(frozen=True)
class Made:
    """What was written.

    Attributes:
        sheet: The table.
        page: The page.
        rows: Clips of the sample.
        of: Rows that it was drawn from.
        lost: Names of clips that were not found where they should be.
        stale: What is to be said if the written decisions are older than what decides now.
    """

    sheet: Path
    page: Path
    rows: int
    of: int
    lost: tuple[str, ...]
    stale: str | None = None


def make_review(
    folder: Folder, sample: int = 200, seed: int = 0, reviewers: int = 1, overlap: int = OVERLAP, clips: str = CLIPS
) -> Made:
    """Draw a sample and write `review/`: all of it or nothing; equal input gives equal bytes.

    Args:
        folder: The data set; it was filtered.
        sample: Clips to be looked at.
        seed: Seed of the draw.
        reviewers: How many people share them.
        overlap: How many all of them look at, where there are several.
        clips: Where a clip is, from the folder of the data set; `{name}` stands for the name.

    Raises:
        InputError: the data set was not filtered, or the sheet that is there holds answers.
    """
    if not children(folder.path / DECISIONS):
        raise InputError(f"{folder.path}: nothing was decided yet; run `merunibench curate filter` first")
    out = folder.path / REVIEW
    _refuse_answered(out / SHEET)
    decisions = filter_rows(folder, stored_settings(folder))
    chosen = sampling.draw(decisions, sample, seed, reviewers, overlap if reviewers > 1 else 0)
    shown, known_by = sheet.cards(folder, chosen, clips), sampling.identity(chosen)
    with whole_set(out) as temporary:
        write_text(temporary / SHEET, sheet.sheet(shown, known_by))
        write_text(temporary / PAGE, page.render(shown, known_by, folder.name))
        write_rows(temporary / sampling.FILE, sampling.sample_rows(chosen))
    lost = tuple(card.chosen.name for card in shown if not card.found)
    answered = int(decisions.rows.measures.answered.sum())
    return Made(out / SHEET, out / PAGE, len(shown), answered, lost, stale(decisions, folder))


def _refuse_answered(path: Path) -> None:
    """Hours of somebody's work are not written over."""
    if not path.is_file():
        return
    table = read_table(path, max_bytes=MAX_BYTES)
    if any(has(table, column).any() for column in sheet.ANSWERS if column in table.columns):
        raise InputError(f"{path}: holds answers; score them (--score {path}), and move the file before a new sample")
