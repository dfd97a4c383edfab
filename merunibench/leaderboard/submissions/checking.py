"""Find all problems of a submission at once, and why a row of it would not be shown."""

from collections.abc import Mapping
from pathlib import Path

from merunibench._text import escape_controls, short_repr
from merunibench.data import GroundTruth
from merunibench.errors import InputError
from merunibench.leaderboard.submissions.checked import MAX_REASON, Checked
from merunibench.leaderboard.submissions.folding import folded
from merunibench.leaderboard.submissions.prediction_rows import check_rows
from merunibench.leaderboard.submissions.submission import (
    ASKED_FOR,
    FILE,
    FOLDER_NAME,
    PREDICTIONS,
    hashes_of,
    predictions_in,
    read_submission,
    submission_id,
)
from merunibench.leaderboard.submissions.training import seen_test_samples
from merunibench.tasks import BUILTIN, benchmark_tasks, get_task

MAX_LENGTH = 1 << 28
"""Maximum total length of all files, which are in memory at once, counted in bytes: about what may be packed."""
MAX_UNUSABLE = 10
"""Number of unusable files after which no more are read."""


def outline(folder: Path) -> Checked:
    """Check what does not depend on predictions and labels: names, numbers and sizes of files, metadata.

    Every build does this for every submission, whatever the cache contains.
    """
    checked = Checked(folder)
    try:
        checked.files, too_much = predictions_in(folder, checked.problem)
    except InputError as error:
        # Omit the folder: its location on this machine must not be part of a board.
        return Checked(folder, problems=[escape_controls(str(error).removeprefix(f"{folder}: "), MAX_REASON)])
    checked.openable = not too_much
    path = folder / FILE
    # Anything but a plain file has already been rejected; reading it could lead anywhere, or never end.
    if not path.is_symlink() and (path.is_file() or not path.exists()):
        try:
            checked.submission = read_submission(folder)
        except InputError as error:
            checked.problem(str(error).replace(str(path), FILE))
    if not FOLDER_NAME.fullmatch(submission_id(folder)):
        checked.problem(
            "the folder's name may contain only letters, digits and ._- (at most 64); it must not begin with a sign, "
            "`baseline-` or `published-`, end with a dot, or be a device name (`con`, `nul`)"
        )
    if not checked.files and (checked.submission is None or checked.submission.withheld is None):
        checked.problem(f"{PREDICTIONS}/ contains no predictions; `merunibench submit` packs them")
    return checked


def unchecked(folder: Path, error: Exception) -> Checked:
    """Reject a submission on which the tool itself failed, with the kind of error."""
    return Checked(folder, problems=[f"could not be checked ({type(error).__name__})"])


def too_long(lengths: Mapping[str, int]) -> bool:
    """Whether all files together exceed the limit."""
    return sum(lengths.values()) > MAX_LENGTH


def check(folder: Path, truths: Mapping[str, GroundTruth] | None = None, *, by_hashes: bool = False) -> Checked:
    """Validate a submission.

    Args:
        folder: Its folder.
        truths: Available labels by data set; sample names are compared with them.
        by_hashes: Whether names are compared with shipped hashes if there are no labels. Builds do not do this:
            submissions on the board stay there, with or without labels.

    Returns:
        What was found. Whatever the folder contains, no error is raised and nothing in it is executed.
    """
    try:
        checked = outline(folder)
        checked.by_hashes = by_hashes
        if checked.openable:
            _check_files(checked, truths or {})
            checked.warnings += [escape_controls(line, MAX_REASON) for line in folded(checked.noted)]
        _say_what_will_not_show(checked, truths or {})
        if checked.valid:
            checked.hashes = hashes_of(checked.files)
    except Exception as error:  # noqa: BLE001 - the last resort: no submission may stop the others
        return unchecked(folder, error)
    return checked


def _check_files(checked: Checked, truths: Mapping[str, GroundTruth]) -> None:
    """Read the usable files."""
    unusable = 0
    for dataset, of_checkpoints in checked.files.items():
        for checkpoint, path in of_checkpoints.items():
            read = check_rows(path, get_task(dataset), truths.get(dataset), checked)
            if read is None:
                unusable += 1
                if unusable == MAX_UNUSABLE:
                    checked.problem(f"{unusable} files cannot be used; the rest was not read")
                    return
                continue
            checked.read.setdefault(dataset, {})[checkpoint] = read
            checked.lengths[dataset] = checked.lengths.get(dataset, 0) + read.length
            if too_long(checked.lengths):
                checked.problem(f"more than {MAX_LENGTH >> 20} million characters in all files; the rest was not read")
                return


def _say_what_will_not_show(checked: Checked, truths: Mapping[str, GroundTruth]) -> None:
    submission, found = checked.submission, checked.read
    unlabelled = [BUILTIN[dataset].title for dataset in found if truths and dataset not in truths]
    if unlabelled:
        checked.warning(f"no labels for {', '.join(unlabelled)} available: these are not scored here")
    if submission is not None and submission.withheld is None:
        absent = [name for name in ASKED_FOR if not getattr(submission, name)]
        if absent:
            checked.warning(f"{FILE}: readers will miss {', '.join(absent)}")
    if submission is not None and submission.withheld is not None and not found:
        checked.warning("predictions are withheld: only scores in the committed results are shown")
    if not found:
        return
    _say_what_was_trained_on(checked)
    missing = [task.title for task in benchmark_tasks() if task.id not in found]
    if missing:
        checked.warning(f"no mean and no overall rank: no predictions for {', '.join(missing)}; data set ranks only")
    stems = {stem for held in found.values() for stem in held}
    if len(stems) > 1:
        common = set.intersection(*(set(held) for held in found.values()))
        last = "the last checkpoint is ranked" if common else "no checkpoint has all data sets, so no row is ranked"
        checked.warning(f"{len(stems)} checkpoints: {last}; rows chosen on the test labels are not ranked")


def _say_what_was_trained_on(checked: Checked) -> None:
    """Report which test samples are in the training data, according to the authors."""
    for name in checked.submission.trained_on if checked.submission is not None else ():
        seen = seen_test_samples([name])
        for task in (get_task(dataset) for dataset in checked.read if dataset in seen):
            held = f"contains {seen[task.id]} of the {task.samples} samples of {task.title}"
            checked.warning(f"trained_on: {short_repr(name)} {held}")
