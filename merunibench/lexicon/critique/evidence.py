"""What is known about words before any lexicon is asked: their places on the wheels, their families, their polarity.

The audit holds a lexicon against this. Three sources, all in emotion_wheels/: the wheels themselves; a small table of
what the wheels' sectors mean, below; and the polarity column of the concept table.
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
    """What a level-1 sector stands for.

    Attributes:
        emotion: The emotion it is named after; sectors of one emotion on different wheels correspond to each other.
        kind: The same, with all pleasant emotions as one: wheels cut up the pleasant side differently.
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
    """What a level-1 sector stands for; one of an own wheel for the emotion of its name, with that word's polarity."""
    if sector in MEANINGS:
        return MEANINGS[sector]
    valence = polarity(sector)
    return Meaning(sector, "pleasant" if valence > 0 else sector, valence)


def valence(sector: str) -> int:
    """1 for a pleasant level-1 sector, -1 for an unpleasant one, 0 for one that is neither or unknown."""
    return meaning(sector).valence


@cache
def _kinship() -> Kinship:
    return parse_kinship(builtin_file("kinship.txt").read_text(encoding="utf-8"), "kinship.txt")


@cache
def concepts() -> tuple[Concept, ...]:
    """The concept table of the builtin lexicon.

    Raises:
        InputError: it breaks a rule of its format.
    """
    table = resource("emotion_wheels", "builtin", "concepts.txt")
    return parse_concepts(table.read_text(encoding="utf-8"), str(table))


@cache
def polarities() -> Mapping[str, int]:
    """Word, in its canonical spelling -> 1 pleasant, -1 unpleasant, 0 neither: that of its concept.

    Raises:
        InputError: the concept table breaks a rule of its format.
    """
    return {word: concept.polarity for concept in concepts() for word in concept.words}


@cache
def polarity(word: str) -> int:
    """A word's polarity: its concept's, else its family's where that is of one mind; 0 if nothing is known.

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
    """Where a word stands on the other wheels.

    Attributes:
        word: The word itself, or the word of its family that stands there.
        kinds: The kinds of the sectors it stands in; the one emotion, if it is the name of a sector.
        exact: Whether it is the name of a sector, so that `kinds` is an emotion.
        wheels: The wheels (counted from 0) on which it stands.
    """

    word: str
    kinds: frozenset[str]
    exact: bool
    wheels: tuple[int, ...]


class Evidence:
    """What some wheels say of words.

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
        """Word of a wheel (counted from 0) -> every sector in which it stands there; empty for an unknown wheel."""
        return self._places.get((wheel, level), {})

    def knows(self, wheel: int, sectors: Iterable[str]) -> bool:
        """Whether these are the level-1 sectors of the wheel: of another, nothing is known here."""
        return wheel < len(self.wheels) and set(sectors) == set(self.wheels[wheel].sector_names(1))

    def relatives(self, word: str, wheel: int) -> tuple[str, ...]:
        """The words of a wheel that are forms of `word`, the word itself aside.

        None whose polarity is another, and none that kinship.txt sets apart: the threatened one fears, the threatening
        one does not.
        """
        polarity = polarities().get(canonical(word), 0)
        apart = _kinship().apart.get(word, frozenset())
        alike = (other for other in self._by_stem[wheel].get(stem(word), ()) if other != word and other not in apart)
        candidates = (other for other in alike if same_family(word, other))
        return tuple(other for other in candidates if polarity * polarities().get(canonical(other), 0) >= 0)

    def elsewhere(self, word: str, wheel: int) -> Elsewhere | None:
        """What the other wheels say of a word: of itself, else of the one word of its family that they hold."""
        others = [number for number in range(len(self.wheels)) if number != wheel]
        candidates = [word]
        if not self._stands(word, others):
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

    def _stands(self, word: str, wheels: Iterable[int]) -> bool:
        return any(word in self.places(wheel, 1) for wheel in wheels)


@cache
def published() -> Evidence:
    """What the benchmark's five wheels say."""
    return Evidence(load_wheels())


@lru_cache(maxsize=8)
def evidence_for(lexicon: Lexicon) -> Evidence:
    """What a lexicon is held against: its own wheels, or the benchmark's."""
    return Evidence(lexicon.own_wheels) if lexicon.own_wheels else published()


def _places(wheel: Wheel, level: Level) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for outer, group in wheel.sectors.items():
        for inner, leaves in group.items():
            for word in (outer, inner, *leaves):
                found.setdefault(word, set()).add(outer if level == 1 else inner)
    return {word: frozenset(sectors) for word, sectors in found.items()}
