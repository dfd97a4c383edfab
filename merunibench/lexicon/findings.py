"""What an audit of a lexicon says: findings, what each rule found in all, and the share of real usage concerned."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from merunibench.labels import normalise_label
from merunibench.lexicon.wheels import Level

SCHEMA = "merunibench.lexicon-audit/1"

Rule = Literal["own-word", "family", "valence", "opposites", "other-wheel", "unreachable", "empty-sector"]
RULES: Mapping[Rule, str] = {
    "own-word": "a word of the wheel in another sector than the wheel has it in",
    "family": "a form of a word of the wheel in another sector than that word",
    "valence": "a pleasant word in an unpleasant sector, or the reverse",
    "opposites": "a word and its negation in one sector",
    "other-wheel": "a word that stands on other wheels in another emotion's sector than there",
    "unreachable": "a word of the wheel that has no sector there",
    "empty-sector": "a sector that no word reaches",
}
"""Rule -> what it finds."""

CONTRADICTIONS: frozenset[Rule] = frozenset({"own-word", "family", "valence", "opposites"})
"""The rules whose findings are mistakes in any lexicon; the others may be a matter of judgement."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        rule: The rule that found it.
        word: The word concerned; empty for a sector that no word reaches.
        wheel: The wheel, 1 to 5.
        found: The sector that the lexicon gives the word, None for none; or the sector that is empty.
        expected: The sectors that it may have, any of them; empty where the rule knows no right one.
        reason: Why, in words.
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
    """What a rule found in all.

    Attributes:
        rule: The rule.
        findings: How many findings there are.
        words: How many different words they concern.
        usage: Share of label tokens that are one of these words; None without a vocabulary.
        slots: Share of the mapped slots (label token and wheel) that they are; None without a vocabulary.
    """

    rule: Rule
    findings: int
    words: int
    usage: float | None
    slots: float | None


@dataclass(frozen=True)
class Audit:
    """The findings of an audit.

    Attributes:
        lexicon: Name and hash of the lexicon: `mer2025@a819711c`.
        level: Wheel level whose sectors were compared.
        findings: The findings, the most used first; without a vocabulary by rule, word and wheel.
        summaries: One a rule, in the order of `RULES`.
        contradicted: Share of mapped slots with a finding that is a contradiction; None without a vocabulary.
        skipped: Wheels (1 to 5) whose sectors are not the published ones, so that nothing is known about them.
        tokens: Label tokens of the vocabulary; None without one.
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
        """Whether one of these rules found something."""
        return not {finding.rule for finding in self.findings}.isdisjoint(rules)

    def to_dict(self) -> dict[str, Any]:
        """The audit as JSON values."""
        return {"schema": SCHEMA, **asdict(self), "clean": self.clean}


def summarise(
    findings: Iterable[Finding], counts: Mapping[str, int] | None, mapped: int
) -> tuple[tuple[RuleSummary, ...], float | None]:
    """What each rule found, and the share of mapped slots that contradictions are.

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
    """Label counts with labels that are looked up alike put together."""
    counts: dict[str, int] = {}
    for label, count in usage.items():
        word = normalise_label(label)
        counts[word] = counts.get(word, 0) + count
    return counts


def share_of_tokens(words: Iterable[str], counts: Mapping[str, int] | None) -> float | None:
    """Share of the label tokens that are one of these words; None without a vocabulary, 0 of an empty one."""
    if counts is None:
        return None
    total = sum(counts.values())
    return sum(counts.get(word, 0) for word in set(words)) / total if total else 0.0


def _share_of_slots(findings: Iterable[Finding], counts: Mapping[str, int] | None, mapped: int) -> float | None:
    """Share of mapped slots with one of these findings; a slot without a sector is none."""
    if counts is None:
        return None
    slots = {(finding.word, finding.wheel) for finding in findings if finding.found is not None}
    return sum(counts.get(word, 0) for word, _ in slots) / mapped if mapped else 0.0
