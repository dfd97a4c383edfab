"""Why a word has the sectors it has: its whole way through a lexicon, or where that way ends.

Every lexicon explains itself through an `Explainer` (explainers.py has those there are, and picks one). The sectors
always come from `Lexicon.sectors`, so that an explanation cannot differ from what is scored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from merunibench.errors import InputError
from merunibench.files.reading import read_bounded, reading
from merunibench.labels import normalise_label, parse_label_text
from merunibench.lexicon import evidence
from merunibench.lexicon.lexicon import Lexicon
from merunibench.lexicon.near import near_words
from merunibench.lexicon.releases import DEFAULT_MAX_BYTES
from merunibench.lexicon.wheels import Level

SCHEMA = "merunibench.explain/1"


@dataclass(frozen=True)
class Step:
    """One step of a word's way, before the wheels.

    Attributes:
        name: What the step is: `base words`, `wheel words`, `concept`, …
        words: What it leads to; empty where the way ends.
    """

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class WheelPath:
    """What becomes of a word on one wheel.

    Attributes:
        wheel: The wheel, 1 to 5.
        sector: Its sector, None if it has none.
        decided_by: The wheel word, concept or word that decided it; None if the sector is None or nobody knows.
        candidates: The reached words that this wheel holds, in the order in which they are asked.
        reason: Why this sector, or why none.
        own: The sectors in which the wheel itself has the word; empty if it does not stand on it.
    """

    wheel: int
    sector: str | None
    decided_by: str | None
    candidates: tuple[str, ...]
    reason: str
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A word's way through a lexicon.

    Attributes:
        word: The word as it was given.
        label: The form in which it is looked up.
        lexicon: Name and hash of the lexicon.
        level: Wheel level of the sectors.
        steps: The steps before the wheels.
        wheels: One path a wheel.
        problem: Why it has no sector on any wheel; empty if it has one.
        suggestions: Words of the lexicon that are spelled alike, where it has no sector.
    """

    word: str
    label: str
    lexicon: str
    level: Level
    steps: tuple[Step, ...]
    wheels: tuple[WheelPath, ...]
    problem: str = ""
    suggestions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON values."""
        return asdict(self)


class Explainer(Protocol):
    """Whatever can say how one lexicon came to a word's sectors."""

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon."""
        ...

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:
        """The steps of a normalised label before the wheels."""
        ...

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:
        """Who decided on a wheel (0 to 4), the candidates in order, and the reason; `sector` is what was found."""
        ...

    def problem(self, label: str) -> str:
        """Why a label has no sector on any wheel."""
        ...


def explain(word: str, explainer: Explainer, level: Level = 1) -> Explanation:
    """Explain one word.

    Args:
        word: A label, in any case.
        explainer: The lexicon's explainer.
        level: Wheel level of the sectors.
    """
    label, lexicon = normalise_label(word), explainer.lexicon
    sectors = lexicon.sectors(label, level)
    paths = []
    for wheel, sector in enumerate(sectors):
        own = evidence.places(wheel, level).get(label, frozenset())
        paths.append(WheelPath(wheel + 1, sector, *explainer.path(label, level, wheel, sector), tuple(sorted(own))))
    found = any(sector is not None for sector in sectors)
    return Explanation(
        word,
        label,
        lexicon.label,
        level,
        explainer.steps(label, level),
        tuple(paths),
        problem="" if found else explainer.problem(label),
        suggestions=() if found else near_words(label, lexicon.codes),
    )


def explain_words(words: Iterable[str], explainers: Sequence[Explainer], level: Level = 1) -> list[Explanation]:
    """Explain words, each in every lexicon, one after the other; a word that comes again is explained once.

    Args:
        words: Words, or label-list texts.
        explainers: One a lexicon.
        level: Wheel level of the sectors.

    Raises:
        InputError: there is no word.
    """
    distinct = dict.fromkeys(word for text in words for word in parse_label_text(text.strip()))
    if not distinct:
        raise InputError("no words to explain; give some, or a file of them (--file)")
    return [explain(word, explainer, level) for word in distinct for explainer in explainers]


def read_words(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> list[str]:
    """The words of a text file: a word or a label list a line.

    Raises:
        InputError: the file cannot be read, is not UTF-8, or holds no word.
        UnsafeFileError: it is larger than `max_bytes`.
    """
    with reading(path, UnicodeDecodeError), path.open("rb") as stream:
        text = read_bounded(stream, path, max_bytes).decode("utf-8-sig")
    words = [word for line in text.splitlines() for word in parse_label_text(line.strip())]
    if not words:
        raise InputError(f"{path}: holds no words; it should hold a word or a label list a line")
    return words


def explanations_to_dict(explanations: Iterable[Explanation]) -> dict[str, Any]:
    """Explanations as one JSON value."""
    return {"schema": SCHEMA, "explanations": [explanation.to_dict() for explanation in explanations]}
