"""Rows of another tool's file as names and answers; whatever is ambiguous is refused, with its place."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from merunibench._text import listed, short_repr
from merunibench.conversion.base import Answer, Format
from merunibench.conversion.detect import wrong_format
from merunibench.conversion.fields import Row, dig, media_stem, whole_number
from merunibench.errors import InputError

_HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")
_PLAIN = ("name", "sample_id", "id")


class Rows(NamedTuple):
    """The rows of a file.

    Attributes:
        path: The file.
        rows: Its rows.
        places: Where each row stands, for messages: `line 3`.
    """

    path: Path
    rows: Sequence[Row]
    places: Callable[[int], str]

    def keys(self) -> dict[str, None]:
        """The keys of all rows together, in their order."""
        return dict.fromkeys(key for row in self.rows for key in row)

    def refused(self, problems: Sequence[tuple[int, str]]) -> InputError:
        """The error for rows that cannot be used: the first is named, and how many there are."""
        row, reason = problems[0]
        more = f" ({len(problems)} of {len(self.rows)} rows)" if len(problems) > 1 else ""
        return InputError(f"{self.path}, {self.places(row)}: {reason}{more}")


@dataclass(frozen=True)
class Imported:
    """What a file of another tool says, one entry per row, N rows.

    Attributes:
        format: The name of the format.
        names: Names of the samples, N, all different.
        texts: What the model wrote, N; None where a row failed.
        failures: Why, N; None where a row has an answer.
        named_by: Where the names come from.
    """

    format: str
    names: list[str]
    texts: list[str | None]
    failures: list[str | None]
    named_by: str

    @property
    def failed(self) -> list[int]:
        """The rows without an answer."""
        return [row for row, text in enumerate(self.texts) if text is None]


def imported(
    rows: Rows, form: Format, *, name_path: str | None = None, listed_names: Sequence[str] | None = None
) -> Imported:
    """The names and answers in the rows of a file.

    Args:
        rows: The rows.
        form: What wrote them.
        name_path: A dotted path to the names, where the format does not know it.
        listed_names: The names of all samples in the order of the data set that was asked about; used where the file
            does not name its samples itself, and otherwise compared with it.

    Raises:
        InputError: the file is not of that format, a row has several answers or none that is text, or names are
            lacking, unknown or repeated.
    """
    keys = rows.keys()
    if not rows.rows:
        raise InputError(f"{rows.path}: is empty: it has no rows")
    if not form.keys <= keys.keys():
        raise wrong_format(form, keys, rows.path)
    answers = list(_answers(rows, form))
    names, by = _names(rows, form, name_path, listed_names)
    _refuse_repeated(rows, form, names)
    failures = [None if each.text is not None else each.failure or "no answer" for each in answers]
    return Imported(form.name, names, [each.text for each in answers], failures, by)


def _answers(rows: Rows, form: Format) -> Iterator[Answer]:
    wrong: list[tuple[int, str]] = []
    for number, row in enumerate(rows.rows):
        try:
            answer = form.answer(row)
            if answer.text is not None and _HALF_A_CHARACTER.search(answer.text):
                raise ValueError("the answer holds half of a character (a lone surrogate), which is no text")
        except ValueError as error:
            wrong.append((number, str(error)))
        else:
            yield answer
    if wrong:
        raise rows.refused(wrong)


def _names(rows: Rows, form: Format, path: str | None, given: Sequence[str] | None) -> tuple[list[str], str]:
    """A name for every row, and where it comes from."""
    for title, source in _sources(form, path):
        found = [source(row) for row in rows.rows]
        if not any(found):
            continue
        lacking = [(row, f"the sample has no name in {title}") for row, name in enumerate(found) if not name]
        if lacking:
            raise rows.refused(lacking)
        names = [str(name) for name in found]
        if given is not None and {*names} != {*given}:
            others = sorted({*names} ^ {*given})
            raise InputError(
                f"{rows.path}: names its samples itself, in {title}, and not as --names does: {len(others)} names are "
                f"in one of both alone, such as {short_repr(others[0])}; leave out --names, or choose names by --column"
            )
        return names, title
    if path is not None:
        raise InputError(f"{rows.path}: --column name={path}: leads to no text in any row")
    if given is None:
        raise InputError(
            f"{rows.path}: does not name its samples; give --names FILE with the names in the order of the samples "
            f"that were asked about, or --column name=PATH; rows have the keys {listed(rows.keys())}"
        )
    return _by_number(rows, form, given)


def _sources(form: Format, path: str | None) -> Iterator[tuple[str, Callable[[Row], str | None]]]:
    """Where names may stand, in the order in which they are tried."""
    if path is not None:
        yield path, lambda row: _name(dig(row, path))
        return
    for place in form.names:
        if isinstance(place, str):
            yield place, lambda row, place=place: _text(dig(row, place))  # type: ignore[misc]
        else:
            yield "the values of metrics" if form.name == "lmms-eval" else "its media files", place
    for key in _PLAIN:
        yield key, lambda row, key=key: None if whole_number(row.get(key)) is not None else _text(row.get(key))  # type: ignore[misc]
    yield "its media files", media_stem


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _name(value: object) -> str | None:
    """A name at a path that the caller chose, who may mean a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _by_number(rows: Rows, form: Format, given: Sequence[str]) -> tuple[list[str], str]:
    """Names out of a list of the caller's, by the running number of a row, else by its place in the file."""
    if len(given) != len(rows.rows):
        raise InputError(
            f"{rows.path}: has {len(rows.rows)} rows where --names has {len(given)} names: both must have one for each "
            "sample that was asked about"
        )
    key = form.number
    numbers = [whole_number(dig(row, key)) for row in rows.rows] if key else [None]
    if all(number is None for number in numbers):
        return list(given), "--names, by the order of rows"
    first = form.first_number
    if sorted(number for number in numbers if number is not None) != [*range(first, first + len(given))]:
        raise InputError(
            f"{rows.path}: {key!r} does not count the samples from {first} to {first + len(given) - 1}, once each, so "
            f"--names cannot be used; {form.repeats}, or choose names by --column name=PATH"
        )
    return [given[number - first] for number in numbers if number is not None], f"--names, by {key!r}"


def _refuse_repeated(rows: Rows, form: Format, names: list[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        first = names.index(repeated[0])
        second = names.index(repeated[0], first + 1)
        raise InputError(
            f"{rows.path}, {rows.places(second)}: {len(repeated)} samples have several answers, such as "
            f"{short_repr(repeated[0])} in {rows.places(first)} and {rows.places(second)}: {form.repeats}"
        )
