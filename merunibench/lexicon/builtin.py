"""The builtin lexicon: compiled from the wheels and a table of emotion concepts, both in emotion_wheels/.

Two rules. A word that stands on a wheel has that wheel's own sector there, at both levels. Any other word has the
level-1 sector of its concept and, at level 2, stands where the first of the concept's words stands that is found on the
wheel inside that sector. Where none is found there, it has no level-2 sector: the table knows no more than level 1.

Scoring reads the compiled file only; the rest of this module makes that file.
"""

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.lexicon.concepts import Concept, canonical, parse_concepts
from merunibench.lexicon.lexicon import Lexicon, compile_lexicon
from merunibench.lexicon.wheels import LEVELS, WHEELS, Level, Wheel, load_wheels

NAME = "builtin"
_FOLDER = "emotion_wheels"
_CONCEPTS = ("builtin", "concepts.txt")
_COMPILED = ("builtin", "lexicon.json")


@cache
def load_builtin() -> Lexicon:
    """The builtin lexicon, from its compiled file.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = resource(_FOLDER, *_COMPILED)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); install merunibench again") from None
    return Lexicon.from_text(text, str(path))


def build() -> Lexicon:
    """Compile the builtin lexicon from its sources.

    Raises:
        InputError: the concept table breaks a rule of its format.
    """
    table = resource(_FOLDER, *_CONCEPTS)
    files = [table, *(resource(_FOLDER, f"wheel{number}.toml") for number in range(1, WHEELS + 1))]
    sources = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    concepts = parse_concepts(table.read_text(encoding="utf-8"), str(table))
    return compile_concepts(concepts, load_wheels(), sources)


def is_current() -> bool:
    """Whether the compiled file is, byte for byte, what its sources give.

    Raises:
        InputError: the concept table breaks a rule of its format.
    """
    path = resource(_FOLDER, *_COMPILED)
    return path.is_file() and path.read_bytes() == build().to_text().encode()


def rebuild() -> Lexicon:
    """Write the compiled file anew from its sources.

    Raises:
        InputError: the concept table breaks a rule of its format, or the file cannot be written.
    """
    from merunibench.files import write_text

    lexicon = build()
    write_text(resource(_FOLDER, "builtin") / _COMPILED[-1], lexicon.to_text())
    load_builtin.cache_clear()
    return lexicon


def compile_concepts(concepts: Sequence[Concept], wheels: Sequence[Wheel], sources: Mapping[str, str]) -> Lexicon:
    """Apply the two rules to every word of the concepts and of the wheels, in every spelling.

    Args:
        concepts: The concept table.
        wheels: The five wheels.
        sources: File name -> SHA-256 of what both were read from.
    """
    placements = {
        level: [_placement(concepts, wheel, index, level) for index, wheel in enumerate(wheels)] for level in LEVELS
    }
    sectors = {level: [wheel.sector_names(level) for wheel in wheels] for level in LEVELS}
    return compile_lexicon(NAME, placements, sectors, sources)


def _placement(concepts: Sequence[Concept], wheel: Wheel, index: int, level: Level) -> dict[str, str]:
    """Spelling -> sector on one wheel."""
    outer = {canonical(word): sector for word, sector in wheel.placement(1).items()}
    own = {canonical(word): sector for word, sector in wheel.placement(level).items()}
    places: dict[str, str] = {}
    for concept in concepts:
        sector = concept.sectors[index]
        if level == 2:
            sector = next((own[word] for word in concept.words if word in own and outer[word] == sector), None)
        if sector is not None:
            places.update(dict.fromkeys(concept.words, sector))
    places.update(own)
    return {spelling: sector for word, sector in places.items() for spelling in _spellings(word)}


def _spellings(word: str) -> Iterator[str]:
    """Every way in which labels write a word: as they separate the parts of a phrase, and either apostrophe."""
    for separator, apostrophe in itertools.product(" _-", "'’"):
        yield word.replace(" ", separator).replace("'", apostrophe)
