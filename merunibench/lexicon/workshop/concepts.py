"""Read the table of emotion concepts, the main source of the builtin lexicon, and report errors in it.

The table itself, emotion_wheels/builtin/concepts.txt, begins with a description of its format.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from merunibench.errors import InputError
from merunibench.lexicon.runtime.wheels import PUBLISHED_WHEELS, load_wheels

_WORD = re.compile(r"[a-z']+([ -][a-z']+)*")
_NO_SECTOR = "."
_POLARITY = {"+": 1, "0": 0, "-": -1}


@dataclass(frozen=True)
class Concept:
    """Words that mean the same emotion.

    Attributes:
        name: Its name in the table.
        sectors: Its level-1 sector on each of the five wheels, None for no sector.
        polarity: 1 pleasant, -1 unpleasant, 0 neither.
        words: Its words in their canonical spelling, in the order of the table.
    """

    name: str
    sectors: tuple[str | None, ...]
    polarity: int
    words: tuple[str, ...] = ()


def canonical(word: str) -> str:
    """Return the canonical spelling of a word: spaces between its parts, straight apostrophes.

    Example:
        >>> canonical("self-conscious"), canonical("don’t care")
        ('self conscious', "don't care")
    """
    return word.replace("-", " ").replace("_", " ").replace("’", "'")


def parse_concepts(text: str, where: str) -> tuple[Concept, ...]:
    """Read a concept table.

    Args:
        text: The table.
        where: Its name in error messages.

    Raises:
        InputError: A line violates the format. The message begins with `where` and the line number.
    """
    concepts: list[Concept] = []
    lines_of_words: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            if line[0].isspace():
                words = _parse_words(line, lines_of_words, number)
                concepts.append(_with_words(concepts.pop() if concepts else None, words))
            else:
                concepts.append(_parse_heading(line, concepts))
        except _FormatError as error:
            raise InputError(f"{where}: line {number}: {error}") from None
    if concepts and not concepts[-1].words:
        raise InputError(f"{where}: the last concept, {concepts[-1].name!r}, has no words")
    return tuple(concepts)


class _FormatError(Exception):
    """A line violates the format; the message does not include the line number."""


def _with_words(concept: Concept | None, words: tuple[str, ...]) -> Concept:
    if concept is None:
        raise _FormatError("words before the first concept; the line of a concept must not be indented")
    return replace(concept, words=concept.words + words)


def _parse_heading(line: str, before: Sequence[Concept]) -> Concept:
    """Parse a line such as `joy happy happy joyful joy joyful +`: name, five sectors, polarity."""
    if before and not before[-1].words:
        raise _FormatError(f"the previous concept, {before[-1].name!r}, has no words")
    fields = line.split()
    if len(fields) != PUBLISHED_WHEELS + 2:
        raise _FormatError(
            f"a concept needs a name, {PUBLISHED_WHEELS} sectors and a polarity; got {len(fields)} fields"
        )
    name, *sectors, polarity = fields
    if any(name == concept.name for concept in before):
        raise _FormatError(f"concept {name!r} is already defined")
    for number, (sector, wheel) in enumerate(zip(sectors, load_wheels(), strict=True), 1):
        if sector != _NO_SECTOR and sector not in wheel.sectors:
            raise _FormatError(f"{sector!r} is not a sector of wheel {number} ({', '.join(wheel.sectors)})")
    if polarity not in _POLARITY:
        raise _FormatError(f"{polarity!r} is not a polarity; write +, - or 0")
    return Concept(name, tuple(None if sector == _NO_SECTOR else sector for sector in sectors), _POLARITY[polarity])


def _parse_words(line: str, lines_of_words: dict[str, int], number: int) -> tuple[str, ...]:
    """Parse the words of an indented line into canonical spelling, and enter each into `lines_of_words`."""
    words = []
    for item in map(str.strip, line.strip().removesuffix(",").split(",")):
        if not _WORD.fullmatch(item):
            raise _FormatError(
                f"{item!r} is not a valid word; words are lower case, their parts separated by a space or hyphen"
            )
        word = canonical(item)
        if word == "neutral":
            raise _FormatError("'neutral' has no sector: scores exclude neutral samples")
        if word in lines_of_words:
            raise _FormatError(f"{item!r} is already on line {lines_of_words[word]}")
        lines_of_words[word] = number
        words.append(word)
    return tuple(words)
