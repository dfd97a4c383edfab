"""What is known of a row beyond its scores: whether it was recomputed, agrees with a paper, is a variant of another.

Copied figures name their lexicon seldom. Where the figures of one row of a source are the recomputed ones to the last
digit, its lexicon is shown, and the other rows of the same table of that source have it too.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from merunibench.leaderboard.schema.lock import Lock, Origin
from merunibench.leaderboard.schema.results import MEAN, Model, Results, Row
from merunibench.leaderboard.submissions.training import is_zero_shot, seen_test_samples
from merunibench.report import BENCHMARK_DATASETS

_VARIANT_SOURCE = re.compile("ablation|APCF", re.IGNORECASE)
_LAST_DIGIT = 4
"""Decimals of a fraction that papers print: hundredths of a percent."""
FEWEST = 3
"""Scores that must agree before a row is said to be the paper's."""


@dataclass(frozen=True)
class Evidence:
    """What is known of the rows of a board.

    Attributes:
        equal: Ids of recomputed rows whose figures are a paper's -> its source.
        lexicons: Source -> the lexicon that its figures were shown to have.
        committed: Models -> data sets whose scores stand as committed.
        parents: Ids of copied models that are variants -> the model they are variants of.
        recomputed: Who computed the scores that do not stand as committed, and when; the hash is that of the results.
        stood: Who computed those that do; None where nobody says so.
        seen: Models -> data set -> how many of its test samples they were trained on, by their own word.
        zero_shot: Models that say what they were trained on, and none of it is of the nine data sets; copied ones of
            which their source says so.
    """

    equal: Mapping[str, str]
    lexicons: Mapping[str, str]
    committed: Mapping[str, frozenset[str]]
    parents: Mapping[str, str]
    recomputed: Origin | None
    stood: Origin | None
    seen: Mapping[str, Mapping[str, int]]
    zero_shot: frozenset[str]


def evidence(results: Results, lock: Lock | None = None) -> Evidence:
    """All of it, from the results and their lock."""
    models = {model.id: model for model in results.models}
    computed: dict[str, list[Row]] = {}
    for row in results.rows:
        if row.origin == "computed":
            computed.setdefault(row.model.casefold(), []).append(row)
    equal: dict[str, str] = {}
    lexicons: dict[str, str] = {}
    for paper in (row for row in results.rows if row.origin == "reported"):
        source = models[paper.model_id].source or ""
        for row in computed.get(paper.model.casefold(), ()):
            if row.protocol == paper.protocol and paper.lexicon in (None, row.lexicon) and _agree(row, paper):
                equal[row.id] = source
                lexicons.setdefault(source, row.lexicon or "")
        if paper.lexicon is not None:
            lexicons.setdefault(source, paper.lexicon)
    committed: dict[str, set[str]] = {}
    for gap in results.not_recomputed:
        committed.setdefault(gap.model_id, set()).add(gap.dataset)
    stated = {model.id: model.trained_on for model in results.models if model.trained_on}
    return Evidence(
        equal=equal,
        lexicons=lexicons,
        committed={key: frozenset(sets) for key, sets in committed.items()},
        parents=_parents(results.rows, models),
        recomputed=lock,
        stood=lock.committed if lock else None,
        seen={key: seen for key, names in stated.items() if (seen := seen_test_samples(names))},
        zero_shot=frozenset(model.id for model in results.models if _is_zero_shot(model)),
    )


def _is_zero_shot(model: Model) -> bool:
    if model.origin == "reported":
        return any(word in (model.training_data or "").casefold() for word in ("zero-shot", "zero shot"))
    return is_zero_shot(model.trained_on)


def _agree(row: Row, paper: Row) -> bool:
    """Whether every score of the paper that the row has is the row's to the last digit, of enough of them."""
    shared = [name for name in paper.scores if name in row.scores]
    if len(shared) < FEWEST:
        return False
    same = all(_printed(row.scores[name].score) == _printed(paper.scores[name].score) for name in shared)
    return same and (paper.mean is None or row.mean is None or _printed(row.mean) == _printed(paper.mean))


def _printed(value: float) -> float:
    return round(value, _LAST_DIGIT)


def _parents(rows: Iterable[Row], models: Mapping[str, Model]) -> dict[str, str]:
    """Copied rows that are variants: without the nine scores, or of an ablation, of a model that is there in full."""
    copied = [row for row in rows if row.origin == "reported"]
    full = [row for row in copied if _full(row) and not _VARIANT_SOURCE.search(models[row.model_id].source or "")]
    heads = _heads(full, models)
    found = {}
    for row in copied:
        names = [name for name in heads if row.model.casefold().startswith(name)]
        if row in full and row.model.casefold() in heads:
            continue
        if names:
            found[row.model_id] = heads[max(names, key=len)]
    return {key: parent for key, parent in found.items() if key != parent}


def _heads(full: Sequence[Row], models: Mapping[str, Model]) -> dict[str, str]:
    """Name -> the row that stands for the model: that with the most modalities."""
    heads: dict[str, str] = {}
    for row in sorted(full, key=lambda row: -len(models[row.model_id].modalities)):
        heads.setdefault(row.model.casefold(), row.model_id)
    return heads


def _full(row: Row) -> bool:
    return all(name in row.scores for name in BENCHMARK_DATASETS)


def more_words_than_sense(results: Results, strict: str, official: str, places: int = 5) -> dict[str, tuple[int, int]]:
    """Rows whose official mean owes more to the number of words than to hearing.

    Either the official place is more than so many places better than the strict one; or, on boards of few models,
    another row that names fewer words is significantly worse by the official mean and significantly better by the
    strict one.

    Args:
        results: The whole board.
        strict: Id of the board of the strict protocol.
        official: Id of a board of the official one.
        places: From how many on nothing is said.

    Returns:
        `model id/selection` -> official and strict place in the mean.
    """
    ranks: dict[str, dict[str, int]] = {strict: {}, official: {}}
    words: dict[str, float] = {}
    for row in results.rows:
        if row.board in ranks and (rank := row.rank(MEAN)) is not None:
            key = _of_row(row.id)
            ranks[row.board][key] = rank.rank
            words[key] = row.labels_per_sample or 0.0
    both = ranks[strict].keys() & ranks[official].keys()
    reversed_by = _better(results, official) & {(worse, better) for better, worse in _better(results, strict)}
    overtaken = {more for more, fewer in reversed_by if words.get(more, 0.0) > words.get(fewer, 0.0)}
    return {
        key: (ranks[official][key], ranks[strict][key])
        for key in sorted(both)
        if key in overtaken or ranks[strict][key] - ranks[official][key] > places
    }


def _better(results: Results, board: str) -> set[tuple[str, str]]:
    """Ranked rows of which the first has the significantly higher mean, as `model id/selection`."""
    ranked = {row.id for row in results.rows if row.ranked}
    return {
        (_of_row(each.rows[above]), _of_row(each.rows[below]))
        for each in results.comparisons
        if (each.board, each.dataset) == (board, MEAN)
        for below, levels in enumerate(each.levels)
        for above, level in enumerate(levels)
        if level != "0" and {each.rows[above], each.rows[below]} <= ranked
    }


def _of_row(key: str) -> str:
    """`model id/selection` of a row's id."""
    return key.rsplit("/", 1)[0]
