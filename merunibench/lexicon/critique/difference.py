"""Compare two lexicons: words that only one of them maps, and words that they map to different sectors."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from merunibench.errors import InputError
from merunibench.lexicon.critique.audit import normalised_counts
from merunibench.lexicon.runtime.lexicon import Lexicon
from merunibench.lexicon.runtime.wheels import Level

SCHEMA = "merunibench.lexicon-diff/1"


@dataclass(frozen=True)
class Disagreement:
    """A word that both lexicons map on a wheel, to different sectors.

    Attributes:
        word: The word.
        wheel: The wheel, counted from 1.
        first: Its sector in the first lexicon.
        second: Its sector in the second.
        usage: Share of the vocabulary's label tokens that are this word (0 to 1); None without a vocabulary.
    """

    word: str
    wheel: int
    first: str
    second: str
    usage: float | None


@dataclass(frozen=True)
class OneSided:
    """A word that one lexicon maps on some wheel and the other on no wheel.

    Attributes:
        word: The word.
        sectors: Its sector on each wheel, None for no sector.
        usage: Share of the vocabulary's label tokens that are this word (0 to 1); None without a vocabulary.
    """

    word: str
    sectors: tuple[str | None, ...]
    usage: float | None


@dataclass(frozen=True)
class Agreement:
    """Counts over words or over label tokens, on one wheel or on all wheels.

    Attributes:
        same: Number of slots (word and wheel) that both lexicons map to the same sector.
        both: Number of slots that both map.
        first: Number of slots that the first maps.
        second: Number of slots that the second maps.
        slots: Number of all slots.
    """

    same: int
    both: int
    first: int
    second: int
    slots: int

    @property
    def share(self) -> float | None:
        """`same / both`; None if both lexicons map no common slot."""
        return self.same / self.both if self.both else None


@dataclass(frozen=True)
class Difference:
    """The result of comparing two lexicons.

    Attributes:
        first: Name and hash of the first lexicon.
        second: Name and hash of the second.
        level: Wheel level whose sectors were compared.
        types: Agreement on each wheel, with every word counted once.
        tokens: The same, with every word counted as often as the vocabulary uses it; None without a vocabulary.
        only_first: Words that only the first maps, most frequent first.
        only_second: Words that only the second maps.
        different: Words mapped differently, one entry per word and wheel.
    """

    first: str
    second: str
    level: Level
    types: tuple[Agreement, ...]
    tokens: tuple[Agreement, ...] | None
    only_first: tuple[OneSided, ...]
    only_second: tuple[OneSided, ...]
    different: tuple[Disagreement, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON values, with the shares of agreement over all wheels."""
        shares = {"types": total(self.types).share, "tokens": total(self.tokens).share if self.tokens else None}
        return {"schema": SCHEMA, "agreement": shares, **asdict(self)}


def total(wheels: Iterable[Agreement]) -> Agreement:
    """Return the total agreement over several wheels."""
    rows = [(w.same, w.both, w.first, w.second, w.slots) for w in wheels]
    return Agreement(*map(sum, zip(*rows, strict=True)))


def compare_lexicons(
    first: Lexicon, second: Lexicon, *, usage: Mapping[str, int] | None = None, level: Level = 1
) -> Difference:
    """Compare two lexicons word by word.

    Args:
        first: A lexicon.
        second: Another.
        usage: Label -> how often it is used. With it, the words of the vocabulary are compared; without it, all words
            that either lexicon lists.
        level: Wheel level whose sectors are compared.

    Raises:
        InputError: The lexicons have different numbers of wheels.
    """
    if first.n_wheels != second.n_wheels:
        numbers = f"{first.label} has {first.n_wheels}, {second.label} {second.n_wheels}"
        raise InputError(f"only lexicons with the same number of wheels can be compared: {numbers}")
    counts = None if usage is None else normalised_counts(usage)
    words = sorted({*first.codes, *second.codes} if counts is None else counts)
    sectors = {word: (first.sectors(word, level), second.sectors(word, level)) for word in words}
    tokens = sum(counts.values()) if counts else 0

    def share(word: str) -> float | None:
        return None if counts is None else counts[word] / max(1, tokens)

    def alone(side: int) -> tuple[OneSided, ...]:
        rows = (OneSided(w, s[side], share(w)) for w, s in sectors.items() if any(s[side]) and not any(s[1 - side]))
        return tuple(sorted(rows, key=lambda row: (-(row.usage or 0.0), row.word)))

    different = [
        Disagreement(word, wheel + 1, one, two, share(word))
        for word, pair in sectors.items()
        for wheel, (one, two) in enumerate(zip(*pair, strict=True))
        if one is not None and two is not None and one != two
    ]
    return Difference(
        first=first.label,
        second=second.label,
        level=level,
        types=_agreement(sectors, dict.fromkeys(words, 1), first.n_wheels),
        tokens=None if counts is None else _agreement(sectors, counts, first.n_wheels),
        only_first=alone(0),
        only_second=alone(1),
        different=tuple(sorted(different, key=lambda row: (-(row.usage or 0.0), row.word, row.wheel))),
    )


_Pair = tuple[tuple[str | None, ...], tuple[str | None, ...]]


def _agreement(sectors: Mapping[str, _Pair], weights: Mapping[str, int], n_wheels: int) -> tuple[Agreement, ...]:
    """Return the agreement on each wheel, with weighted words."""
    wheels = []
    for wheel in range(n_wheels):
        pairs = [(one[wheel], two[wheel], weights[word]) for word, (one, two) in sectors.items()]
        wheels.append(
            Agreement(
                same=sum(weight for one, two, weight in pairs if one is not None and one == two),
                both=sum(weight for one, two, weight in pairs if one is not None and two is not None),
                first=sum(weight for one, _, weight in pairs if one is not None),
                second=sum(weight for _, two, weight in pairs if two is not None),
                slots=sum(weight for _, _, weight in pairs),
            )
        )
    return tuple(wheels)
