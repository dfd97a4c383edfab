"""What is wrong with a lexicon, found by rule: held against the wheels, word families, polarity and opposites.

The rules, in the order of `RULES`; docs/lexicon-audit.md states them with their reasons. They know nothing of any
particular lexicon: they ask `Lexicon.sectors`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from merunibench.lexicon import evidence
from merunibench.lexicon.findings import RULES, Audit, Finding, Rule, normalised_counts, share_of_tokens, summarise
from merunibench.lexicon.lexicon import Lexicon
from merunibench.lexicon.stems import opposites
from merunibench.lexicon.wheels import LEVELS, WHEELS, Level


def audit_lexicon(lexicon: Lexicon, *, usage: Mapping[str, int] | None = None, level: Level = 1) -> Audit:
    """Find what is wrong with a lexicon.

    Args:
        lexicon: The lexicon.
        usage: Label -> how often it is used; findings are then sorted by it. Labels are normalised.
        level: Wheel level whose sectors are compared. Level 2 compares own words and families there; valence,
            opposites and other wheels are questions about level 1 and are left out.

    Returns:
        All findings. Wheels that are not the published ones are skipped.
    """
    counts = None if usage is None else normalised_counts(usage)
    auditor = _Auditor(lexicon, level, frozenset(counts or ()))
    findings = [replace(f, usage=share_of_tokens([f.word], counts)) for f in auditor.findings()]
    order = list(RULES)
    findings.sort(key=lambda f: (-(f.usage or 0.0), order.index(f.rule), f.word, f.wheel))
    summaries, contradicted = summarise(findings, counts, auditor.mapped(counts or {}))
    return Audit(
        lexicon=lexicon.label,
        level=level,
        findings=tuple(findings),
        summaries=summaries,
        contradicted=contradicted,
        skipped=tuple(number + 1 for number in range(WHEELS) if number not in auditor.wheels),
        tokens=None if counts is None else sum(counts.values()),
    )


@dataclass
class _Auditor:
    """The rules, applied to one lexicon at one level."""

    lexicon: Lexicon
    level: Level
    vocabulary: frozenset[str]
    wheels: tuple[int, ...] = field(init=False)
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        names = self.lexicon.sectors_of_wheels[1]
        self.wheels = tuple(number for number in range(WHEELS) if evidence.published(number, names[number]))
        on_wheels = {word for number in self.wheels for word in evidence.places(number, 1)}
        self.words = sorted({*self.lexicon.codes, *self.vocabulary, *on_wheels})

    def findings(self) -> Iterator[Finding]:
        """Every finding, word by word, then the sectors that nothing reaches."""
        for word in self.words:
            sectors = self.lexicon.sectors(word, self.level)
            for wheel in self.wheels:
                yield from self._word(word, wheel, sectors[wheel])
        yield from self._empty_sectors()

    def mapped(self, counts: Mapping[str, int]) -> int:
        """Slots (label token and wheel) that have a sector."""
        return sum(
            count * sum(sector is not None for sector in self.lexicon.sectors(word, self.level))
            for word, count in counts.items()
        )

    def _word(self, word: str, wheel: int, found: str | None) -> Iterator[Finding]:
        """What is wrong with a word on a wheel; the first rule that objects speaks, opposites apart."""
        own = evidence.places(wheel, self.level).get(word)
        if found is None:
            if own:
                yield _finding("unreachable", word, wheel, None, own, "stands on this wheel, but has no sector there")
            return
        if not self._settled(word, wheel, found):
            rules = (self._own_word, self._family, self._valence, self._other_wheel)
            objections = (rule(word, wheel, found) for rule in (rules if self.level == 1 else rules[:2]))
            yield from list(filter(None, objections))[:1]
        if self.level == 1:
            yield from self._opposites(word, wheel, found)

    def _settled(self, word: str, wheel: int, found: str) -> bool:
        """Whether the wheel itself says that this is right, of the word or of its family; then no rule objects."""
        stands = evidence.places(wheel, self.level)
        witnesses = (word,) if word in stands else evidence.relatives(word, wheel)
        return any(found in stands[witness] for witness in witnesses)

    def _own_word(self, word: str, wheel: int, found: str) -> Finding | None:
        own = evidence.places(wheel, self.level).get(word)
        if not own or found in own:
            return None
        return _finding("own-word", word, wheel, found, own, f"stands on this wheel in {_listed(own)}")

    def _family(self, word: str, wheel: int, found: str) -> Finding | None:
        family = evidence.relatives(word, wheel)
        expected = {sector for other in family for sector in evidence.places(wheel, self.level)[other]}
        if not expected or found in expected:
            return None
        reason = f"a form of {_listed(family)}, which this wheel has in {_listed(expected)}"
        return _finding("family", word, wheel, found, expected, reason)

    def _valence(self, word: str, wheel: int, found: str) -> Finding | None:
        polarity = evidence.polarity(word)
        if polarity * evidence.valence(found) >= 0:
            return None
        sides = {1: "a pleasant", -1: "an unpleasant"}
        reason = f"{sides[polarity]} word in {sides[-polarity]} sector"
        return _finding("valence", word, wheel, found, (), reason)

    def _other_wheel(self, word: str, wheel: int, found: str) -> Finding | None:
        seen = evidence.elsewhere(word, wheel)
        if seen is None or evidence.MEANINGS[found].kind == "strain":
            return None  # one wheel alone has a sector for strain: what stands there is anywhere on the others
        names = self.lexicon.sectors_of_wheels[1][wheel]
        meant = {s: evidence.MEANINGS[s].emotion if seen.exact else evidence.MEANINGS[s].kind for s in names}
        expected = [sector for sector in names if meant[sector] in seen.kinds]
        if not expected or found in expected:
            return None
        who = "" if seen.word == word else f"{seen.word}, of which it is a form, "
        where = (
            f"names the emotion {_listed(seen.kinds)}"
            if seen.exact
            else f"stands for {_listed(seen.kinds)} on wheel {', '.join(str(number + 1) for number in seen.wheels)}"
        )
        return _finding("other-wheel", word, wheel, found, expected, f"{who}{where}")

    def _opposites(self, word: str, wheel: int, found: str) -> Iterator[Finding]:
        for opposite in opposites(word):
            if opposite not in self.lexicon.codes or self.lexicon.sectors(opposite)[wheel] != found:
                continue
            sides = evidence.polarity(word), evidence.polarity(opposite)
            settled = self._settled(word, wheel, found) or self._settled(opposite, wheel, found)
            if not settled and sides[0] * sides[1] <= 0 and any(sides):
                reason = f"{opposite}, its opposite, is in the same sector"
                yield _finding("opposites", word, wheel, found, (), reason)

    def _empty_sectors(self) -> Iterator[Finding]:
        for level in LEVELS if self.level == 1 else (self.level,):
            reached = [{self.lexicon.sectors(word, level)[wheel] for word in self.words} for wheel in self.wheels]
            for wheel, sectors in zip(self.wheels, reached, strict=True):
                for sector in self.lexicon.sectors_of_wheels[level][wheel]:
                    if sector not in sectors:
                        yield _finding("empty-sector", "", wheel, sector, (), f"no word reaches it at level {level}")


def _finding(rule: Rule, word: str, wheel: int, found: str | None, expected: Iterable[str], reason: str) -> Finding:
    return Finding(rule, word, wheel + 1, found, tuple(sorted(expected)), reason)


def _listed(words: Iterable[str]) -> str:
    return " or ".join(sorted(words))
