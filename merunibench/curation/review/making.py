"""`curate review`: draw a sample; write the sheet, the page, and the probabilities of the drawn clips for scoring."""

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
    """Result of `make_review`.

    Attributes:
        sheet: The table.
        page: The page.
        rows: Number of clips in the sample.
        of: Number of rows from which it was drawn.
        lost: Names of clips whose files were not found.
        stale: Warning if the written decisions are outdated.
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
    """Draw a sample and write `review/`, all files or none; equal input gives equal bytes.

    Args:
        folder: The data set, after `curate filter`.
        sample: Number of clips to review.
        seed: Seed of the draw.
        reviewers: Number of reviewers among whom the clips are divided.
        overlap: Number of clips that all reviewers look at, if there are several.
        clips: Path of a clip, relative to the data set's folder; `{name}` is replaced by the clip's name.

    Raises:
        InputError: the data set has not been filtered, or the existing sheet contains answers.
    """
    if not children(folder.path / DECISIONS):
        raise InputError(f"{folder.path}: has no decisions yet; run `merunibench curate filter` first")
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
    """Refuse to overwrite hours of a reviewer's work."""
    if not path.is_file():
        return
    table = read_table(path, max_bytes=MAX_BYTES)
    if any(has(table, column).any() for column in sheet.ANSWERS if column in table.columns):
        raise InputError(
            f"{path}: contains answers; score them (--score {path}), and move the file before a new sample"
        )
