"""Facts about a row beyond its scores: whether it was recomputed, agrees with a paper, or is a variant of another.

Copied scores rarely state their lexicon. If the scores of one row of a source equal the recomputed ones to the last
digit, this identifies the lexicon, which then applies to the other rows of the same table of that source too.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from merunibench.leaderboard.schema.lock import Lock, Origin
from merunibench.leaderboard.schema.results import MEAN, Model, NotRecomputed, Results, Row
from merunibench.leaderboard.submissions.training import is_zero_shot, seen_test_samples
from merunibench.report import BENCHMARK_DATASETS

_VARIANT_SOURCE = re.compile("ablation|APCF", re.IGNORECASE)
_LAST_DIGIT = 4
"""Number of decimals of a fraction that papers report: hundredths of a percent."""
FEWEST = 3
"""Number of scores that must agree before a row counts as equal to the paper's."""


@dataclass(frozen=True)
class Evidence:
    """What is known about the rows of a board.

    Attributes:
        equal: Ids of recomputed rows whose scores equal those of a paper -> its source.
        lexicons: Source -> the lexicon identified for its scores.
        committed: Models -> their scores that were carried over from the committed results.
        parents: Ids of variants -> the model they are variants of.
        recomputed: Who recomputed scores, and when; the hash is that of the results.
        stood: Who computed the scores that were carried over; None if this is not stated.
        seen: Models -> data set -> number of its test samples that they were trained on, according to their authors.
        zero_shot: Models whose authors state the training data, with none of the nine data sets in it; copied models if
            their source says so.
        copies: Models -> the others with exactly the same predictions.
    """

    equal: Mapping[str, str]
    lexicons: Mapping[str, str]
    committed: Mapping[str, Sequence[NotRecomputed]]
    parents: Mapping[str, str]
    recomputed: Origin | None
    stood: Origin | None
    seen: Mapping[str, Mapping[str, int]]
    zero_shot: frozenset[str]
    copies: Mapping[str, Sequence[Model]]


def evidence(results: Results, lock: Lock | None = None) -> Evidence:
    """Collect the evidence from the results and their lock."""
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
    committed: dict[str, list[NotRecomputed]] = {}
    for gap in results.not_recomputed:
        committed.setdefault(gap.model_id, []).append(gap)
    declared = {model.id: model.variant_of for model in results.models if model.variant_of is not None}
    parents = _parents(results.rows, models) | declared
    stated = {model.id: model.trained_on for model in results.models if model.trained_on}
    return Evidence(
        equal=equal,
        lexicons=lexicons,
        committed=committed,
        parents=parents,
        recomputed=lock,
        stood=lock.committed if lock else None,
        seen={key: seen for key, names in stated.items() if (seen := seen_test_samples(names))},
        zero_shot=frozenset(model.id for model in results.models if _is_zero_shot(model)),
        copies=copies(results),
    )


def copies(results: Results) -> dict[str, list[Model]]:
    """Return the models with exactly the same predictions as another one -> those others."""
    alike: dict[str, list[Model]] = {}
    for model in results.models:
        if model.predictions is not None:
            alike.setdefault(model.predictions, []).append(model)
    return {
        one.id: [other for other in each if other is not one]
        for each in alike.values()
        for one in each
        if len(each) > 1
    }


def _is_zero_shot(model: Model) -> bool:
    if model.origin == "reported":
        return any(word in (model.training_data or "").casefold() for word in ("zero-shot", "zero shot"))
    return is_zero_shot(model.trained_on)


def _agree(row: Row, paper: Row) -> bool:
    """Whether every score of the paper that the row also has agrees to the last digit, and there are enough of them."""
    shared = [name for name in paper.scores if name in row.scores]
    if len(shared) < FEWEST:
        return False
    same = all(_printed(row.scores[name].score) == _printed(paper.scores[name].score) for name in shared)
    return same and (paper.mean is None or row.mean is None or _printed(row.mean) == _printed(paper.mean))


def _printed(value: float) -> float:
    return round(value, _LAST_DIGIT)


def _parents(rows: Iterable[Row], models: Mapping[str, Model]) -> dict[str, str]:
    """Copied rows that are variants of a complete model: rows without all nine scores, and ablations."""
    copied = [row for row in rows if row.origin == "reported"]
    full = [row for row in copied if _full(row) and not _VARIANT_SOURCE.search(models[row.model_id].source or "")]
    heads, of_full = _heads(full, models), {row.id for row in full}
    found = {}
    for row in copied:
        names = [name for name in heads if row.model.casefold().startswith(name)]
        if row.id in of_full and row.model.casefold() in heads:
            continue
        if names:
            found[row.model_id] = heads[max(names, key=len)]
    return {key: parent for key, parent in found.items() if key != parent}


def _heads(full: Sequence[Row], models: Mapping[str, Model]) -> dict[str, str]:
    """Name -> the main row of the model: the one with the most modalities."""
    heads: dict[str, str] = {}
    for row in sorted(full, key=lambda row: -len(models[row.model_id].modalities)):
        heads.setdefault(row.model.casefold(), row.model_id)
    return heads


def _full(row: Row) -> bool:
    return all(name in row.scores for name in BENCHMARK_DATASETS)


def more_words_than_sense(results: Results, strict: str, official: str, places: int = 5) -> dict[str, tuple[int, int]]:
    """Return rows whose high official mean is due to the number of words rather than to better predictions.

    Either the official rank is more than `places` better than the strict one; or, on boards of few models, another row
    that names fewer words is significantly worse by the official mean and significantly better by the strict one.

    Args:
        results: The whole board.
        strict: Id of the board of the strict protocol.
        official: Id of a board of the official protocol.
        places: Maximum difference of ranks that is not marked.

    Returns:
        `model id/selection` -> official and strict rank in the mean.
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
    """Pairs of ranked rows, as `model id/selection`, of which the first has a significantly higher mean."""
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
    """`model id/selection` from the id of a row."""
    return key.rsplit("/", 1)[0]
