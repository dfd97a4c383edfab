"""Read reviewers' answers strictly, from tables saved by the page or from sheets that were filled in.

Mistyped answers and sheets of another sample are errors: nothing is guessed or skipped silently.
"""

import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from merunibench._text import listed, short_repr
from merunibench.curation.folder import MAX_BYTES
from merunibench.curation.review.sampling import Chosen
from merunibench.curation.review.sheet import ANSWERS, RIGHT, SPEAKS
from merunibench.data import Table, read_table
from merunibench.data.columns import find_column, python_values
from merunibench.data.tables import table_stem
from merunibench.errors import InputError
from merunibench.labels import parse_label_text
from merunibench.report.csv_text import csv_cell

_DIVIDERS = re.compile(r"[;；，、/\n]")
"""Separators that people use between emotions, besides commas."""
_ALLOWED: Mapping[str, Mapping[str, str]] = {"speaks": SPEAKS, "right": RIGHT}


@dataclass(frozen=True)
class Answer:
    """One reviewer's answers about one clip.

    Attributes:
        reviewer: The reviewer.
        name: The clip.
        speaks: `yes`, `no` or `unsure`; empty if not answered.
        right: `yes`, `partly` or `no`; empty if not answered.
        emotions: The emotions, in free words.
    """

    reviewer: str
    name: str
    speaks: str
    right: str
    emotions: tuple[str, ...]


def read_answers(tables: Iterable[Table], sample: Sequence[Chosen], known_by: str) -> list[Answer]:
    """Return all answers of all reviewers, without rows that have no answers.

    Args:
        tables: Sheets. A table without a column `reviewer` is by one reviewer, named after the file.
        sample: The clips to review.
        known_by: Identity of the sample.

    Raises:
        InputError: a column is missing; a name is not in the sample, or answered twice by a reviewer; an answer is
            invalid; a sheet is of another sample; or there are no answers.
    """
    names = {each.name: each.name for each in sample} | {str(csv_cell(each.name)): each.name for each in sample}
    found: list[Answer] = []
    first: dict[tuple[str, str], str] = {}
    paths: list[Path] = []
    for table in tables:
        paths.append(table.path)
        for row, answer in _rows(table, names, known_by):
            key = answer.reviewer, answer.name
            if key in first:
                raise InputError(
                    f"{table.where(row)}: reviewer {short_repr(answer.reviewer)} has already answered "
                    f"{short_repr(answer.name)} ({first[key]}); keep one of the rows"
                )
            first[key] = table.where(row)
            found.append(answer)
    if not found:
        raise InputError(f"{', '.join(map(str, paths))}: contains no answers; fill in {', '.join(ANSWERS)}")
    return found


def _rows(table: Table, names: Mapping[str, str], known_by: str) -> Iterable[tuple[int, Answer]]:
    """Yield the rows of a sheet that have an answer, with their index."""
    columns = {key: cells(table, find_column(table, key)) for key in ("name", *ANSWERS)}
    who = cells(table, "reviewer") if "reviewer" in table.columns else [""] * table.num_rows
    for other in {*cells(table, "sample")} - {known_by, ""} if "sample" in table.columns else ():
        raise InputError(
            f"{table.path}: belongs to another sample ({short_repr(other)}, not {known_by}); score it with that sample"
        )
    unknown = [name for name in columns["name"] if name not in names]
    if unknown:
        raise InputError(
            f"{table.path}: {len(unknown)} names are not in the sample: {listed(map(short_repr, unknown), 10)}; "
            "score a sheet with the sample that it was made for"
        )
    wrong = [
        (row, f"{key!r} must be {', '.join(allowed)} or empty, not {short_repr(value)}")
        for key, allowed in _ALLOWED.items()
        for row, value in enumerate(columns[key])
        if value and value.lower() not in allowed
    ]
    if wrong:
        raise table.refusal(sorted(wrong))
    refuse_repeated(zip(who, columns["name"], strict=True), table)
    for row, (name, speaks, right, emotions) in enumerate(zip(*columns.values(), strict=True)):
        labels = tuple(parse_label_text(_DIVIDERS.sub(",", emotions.removeprefix("'"))))
        if speaks or right or labels:
            reviewer = who[row] or table_stem(table.path) or table.path.name
            yield row, Answer(reviewer, names[name], speaks.lower(), right.lower(), labels)


def refuse_repeated(keys: Iterable[tuple[str, ...]], table: Table) -> None:
    """Refuse repeated rows of a table.

    Args:
        keys: Key of each row; the clip's name is its last part.
        table: The table.

    Raises:
        InputError: two rows have the same key; the message names both.
    """
    first: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(keys):
        if first.setdefault(key, row) != row:
            raise InputError(f"{table.where(row)}: {short_repr(key[-1])} is repeated (see {table.where(first[key])})")


def cells(table: Table, column: str) -> list[str]:
    """Return a column filled in by people: stripped text, integers as text, empty for missing values.

    Raises:
        InputError: a cell has another value.
    """
    found = []
    for row, value in enumerate(python_values(table, column)):
        if value is None or (isinstance(value, float) and math.isnan(value)):  # an empty cell of a spreadsheet
            found.append("")
        elif isinstance(value, str):
            found.append(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer():
            found.append(str(int(value)))
        else:
            raise InputError(f"{table.where(row)}: {column!r} must be text, not {short_repr(value)}")
    return found


def read_sheets(paths: Iterable[Path]) -> list[Table]:
    """Read tables.

    Raises:
        InputError: a table cannot be read, or is given twice.
    """
    paths = list(paths)
    for place, count in Counter(map(os.path.realpath, paths)).items():
        if count > 1:
            raise InputError(f"{place}: is given twice")
    return [read_table(path, max_bytes=MAX_BYTES) for path in paths]
