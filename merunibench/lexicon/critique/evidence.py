"""What is known about words independently of any lexicon: their places on the wheels, families and polarity.

The audit compares lexicons with this. There are three sources: the wheels and the polarity column of the concept table,
both in emotion_wheels/, and a small table of the meanings of sectors, in this module.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from merunibench._resources import resource
from merunibench.lexicon.runtime.lexicon import Lexicon
from merunibench.lexicon.runtime.morphology import same_family, stem
from merunibench.lexicon.runtime.wheels import LEVELS, Level, Wheel, load_wheels
from merunibench.lexicon.workshop.concepts import Concept, canonical, parse_concepts
from merunibench.lexicon.workshop.sources import Kinship, builtin_file, parse_kinship


class Meaning(NamedTuple):
    """The meaning of a level-1 sector.

    Attributes:
        emotion: The emotion it is named after; sectors of one emotion on different wheels correspond to each other.
        kind: The same, but one kind for all pleasant emotions, because the wheels divide the pleasant side differently.
        valence: 1 pleasant, -1 unpleasant, 0 neither (surprise can be either).
    """

    emotion: str
    kind: str
    valence: int


_PLEASANT = {
    "happy": "joy",
    "joyful": "joy",
    "joy": "joy",
    "peaceful": "peace",
    "powerful": "power",
    "genius": "genius",
}
_UNPLEASANT = {
    **dict.fromkeys(("mad", "angry", "anger"), "anger"),
    **dict.fromkeys(("disgusted", "disgust"), "disgust"),
    **dict.fromkeys(("scared", "fearful", "fear"), "fear"),
    "sad": "sadness",
    "bad": "strain",
}
MEANINGS: Mapping[str, Meaning] = {
    **{sector: Meaning(emotion, "pleasant", 1) for sector, emotion in _PLEASANT.items()},
    **{sector: Meaning(emotion, emotion, -1) for sector, emotion in _UNPLEASANT.items()},
    "surprised": Meaning("surprise", "surprise", 0),
}
"""Level-1 sector of any of the benchmark's wheels -> its meaning."""


def meaning(sector: str) -> Meaning:
    """Return the meaning of a level-1 sector; on user-defined wheels, the sector's name and that word's polarity."""
    if sector in MEANINGS:
        return MEANINGS[sector]
    valence = polarity(sector)
    return Meaning(sector, "pleasant" if valence > 0 else sector, valence)


def valence(sector: str) -> int:
    """Return 1 for a pleasant level-1 sector, -1 for an unpleasant one, 0 for neither or unknown."""
    return meaning(sector).valence


@cache
def _kinship() -> Kinship:
    return parse_kinship(builtin_file("kinship.txt").read_text(encoding="utf-8"), "kinship.txt")


@cache
def concepts() -> tuple[Concept, ...]:
    """Return the concept table of the builtin lexicon.

    Raises:
        InputError: The table violates its format.
    """
    table = resource("emotion_wheels", "builtin", "concepts.txt")
    return parse_concepts(table.read_text(encoding="utf-8"), str(table))


@cache
def polarities() -> Mapping[str, int]:
    """Return word (canonical spelling) -> polarity of its concept: 1 pleasant, -1 unpleasant, 0 neither.

    Raises:
        InputError: The concept table violates its format.
    """
    return {word: concept.polarity for concept in concepts() for word in concept.words}


@cache
def polarity(word: str) -> int:
    """Return a word's polarity: that of its concept, else of its family if all members agree; 0 if unknown.

    Example:
        >>> polarity("affection"), polarity("worries"), polarity("surprised"), polarity("fearless")
        (1, -1, 0, 1)
    """
    known = polarities()
    if canonical(word) in known:
        return known[canonical(word)]
    family = {known[other] for other in _known_by_stem().get(stem(word), ()) if same_family(word, other)}
    return family.pop() if len(family) == 1 else 0


@cache
def _known_by_stem() -> Mapping[str, tuple[str, ...]]:
    return _grouped(polarities())


def _grouped(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for word in sorted(words):
        groups.setdefault(stem(word), []).append(word)
    return {root: tuple(members) for root, members in groups.items()}


class Elsewhere(NamedTuple):
    """The places of a word on the other wheels.

    Attributes:
        word: The word itself, or the word of its family that is on these wheels.
        kinds: The kinds of its sectors; or one emotion, if it is the name of a sector.
        exact: Whether it is the name of a sector, so that `kinds` is an emotion.
        wheels: The wheels (counted from 0) that contain it.
    """

    word: str
    kinds: frozenset[str]
    exact: bool
    wheels: tuple[int, ...]


class Evidence:
    """What some wheels tell about words.

    Args:
        wheels: The wheels.
    """

    def __init__(self, wheels: Sequence[Wheel]) -> None:
        self.wheels = tuple(wheels)
        self._places = {
            (number, level): _places(wheel, level) for number, wheel in enumerate(self.wheels) for level in LEVELS
        }
        self._by_stem = [_grouped(self.places(number, 1)) for number in range(len(self.wheels))]

    def places(self, wheel: int, level: Level) -> Mapping[str, frozenset[str]]:
        """Return word of a wheel (counted from 0) -> all sectors that contain it; empty for an unknown wheel."""
        return self._places.get((wheel, level), {})

    def knows(self, wheel: int, sectors: Iterable[str]) -> bool:
        """Return whether these are the level-1 sectors of the wheel; nothing is known about other wheels."""
        return wheel < len(self.wheels) and set(sectors) == set(self.wheels[wheel].sector_names(1))

    def relatives(self, word: str, wheel: int) -> tuple[str, ...]:
        """Return the words of a wheel that are forms of `word`, except the word itself.

        Words with the opposite polarity are excluded, and words that kinship.txt separates: the threatened person
        fears, the threatening one does not.
        """
        polarity = polarities().get(canonical(word), 0)
        apart = _kinship().apart.get(word, frozenset())
        similar = (other for other in self._by_stem[wheel].get(stem(word), ()) if other != word and other not in apart)
        candidates = (other for other in similar if same_family(word, other))
        return tuple(other for other in candidates if polarity * polarities().get(canonical(other), 0) >= 0)

    def elsewhere(self, word: str, wheel: int) -> Elsewhere | None:
        """Return the places of a word on the other wheels, or of words of its family if they do not contain it."""
        others = [number for number in range(len(self.wheels)) if number != wheel]
        candidates = [word]
        if not self._is_on(word, others):
            candidates = sorted({relative for number in others for relative in self.relatives(word, number)})
        if not candidates:
            return None
        names = [name for name in candidates if name in MEANINGS]
        if names:
            emotions = frozenset(MEANINGS[name].emotion for name in names)
            return Elsewhere(names[0], emotions, exact=True, wheels=tuple(others))
        wheels = tuple(number for number in others if any(name in self.places(number, 1) for name in candidates))
        sectors = {s for number in wheels for name in candidates for s in self.places(number, 1).get(name, ())}
        kinds = frozenset(meaning(sector).kind for sector in sectors)
        return Elsewhere(candidates[0], kinds, exact=False, wheels=wheels)

    def _is_on(self, word: str, wheels: Iterable[int]) -> bool:
        return any(word in self.places(wheel, 1) for wheel in wheels)


@cache
def published() -> Evidence:
    """Return the evidence of the benchmark's five wheels."""
    return Evidence(load_wheels())


@lru_cache(maxsize=8)
def evidence_for(lexicon: Lexicon) -> Evidence:
    """Return the evidence to compare a lexicon with: that of its own wheels, or of the benchmark's."""
    return Evidence(lexicon.own_wheels) if lexicon.own_wheels else published()


def _places(wheel: Wheel, level: Level) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for outer, group in wheel.sectors.items():
        for inner, leaves in group.items():
            for word in (outer, inner, *leaves):
                found.setdefault(word, set()).add(outer if level == 1 else inner)
    return {word: frozenset(sectors) for word, sectors in found.items()}
