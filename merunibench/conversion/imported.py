"""Read names and answers from the rows of another tool's file; ambiguous rows are rejected, with their position."""

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
        places: Returns the position of a row, for messages: `line 3`.
    """

    path: Path
    rows: Sequence[Row]
    places: Callable[[int], str]

    def keys(self) -> dict[str, None]:
        """Return the keys of all rows together, in order of appearance."""
        return dict.fromkeys(key for row in self.rows for key in row)

    def refused(self, problems: Sequence[tuple[int, str]]) -> InputError:
        """Return the error for unusable rows: it describes the first one, and gives their number."""
        row, reason = problems[0]
        more = f" ({len(problems)} of {len(self.rows)} rows)" if len(problems) > 1 else ""
        return InputError(f"{self.path}, {self.places(row)}: {reason}{more}")


@dataclass(frozen=True)
class Imported:
    """The contents of another tool's file, one entry per row, N rows.

    Attributes:
        format: The name of the format.
        names: Names of the samples, N, unique.
        texts: Answers of the model, N; None for a failed row.
        failures: Reasons of the failures, N; None for a row with an answer.
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
    """Return the names and answers in the rows of a file.

    Args:
        rows: The rows.
        form: Their format.
        name_path: A dotted path to the names, if the format does not define it.
        listed_names: The names of all samples, in the order in which they were run; used if the file does not name its
            samples itself, and otherwise compared with its names.

    Raises:
        InputError: The file does not have that format, a row has several answers or one that is not text, or names are
            missing, unknown or repeated.
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
                raise ValueError("the answer contains half of a character (a lone surrogate), which is not valid text")
        except ValueError as error:
            wrong.append((number, str(error)))
        else:
            yield answer
    if wrong:
        raise rows.refused(wrong)


def _names(rows: Rows, form: Format, path: str | None, given: Sequence[str] | None) -> tuple[list[str], str]:
    """Return a name for every row, and where the names come from."""
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
                f"{rows.path}: has sample names in {title} that differ from --names: {len(others)} names are only "
                f"in one of them, such as {short_repr(others[0])}; leave out --names, or choose the names by --column"
            )
        return names, title
    if path is not None:
        raise InputError(f"{rows.path}: --column name={path}: no row has text there")
    if given is None:
        raise InputError(
            f"{rows.path}: does not name its samples; give --names FILE with the names in the order in which the "
            f"samples were run, or --column name=PATH; rows have the keys {listed(rows.keys())}"
        )
    return _by_number(rows, form, given)


def _sources(form: Format, path: str | None) -> Iterator[tuple[str, Callable[[Row], str | None]]]:
    """Yield the possible sources of names, in the order in which they are tried."""
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
    """Return a name at a path chosen by the caller, which may be a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _by_number(rows: Rows, form: Format, given: Sequence[str]) -> tuple[list[str], str]:
    """Return names from the caller's list, by the running number of a row, else by its position in the file."""
    if len(given) != len(rows.rows):
        raise InputError(
            f"{rows.path}: has {len(rows.rows)} rows, but --names has {len(given)} names: both must have one per "
            "sample that was run"
        )
    key = form.number
    numbers = [whole_number(dig(row, key)) for row in rows.rows] if key else [None]
    if all(number is None for number in numbers):
        return list(given), "--names, by the order of rows"
    first = form.first_number
    if sorted(number for number in numbers if number is not None) != [*range(first, first + len(given))]:
        raise InputError(
            f"{rows.path}: {key!r} must number the samples from {first} to {first + len(given) - 1} without gaps or "
            f"repetitions for --names; {form.repeats}, or choose the names by --column name=PATH"
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
