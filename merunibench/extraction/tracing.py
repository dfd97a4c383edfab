"""Where the rules found words of emotion in an answer, and what became of each: noted while reading, on request.

The rules note what they see in the part of the answer that they read at the time; `Trace.marks` finds these places
again in the answer as the model wrote it. Nothing here decides a label.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from merunibench._text import compatible

if TYPE_CHECKING:  # spaCy is imported with it
    from merunibench.extraction.matching import Mention, Sentence


_CONTEXT = 3
"""Words before a mention that help to find it again."""


class Fate(StrEnum):
    """What became of a word that the rules found."""

    TAKEN = "taken"
    REPEATED = "repeated"
    CUE = "cue"
    DENIED = "denied"
    OTHERS = "of somebody else"
    NOT_FELT = "not felt"
    DROPPED = "dropped"


class Mark(NamedTuple):
    """A place in the raw answer.

    Attributes:
        start: First character.
        end: Behind the last one.
        fate: What became of the word.
        label: The label that it gives or would give.
        why: The reason, for people.
    """

    start: int
    end: int
    fate: Fate
    label: str
    why: str


@dataclass
class Seen:
    """A word in the part of the answer that was read: characters `start` to `end` of `text`."""

    text: str
    start: int
    end: int
    fate: Fate
    label: str
    why: str
    concept: str = ""


@dataclass
class Trace:
    """What the rules saw in one answer.

    Attributes:
        cleaned: The answer without template, reasoning and markup; what is not in it was not read.
        form: How it was read: `list`, `description`, a language, or nothing.
        seen: The words, in the order in which they were read.
    """

    cleaned: str = ""
    form: str = ""
    seen: list[Seen] = field(default_factory=list)

    def mention(self, sentence: "Sentence", mention: "Mention", fate: Fate, why: str = "", **more: str) -> None:
        """Note a word of a sentence in English; its label is the word itself unless it is given."""
        start, end = sentence.places[mention.start][0], sentence.places[mention.end - 1][1]
        self.seen.append(Seen(sentence.text, start, end, fate, **{"label": mention.text, "why": why, **more}))

    def items(self, text: str, items: Iterable[tuple[str, Sequence[str], Fate, str]]) -> None:
        """Note the items of a list: each as it was written, the labels that it gives, its fate, and why."""
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
        """Say of every word that was weighed what became of it.

        Args:
            labels: The labels of the text.
            kept: The concepts that were kept.
            dropped: Concept -> why it was left out; of others it is said that they fall behind.
        """
        taken, of_concepts, said = set(labels), set(kept), set[str]()
        for seen in self.seen:
            if not seen.concept:
                continue
            if seen.label in taken:
                seen.fate = Fate.REPEATED if seen.label in said else Fate.TAKEN
                said.add(seen.label)
            elif seen.concept in of_concepts:
                seen.fate, seen.why = Fate.REPEATED, "another form of a label that is taken"
            else:
                reason = dropped.get(seen.concept, "far behind the strongest emotion")
                seen.fate, seen.why = Fate.DROPPED, ", ".join(filter(None, (seen.why, reason)))
            seen.concept = ""

    def marks(self, raw: str) -> tuple[list[Mark], int]:
        """The places in the raw answer, in order and apart, and how many words were not found again in it."""
        whole = _Plain.of(raw)
        begin = whole.last(_Plain.of(self.cleaned.strip().partition("\n")[0]).text)
        places: dict[str, int] = {}
        cursor, lost, found = begin, 0, []
        for seen in self.seen:
            if seen.text not in places:
                piece = _Plain.of(seen.text).text
                at = whole.text.find(piece, cursor)
                # Cues are noted after all sentences: what they were found in may lie further up.
                places[seen.text] = at = at if at >= 0 else whole.text.find(piece, begin)
                cursor = max(cursor, at)
            span = whole.place(seen, places[seen.text], cursor)
            if span is None:
                lost += 1
            else:
                found.append(Mark(*span, seen.fate, seen.label, seen.why))
        return _apart(found), lost


class _Plain(NamedTuple):
    """A text as words in small letters with single blanks between, and where each character of it comes from."""

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
        """Where a piece stands last; 0 where it does not."""
        return max(self.text.rfind(piece.strip()), 0) if piece.strip() else 0

    def place(self, seen: Seen, at: int, cursor: int) -> tuple[int, int] | None:
        """The characters of the raw text that a word comes from; None where that is unknown."""
        before, word = _Plain.of(seen.text[: seen.start]).text, _Plain.of(seen.text[seen.start : seen.end]).text.strip()
        if not word:
            return None
        start = self.text.find(word, at + max(len(before) - 1, 0)) if at >= 0 else self._near(before, word, cursor)
        if start < 0:
            return None
        return self.origin[start], self.origin[start + len(word) - 1] + 1

    def _near(self, before: str, word: str, cursor: int) -> int:
        """The word behind as many of the words before it as are found; the text was changed between."""
        context = before.split()[-_CONTEXT:]
        for first in range(len(context) + 1):
            lead = " ".join([*context[first:], ""])
            start = self.text.find(lead + word, cursor)
            if start >= 0:
                return start + len(lead)
        return -1


def _apart(marks: Iterable[Mark]) -> list[Mark]:
    """Marks in order; of two that overlap the first counts, of two at one place the one that is taken."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda each: (each.start, each.fate != Fate.TAKEN, -each.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept
