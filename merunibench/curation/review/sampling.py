"""Draw the clips for review: a seeded sample, stratified by decision, with known probabilities.

Strata are kept and `dropped_by`, crossed with the voted emotion. The expected number of rows from a stratum of N rows
is proportional to the square root of N, so that rare emotions and filters that drop few rows are represented (power
allocation; Bankier, The American Statistician 42, 1988). Expected numbers need not be integers: rows are drawn
systematically along the strata (Madow, Annals of Mathematical Statistics 20, 1949), in random order within each. So the
sample has exactly the requested size, the number of rows of each stratum is its expected number rounded up or down, and
all rows of a stratum have the same probability, which is never 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from merunibench._text import short_repr
from merunibench.curation.decisions import Decisions, coded
from merunibench.curation.folder import Folder, read_lines
from merunibench.errors import InputError
from merunibench.journal import config_hash
from merunibench.report.csv_text import csv_cell

FILE = "sample.jsonl"
NO_VOTE = "no vote"
_POWER = 0.5

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Chosen:
    """A row for review.

    Attributes:
        name: The clip.
        dropped_by: The filter that dropped it when the sample was drawn; None if it was kept.
        voted: The voted emotion.
        probability: Probability of being in the sample.
        reviewers: Numbers of its reviewers: 1, 2, ….
    """

    name: str
    dropped_by: str | None
    voted: str
    probability: float
    reviewers: tuple[int, ...]


def draw(decisions: Decisions, size: int, seed: int, reviewers: int = 1, overlap: int = 0) -> list[Chosen]:
    """Draw a sample of the rows that have a description.

    Args:
        decisions: The decisions on the rows.
        size: Number of rows to draw; all rows if there are fewer.
        seed: Seed of the draw, the order, and the assignment to reviewers.
        reviewers: Number of reviewers among whom the rows are divided.
        overlap: Number of rows that all reviewers look at.

    Returns:
        The rows in random order, so that a reviewer who stops early has answered a random part.

    Raises:
        InputError: no row has a description, or two names are the same in a table.
    """
    frame = np.flatnonzero(decisions.rows.measures.answered)
    if not len(frame):
        raise InputError("no row has a description, so there is nothing to review")
    strata, voted = _strata(decisions, frame)
    sizes = np.bincount(strata)
    rng = np.random.default_rng(seed)
    probability = np.divide(expected_sizes(sizes, size), sizes, out=np.zeros(len(sizes)), where=sizes > 0)[strata]
    picked = rng.permutation(_systematic(strata, probability, rng))
    dealt = _dealt(len(picked), reviewers, overlap, rng)
    names = decisions.rows.names.take(frame[picked]).to_pylist()
    _refuse_look_alikes(names)
    filters = [each.name for each in decisions.outcomes]
    by = decisions.dropped_by[frame[picked]].tolist()
    return [
        Chosen(name, filters[by[i]] if by[i] >= 0 else None, voted[row], round(float(probability[row]), 12), dealt[i])
        for i, (name, row) in enumerate(zip(names, picked.tolist(), strict=True))
    ]


def expected_sizes(sizes: IntArray, sample: int) -> FloatArray:
    """Return the expected number of rows per stratum: proportional to the square root of its size, at most all rows.

    Args:
        sizes: Number of rows of each stratum, shape (H,).
        sample: Number of rows of the sample.

    Returns:
        Expected numbers, shape (H,); their sum is `sample`, or the number of all rows if there are fewer.

    Example:
        >>> expected_sizes(np.array([100, 4, 1]), 15).round(2).tolist()
        [11.67, 2.33, 1.0]
    """
    whole = np.zeros(len(sizes), bool)
    expected = sizes.astype(float)
    while not whole.all():
        left = min(sample, int(sizes.sum())) - int(sizes[whole].sum())
        shares = np.where(whole, 0, sizes**_POWER)
        expected = np.where(whole, sizes, left * shares / max(float(shares.sum()), 1.0))
        over = ~whole & (expected >= sizes)
        if not over.any():
            break
        whole |= over
    return expected


def _systematic(strata: IntArray, probability: FloatArray, rng: np.random.Generator) -> IntArray:
    """Draw rows with the given probabilities, which are equal within strata and whose sum is an integer."""
    certain = np.flatnonzero(probability >= 1)
    order = np.lexsort((rng.random(len(strata)), strata))
    order = order[probability[order] < 1]
    reached = np.cumsum(probability[order])
    count = round(float(reached[-1])) if len(order) else 0
    places = np.searchsorted(reached, rng.random() + np.arange(count), side="right")
    return np.concatenate([certain, order[np.minimum(places, len(order) - 1)]])


def _strata(decisions: Decisions, frame: IntArray) -> tuple[IntArray, list[str]]:
    """Return the number of each row's stratum, and its voted emotion."""
    column = next(
        (each.judged.columns.get("voted") for each in decisions.outcomes if each.name == "crowd.emotion"), None
    )
    words, of_value = [NO_VOTE], np.zeros(len(decisions.rows), np.int64)
    if column is not None:
        codes, values = coded(column)
        first = [_first(value) for value in values]
        words = sorted(set(first))
        of_value = np.array([words.index(word) for word in first], np.int64)[codes]
    voted = of_value[frame]
    number = (decisions.dropped_by[frame].astype(np.int64) + 1) * len(words) + voted
    return np.unique(number, return_inverse=True)[1].astype(np.int64), [words[each] for each in voted.tolist()]


def _first(value: object) -> str:
    """Return the voted element of the first wheel."""
    value = value[0] if isinstance(value, list | tuple) and value else value
    return str(value) if value not in (None, []) else NO_VOTE


def _dealt(rows: int, reviewers: int, overlap: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Assign reviewers to rows: all of them to `overlap` rows, one of them in turn to each other row."""
    everyone = tuple(range(1, reviewers + 1))
    dealt = [everyone if place < overlap else (place % reviewers + 1,) for place in range(rows)]
    return [dealt[place] for place in rng.permutation(rows).tolist()]


def _refuse_look_alikes(names: Iterable[str]) -> None:
    """Refuse names that are the same in a table, since answers would be assigned to the wrong clip."""
    cells: dict[object, str] = {}
    for name in names:
        if cells.setdefault(csv_cell(name), name) != name:
            raise InputError(
                f"the names {short_repr(cells[csv_cell(name)])} and {short_repr(name)} "
                "look the same in a sheet; rename one"
            )


def identity(sample: Sequence[Chosen]) -> str:
    """Return the identity of a sample: a hash of its clips, probabilities and reviewers."""
    return config_hash({"sample": [[each.name, each.probability, list(each.reviewers)] for each in sample]})


def sample_rows(sample: Sequence[Chosen]) -> Iterable[dict[str, object]]:
    """Yield the sample as rows of its file, which reviewers do not see."""
    for each in sample:
        yield {
            "name": each.name,
            "dropped_by": each.dropped_by,
            "voted": each.voted,
            "probability": each.probability,
            "reviewers": list(each.reviewers),
        }


def read_sample(folder: Folder, stage: str) -> list[Chosen]:
    """Read the sample that was drawn.

    Raises:
        InputError: there is no sample, or its file is invalid.
    """
    path = folder.path / stage / FILE
    if not path.is_file():
        raise InputError(f"{path}: does not exist; draw a sample first (`merunibench curate review {folder.path}`)")
    return [_chosen(row, path, number) for number, row in enumerate(read_lines(path), start=1)]


def _chosen(row: dict[str, object], path: Path, number: int) -> Chosen:
    dropped_by, voted, probability, who = (row.get(key) for key in ("dropped_by", "voted", "probability", "reviewers"))
    if (
        not isinstance(dropped_by, str | None)
        or not isinstance(voted, str)
        or isinstance(probability, bool)
        or not isinstance(probability, int | float)
        or not 0 < probability <= 1
        or not isinstance(who, list)
        or not all(isinstance(each, int) for each in who)
    ):
        raise InputError(f"{path}, line {number}: is not a row of a sample; draw the sample again")
    return Chosen(str(row["name"]), dropped_by, voted, float(probability), tuple(who))
