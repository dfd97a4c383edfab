"""The files of a submission: which there may be, and everything else by name and reason. Only names are looked at.

Nothing is followed that leaves the folder, and nothing is opened that is no plain file where one is expected.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from merunibench._text import listed
from merunibench.data.discovery import DEFAULT_CHECKPOINT, natural_order
from merunibench.errors import InputError
from merunibench.files.reading import reading
from merunibench.leaderboard.submission import FILE, PREDICTIONS, SUFFIX
from merunibench.tasks import TASKS, task_order

README = "README.md"
MAX_ENTRIES = 1_000
MAX_CHECKPOINTS = 50
MAX_PACKED_BYTES = 64 << 20
"""Most bytes of all files of a submission together."""

_CHECKPOINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=+-]{0,99}")
_NEVER_OPENED = {
    **dict.fromkeys((".zip", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst"), "an archive"),
    **dict.fromkeys((".npz", ".npy", ".pkl", ".pickle", ".pt", ".pth", ".bin", ".joblib"), "a pickle or binary file"),
}


@dataclass(frozen=True)
class Intake:
    """What lies in a submission's folder.

    Attributes:
        files: Data set -> checkpoint -> file, checkpoints in their natural order.
        problems: Everything that must not be there, a line each.
        too_much: Whether there is more than anybody should open.
    """

    files: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    too_much: bool = False

    def hashes(self) -> dict[str, str]:
        """Data set -> SHA-256 of the lines `checkpoint TAB sha256 of its file`, in the order of the checkpoints."""
        return {
            dataset: _sha256("".join(f"{name}\t{_of_file(path)}\n" for name, path in found.items()).encode())
            for dataset, found in self.files.items()
        }


def joint_hash(hashes: Mapping[str, str]) -> str:
    """One hash of the predictions for all data sets."""
    return _sha256("".join(f"{dataset}\t{hashes[dataset]}\n" for dataset in sorted(hashes)).encode())


def take_in(folder: Path) -> Intake:
    """Look at every name below the folder of a submission.

    Raises:
        InputError: there is no such folder, or it is a symbolic link.
    """
    with reading(folder):
        mode = folder.lstat().st_mode
    if not stat.S_ISDIR(mode):
        raise InputError(f"{folder}: is no folder; a submission is a folder, not a link or a file")
    found: dict[str, dict[str, Path]] = {}
    problems: list[str] = []
    packed = number = 0
    for number, (place, status) in enumerate(_walk(folder)):
        if number >= MAX_ENTRIES:
            problems.append(f"more than {MAX_ENTRIES} files and folders")
            break
        packed += status.st_size if stat.S_ISREG(status.st_mode) else 0
        reason = _refusal(place, status.st_mode)
        if reason:
            problems.append(f"{listed(['/'.join(place)])}: {reason}")
        elif place[0] == PREDICTIONS and stat.S_ISREG(status.st_mode):
            checkpoint = place[1] if len(place) == 3 else DEFAULT_CHECKPOINT
            held = found.setdefault(place[-1].removesuffix(SUFFIX), {})
            if checkpoint in held:
                problems.append(f"two files for checkpoint {checkpoint!r} of one data set; keep one")
            held[checkpoint] = folder.joinpath(*place)
    if packed > MAX_PACKED_BYTES:
        problems.append(f"{packed >> 20} MiB in all; at most {MAX_PACKED_BYTES >> 20} MiB are taken")
    many = any(len(held) > MAX_CHECKPOINTS for held in found.values())
    if many:
        problems.append(f"more than {MAX_CHECKPOINTS} checkpoints")
    ordered = {
        name: dict(sorted(found[name].items(), key=lambda item: natural_order(item[0]))) for name in task_order(found)
    }
    too_much = many or packed > MAX_PACKED_BYTES or number >= MAX_ENTRIES
    return Intake(ordered, tuple(problems), too_much)


def _walk(folder: Path) -> Iterator[tuple[tuple[str, ...], os.stat_result]]:
    """Every entry below a folder, by its path from there, without following a link; at most three levels down."""
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        place = waiting.pop()
        with reading(folder), os.scandir(folder.joinpath(*place)) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
        for entry in inside:
            with reading(folder):
                status = entry.stat(follow_symlinks=False)
            below = (*place, entry.name)
            yield below, status
            if stat.S_ISDIR(status.st_mode) and not _refusal(below, status.st_mode):
                waiting.append(below)


def _refusal(place: tuple[str, ...], mode: int) -> str:
    """Why something of this path and kind must not be there; empty if it may."""
    if stat.S_ISLNK(mode):
        return "is a symbolic link; put the file itself there"
    if stat.S_ISDIR(mode):
        return _refusal_of_folder(place)
    return _refusal_of_file(place) if stat.S_ISREG(mode) else "is no plain file"


def _refusal_of_folder(place: tuple[str, ...]) -> str:
    if place[0] != PREDICTIONS or len(place) > 2:
        return f"is a folder that does not belong here; only {PREDICTIONS}/ and a folder for each checkpoint do"
    if len(place) == 2 and not _CHECKPOINT.fullmatch(place[1]):
        return "a checkpoint's name must be letters, digits and ._=+- (at most 100)"
    return ""


def _refusal_of_file(place: tuple[str, ...]) -> str:
    name = place[-1]
    named = name.endswith(SUFFIX) and name.removesuffix(SUFFIX) in TASKS
    if place in ((FILE,), (README,)) or (place[0] == PREDICTIONS and len(place) > 1 and named):
        return ""
    kind = next((kind for ending, kind in _NEVER_OPENED.items() if name.lower().endswith(ending)), None)
    if kind:
        return f"is {kind}, which is never opened; `merunibench submit` packs predictions as {SUFFIX[1:]}"
    return f"does not belong here; expected {FILE}, {README} and {PREDICTIONS}/<dataset>{SUFFIX}"


def _of_file(path: Path) -> str:
    with reading(path):
        return _sha256(path.read_bytes())  # at most MAX_PACKED_BYTES


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
