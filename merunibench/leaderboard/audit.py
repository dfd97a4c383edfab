"""Check that the files of a built board are consistent. Needs no labels and no network; nothing is recomputed.

The scores are checked against each other (`board.consistency`), the files against the results they were made from, and
the hashes of predictions against the submissions next to the board.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from merunibench._text import escape_controls, listed
from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.leaderboard.board.build import model_of
from merunibench.leaderboard.board.consistency import against_details, contradictions
from merunibench.leaderboard.board.inputs import DETAILS
from merunibench.leaderboard.board.published import read_published
from merunibench.leaderboard.schema.details import ModelDetails
from merunibench.leaderboard.schema.lock import LOCK, Lock, hash_of, read_lock
from merunibench.leaderboard.schema.results import MAX_BYTES, PAIRS, Model, Results, read_committed, read_results
from merunibench.leaderboard.scoring import baseline_rows
from merunibench.leaderboard.scoring.jobs import find_submissions
from merunibench.leaderboard.submissions.checking import outline
from merunibench.leaderboard.submissions.submission import hashes_of, joint_hash, submission_id
from merunibench.leaderboard.writing import tables_of


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes:
        scores: Number of scores that were checked.
        hashed: Number of submissions whose predictions were compared with the results.
        differences: What differs, one line each.
        lock: By whom and when the results were computed; None without a readable lock.
    """

    scores: int
    hashed: int
    differences: tuple[str, ...]
    lock: Lock | None


def audit(folder: Path, submissions: Path | None = None) -> Audit:
    """Check the files of a board against each other.

    Args:
        folder: Folder with `results.json` and what was written with it.
        submissions: Folder with the submissions; by default that of the board, if it exists.

    Raises:
        InputError: `results.json` cannot be read or is not a results file.
    """
    path = folder / "results.json"
    results = read_results(path)
    beside = folder / "submissions"
    place = submissions or (beside if beside.is_dir() else None)
    lock, found = _lock(folder, hash_of(read_plain(path, MAX_BYTES)))
    found += contradictions(results)
    details, faults = _details(folder, results)
    found += [*faults, *against_details(results, details), *_tables(folder, results)]
    found += _locked(folder, lock)
    found += [*_published(folder, results), *_baselines(results)]
    folders = find_submissions(place) if place is not None else []
    found += _submissions(folders, results) if place is not None else ()
    return Audit(sum(len(row.scores) for row in results.rows), len(folders), tuple(map(escape_controls, found)), lock)


def _lock(folder: Path, digest: str) -> tuple[Lock | None, list[str]]:
    """The lock of a board, and what is wrong with it."""
    try:
        lock = read_lock(folder / LOCK)
    except InputError as error:
        return None, [str(error)]
    if lock.results != digest:
        return lock, [f"{LOCK}: results.json has SHA-256 {digest[:12]}…, the lock says {lock.results[:12]}…"]
    return lock, []


def _locked(folder: Path, lock: Lock | None) -> Iterator[str]:
    """Yield pairs and details that are not those written with the results."""
    there = {PAIRS} if (folder / PAIRS).is_file() else set()
    there |= {f"{DETAILS}/{path.name}" for path in (folder / DETAILS).glob("*.json")}
    known = lock.files if lock else {}
    yield from (f"{name}: is not in the lock" for name in sorted(there - known.keys()) if lock)
    for name, due in known.items():
        if name not in there:
            yield f"{name}: is in the lock, but the file is missing"
        elif (digest := hash_of(read_plain(folder / name, MAX_BYTES))) != due:
            yield f"{name}: has SHA-256 {digest[:12]}…, the lock says {due[:12]}…"


def _published(folder: Path, results: Results) -> Iterator[str]:
    """Yield copied rows that differ from the published figures next to the results."""
    path = folder / "published.csv"
    if not path.is_file():
        return
    models, rows = read_published(path, results.boards)
    for what, due, there in (
        ("model", models, [model for model in results.models if model.origin == "reported"]),
        ("row", rows, [row for row in results.rows if row.origin == "reported"]),
    ):
        ours, theirs = ({each.id: each for each in every} for every in (there, due))
        yield from (f"{key}: {what} differs from {path.name}" for key in theirs if ours.get(key) != theirs[key])
        yield from (f"{key}: {what} is not in {path.name}" for key in ours if key not in theirs)


def _baselines(results: Results) -> Iterator[str]:
    """Yield baselines whose description differs from that in this toolkit."""
    known = {model.id: model for model in baseline_rows.models()}
    for model in results.models:
        if model.origin == "baseline" and model != known.get(model.id):
            yield f"{model.id}: the description of the baseline differs from that in this toolkit"


def _details(folder: Path, results: Results) -> tuple[dict[str, ModelDetails], list[str]]:
    """Return the details next to the results by model, and why others could not be read."""
    known, found, faults = {model.id for model in results.models}, {}, []
    for path in sorted((folder / DETAILS).glob("*.json")):
        if path.stem not in known:
            faults.append(f"{DETAILS}/{path.name}: not a model in the results")
            continue
        try:
            found[path.stem] = read_committed(path, ModelDetails, "model details")
        except InputError as error:
            faults.append(str(error))
    return found, faults


def _tables(folder: Path, results: Results) -> Iterator[str]:
    """Yield tables that do not follow from the results."""
    for name, text in tables_of(results):
        try:
            there = read_plain(folder / name, 4 * MAX_BYTES)
        except InputError as error:
            yield str(error)
            continue
        if there != text.encode() and name == "results.csv":
            yield from _figures(there, text)
        elif there != text.encode():
            lines = zip(there.decode("utf-8", "replace").splitlines(), text.splitlines(), strict=False)
            line = next((number for number, (ours, due) in enumerate(lines, 1) if ours != due), "last")
            yield f"{name}, line {line}: differs from results.json"


def _figures(there: bytes, text: str) -> Iterator[str]:
    """Compare `results.csv` with the results, line by line; both are written in the same order."""
    ours, due = (list(csv.DictReader(io.StringIO(each))) for each in (there.decode("utf-8", "replace"), text))
    if len(ours) != len(due):
        yield f"results.csv: {len(ours)} lines, expected {len(due)} from results.json"
    more = [str(column) for column in (ours[0] if ours and due else {}) if column not in due[0]]
    if more:
        yield f"results.csv: {listed(more)} not in results.json"
    for line, (mine, other) in enumerate(zip(ours, due, strict=False), start=2):
        where = f"{other['model_id']}/{other['selection']}/{other['board']} {other['dataset']}"
        for column in (each for each in other if mine.get(each) != other[each]):
            stated = f"{column} {mine.get(column)}, expected {other[column]} from results.json"
            yield f"results.csv, line {line}: {where}: {stated}"
    if ours == due:
        yield "results.csv: its format differs from what results.json gives"


def _submissions(folders: list[Path], results: Results) -> Iterator[str]:
    """Yield submissions missing from the board, models without a submission, and predictions that were not scored."""
    models = {model.id: model for model in results.models if model.origin == "computed"}
    refused = {each.submission for each in results.refused}
    there = {submission_id(folder): folder for folder in folders}
    yield from (f"{key}: is on the board, but has no submission folder" for key in models if key not in there)
    for key in sorted(there.keys() - refused):
        if key in models:
            yield from _predictions(there[key], models[key], results)
        else:
            yield f"{key}: is a submission, but not in the results; rebuild the board"


def _predictions(folder: Path, model: Model, results: Results) -> Iterator[str]:
    """Yield predictions that are not those that were scored."""
    checked = outline(folder)
    if checked.submission is not None and model != model_of(model.id, checked.submission, model.predictions):
        yield f"{model.id}: the model's description in the results differs from its submission"
    if not checked.files or not checked.openable:
        return  # withheld, or refused by every build
    hashes = hashes_of(checked.files)
    if model.predictions != joint_hash(hashes):
        yield f"{model.id}: its predictions are not those that the results were computed from"
    for row in results.rows:
        for dataset, score in row.scores.items() if row.model_id == model.id else ():
            if score.predictions != hashes.get(dataset):
                yield f"{row.id} {dataset}: was not scored from the predictions of the submission"
