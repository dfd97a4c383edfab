"""How each kind of lexicon explains itself.

Official releases follow their three tables; the builtin lexicon names the rule and the concept; where only the compiled
mapping is at hand, there is nothing to tell but the sectors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from merunibench.lexicon import builtin, evidence
from merunibench.lexicon.concepts import Concept, canonical
from merunibench.lexicon.explain import Explainer, Step
from merunibench.lexicon.lexicon import Lexicon
from merunibench.lexicon.official import ReleaseTables, read_release
from merunibench.lexicon.releases import DEFAULT_MAX_BYTES
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
        return BuiltinExplainer(lexicon, evidence.concepts())
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
        concepts: Its table of concepts.
    """

    lexicon: Lexicon
    concepts: Sequence[Concept]

    def _concept(self, label: str) -> Concept | None:
        word = canonical(label)
        return next((concept for concept in self.concepts if word in concept.words), None)

    def steps(self, label: str, level: Level) -> tuple[Step, ...]:
        """The wheels on which the label itself stands, and its concept."""
        concept = self._concept(label)
        wheels = tuple(f"wheel {number + 1}" for number in range(WHEELS) if label in evidence.places(number, level))
        return (
            *((Step("stands on", wheels),) if wheels else ()),
            Step("concept", (concept.name,) if concept else ()),
        )

    def path(self, label: str, level: Level, wheel: int, sector: str | None) -> tuple[str | None, tuple[str, ...], str]:
        """The wheel's own placement, else the concept's sector."""
        own = evidence.places(wheel, level)
        concept = self._concept(label)
        if sector is not None and sector in own.get(label, ()):
            return label, (label,), "own word of this wheel"
        if sector is None:
            if concept is None:
                return None, (), "no path"
            return None, (), f"concept {concept.name} has no place here at level {level}"
        if concept is None:
            return None, (), "derived by the look-up"
        if level == 1:
            same = concept.sectors[wheel] == sector
            return (concept.name, (concept.name,), "concept") if same else (None, (), "derived by the look-up")
        held = tuple(word for word in concept.words if sector in own.get(word, ()))
        return (held[0], held, f"first word of concept {concept.name} there") if held else (None, (), "concept")

    def problem(self, label: str) -> str:
        """Why the builtin lexicon leaves a label out."""
        if label == "neutral":
            return "kept out on purpose: neutral is no sector of any wheel, and scores leave neutral samples out"
        return "neither on a wheel nor a word of a concept"


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
