"""Explain why a word has its sectors: every step of its look-up in a lexicon, or the step at which it fails.

`explainer_for` returns the `Explainer` of a lexicon. The sectors always come from `Lexicon.sectors`, so that an
explanation cannot differ from what is scored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from merunibench._html import table
from merunibench.errors import InputError
from merunibench.files import open_plain
from merunibench.files.reading import read_bounded, reading
from merunibench.labels import normalise_label, parse_label_text
from merunibench.lexicon.critique.evidence import evidence_for, published
from merunibench.lexicon.releases.official import ReleaseTables, load_tables, read_release
from merunibench.lexicon.releases.published import DEFAULT_MAX_BYTES
from merunibench.lexicon.releases.store import installed, load_lexicon
from merunibench.lexicon.runtime.lexicon import Lexicon
from merunibench.lexicon.runtime.spelling import spellings
from merunibench.lexicon.runtime.wheels import Level
from merunibench.lexicon.workshop.own import concepts_of
from merunibench.lexicon.workshop.sources import read_sources
from merunibench.lexicon.workshop.word_table import Places

SCHEMA = "merunibench.explain/1"
_GIVEN = "given by the table of words that this lexicon was compiled from"


@dataclass(frozen=True)
class Step:
    """One step of the look-up before the wheels.

    Attributes:
        name: Name of the step: `base words`, `wheel words`, `concept`, …
        words: Its result; empty if the look-up fails here.
    """

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class WheelPath:
    """The result of the look-up on one wheel.

    Attributes:
        wheel: The wheel, counted from 1.
        sector: The sector; None for no sector.
        decided_by: The wheel word, concept or word that decided it; None if the sector is None or this is unknown.
        candidates: The reached words that are on this wheel, in the order in which they are tried.
        reason: Why it has this sector, or no sector.
        own: The sectors of the wheel that contain the word itself; empty if it is not on the wheel.
    """

    wheel: int
    sector: str | None
    decided_by: str | None
    candidates: tuple[str, ...]
    reason: str
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """The explanation of one word in one lexicon.

    Attributes:
        word: The word as it was given.
        label: The normalised form that is looked up.
        lexicon: Name and hash of the lexicon.
        level: Wheel level of the sectors.
        steps: The steps before the wheels.
        wheels: One path per wheel.
        problem: Why it has no sector on any wheel; empty if it has one.
        suggestions: Words of the lexicon with a similar spelling, if it has no sector.
    """

    word: str
    label: str
    lexicon: str
    level: Level
    steps: tuple[Step, ...]
    wheels: tuple[WheelPath, ...]
    problem: str = ""
    suggestions: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        rows = [
            [f"Wheel {each.wheel}", each.sector or "–", each.decided_by or "–", each.reason] for each in self.wheels
        ]
        way = [f"{step.name}: {', '.join(step.words) or 'none'}" for step in self.steps]
        ends = [f"No sector: {self.problem}."] if self.problem else []
        near = [f"Similar spelling: {', '.join(self.suggestions)}."] if self.suggestions else []
        looked_up = f" (looked up as {self.label})" if self.label != self.word else ""
        caption = f"{self.word}{looked_up}, lexicon {self.lexicon}, level {self.level}"
        return table(caption, ["Wheel", "Sector", "Decided by", "Reason"], rows, [*way, *ends, *near])

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON values."""
        return asdict(self)


class Explainer(Protocol):
    """Protocol of objects that explain how one lexicon assigns sectors to a word."""

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon."""
        ...

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:
        """Return the steps of a normalised label before the wheels."""
        ...

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:
        """Return what decided on a wheel (from 0), the candidates in order, and the reason; `sector` is the result."""
        ...

    def problem(self, label: str) -> str:
        """Return why a label has no sector on any wheel."""
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
    known = evidence_for(lexicon)
    paths = []
    for wheel, sector in enumerate(sectors):
        own = known.places(wheel, level).get(label, frozenset())
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
        suggestions=() if found else spellings(lexicon).near(label),
    )


def explain_words(words: Iterable[str], explainers: Sequence[Explainer], level: Level = 1) -> list[Explanation]:
    """Explain each word in every lexicon; repeated words are explained once.

    Args:
        words: Words, or label-list texts.
        explainers: One explainer per lexicon.
        level: Wheel level of the sectors.

    Raises:
        InputError: There are no words.
    """
    distinct = dict.fromkeys(word for text in words for word in parse_label_text(text.strip()))
    if not distinct:
        raise InputError("no words to explain; give words, or a file with words (--file)")
    return [explain(word, explainer, level) for word in distinct for explainer in explainers]


def read_words(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> list[str]:
    """Read the words of a text file with one word or label list per line.

    Raises:
        InputError: The file cannot be read, is not UTF-8, or contains no words.
        UnsafeFileError: The file is larger than `max_bytes`.
    """
    with reading(path, UnicodeDecodeError), open_plain(path) as stream:
        text = read_bounded(stream, path, max_bytes).decode("utf-8-sig")
    words = [word for line in text.splitlines() for word in parse_label_text(line.strip())]
    if not words:
        raise InputError(f"{path}: contains no words; write one word or label list per line")
    return words


def explanations_to_dict(explanations: Iterable[Explanation]) -> dict[str, Any]:
    """Return explanations as one JSON value."""
    return {"schema": SCHEMA, "explanations": [explanation.to_dict() for explanation in explanations]}


def explainer_for(name_or_path: str | Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Explainer:
    """Return the explainer of a lexicon, given by name or path as for `load_lexicon`.

    Raises:
        InputError: The lexicon does not exist, or it or its tables are damaged.
        UnsafeFileError: A file is too large, would run code or expand XML entities.
    """
    lexicon = load_lexicon(name_or_path, max_bytes=max_bytes)
    tables = None
    if lexicon.fallback is not None and not lexicon.own_wheels:
        return explainer_of(lexicon)
    if isinstance(name_or_path, str) and name_or_path.strip().lower() in installed():
        tables = load_tables(lexicon, max_bytes=max_bytes)
    elif (path := Path(name_or_path).expanduser()).is_dir():
        tables = read_release(path, max_bytes=max_bytes)
    return PlainExplainer(lexicon) if tables is None else ReleaseExplainer(lexicon, tables)


def explainer_of(lexicon: Lexicon) -> Explainer:
    """Return the explainer of a loaded lexicon; for an official release, with its tables if they are installed."""
    if lexicon.fallback is not None and not lexicon.own_wheels:
        return BuiltinExplainer(lexicon, read_sources().families)
    if lexicon.name in installed() and load_lexicon(lexicon.name).sha256 == lexicon.sha256:
        tables = load_tables(lexicon, max_bytes=DEFAULT_MAX_BYTES)
        if tables is not None:
            return ReleaseExplainer(lexicon, tables)
    return PlainExplainer(lexicon)


@dataclass(frozen=True)
class ReleaseExplainer:
    """Explain a label by the three tables of an official release.

    Attributes:
        lexicon: The compiled lexicon.
        tables: The tables it was compiled from.
    """

    lexicon: Lexicon
    tables: ReleaseTables

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:  # noqa: ARG002 - the same at both levels
        """Return the steps form -> base words -> wheel words."""
        bases = self.tables.bases.get(label, ())
        if not bases:
            return (Step("base words", ()),)
        return Step("base words", tuple(bases)), Step("wheel words", tuple(self.tables.reachable(label)))

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:
        """Return the alphabetically first reachable word on the wheel, which decides, the candidates and the reason."""
        reached = self.tables.reachable(label)
        held = tuple(word for word in reached if word in self.tables.placements[level][wheel])
        if sector is None:
            return None, held, f"none of the {len(reached)} reached words is on this wheel" if reached else "no path"
        rule = "the only one reached" if len(held) == 1 else f"alphabetically first of {len(held)} reached"
        return held[0], held, rule

    def problem(self, label: str) -> str:
        """Return the step at which the look-up fails."""
        bases = self.tables.bases.get(label, ())
        if not bases:
            return "not a form of any base word"
        if not self.tables.reachable(label):
            return f"no wheel word has any of its base words ({_listed(bases)}) as a synonym"
        return "none of the words it reaches is on a wheel"


@dataclass(frozen=True)
class BuiltinExplainer:
    """Name the rule of the builtin lexicon, or of an extension of it, that gave a label its sector.

    Attributes:
        lexicon: The lexicon.
        families: Its word families.
    """

    lexicon: Lexicon
    families: Sequence[Sequence[str]]

    @cached_property
    def _concepts(self) -> Mapping[str, Places]:
        return concepts_of(self.lexicon)

    def _word(self, label: str) -> str | None:
        """Return the word of the table that a label means; the first, if it joins several."""
        return next(iter(self.lexicon.words_of(label)), None)

    def _concept(self, word: str) -> str | None:
        return self.lexicon.fallback.concept_of(word) if self.lexicon.fallback else None

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:
        """Return the words that a label means, the wheels that contain them, and their concepts."""
        words = self.lexicon.words_of(label)
        wheels = tuple(
            f"wheel {number + 1}"
            for number in range(self.lexicon.n_wheels)
            if any(word in published().places(number, level) for word in words)
        )
        concepts = tuple(dict.fromkeys(filter(None, map(self._concept, words))))
        return (
            *((Step("means", words),) if words and words != (label,) else ()),
            *((Step("listed on", wheels),) if wheels else ()),
            Step("concept", concepts),
        )

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:
        """Return what decided: the wheel's own placement, that of a form of the word, or the concept's sector."""
        word = self._word(label)
        concept = None if word is None else self._concept(word)
        if word is None or sector is None:
            missing = "no path" if concept is None else f"concept {concept} has no place here at level {level}"
            return None, (), missing
        own = published().places(wheel, level)
        if sector in own.get(word, ()):
            return word, (word,), "own word of this wheel"
        family = next((family for family in self.families if word in family), ())
        held = tuple(other for other in family if sector in own.get(other, ()))
        if held:
            return held[0], held, "a form of it is in this sector"
        if concept is not None and self._concepts[concept][wheel][level - 1] == sector:
            return concept, (concept,), "concept"
        return None, (), "its family" if family else _GIVEN

    def problem(self, label: str) -> str:
        """Return why the builtin lexicon has no sector for a label."""
        if label == "neutral":
            return "excluded on purpose: neutral is not a sector of any wheel, and scores exclude neutral samples"
        if self.lexicon.is_stop_word(label):
            return "on the stop list: not an emotion by itself"
        return "not on a wheel, not in a concept, and not a form, spelling or negation of such a word"


@dataclass(frozen=True)
class PlainExplainer:
    """Report what a lexicon maps if the steps are not known.

    Attributes:
        lexicon: The compiled lexicon.
    """

    lexicon: Lexicon

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:  # noqa: ARG002 - nothing is known
        """Return no steps."""
        return ()

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:
        """Return whether there is a sector; for user-defined wheels, also whether it is the wheel's own placement."""
        if sector is None:
            return None, (), "not in the mapping"
        if not self.lexicon.own_wheels:
            return None, (), "compiled mapping; its tables are not available"
        if sector in evidence_for(self.lexicon).places(wheel, level).get(label, ()):
            return label, (label,), "own word of this wheel"
        return None, (), _GIVEN

    def problem(self, label: str) -> str:  # noqa: ARG002 - nothing is known
        """Return that it is not in the mapping."""
        return "not in the mapping"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
