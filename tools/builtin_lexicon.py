"""Compile the builtin lexicon from its sources: assign each word a sector on each wheel.

On every wheel and at both levels, the first rule that applies to the word determines its sector:

1. the wheel itself: a word on the wheel has its own sector;
2. the word's family: the sector of the first word of its family that is on the wheel;
3. the word's concept, or that of its family: at level 1, the sector in the concept table; at level 2, the sector of the
   first of the concept's words that is on the wheel inside that level-1 sector, or no sector if there is no such word.

A word of the stop list has no sector unless it is on a wheel, where rule 1 applies.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from merunibench._resources import resource
from merunibench.errors import InputError
from merunibench.files import write_text
from merunibench.languages import words_hash
from merunibench.lexicon.runtime import builtin
from merunibench.lexicon.runtime.fallback import Fallback
from merunibench.lexicon.runtime.lexicon import Lexicon, compile_lexicon
from merunibench.lexicon.runtime.wheels import LEVELS, Level, Wheel, load_wheels
from merunibench.lexicon.workshop.concepts import Concept, canonical
from merunibench.lexicon.workshop.sources import Sources, read_sources

_IZE = re.compile(r"iz(?=e|ing|ation|able)")
_SIGNS = {1: "+", 0: "0", -1: "-"}


def compile_sources(name: str, sources: Sources, wheels: Sequence[Wheel]) -> Lexicon:
    """Compile the lexicon from the sources and the wheels.

    Args:
        name: The name of the lexicon.
        sources: The contents of the source files.
        wheels: The five wheels.

    Raises:
        InputError: A family belongs to two concepts, a stop word to one, or an opposite is not a word of the lexicon.
    """
    concept_of = concepts_of_words(sources)
    placements = {
        level: [_placement(sources, concept_of, wheel, index, level) for index, wheel in enumerate(wheels)]
        for level in LEVELS
    }
    spell = sources.lookup["spelling"]
    for level in LEVELS:
        placements[level] = [_respelled(places, spell) for places in placements[level]]
    sectors = {level: [wheel.sector_names(level) for wheel in wheels] for level in LEVELS}
    words = set().union(*placements[1])
    concepts = _respelled({word: concept.name for word, concept in concept_of.items() if word in words}, spell)
    return compile_lexicon(name, placements, sectors, sources.hashes, _fallback(sources, concepts, words))


def concepts_of_words(sources: Sources) -> dict[str, Concept]:
    """Return word -> concept, for the words of the table and of their families; in canonical spelling.

    Raises:
        InputError: A family belongs to two concepts, or a word of a concept is in the stop list.
    """
    concept_of = {word: concept for concept in sources.concepts for word in concept.words}
    for word, concept in concept_of.items():
        if word in sources.stop:
            raise InputError(f"stop.txt: {word!r} has the concept {concept.name!r} in concepts.txt; it cannot be both")
    for family in sources.families:
        found = {concept_of[word].name: word for word in family if word in concept_of}
        if len(found) > 1:
            words = ", ".join(f"{word!r} ({concept})" for concept, word in found.items())
            raise InputError(f"families.txt: one family, several concepts: {words}; see kinship.txt")
        for word in found.values():
            concept_of.update(dict.fromkeys(family, concept_of[word]))
    return concept_of


def _placement(
    sources: Sources, concept_of: Mapping[str, Concept], wheel: Wheel, index: int, level: Level
) -> dict[str, str]:
    """Return word -> sector on one wheel, in canonical spelling; applies the three rules in reverse order."""
    outer = {canonical(word): sector for word, sector in wheel.placement(1).items()}
    own = {canonical(word): sector for word, sector in wheel.placement(level).items()}
    of_concept = {
        concept.name: concept.sectors[index] if level == 1 else _inner(concept, index, own, outer)
        for concept in sources.concepts
    }
    places = {word: of_concept[concept.name] for word, concept in concept_of.items()}
    for family in sources.families:
        kin = next((own[word] for word in family if word in own), None)
        if kin is not None:
            places.update(dict.fromkeys(family, kin))
    kept = {word: sector for word, sector in places.items() if sector is not None and word not in sources.stop}
    return kept | own


def _inner(concept: Concept, index: int, own: Mapping[str, str], outer: Mapping[str, str]) -> str | None:
    """Return the level-2 sector of a concept: that of its first word inside its level-1 sector."""
    sector = concept.sectors[index]
    return next((own[word] for word in concept.words if word in own and outer[word] == sector), None)


def _respelled(words: Mapping[str, str], spelling: Mapping[str, str]) -> dict[str, str]:
    """Return the table with both the British and the American spelling of every word."""
    other = {variant: value for word, value in words.items() for variant in variants(word, spelling)}
    return other | dict(words)


def variants(word: str, spelling: Mapping[str, str]) -> Iterator[str]:
    """Yield the other spellings of a word: British for American, and American for British.

    Args:
        word: A word or phrase.
        spelling: Beginning or middle of a word in one spelling -> in the other (`humor` -> `humour`).

    Example:
        >>> sorted(variants("energized", {})), list(variants("good humored", {"humor": "humour"}))
        (['energised'], ['good humoured'])
    """
    british = _IZE.sub("is", word)
    if british != word:
        yield british
    for one, other in (*spelling.items(), *((b, a) for a, b in spelling.items())):
        if one in word and other not in word:
            yield word.replace(one, other)


def _fallback(sources: Sources, concepts: Mapping[str, str], words: Iterable[str]) -> Fallback:
    known, lookup = set(words), sources.lookup
    for concept, opposite in lookup["opposites"].items():
        if concept not in set(concepts.values()) or opposite not in known:
            raise InputError(f"lookup.toml: opposites: {concept!r} = {opposite!r}: must be a concept and a word")
    for wrong, right in lookup["typos"].items():
        if wrong in known or right not in known:
            raise InputError(f"lookup.toml: typos: {wrong!r} must not be a known word, but {right!r} must")
    members: dict[str, list[str]] = {}
    for word, concept in sorted(concepts.items()):
        members.setdefault(concept, []).append(word)
    return Fallback(
        concepts={concept: ",".join(found) for concept, found in sorted(members.items())},
        polarities={concept.name: _SIGNS[concept.polarity] for concept in sources.concepts},
        opposites=dict(sorted(lookup["opposites"].items())),
        stop=sorted(sources.stop),
        light=lookup["light"],
        conjunctions=lookup["conjunctions"],
        prepositions=lookup["prepositions"],
        negations=lookup["negations"],
        typos=dict(sorted(lookup["typos"].items())),
        operators=lookup["operators"],
        languages=words_hash(),
    )


def build() -> Lexicon:
    """Compile the builtin lexicon from its sources.

    Raises:
        InputError: A source file is invalid.
    """
    return compile_sources(builtin.NAME, read_sources(), load_wheels())


def is_current() -> bool:
    """Return whether the compiled file is, byte for byte, the result of its sources.

    Raises:
        InputError: A source file is invalid.
    """
    path = resource(*builtin.COMPILED)
    return path.is_file() and path.read_bytes() == build().to_text().encode()


def rebuild() -> Lexicon:
    """Write the compiled file again from its sources.

    Raises:
        InputError: A source file is invalid, or the file cannot be written.
    """
    lexicon = build()
    write_text(resource(*builtin.COMPILED), lexicon.to_text())
    builtin.load_builtin.cache_clear()
    return lexicon
