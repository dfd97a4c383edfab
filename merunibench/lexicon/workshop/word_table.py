"""Read a user's CSV table of words or concepts and their sectors. docs/lexicon.md describes the formats.

    word,concept,wheel1,wheel2
    gutted,grief,,
    hangry,,anger,mad/frustrated

A row gives a concept, sectors, or both. A sector overrides that of the concept on its wheel.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from merunibench._text import listed, short_repr
from merunibench.errors import InputError
from merunibench.kinds import NEUTRAL
from merunibench.labels import normalise_label
from merunibench.lexicon.releases.tables import Row, read_csv
from merunibench.lexicon.runtime.wheels import Wheel

NOWHERE = "."
"""Cell for "no sector on this wheel", if the concept would give one."""
_LONGEST_WORD = 64
_LONGEST_CELL = 200


class Place(NamedTuple):
    """The place of a word on a wheel: its sectors at level 1 and at level 2, None for no sector."""

    outer: str | None
    inner: str | None


Places = tuple[Place, ...]
"""A word's place on each wheel."""
NO_PLACE = Place(None, None)
_Columns = Mapping[str, Mapping[str, tuple[Place, ...]]]
"""Column of a wheel -> valid cell -> the places that it can mean."""


@dataclass(frozen=True)
class Entry:
    """A row of the table.

    Attributes:
        name: The normalised word, or the concept.
        row: Row number in the file; the header is row 1.
        concept: The concept given for the word, if any.
        places: Its place on each wheel.
    """

    name: str
    row: int
    concept: str | None
    places: Places


def read_entries(
    path: Path,
    kind: str,
    wheels: Sequence[Wheel],
    concepts: Mapping[str, Places],
    *,
    max_bytes: int,
    concept_of: Callable[[str], str | None] | None = None,
) -> list[Entry]:
    """Read a table of words or of concepts.

    Args:
        path: The file.
        kind: Name and content of the first column: `word` or `concept`.
        wheels: The wheels; column `wheel1` belongs to the first.
        concepts: The valid concepts of words: name -> places.
        max_bytes: Maximum file size in bytes.
        concept_of: Word -> its concept, to suggest it if a word was given instead of a concept.

    Raises:
        InputError: The file is not a valid table, or a row is invalid. The message names row and column.
        UnsafeFileError: The file is larger than `max_bytes`.
    """
    cells = {f"wheel{number}": _cells_of(wheel) for number, wheel in enumerate(wheels, 1)}
    columns = list(cells)
    optional = ["concept", *columns] if kind == "word" else columns
    entries: dict[str, Entry] = {}
    for row in read_csv(path, (kind,), max_bytes=max_bytes, optional=optional):
        if not any(row.cells):
            continue
        concept = row.cells[1] if kind == "word" else None
        if concept is not None and normalise_label(concept) not in concepts:
            where = f"{path}: row {row.number}, column 'concept'"
            raise _unknown_concept(where, normalise_label(concept), concepts, concept_of)
        entry = _entry(f"{path}: row {row.number}", kind, row, cells, concepts)
        if entry.name in entries:
            raise InputError(
                f"{path}: row {row.number}, column {kind!r}: {short_repr(entry.name)} is already in row "
                f"{entries[entry.name].row}; keep one of them"
            )
        entries[entry.name] = entry
    if not entries:
        raise InputError(f"{path}: no {kind}s below the header")
    return list(entries.values())


def _entry(where: str, kind: str, row: Row, columns: _Columns, concepts: Mapping[str, Places]) -> Entry:
    name, *given = row.cells
    concept = given.pop(0) if kind == "word" else None
    word = _name(name, f"{where}, column {kind!r}")
    if concept is not None:
        concept = normalise_label(concept)
    places = list(concepts[concept]) if concept is not None else [NO_PLACE] * len(columns)
    for index, ((column, cells), cell) in enumerate(zip(columns.items(), given, strict=True)):
        if cell is not None:
            places[index] = _place(cells, normalise_label(cell), f"{where}, column {column!r}")
    if not any(place.outer for place in places):
        has = "neither a concept nor a sector" if kind == "word" else "no sector"
        raise InputError(f"{where}: {short_repr(word)} has {has} on any wheel")
    return Entry(word, row.number, concept, tuple(places))


def _name(text: str | None, where: str) -> str:
    name = " ".join(normalise_label(text or "").split())
    if not name:
        raise InputError(f"{where}: blank")
    if len(name) > _LONGEST_WORD or not name.isprintable() or "," in name:
        raise InputError(
            f"{where}: {short_repr(name)} is not a valid word (one line of at most {_LONGEST_WORD} characters, "
            "no comma)"
        )
    if name == NEUTRAL:
        raise InputError(f"{where}: {NEUTRAL!r} has no sector: scores handle neutral samples separately")
    return name


def _cells_of(wheel: Wheel) -> dict[str, tuple[Place, ...]]:
    """Return valid cell (a sector, an inner word, `sector/inner word` or `.`) -> the places that it can mean."""
    groups = wheel.sectors.items()
    found: dict[str, tuple[Place, ...]] = {}
    for outer, group in groups:
        for inner in group:
            found[inner] = (*found.get(inner, ()), Place(outer, inner))
    found |= {f"{outer}/{inner}": (Place(outer, inner),) for outer, group in groups for inner in group}
    found |= {outer: (Place(outer, outer if outer in group else None),) for outer, group in groups}
    return found | {NOWHERE: (NO_PLACE,)}


def _place(cells: Mapping[str, tuple[Place, ...]], text: str, where: str) -> Place:
    places = cells.get(text)
    if places is None:
        raise _unknown(where, "sector or inner word", text, [cell for cell in cells if ("/" in cell) == ("/" in text)])
    if len(places) > 1:
        sectors = " and ".join(place.outer or "" for place in places)
        raise InputError(f"{where}: {short_repr(text)} is in {sectors}; write for example {places[0].outer}/{text}")
    return places[0]


def _unknown_concept(
    where: str, given: str, concepts: Iterable[str], concept_of: Callable[[str], str | None] | None
) -> InputError:
    meant = concept_of(given) if concept_of else None
    if meant is None:
        return _unknown(where, "concept", given, concepts)
    return InputError(
        f"{where}: {short_repr(given)} is not a concept, but a word of the concept {short_repr(meant)}; write that"
    )


def _unknown(where: str, what: str, given: str, known: Iterable[str]) -> InputError:
    """Return the error for an unknown name, with the names of most similar spelling."""
    names = list(dict.fromkeys(known))
    if not names:
        return InputError(f"{where}: this lexicon has no {what}s; give the word's sectors (wheel1, …)")
    near = difflib.get_close_matches(given[:_LONGEST_CELL], names, n=3, cutoff=0.6)
    help_ = f"did you mean {listed(near)}?" if near else f"valid: {listed(names, 10)}"
    return InputError(f"{where}: unknown {what} {short_repr(given)}; {help_}")
