"""Read the text files in emotion_wheels/builtin/ from which the builtin lexicon is compiled, and report errors in them.

The head of each file and docs/lexicon.md describe their purpose. Scoring never reads them.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.files.toml import parse_toml
from merunibench.lexicon.runtime.operators import NAMES
from merunibench.lexicon.runtime.wheels import PUBLISHED_WHEELS
from merunibench.lexicon.workshop.concepts import Concept, canonical, parse_concepts

_FOLDER = "emotion_wheels"
FILES = ("concepts.txt", "families.txt", "kinship.txt", "stop.txt", "lookup.toml")
_FAMILY = re.compile(r"[a-z]+(, [a-z]+)*:( [a-z]+(, [a-z]+)*)?")
_PHRASE = re.compile(r"[a-z']+( [a-z']+)*")
_LISTS = ("light", "conjunctions", "prepositions", "negations")
_TABLES = ("opposites", "typos", "spelling")


def _no_lookup() -> dict[str, Any]:
    return {name: {} for name in (*_LISTS, *_TABLES)} | {"operators": {name: [] for name in NAMES}}


@dataclass(frozen=True)
class Sources:
    """All sources, apart from the wheels, that determine the sectors of words.

    Attributes:
        concepts: The concept table, in file order.
        families: The words of each family; those on a wheel or in the concept table come first.
        kinship: Manual corrections of the families that WordNet yields.
        stop: Words that have no sector, even if another source would give them one.
        lookup: The word lists and tables of lookup.toml, by name.
        hashes: File name -> SHA-256 of every file read.
    """

    concepts: tuple[Concept, ...]
    families: tuple[tuple[str, ...], ...] = ()
    kinship: "Kinship" = field(default_factory=lambda: Kinship({}, frozenset(), {}))
    stop: frozenset[str] = frozenset()
    lookup: Mapping[str, Any] = field(default_factory=_no_lookup)
    hashes: Mapping[str, str] = field(default_factory=dict)


def builtin_file(name: str) -> Path:
    """Return the path of a file in the builtin lexicon's folder."""
    return resource(_FOLDER, "builtin") / name


def read_sources(*, with_families: bool = True) -> Sources:
    """Read all source files.

    Args:
        with_families: Whether to read families.txt too; the program that writes it passes False.

    Raises:
        InputError: A file cannot be read or violates its format. The message names file and line.
    """
    names = [name for name in FILES if with_families or name != "families.txt"]
    contents = {name: _content(builtin_file(name)) for name in names}
    wheels = {f"wheel{n}.toml": _content(resource(_FOLDER, f"wheel{n}.toml")) for n in range(1, PUBLISHED_WHEELS + 1)}
    texts = {name: content.decode() for name, content in contents.items()}
    return Sources(
        concepts=parse_concepts(texts["concepts.txt"], "concepts.txt"),
        families=parse_families(texts.get("families.txt", ""), "families.txt"),
        kinship=parse_kinship(texts["kinship.txt"], "kinship.txt"),
        stop=parse_stop(texts["stop.txt"], "stop.txt"),
        lookup=parse_lookup(texts["lookup.toml"], "lookup.toml"),
        hashes={name: hashlib.sha256(content).hexdigest() for name, content in (contents | wheels).items()},
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


def parse_families(text: str, where: str) -> tuple[tuple[str, ...], ...]:
    """Parse families, one per line: `word, word: form, form`.

    Raises:
        InputError: A line is not a family, or a word is in two families.
    """
    families = []
    seen: dict[str, int] = {}
    for number, line in _lines(text):
        if not _FAMILY.fullmatch(line):
            raise InputError(f"{where}: line {number}: not a family; write `word, word: form, form`")
        words = tuple(word for word in line.replace(":", ",").replace(",", " ").split())
        for word in words:
            if word in seen:
                raise InputError(f"{where}: line {number}: {word!r} is already in the family of line {seen[word]}")
            seen[word] = number
        families.append(words)
    return tuple(families)


class Kinship(NamedTuple):
    """Manual corrections of the families that WordNet yields.

    Attributes:
        apart: Word -> words that look like forms of it but are not; symmetric.
        alone: Words without a family.
        together: Word -> words of its family that WordNet does not relate to it.
    """

    apart: Mapping[str, frozenset[str]]
    alone: frozenset[str]
    together: Mapping[str, frozenset[str]]


def parse_kinship(text: str, where: str) -> Kinship:
    """Parse lines `apart: word, word | word, word`, `alone: word, word` and `together: word, word`.

    Raises:
        InputError: A line has another form.
    """
    apart: dict[str, frozenset[str]] = {}
    together: dict[str, frozenset[str]] = {}
    alone: set[str] = set()
    for number, line in _lines(text):
        kind, _, rest = line.partition(":")
        sides = [frozenset(_words(side, where, number)) for side in rest.split("|")] if rest else []
        if (kind, len(sides)) == ("apart", 2):
            for one, other in (sides, sides[::-1]):
                apart |= {word: apart.get(word, frozenset()) | other for word in one}
        elif (kind, len(sides)) == ("together", 1):
            together |= {word: together.get(word, frozenset()) | sides[0] - {word} for word in sides[0]}
        elif (kind, len(sides)) == ("alone", 1):
            alone |= sides[0]
        else:
            raise InputError(f"{where}: line {number}: write `apart: … | …`, `alone: …` or `together: …`")
    return Kinship(apart, frozenset(alone), together)


def parse_stop(text: str, where: str) -> frozenset[str]:
    """Parse words and phrases separated by commas, over any number of lines.

    Raises:
        InputError: An entry is not a valid word or phrase, or appears twice.
    """
    stop: dict[str, int] = {}
    for number, line in _lines(text):
        for word in map(canonical, _words(line.removesuffix(","), where, number)):
            if word in stop:
                raise InputError(f"{where}: line {number}: {word!r} is already on line {stop[word]}")
            stop[word] = number
    return frozenset(stop)


def parse_lookup(text: str, where: str) -> dict[str, Any]:
    """Parse the tables of lookup.toml: lists of words, and tables word -> word.

    Raises:
        InputError: The file is not TOML, or a list or table is missing, unknown, or contains anything but words.
    """
    tables = parse_toml(text.encode(), where)
    expected = (*_LISTS, *_TABLES, "operators")
    if set(tables) != set(expected):
        raise InputError(f"{where}: the tables must be {', '.join(expected)}, not {', '.join(tables)}")
    for name in _LISTS:
        if not isinstance(tables[name], str):
            raise InputError(f"{where}: {name}: must be a text of words separated by commas")
        tables[name] = sorted(set(_words(tables[name].replace("\n", " "), f"{where}: {name}", 0)))
    tables["operators"] = _operators(tables["operators"], where)
    for name in _TABLES:
        for key, value in tables[name].items():
            if not (isinstance(value, str) and _PHRASE.fullmatch(value) and _PHRASE.fullmatch(key)):
                raise InputError(f"{where}: {name}: {key!r} = {value!r}: both must be words in lower case")
    return tables


def _operators(table: object, where: str) -> dict[str, list[str]]:
    """Parse the lists of words of the operators, by name."""
    if not isinstance(table, dict) or set(table) != set(NAMES) or not all(isinstance(v, str) for v in table.values()):
        raise InputError(f"{where}: operators: must be texts of words separated by commas, named {', '.join(NAMES)}")
    return {
        name: sorted(set(_words(table[name].replace("\n", " "), f"{where}: operators.{name}", 0))) for name in NAMES
    }


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.partition("#")[0].strip()
        if bare:
            yield number, bare


def _words(text: str, where: str, number: int) -> list[str]:
    words = [word.strip() for word in text.strip().strip(",").split(",")]
    for word in words:
        if not _PHRASE.fullmatch(canonical(word)):
            place = f"{where}: line {number}" if number else where
            raise InputError(f"{place}: {word!r} is not a valid word; words are lower case, separated by commas")
    return words
