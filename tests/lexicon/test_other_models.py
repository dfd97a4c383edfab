"""Labels of ten models other than AffectGPT: frequent words keep their sectors, and no phrase is on the other side.

The labels belong to others and are read where they are (see tests/conftest.py).
"""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from merunibench.labels import LabelLists
from merunibench.lexicon import audit_lexicon, load_lexicon

LEXICON = load_lexicon("builtin")
SIXTY = "c41b35a7f613ec30"
"""Digest of the sectors of the sixty most frequent words, as version 1 of the rules had them."""
ANEW = ("contemplation", "contemplative")
"""Frequent words that were decided anew (emotion_wheels/builtin/decisions.md)."""


@pytest.fixture(scope="module")
def counts(shared):
    """Label -> how often ten models give it, the most frequent first."""
    total = Counter()
    for path in sorted((shared / "official" / "ovmerd" / "predictions").glob("*/*/ovmerd.jsonl")):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        lists = LabelLists.from_fields([str(row["labels"]) for row in rows])
        total.update(dict(zip(lists.vocabulary, map(int, lists.label_counts()), strict=True)))
    total.pop("", None)
    assert total.total() > 20_000
    return dict(sorted(total.items(), key=lambda each: (-each[1], each[0])))


def test_frequent_words_keep_their_sectors(counts):
    known = [label for label in counts if label in LEXICON][:60]
    sectors = {label: LEXICON.sectors(label) for label in known if label not in ANEW}
    assert hashlib.sha256(json.dumps(sectors, sort_keys=True).encode()).hexdigest()[:16] == SIXTY


def test_nearly_every_label_is_known(counts):
    known = sum(number for label, number in counts.items() if label == "neutral" or label in LEXICON)
    assert known / sum(counts.values()) >= 0.9739  # that of version 1


def test_hardly_a_phrase_is_on_the_other_side(counts):
    phrases = [label for label in counts if len(label.replace("_", " ").replace("-", " ").split()) > 1]
    assert len(phrases) > 250
    findings = audit_lexicon(LEXICON, usage=dict.fromkeys(phrases, 1)).findings
    wrong = {each.word for each in findings if each.rule == "phrase"}
    assert len(wrong) <= 0.02 * len(phrases)
    decisions = Path(__file__).parents[2] / "emotion_wheels" / "builtin" / "decisions.md"
    assert {phrase for phrase in wrong if phrase not in decisions.read_text(encoding="utf-8")} == set()
