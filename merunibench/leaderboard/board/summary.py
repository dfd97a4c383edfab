"""Summarise the changes between two boards in ten lines: models, scores by cause, order, refusals. `diff` lists all."""

from collections.abc import Iterator, Sequence

from merunibench._text import escape_controls
from merunibench.leaderboard.board.diff import Change
from merunibench.leaderboard.board.standing import main_boards, standing
from merunibench.leaderboard.schema.results import MEAN, Results

_NAMED = 3
"""Number of items of a kind that are named; further ones are only counted."""
_LONGEST = 300


def summary(old: Results, new: Results, found: Sequence[Change]) -> list[str]:
    """Return at most a dozen lines for a maintainer who decides, however much changed.

    Args:
        old: The previous board.
        new: The new board.
        found: The result of `changes` for them.
    """
    before, after = ({model.id: model.name for model in results.models} for results in (old, new))
    lines = [
        *_models("new", [f"{after[key]} ({key}): {standing(new, key)}" for key in after if key not in before]),
        *_models("removed", [f"{before[key]} ({key}): was {standing(old, key)}" for key in before if key not in after]),
        *_rows(found),
        *_scores(found),
        *_order(new, found),
        *_others(found),
    ]
    return [escape_controls(line, _LONGEST) for line in lines]


def _models(what: str, models: Sequence[str]) -> Iterator[str]:
    """Yield a line for each of the first models, and one for the rest."""
    yield from (f"{what} model: {model}" for model in models[:_NAMED])
    if len(models) > _NAMED:
        yield f"{what} models: {len(models) - _NAMED} more"


def _rows(found: Sequence[Change]) -> Iterator[str]:
    """Summarise rows of models that are on both boards."""
    rows = [change for change in found if change.what == "row" and not any("model" in why for why in change.why)]
    for sort in dict.fromkeys("gone" if change.new is None else "new" for change in rows):
        keys = [change.where for change in rows if (change.new is None) == (sort == "gone")]
        yield f"{sort} rows of existing models: {len(keys)} ({_some(keys)})"


def _scores(found: Sequence[Change]) -> Iterator[str]:
    """Summarise changed scores by cause, most frequent first. Scores shared by all lexicons (sentiment) count once."""
    by_cause: dict[str, dict[tuple[str, ...], Change]] = {}
    for change in found:
        if change.what == "score":
            (row, column), causes = change.where.rsplit(" ", 1), map(_kind, change.why)
            once = (*row.split("/")[:2], column, str(change.old), str(change.new))
            by_cause.setdefault(" and ".join(causes) or "no cause in the signatures", {}).setdefault(once, change)
    groups = sorted(by_cause.items(), key=lambda group: -len(group[1]))
    for cause, scores in groups[:_NAMED]:
        models = {key[0] for key in scores}
        means = [change for key, change in scores.items() if key[2] == MEAN]
        examples = [f"{change.where} {change.old} -> {change.new}" for change in means or scores.values()]
        yield f"scores changed: {len(scores)} of {_counted(len(models), 'model')}, by {cause}: {_some(examples)}"
    if len(groups) > _NAMED:
        yield f"scores changed: {sum(len(scores) for _, scores in groups[_NAMED:])} more, by other causes"


def _kind(cause: str) -> str:
    """The part of a cause that many rows share, without the individual hashes and names."""
    first = cause.split(" ", 1)[0]
    return {"predictions": "other predictions", "checkpoint": "another checkpoint"}.get(first, cause)


def _order(new: Results, found: Sequence[Change]) -> Iterator[str]:
    """Summarise ranks of the means on the main boards, and count the others."""
    ranks = [change for change in found if change.what == "rank"]
    if not ranks:
        return
    boards = {board.id for board in main_boards(new)}
    means = [each for each in ranks if any(each.where.endswith(f"/{board} {MEAN}") for board in boards)]
    shown = [f"{each.where} {each.old} -> {each.new}" for each in means or ranks]
    rows = {change.where.rsplit(" ", 1)[0] for change in ranks}
    yield f"order changed: {_counted(len(ranks), 'rank')} of {_counted(len(rows), 'row')} ({_some(shown)})"


def _others(found: Sequence[Change]) -> Iterator[str]:
    """Summarise boards and refusals."""
    boards = [change.to_text() for change in found if change.what == "board"]
    if boards:
        yield f"boards changed: {len(boards)} ({_some(boards)})"
    refused = [change.to_text() for change in found if change.what == "refused"]
    if refused:
        yield f"refusals changed: {len(refused)} ({_some(refused)})"


def _some(texts: Sequence[str]) -> str:
    return "; ".join(texts[:_NAMED]) + (f"; … {len(texts) - _NAMED} more" if len(texts) > _NAMED else "")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
