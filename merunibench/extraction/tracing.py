"""Record, on request, where the rules found emotion words in an answer, and what they did with each word.

The rules record positions in the part of the answer that they are reading. `Trace.marks` locates these positions in the
raw answer. Nothing in this module affects labels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from merunibench._text import compatible

if TYPE_CHECKING:  # spaCy is imported with it
    from merunibench.extraction.matching import Mention, Sentence


_CONTEXT = 3
"""Number of words before a mention that are used to locate it."""


class Fate(StrEnum):
    """What the rules did with a word that they found."""

    TAKEN = "taken"
    REPEATED = "repeated"
    CUE = "cue"
    DENIED = "denied"
    OTHERS = "another person"
    NOT_FELT = "not felt"
    DROPPED = "dropped"


class Mark(NamedTuple):
    """A marked word in the raw answer.

    Attributes:
        start: Index of the first character.
        end: Index after the last character.
        fate: What the rules did with the word.
        label: The label that it gives or would give.
        why: The reason, as text.
    """

    start: int
    end: int
    fate: Fate
    label: str
    why: str


@dataclass
class Seen:
    """A word that the rules found: characters `start` to `end` of `text`, a part of the answer."""

    text: str
    start: int
    end: int
    fate: Fate
    label: str
    why: str
    concept: str = ""


@dataclass
class Trace:
    """What the rules found in one answer.

    Attributes:
        cleaned: The answer without template, reasoning and markup; only this part was read.
        form: How it was read: `list`, `description`, a language code, or empty.
        seen: The words, in the order in which they were read.
    """

    cleaned: str = ""
    form: str = ""
    seen: list[Seen] = field(default_factory=list)

    def mention(self, sentence: "Sentence", mention: "Mention", fate: Fate, why: str = "", **more: str) -> None:
        """Record a word of an English sentence; its label is the word itself unless given."""
        start, end = sentence.places[mention.start][0], sentence.places[mention.end - 1][1]
        self.seen.append(Seen(sentence.text, start, end, fate, **{"label": mention.text, "why": why, **more}))

    def items(self, text: str, items: Iterable[tuple[str, Sequence[str], Fate, str]]) -> None:
        """Record the items of a list: the text of each, the labels that it gives, its fate and the reason."""
        lowered, place = text.lower(), 0
        same_length = len(lowered) == len(text)
        for item, labels, fate, why in items:
            start = lowered.find(item.lower(), place) if same_length else text.find(item, place)
            if start < 0:
                start = lowered.find(item.lower()) if same_length else text.find(item)
            if start >= 0:
                place = start + len(item)
                self.seen.append(Seen(text, start, place, fate, ", ".join(labels) or item, why))

    def settle(self, labels: Iterable[str], kept: Iterable[str], dropped: dict[str, str]) -> None:
        """Set the fate of every word that was weighted.

        Args:
            labels: The labels of the text.
            kept: The concepts that were kept.
            dropped: Concept -> why it was dropped; any other concept was dropped because its weight is too low.
        """
        taken, of_concepts, said = set(labels), set(kept), set[str]()
        for seen in self.seen:
            if not seen.concept:
                continue
            if seen.label in taken:
                seen.fate = Fate.REPEATED if seen.label in said else Fate.TAKEN
                said.add(seen.label)
            elif seen.concept in of_concepts:
                seen.fate, seen.why = Fate.REPEATED, "another form of a label that was taken"
            else:
                reason = dropped.get(seen.concept, "much weaker than the strongest emotion")
                seen.fate, seen.why = Fate.DROPPED, ", ".join(filter(None, (seen.why, reason)))
            seen.concept = ""

    def marks(self, raw: str) -> tuple[list[Mark], int]:
        """Return the marks in the raw answer, sorted and without overlap, and the number of words not located in it."""
        whole = _Plain.of(raw)
        begin = whole.last(_Plain.of(self.cleaned.strip().partition("\n")[0]).text)
        places: dict[str, int] = {}
        cursor, lost, found = begin, 0, []
        for seen in self.seen:
            if seen.text not in places:
                piece = _Plain.of(seen.text).text
                at = whole.text.find(piece, cursor)
                # Cues are recorded after all sentences, so their text may be further up.
                places[seen.text] = at = at if at >= 0 else whole.text.find(piece, begin)
                cursor = max(cursor, at)
            span = whole.place(seen, places[seen.text], cursor)
            if span is None:
                lost += 1
            else:
                found.append(Mark(*span, seen.fate, seen.label, seen.why))
        return _apart(found), lost


class _Plain(NamedTuple):
    """A text as lower-case words separated by single spaces, and the origin of each of its characters."""

    text: str
    origin: list[int]

    @classmethod
    def of(cls, raw: str) -> "_Plain":
        signs: list[str] = []
        origin: list[int] = []
        for index, sign in enumerate(raw):
            if sign.isascii():
                plain = sign.lower() if sign.isalnum() else " "
            else:
                plain = "".join(c if c.isalnum() or ord(c) > 0x2FFF else " " for c in compatible(sign).lower()) or " "
            for each in plain:
                if each != " " or (signs and signs[-1] != " "):
                    signs.append(each)
                    origin.append(index)
        return cls("".join(signs), origin)

    def last(self, piece: str) -> int:
        """Return the last position of a piece; 0 if it does not occur."""
        return max(self.text.rfind(piece.strip()), 0) if piece.strip() else 0

    def place(self, seen: Seen, at: int, cursor: int) -> tuple[int, int] | None:
        """Return the range of the raw text that a word comes from; None if unknown."""
        before, word = _Plain.of(seen.text[: seen.start]).text, _Plain.of(seen.text[seen.start : seen.end]).text.strip()
        if not word:
            return None
        start = self.text.find(word, at + max(len(before) - 1, 0)) if at >= 0 else self._near(before, word, cursor)
        if start < 0:
            return None
        return self.origin[start], self.origin[start + len(word) - 1] + 1

    def _near(self, before: str, word: str, cursor: int) -> int:
        """Locate a word by as many of the preceding words as can be found, if the text between was changed."""
        context = before.split()[-_CONTEXT:]
        for first in range(len(context) + 1):
            lead = " ".join([*context[first:], ""])
            start = self.text.find(lead + word, cursor)
            if start >= 0:
                return start + len(lead)
        return -1


def _apart(marks: Iterable[Mark]) -> list[Mark]:
    """Sort marks; of two that overlap keep the first, of two at the same position the one that was taken."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda each: (each.start, each.fate != Fate.TAKEN, -each.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept
