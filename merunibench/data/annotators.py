"""Combine the answers of several annotators into one truth, as a data set's definition says.

A field is a list with one answer per annotator, or text in which `|` separates them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from merunibench._text import short_repr
from merunibench.data.cells import with_columns
from merunibench.data.columns import python_values
from merunibench.data.tables import Table
from merunibench.labels import normalise_label, parse_label_field
from merunibench.tasks import Annotators, Task

DIVIDER = "|"


def with_one_truth(table: Table, column: str, task: Task, class_of: Callable[[object], int]) -> Table:
    """Return the table with one truth in each field of a column.

    A class is the one that most annotators name. A label is in the truth if more than half of the annotators name it
    (if there is no such label, those named most often), or with `union` if any annotator names it.

    Args:
        table: The table.
        column: Its column of fields.
        task: The data set.
        class_of: Returns the index of a class that an annotator names.

    Raises:
        InputError: a field contains no answers, or no class has a majority; the message names the rows.
    """
    fields = python_values(table, column)
    truths: list[Any] = []
    problems: list[tuple[int, str]] = []
    for row, field in enumerate(fields):
        try:
            answers = list(_answers(field))
            if task.of_kind.truth == "class":
                truths.append(_most_named(task, [class_of(answer) for answer in answers]))
            else:
                truths.append(_labels([parse_label_field(answer) for answer in answers], task.annotators))
        except (TypeError, ValueError) as error:
            problems.append((row, f"{column!r}: {error}"))
    if problems:
        raise table.refusal(problems)
    return with_columns(table, {column: truths})


def _answers(field: object) -> Iterator[object]:
    answers = field.split(DIVIDER) if isinstance(field, str) else field
    if not isinstance(answers, list | tuple) or not answers:
        raise ValueError(
            f"{short_repr(field)} must be a list with one answer per annotator, or text with | between the answers"
        )
    yield from (answer.strip() if isinstance(answer, str) else answer for answer in answers)


def _most_named(task: Task, classes: list[int]) -> str:
    first, *others = Counter(classes).most_common(2)
    if others and others[0][1] == first[1]:
        tied = " and ".join(task.classes[each] for each, _ in (first, *others))
        raise ValueError(f"no majority: {tied} are each named {first[1]} times; choose one, or leave the sample out")
    return task.classes[first[0]]


def _labels(answers: list[list[str]], rule: Annotators) -> list[str]:
    named = Counter(label for answer in answers for label in dict.fromkeys(map(normalise_label, answer)))
    if rule == "union" or not named:
        return list(named)
    least = min(len(answers) // 2 + 1, max(named.values()))
    return [label for label, times in named.items() if times >= least]
