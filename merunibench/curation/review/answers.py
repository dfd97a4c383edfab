"""What reviewers answered: tables that the page saved, or sheets that were filled in; read strictly.

A person who mistypes an answer, or fills in another sample's sheet, learns of it: nothing is guessed or left out
silently.
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
"""What people write between emotions, besides commas."""
_ALLOWED: Mapping[str, Mapping[str, str]] = {"speaks": SPEAKS, "right": RIGHT}


@dataclass(frozen=True)
class Answer:
    """What one person said of one clip.

    Attributes:
        reviewer: Who.
        name: The clip.
        speaks: `yes`, `no` or `unsure`; empty where nothing was said.
        right: `yes`, `partly` or `no`; likewise.
        emotions: The emotions, in free words.
    """

    reviewer: str
    name: str
    speaks: str
    right: str
    emotions: tuple[str, ...]


def read_answers(tables: Iterable[Table], sample: Sequence[Chosen], known_by: str) -> list[Answer]:
    """All answers of all reviewers; rows without any are left out.

    Args:
        tables: Sheets. Where they have no column `reviewer`, a table is one reviewer, called as its file.
        sample: The clips that were to be looked at.
        known_by: What the sample is known by.

    Raises:
        InputError: a column is missing; a name is not of the sample, or answered twice by one reviewer; an answer is
            none of those there are; a sheet is of another sample; or nothing is answered.
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
                    f"{table.where(row)}: reviewer {short_repr(answer.reviewer)} answered {short_repr(answer.name)} "
                    f"already ({first[key]}); keep one of the rows"
                )
            first[key] = table.where(row)
            found.append(answer)
    if not found:
        raise InputError(f"{', '.join(map(str, paths))}: nothing is answered; fill in {', '.join(ANSWERS)}")
    return found


def _rows(table: Table, names: Mapping[str, str], known_by: str) -> Iterable[tuple[int, Answer]]:
    """The rows of a sheet that hold an answer, by number."""
    columns = {key: cells(table, find_column(table, key)) for key in ("name", *ANSWERS)}
    who = cells(table, "reviewer") if "reviewer" in table.columns else [""] * table.num_rows
    for other in {*cells(table, "sample")} - {known_by, ""} if "sample" in table.columns else ():
        raise InputError(
            f"{table.path}: is of another sample ({short_repr(other)}, not {known_by}); score it with its own"
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
    """Refuse rows of one table that are about the same.

    Args:
        keys: What tells each row from the others, the clip's name last.
        table: The table.

    Raises:
        InputError: two rows are; it names both.
    """
    first: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(keys):
        if first.setdefault(key, row) != row:
            raise InputError(f"{table.where(row)}: {short_repr(key[-1])} is there already ({table.where(first[key])})")


def cells(table: Table, column: str) -> list[str]:
    """A column as people fill it in: text without white space around it, whole numbers as text, empty for nothing.

    Raises:
        InputError: a cell holds something else.
    """
    found = []
    for row, value in enumerate(python_values(table, column)):
        if value is None or (isinstance(value, float) and math.isnan(value)):  # as spreadsheets' empty cells are read
            found.append("")
        elif isinstance(value, str):
            found.append(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer():
            found.append(str(int(value)))
        else:
            raise InputError(f"{table.where(row)}: {column!r} must be text, not {short_repr(value)}")
    return found


def read_sheets(paths: Iterable[Path]) -> list[Table]:
    """The tables at the given places.

    Raises:
        InputError: one cannot be read, or is given twice.
    """
    paths = list(paths)
    for place, count in Counter(map(os.path.realpath, paths)).items():
        if count > 1:
            raise InputError(f"{place}: is given twice")
    return [read_table(path, max_bytes=MAX_BYTES) for path in paths]
