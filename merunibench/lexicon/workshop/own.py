"""User-defined lexicons: compile one from wheels and words, or extend an existing lexicon with more words.

    compile_folder(Path("folder"), "mine")                        # wheel1.toml …, concepts.csv, words.csv
    extend(load_lexicon("builtin"), Path("words.csv"), "mine")

The result has its own name, and the hash of its own mapping.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from merunibench._text import escape_controls, listed, short_repr
from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.files.reading import reading
from merunibench.files.toml import parse_toml
from merunibench.lexicon.releases.published import DEFAULT_MAX_BYTES, RELEASES
from merunibench.lexicon.releases.store import NAME
from merunibench.lexicon.runtime import builtin
from merunibench.lexicon.runtime.compiled import DIGITS, NONE
from merunibench.lexicon.runtime.fallback import Fallback
from merunibench.lexicon.runtime.lexicon import Lexicon, compile_lexicon
from merunibench.lexicon.runtime.wheels import LEVELS, MAXIMUM_WHEELS, Level, Wheel, load_wheels, parse_wheel
from merunibench.lexicon.workshop.concepts import canonical
from merunibench.lexicon.workshop.word_table import NO_PLACE, Entry, Place, Places, read_entries

WORDS, CONCEPTS = "words.csv", "concepts.csv"
_WHEEL_FILE = re.compile(r"wheel([1-9][0-9]*)\.toml")


@dataclass(frozen=True)
class OwnLexicon:
    """A compiled or extended lexicon, with notes for its author.

    Attributes:
        lexicon: The lexicon.
        notes: One sentence each on moved words, words in several sectors, and files that were not read.
    """

    lexicon: Lexicon
    notes: tuple[str, ...]


def own_name(text: str) -> str:
    """Return the name if a user-defined lexicon may have it.

    Raises:
        InputError: It is not a valid name, or is that of the builtin lexicon or an official release.
    """
    if not NAME.fullmatch(text):
        raise InputError(
            f"{short_repr(text)} cannot name a lexicon: use at most 64 lower-case letters, digits, '.', '_' or '-' "
            "(--name)"
        )
    if text in (builtin.NAME, *RELEASES):
        raise InputError(f"{text} is the name of a known lexicon; choose another name (--name)")
    return text


def compile_folder(folder: Path, name: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> OwnLexicon:
    """Compile a lexicon from wheels and optional tables of concepts and words.

    Args:
        folder: Contains `wheel1.toml` to at most `wheel8.toml`, and optionally `concepts.csv` and `words.csv`.
        name: Name of the lexicon.
        max_bytes: Maximum size of a file in bytes.

    Raises:
        InputError: A file is missing or invalid. The message names file, row and field.
        UnsafeFileError: A file is too large, or is a link to a file outside the folder.
    """
    name = own_name(name)
    paths = _wheel_files(folder)
    contents = {path.name: read_plain(path, max_bytes, within=folder) for path in paths}
    wheels = [parse_wheel(parse_toml(content, folder / file), str(folder / file)) for file, content in contents.items()]
    concepts: dict[str, Places] = {}
    entries: list[Entry] = []
    for table, kind in ((CONCEPTS, "concept"), (WORDS, "word")):
        if (folder / table).is_file():
            contents[table] = read_plain(folder / table, max_bytes, within=folder)
            rows = read_entries(folder / table, kind, wheels, concepts, max_bytes=max_bytes)
            if kind == "concept":
                concepts = {row.name: row.places for row in rows}
            else:
                entries = rows
    placements: dict[Level, list[dict[str, str]]] = {
        level: [wheel.placement(level) for wheel in wheels] for level in LEVELS
    }
    before = {entry.name: _places_in(placements, entry.name) for entry in entries}
    _enter(placements, entries)
    sectors = {level: [wheel.sector_names(level) for wheel in wheels] for level in LEVELS}
    sources = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
    notes = [*_twice(wheels, paths), *_not_read(folder, contents), *_changes(entries, before, "the wheels")]
    return OwnLexicon(compile_lexicon(name, placements, sectors, sources, own_wheels=wheels), tuple(notes))


def extend(lexicon: Lexicon, words: Path, name: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> OwnLexicon:
    """Extend a lexicon with more words, or with other places for existing words.

    Args:
        lexicon: The lexicon to extend.
        words: The table of words.
        name: Name of the result.
        max_bytes: Maximum size of the table in bytes.

    Raises:
        InputError: The table is invalid, or changes nothing. The message names file, row and field.
        UnsafeFileError: The table is too large.
    """
    name = own_name(name)
    wheels = _wheels_of(lexicon)
    content = read_plain(words, max_bytes)
    concept_of = lexicon.fallback.concept_of if lexicon.fallback else None
    entries = read_entries(words, "word", wheels, concepts_of(lexicon), max_bytes=max_bytes, concept_of=concept_of)
    if lexicon.fallback is not None:
        entries = [replace(entry, name=canonical(entry.name)) for entry in entries]  # the spelling that its rules use
        _refuse_doubles(words, entries)
    before = {entry.name: _places_of(lexicon, entry.name) for entry in entries}
    codes = {**lexicon.codes, **{entry.name: _code(entry.places, lexicon) for entry in entries}}
    sources = {lexicon.label: lexicon.sha256, escape_controls(words.name): hashlib.sha256(content).hexdigest()}
    fallback = lexicon.fallback and _fallback_with(lexicon.fallback, entries)
    extended = replace(lexicon, name=name, codes=dict(sorted(codes.items())), sources=sources, fallback=fallback)
    if extended.sha256 == lexicon.sha256:
        raise InputError(f"{words}: {lexicon.label} already has all these words in these places: nothing to extend")
    return OwnLexicon(extended, tuple(_changes(entries, before, lexicon.name)))


def concepts_of(lexicon: Lexicon) -> dict[str, Places]:
    """Return the places of each concept of a lexicon: on each wheel, the most frequent place of its words.

    A word that is on a wheel itself, or a form of such a word, may have another place than its concept. All other words
    have the place of their concept.
    """
    if lexicon.fallback is None:
        return {}
    return {
        concept: tuple(map(_commonest, zip(*(_places_of(lexicon, word) for word in words.split(",")), strict=True)))
        for concept, words in lexicon.fallback.concepts.items()
    }


def _commonest(places: Sequence[Place]) -> Place:
    """Return the most frequent sector, and the most frequent inner word within it."""
    outer = Counter(place.outer for place in places).most_common(1)[0][0]
    inner = Counter(place.inner for place in places if place.outer == outer).most_common(1)[0][0]
    return Place(outer, inner)


# --- the folder ------------------------------------------------------------------------------------------------------


def _wheel_files(folder: Path) -> list[Path]:
    """Return wheel1.toml, wheel2.toml, …; raise InputError if one is missing."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    with reading(folder):
        names = [path.name for path in folder.iterdir()]
    numbers = sorted(int(found[1]) for name in names if (found := _WHEEL_FILE.fullmatch(name)))
    if not numbers:
        raise InputError(f"{folder}: no wheel1.toml; a lexicon has 1 to {MAXIMUM_WHEELS} wheels, one file per wheel")
    if numbers[-1] > MAXIMUM_WHEELS:
        raise InputError(f"{folder}: wheel{numbers[-1]}.toml: a lexicon has 1 to {MAXIMUM_WHEELS} wheels")
    missing = sorted(set(range(1, numbers[-1] + 1)) - set(numbers))
    if missing:
        raise InputError(f"{folder}: wheel{missing[0]}.toml is missing, but wheel{numbers[-1]}.toml exists")
    return [folder / f"wheel{number}.toml" for number in range(1, len(numbers) + 1)]


def _twice(wheels: Iterable[Wheel], paths: Iterable[Path]) -> Iterator[str]:
    for wheel, path in zip(wheels, paths, strict=True):
        sectors_of: dict[str, set[str]] = {}
        for outer, group in wheel.sectors.items():
            for inner, leaves in group.items():
                for word in (inner, *leaves):
                    sectors_of.setdefault(word, set()).add(outer)
        several = [word for word, sectors in sectors_of.items() if len(sectors) > 1]
        if several:
            place = wheel.placement(1)[several[0]]
            yield f"{path.name}: {_count(several)} in several sectors; the last is used: {several[0]!r} is {place}"


def _not_read(folder: Path, contents: Iterable[str]) -> Iterator[str]:
    others = sorted({path.name for path in folder.iterdir()} - set(contents))
    if others:
        yield f"{folder}: not read: {listed(others, 3)}"


# --- words -----------------------------------------------------------------------------------------------------------


def _wheels_of(lexicon: Lexicon) -> tuple[Wheel, ...]:
    wheels = lexicon.own_wheels or load_wheels()
    if any(tuple(each.sector_names(level) for each in wheels) != lexicon.sectors_of_wheels[level] for level in LEVELS):
        raise InputError(
            f"{lexicon.label}: its wheels are unknown, so words cannot be added; compile a lexicon instead"
        )
    return wheels


def _places_in(placements: Mapping[Level, Sequence[Mapping[str, str]]], word: str) -> Places:
    return tuple(Place(outer.get(word), inner.get(word)) for outer, inner in zip(*placements.values(), strict=True))


def _places_of(lexicon: Lexicon, word: str) -> Places:
    return tuple(map(Place, lexicon.sectors(word, 1), lexicon.sectors(word, 2)))


def _enter(placements: Mapping[Level, Sequence[dict[str, str]]], entries: Iterable[Entry]) -> None:
    for entry in entries:
        for wheel, place in enumerate(entry.places):
            for level, sector in zip(LEVELS, place, strict=True):
                placements[level][wheel].pop(entry.name, None)
                if sector is not None:
                    placements[level][wheel][entry.name] = sector


def _code(places: Places, lexicon: Lexicon) -> str:
    """Return the code of a word: the indices of its sectors at level 1, then at level 2."""
    return "".join(
        NONE if sector is None else DIGITS[names.index(sector)]
        for level in LEVELS
        for names, sector in zip(lexicon.sectors_of_wheels[level], (place[level - 1] for place in places), strict=True)
    )


def _fallback_with(fallback: Fallback, entries: Sequence[Entry]) -> Fallback:
    """Return the fallback tables with the new concepts of words, which are no longer stop words or typos."""
    new = {entry.name: entry.concept for entry in entries}
    members = {
        concept: {word for word in words.split(",") if word not in new} for concept, words in fallback.concepts.items()
    }
    for word, concept in new.items():
        if concept is not None:
            members[concept].add(word)
    return replace(
        fallback,
        concepts={concept: ",".join(sorted(words)) for concept, words in members.items() if words},
        stop=[word for word in fallback.stop if word not in new],
        typos={wrong: right for wrong, right in fallback.typos.items() if wrong not in new},
    )


def _refuse_doubles(path: Path, entries: Iterable[Entry]) -> None:
    """Raise InputError for words that differ only in hyphens, which the spelling rules treat as spaces."""
    rows: dict[str, int] = {}
    for entry in entries:
        if entry.name in rows:
            raise InputError(
                f"{path}: row {entry.row}, column 'word': {short_repr(entry.name)} is already in row "
                f"{rows[entry.name]}, apart from hyphens; keep one of them"
            )
        rows[entry.name] = entry.row


def _changes(entries: Sequence[Entry], before: Mapping[str, Places], whose: str) -> Iterator[str]:
    """Yield the note on words whose places changed."""
    changed = [
        entry for entry in entries if before[entry.name] != entry.places and set(before[entry.name]) != {NO_PLACE}
    ]
    if changed:
        first = changed[0]
        pairs = enumerate(zip(before[first.name], first.places, strict=True), 1)
        number, (old, new) = next((number, pair) for number, pair in pairs if pair[0] != pair[1])
        was, now = ("/".join(filter(None, place)) or "nowhere" for place in (old, new))
        yield (
            f"{_count(changed)} placed differently than in {whose}, first row {first.row}: "
            f"{short_repr(first.name)} on wheel {number}: {was} -> {now}"
        )


def _count(words: Sequence[object]) -> str:
    return f"{len(words):,} word{'s' if len(words) > 1 else ''}"
