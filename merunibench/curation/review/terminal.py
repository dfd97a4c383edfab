"""The result of a review for the command line, in percent."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from merunibench._text import escape_controls, listed
from merunibench.curation.review.result import Estimate, Review
from merunibench.report.columns import Column
from merunibench.report.terminal import plain_table, print_to_text

_LONGEST, _NAMES = 60, 5

Block = tuple[str, Table, str]


def render(review: Review, *, width: int | None, color: bool) -> str:
    """Return all tables, one below the other, and the remarks."""
    blocks = [
        print_to_text(title, table, [note], width=width, color=color)
        for title, table, note in _blocks(review)
        if table.row_count
    ]
    return "\n".join([*blocks, "".join(f"{escape_controls(remark)}\n" for remark in review.remarks)])


def _blocks(review: Review) -> Iterator[Block]:
    yield _agreement(review)
    yield _keeping(review)
    yield _emotions(review)
    yield _faults(review)
    yield _preferences(review)


def _agreement(review: Review) -> Block:
    table = _table("Question", "Clips", "Answers", "Alpha", "Equal %")
    for name, each in review.agreement.items():
        _add(table, name, each.clips, each.answers, _number(each.alpha), _percent(each.equal))
    people = ", ".join(f"{name} {count}" for name, count in review.reviewers.items())
    return "Reviewers", table, escape_controls(f"Answered: {people}. Clips: those with two or more answers.")


def _keeping(review: Review) -> Block:
    table = _table("", "Clips", "%", "95 % CI")
    for name, each in review.keeping.items():
        for key in ("precision", "recall", "right"):
            _add(table, f"{name}: {key}", *_estimate(getattr(each, key)))
    note = "strict: a row should be kept if the person speaks and the description is right; lenient: or partly right."
    return "Keeping", table, note


def _emotions(review: Review) -> Block:
    table = _table("Rows", "Clips", "F", "95 % CI", "Precision", "Recall")
    for name, each in review.emotions.items():
        _add(table, name, each.rows, _percent(each.f), _span(each.ci), _percent(each.precision), _percent(each.recall))
    return "Emotions", table, "Labels of descriptions against all emotions that reviewers named."


def _faults(review: Review) -> Block:
    table = _table("Filter", "Drops", "Judged", "Wrong %", "95 % CI", "Wrong", words=("Names",))
    for each in review.filters:
        names = listed(each.names, _NAMES) if each.names else ""
        _add(table, each.name, each.drops, *_estimate(each.wrongly), len(each.names), names)
    return (
        "Wrong drops",
        table,
        "Drops: in the whole data set, whatever the other filters decide. Wrong: should be kept, by strict.",
    )


def _preferences(review: Review) -> Block:
    table = _table("Models", "Clips", "Wins", "Ties", "First %", "95 % CI", "p sign", "Alpha")
    for each in review.preferences:
        wins = " : ".join(map(str, each.wins))
        figures = (_percent(each.share), _span(each.ci), f"{each.p:.2g}", _number(each.alpha))
        _add(table, " : ".join(each.models), each.comparisons, wins, each.ties, *figures)
    return "Preferences", table, "The sign test ignores ties."


def _table(first: str, *numbers: str, words: Sequence[str] = ()) -> Table:
    heads = [(first, False), *((name, True) for name in numbers), *((name, False) for name in words)]
    return plain_table([Column(name, numeric=numeric) for name, numeric in heads])


def _add(table: Table, *cells: object) -> None:
    table.add_row(*(Text(escape_controls(str(cell), _LONGEST)) for cell in cells))


def _estimate(each: Estimate | None) -> tuple[int, str, str]:
    """Return rows, value and interval."""
    return (each.rows, _percent(each.value), _span(each.ci)) if each else (0, "–", "–")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f}"


def _span(ci: tuple[float, float] | None) -> str:
    return "–" if ci is None else f"{100 * ci[0]:.1f}–{100 * ci[1]:.1f}"
