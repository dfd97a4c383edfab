"""Find errors in a lexicon by rules that compare it with the wheels, word families, polarity and opposites.

docs/lexicon-audit.md describes and justifies the rules, in the order of `RULES`. They are independent of any particular
lexicon and only use `Lexicon.sectors`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from merunibench.labels import normalise_label
from merunibench.lexicon.critique import evidence
from merunibench.lexicon.critique.phrases import valence_of_phrase
from merunibench.lexicon.runtime.lexicon import Lexicon
from merunibench.lexicon.runtime.morphology import opposites
from merunibench.lexicon.runtime.wheels import LEVELS, Level

SCHEMA = "merunibench.lexicon-audit/1"

Rule = Literal["own-word", "family", "valence", "opposites", "phrase", "other-wheel", "unreachable", "empty-sector"]
RULES: Mapping[Rule, str] = {
    "own-word": "a word of the wheel that is not in the wheel's own sector for it",
    "family": "a form of a word of the wheel that is not in that word's sector",
    "valence": "a pleasant word in an unpleasant sector, or the reverse",
    "opposites": "a word and its negation in one sector",
    "phrase": "a phrase whose sector contradicts the valence of its words and negations",
    "other-wheel": "a word in the sector of another emotion than on the other wheels that contain it",
    "unreachable": "a word of the wheel that has no sector there",
    "empty-sector": "a sector that no word reaches",
}
"""Rule -> what it finds."""

CONTRADICTIONS: frozenset[Rule] = frozenset({"own-word", "family", "valence", "opposites"})
"""The rules whose findings are errors in any lexicon; those of the other rules may be a matter of judgement."""


@dataclass(frozen=True)
class Finding:
    """One problem that a rule found.

    Attributes:
        rule: The rule that found it.
        word: The word concerned; empty for a sector that no word reaches.
        wheel: The wheel, counted from 1.
        found: The sector that the lexicon gives the word, None for no sector; or the sector that is empty.
        expected: The sectors that would be correct; empty if the rule does not determine them.
        reason: An explanation.
        usage: Share of the vocabulary's label tokens that are this word (0 to 1); None without a vocabulary.
    """

    rule: Rule
    word: str
    wheel: int
    found: str | None
    expected: tuple[str, ...]
    reason: str
    usage: float | None = None


@dataclass(frozen=True)
class RuleSummary:
    """Summary of the findings of one rule.

    Attributes:
        rule: The rule.
        findings: Number of findings.
        words: Number of different words concerned.
        usage: Share of label tokens that are one of these words; None without a vocabulary.
        slots: Share of mapped slots (label token and wheel) with a finding; None without a vocabulary.
    """

    rule: Rule
    findings: int
    words: int
    usage: float | None
    slots: float | None


@dataclass(frozen=True)
class Audit:
    """The result of an audit.

    Attributes:
        lexicon: Name and hash of the lexicon: `mer2025@a819711c`.
        level: Wheel level whose sectors were compared.
        findings: The findings, most frequent words first; without a vocabulary, sorted by rule, word and wheel.
        summaries: One summary per rule, in the order of `RULES`.
        contradicted: Share of mapped slots with a finding that is a contradiction; None without a vocabulary.
        skipped: Wheels (counted from 1) that were not audited because their sectors are not the published ones.
        tokens: Number of label tokens in the vocabulary; None without a vocabulary.
    """

    lexicon: str
    level: Level
    findings: tuple[Finding, ...]
    summaries: tuple[RuleSummary, ...]
    contradicted: float | None
    skipped: tuple[int, ...]
    tokens: int | None

    @property
    def clean(self) -> bool:
        """Whether no finding is a contradiction."""
        return not self.fails(CONTRADICTIONS)

    def fails(self, rules: Iterable[str]) -> bool:
        """Return whether any of these rules found something."""
        return not {finding.rule for finding in self.findings}.isdisjoint(rules)

    def to_dict(self) -> dict[str, Any]:
        """Return the audit as JSON values."""
        return {"schema": SCHEMA, **asdict(self), "clean": self.clean}


def summarise(
    findings: Iterable[Finding], counts: Mapping[str, int] | None, mapped: int
) -> tuple[tuple[RuleSummary, ...], float | None]:
    """Summarise the findings of each rule, and return the share of mapped slots with a contradiction.

    Args:
        findings: All findings.
        counts: Label -> how often it is used; None without a vocabulary.
        mapped: Slots (label token and wheel) that have a sector.
    """
    listed = list(findings)
    summaries = []
    for rule in RULES:
        mine = [finding for finding in listed if finding.rule == rule]
        words = {finding.word for finding in mine} - {""}
        used = share_of_tokens(words, counts)
        summaries.append(RuleSummary(rule, len(mine), len(words), used, _share_of_slots(mine, counts, mapped)))
    contradictions = [finding for finding in listed if finding.rule in CONTRADICTIONS]
    return tuple(summaries), _share_of_slots(contradictions, counts, mapped)


def normalised_counts(usage: Mapping[str, int]) -> dict[str, int]:
    """Merge the counts of labels that have the same normalised form."""
    counts: dict[str, int] = {}
    for label, count in usage.items():
        word = normalise_label(label)
        counts[word] = counts.get(word, 0) + count
    return counts


def share_of_tokens(words: Iterable[str], counts: Mapping[str, int] | None) -> float | None:
    """Return the share of label tokens that are one of these words; None without a vocabulary, 0 if it is empty."""
    if counts is None:
        return None
    total = sum(counts.values())
    return sum(counts.get(word, 0) for word in set(words)) / total if total else 0.0


def _share_of_slots(findings: Iterable[Finding], counts: Mapping[str, int] | None, mapped: int) -> float | None:
    """Return the share of mapped slots with one of these findings; slots without a sector do not count."""
    if counts is None:
        return None
    slots = {(finding.word, finding.wheel) for finding in findings if finding.found is not None}
    return sum(counts.get(word, 0) for word, _ in slots) / mapped if mapped else 0.0


def audit_lexicon(lexicon: Lexicon, *, usage: Mapping[str, int] | None = None, level: Level = 1) -> Audit:
    """Find errors in a lexicon.

    Args:
        lexicon: The lexicon.
        usage: Label -> how often it is used. If given, findings are sorted by it. Labels are normalised.
        level: Wheel level whose sectors are compared. At level 2, only own words, families, unreachable words and empty
            sectors are checked; the other rules apply to level 1.

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
        skipped=tuple(number + 1 for number in range(lexicon.n_wheels) if number not in auditor.wheels),
        tokens=None if counts is None else sum(counts.values()),
    )


@dataclass
class _Auditor:
    """The rules, applied to one lexicon at one level."""

    lexicon: Lexicon
    level: Level
    vocabulary: frozenset[str]
    known: evidence.Evidence = field(init=False)
    wheels: tuple[int, ...] = field(init=False)
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.known = evidence.evidence_for(self.lexicon)
        names = self.lexicon.sectors_of_wheels[1]
        self.wheels = tuple(number for number, each in enumerate(names) if self.known.knows(number, each))
        on_wheels = {word for number in self.wheels for word in self.known.places(number, 1)}
        self.words = sorted({*self.lexicon.codes, *self.vocabulary, *on_wheels})

    def findings(self) -> Iterator[Finding]:
        """Yield all findings, word by word, then the sectors that no word reaches."""
        for word in self.words:
            sectors = self.lexicon.sectors(word, self.level)
            for wheel in self.wheels:
                yield from self._word(word, wheel, sectors[wheel])
        yield from self._empty_sectors()

    def mapped(self, counts: Mapping[str, int]) -> int:
        """Return the number of slots (label token and wheel) that have a sector."""
        return sum(
            count * sum(sector is not None for sector in self.lexicon.sectors(word, self.level))
            for word, count in counts.items()
        )

    def _word(self, word: str, wheel: int, found: str | None) -> Iterator[Finding]:
        """Yield the findings for a word on a wheel: that of the first rule with one, and those on opposites."""
        own = self.known.places(wheel, self.level).get(word)
        if found is None:
            if own:
                yield _finding("unreachable", word, wheel, None, own, "is on this wheel, but has no sector there")
            return
        if not self._settled(word, wheel, found):
            rules = (self._own_word, self._family, self._valence, self._phrase, self._other_wheel)
            objections = (rule(word, wheel, found) for rule in (rules if self.level == 1 else rules[:2]))
            yield from list(filter(None, objections))[:1]
        if self.level == 1:
            yield from self._opposites(word, wheel, found)

    def _settled(self, word: str, wheel: int, found: str) -> bool:
        """Return whether the wheel itself has the word, or its family, in this sector; then it is correct."""
        places = self.known.places(wheel, self.level)
        witnesses = (word,) if word in places else self.known.relatives(word, wheel)
        return any(found in places[witness] for witness in witnesses)

    def _own_word(self, word: str, wheel: int, found: str) -> Finding | None:
        own = self.known.places(wheel, self.level).get(word)
        if not own or found in own:
            return None
        return _finding("own-word", word, wheel, found, own, f"is on this wheel in {_listed(own)}")

    def _family(self, word: str, wheel: int, found: str) -> Finding | None:
        family = self.known.relatives(word, wheel)
        expected = {sector for other in family for sector in self.known.places(wheel, self.level)[other]}
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

    def _phrase(self, word: str, wheel: int, found: str) -> Finding | None:
        expected = valence_of_phrase(word)
        value = evidence.valence(found)
        if expected is None or expected * value > 0 or not value:
            return None
        sides = {1: "a pleasant", 0: "no", -1: "an unpleasant"}
        reason = f"its words make it {sides[expected]} feeling; this sector is {sides[value]} one"
        return _finding("phrase", word, wheel, found, (), reason)

    def _other_wheel(self, word: str, wheel: int, found: str) -> Finding | None:
        seen = self.known.elsewhere(word, wheel)
        if seen is None or evidence.meaning(found).kind == "strain":
            return None  # only one wheel has a sector for strain; on the others its words are in various sectors
        names = self.lexicon.sectors_of_wheels[1][wheel]
        meant = {s: evidence.meaning(s).emotion if seen.exact else evidence.meaning(s).kind for s in names}
        expected = [sector for sector in names if meant[sector] in seen.kinds]
        if not expected or found in expected:
            return None
        who = "" if seen.word == word else f"{seen.word}, of which it is a form, "
        where = (
            f"names the emotion {_listed(seen.kinds)}"
            if seen.exact
            else f"means {_listed(seen.kinds)} on wheel {', '.join(str(number + 1) for number in seen.wheels)}"
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
