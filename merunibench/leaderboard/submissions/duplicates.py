"""Find predictions that another submission already contains: sent twice by mistake, or copied under a new name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from merunibench._text import escape_controls
from merunibench.files import read_plain
from merunibench.leaderboard.schema.results import Results
from merunibench.leaderboard.submissions.checked import Checked
from merunibench.leaderboard.submissions.checking import outline
from merunibench.leaderboard.submissions.submission import FILE, MAX_PACKED_BYTES, submission_id
from merunibench.tasks import BUILTIN, task_order


def duplicates(checked: Checked, others: Sequence[Path], results: Results | None = None) -> list[str]:
    """Report whose predictions a submission shares, one line each.

    Args:
        checked: The submission.
        others: Folders of submissions; its own, and what is not a folder, is ignored. Files are compared byte by byte.
        results: A board, which contains the hashes of withheld predictions.
    """
    found: dict[str, set[str]] = {}
    for folder in others:
        if submission_id(folder) != checked.id and (folder / FILE).is_file():
            found.setdefault(submission_id(folder), set()).update(_shared(checked, folder))
    for row in results.rows if results else ():
        same = {name for name, score in row.scores.items() if score.predictions == checked.hashes.get(name, "")}
        if row.model_id != checked.id and same:
            found.setdefault(row.model_id, set()).update(same)
    return [
        escape_controls(
            f"the predictions for {', '.join(BUILTIN[name].title for name in task_order(sets))} are those of {key}"
        )
        for key, sets in found.items()
        if sets
    ]


def _shared(checked: Checked, folder: Path) -> Iterator[str]:
    """Data sets for which both have a file with the same content, under any checkpoint."""
    theirs = outline(folder).files
    for dataset, files in checked.files.items():
        sizes: dict[int, list[Path]] = {}
        for path in theirs.get(dataset, {}).values():
            sizes.setdefault(path.stat().st_size, []).append(path)
        pairs = ((own, other) for own in files.values() for other in sizes.get(own.stat().st_size, ()))
        if any(read_plain(own, MAX_PACKED_BYTES) == read_plain(other, MAX_PACKED_BYTES) for own, other in pairs):
            yield dataset
