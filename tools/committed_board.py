"""Compute the committed board again from a copy of the outputs that its submissions withhold.

python -m tools.committed_board RELEASED --by "…" --date 2026-01-31      # writes leaderboard/

RELEASED is a folder with AffectGPT's outputs and the labels of the nine data sets (`nine/output`, `nine/dataset`), the
outputs of ten models on OV-MERD in three prompts and its labels (`ovmerd/predictions`, `ovmerd/ovlabel.csv`), what
people answered for the same clips in MER2023 (`curate/votes/human-emotion.jsonl`), and the official releases of the
lexicon (`emotion_wheel`). Only scores are written into the repository.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from merunibench.data import PredictionSource, open_predictions, predictions_in_memory
from merunibench.leaderboard.board.build import build
from merunibench.leaderboard.board.inputs import Request
from merunibench.leaderboard.schema.lock import lock_beside
from merunibench.leaderboard.submissions.submission import pack, read_submission
from merunibench.leaderboard.writing import write

BOARD = Path(__file__).parents[1] / "leaderboard"
LEXICONS = ("mer2025", "mer2026")
_PROMPTS = {"nosubtitle-addsub": "", "nosubtitle": "-without-subtitle", "subtitle": "-with-subtitle"}
"""Name of the released folder of a prompt -> suffix of its submission's name; the merged prompt is ranked."""


def gather(released: Path, out: Path) -> Request:
    """Pack the withheld outputs as submissions, and collect the labels.

    Args:
        released: The copy.
        out: A new folder, outside of the repository.

    Returns:
        The inputs of the board, without published figures and committed results.
    """
    submissions, labels = out / "submissions", out / "labels"
    for key, source in _sources(released):
        pack(source, read_submission(BOARD / "submissions" / key), submissions / key)
    shutil.copytree(released / "nine" / "dataset", labels)
    (labels / "ovmerd-process").mkdir()
    shutil.copy(released / "ovmerd" / "ovlabel.csv", labels / "ovmerd-process")
    lexicons = tuple(released / "emotion_wheel" / name for name in LEXICONS)
    return Request(submissions, labels, lexicons, published=BOARD / "published.csv")


def _sources(released: Path) -> Iterator[tuple[str, PredictionSource]]:
    """Yield the id of each submission, and its predictions."""
    yield "affectgpt", open_predictions(released / "nine" / "output")
    for folder in sorted((released / "ovmerd" / "predictions").iterdir()):
        for prompt, ending in _PROMPTS.items():
            yield folder.name.lower() + ending, open_predictions(folder / prompt, dataset="ovmerd")
    lines = (released / "curate" / "votes" / "human-emotion.jsonl").read_text(encoding="utf-8").splitlines()
    said = {row["name"]: [row["label"]] for row in map(json.loads, lines)}
    yield "people-mer2023", predictions_in_memory({"ovmerd": said})


def main() -> None:
    """Build the board in the repository."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("released", type=Path)
    parser.add_argument("--by", help="who computes it")
    parser.add_argument("--date", help="when, YYYY-MM-DD")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results, details = build(gather(options.released, Path(folder) / "board"))
    before = lock_beside(BOARD / "results.json")
    write(results, details, BOARD, by=options.by, date=options.date, before=before)


if __name__ == "__main__":
    main()
