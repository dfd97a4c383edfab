"""How each kind of lexicon explains itself.

Official releases follow their three tables; the builtin lexicon names the rule and the concept; where only the compiled
mapping is at hand, there is nothing to tell but the sectors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from merunibench.lexicon import builtin, evidence
from merunibench.lexicon.explain import Explainer, Step
from merunibench.lexicon.lexicon import Lexicon
from merunibench.lexicon.official import ReleaseTables, read_release
from merunibench.lexicon.releases import DEFAULT_MAX_BYTES
from merunibench.lexicon.sources import read_sources
from merunibench.lexicon.store import installed, load_lexicon
from merunibench.lexicon.table_files import load_tables
from merunibench.lexicon.wheels import WHEELS, Level


def explainer_for(name_or_path: str | Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Explainer:
    """The explainer of a lexicon, named as for `load_lexicon`.

    Raises:
        InputError: there is no such lexicon, or it or its tables are damaged.
        UnsafeFileError: a file is too large, would run code or expand XML entities.
    """
    lexicon = load_lexicon(name_or_path, max_bytes=max_bytes)
    if lexicon.name == builtin.NAME:
        return BuiltinExplainer(lexicon, read_sources().families)
    tables = None
    if isinstance(name_or_path, str) and name_or_path.strip().lower() in installed():
        tables = load_tables(lexicon, max_bytes=max_bytes)
    elif (path := Path(name_or_path).expanduser()).is_dir():
        tables = read_release(path, max_bytes=max_bytes)
    return PlainExplainer(lexicon) if tables is None else ReleaseExplainer(lexicon, tables)


@dataclass(frozen=True)
class ReleaseExplainer:
    """Follows a label through the three tables of an official release.

    Attributes:
        lexicon: The compiled lexicon.
        tables: The tables it was compiled from.
    """

    lexicon: Lexicon
    tables: ReleaseTables

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:  # noqa: ARG002 - the same at both levels
        """Form -> base words -> wheel words."""
        bases = self.tables.bases.get(label, ())
        if not bases:
            return (Step("base words", ()),)
        return Step("base words", tuple(bases)), Step("wheel words", tuple(self.tables.reachable(label)))

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:
        """The alphabetically first reachable word that the wheel holds decides."""
        reached = self.tables.reachable(label)
        held = tuple(word for word in reached if word in self.tables.placements[level][wheel])
        if sector is None:
            return None, held, f"none of {len(reached)} reached words is on this wheel" if reached else "no path"
        rule = "the only one reached" if len(held) == 1 else f"alphabetically first of {len(held)} reached"
        return held[0], held, rule

    def problem(self, label: str) -> str:
        """Where the way ends."""
        bases = self.tables.bases.get(label, ())
        if not bases:
            return "not a form of any base word"
        if not self.tables.reachable(label):
            return f"no wheel word has a base word of it ({_listed(bases)}) as a synonym"
        return "no wheel holds a word that it reaches"


@dataclass(frozen=True)
class BuiltinExplainer:
    """Names the rule of the builtin lexicon that gave a label its sector.

    Attributes:
        lexicon: The builtin lexicon.
        families: Its word families.
    """

    lexicon: Lexicon
    families: Sequence[Sequence[str]]

    def _word(self, label: str) -> str | None:
        """The word of the table that a label stands for; the first, if it joins several."""
        return next(iter(self.lexicon.words_of(label)), None)

    def _concept(self, word: str) -> str | None:
        return self.lexicon.fallback.concept_of(word) if self.lexicon.fallback else None

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:
        """The words it stands for, the wheels on which they stand themselves, and their concepts."""
        words = self.lexicon.words_of(label)
        wheels = tuple(
            f"wheel {number + 1}"
            for number in range(WHEELS)
            if any(word in evidence.places(number, level) for word in words)
        )
        concepts = tuple(dict.fromkeys(filter(None, map(self._concept, words))))
        return (
            *((Step("stands for", words),) if words and words != (label,) else ()),
            *((Step("stands on", wheels),) if wheels else ()),
            Step("concept", concepts),
        )

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:
        """The wheel's own placement, else that of a form of the word, else the concept's sector."""
        word = self._word(label)
        concept = None if word is None else self._concept(word)
        if word is None or sector is None:
            missing = "no path" if concept is None else f"concept {concept} has no place here at level {level}"
            return None, (), missing
        own = evidence.places(wheel, level)
        if sector in own.get(word, ()):
            return word, (word,), "own word of this wheel"
        family = next((family for family in self.families if word in family), ())
        held = tuple(other for other in family if sector in own.get(other, ()))
        if held:
            return held[0], held, "a form of it stands there"
        return (None, (), "its family") if concept is None else (concept, (concept,), "concept")

    def problem(self, label: str) -> str:
        """Why the builtin lexicon leaves a label out."""
        if label == "neutral":
            return "kept out on purpose: neutral is no sector of any wheel, and scores leave neutral samples out"
        if self.lexicon.is_stop_word(label):
            return "on the stop list: no emotion by itself"
        return "neither on a wheel, nor a word of a concept, nor a form, a spelling or a negation of one"


@dataclass(frozen=True)
class PlainExplainer:
    """Says what a lexicon maps, where the way there is not known.

    Attributes:
        lexicon: The compiled lexicon.
    """

    lexicon: Lexicon

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:  # noqa: ARG002 - nothing is known
        """None."""
        return ()

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:  # noqa: ARG002
        """Only whether there is a sector."""
        return None, (), "not in the mapping" if sector is None else "compiled mapping; its tables are not at hand"

    def problem(self, label: str) -> str:  # noqa: ARG002 - nothing is known
        """That it is not in the mapping."""
        return "not in the mapping"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
