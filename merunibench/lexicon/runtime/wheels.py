"""Emotion wheels, which assign words to sectors at two levels: the benchmark's five wheels and user-defined ones.

A wheel has sectors (level 1), inner words (level 2) and outer words (level 3). Scores count sectors. At level 1 the
sectors are the level-1 words, at level 2 the level-2 words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from merunibench._resources import resource
from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.files.toml import read_toml
from merunibench.kinds import NEUTRAL
from merunibench.labels import normalise_label

PUBLISHED_WHEELS = 5
"""Number of wheels of the benchmark and of every official release. User-defined lexicons may have another number."""
MAXIMUM_WHEELS = 8
MAXIMUM_WORDS_OF_WHEEL = 10_000
_LONGEST_WORD = 64
Level = Literal[1, 2]
LEVELS: tuple[Level, Level] = (1, 2)


@dataclass(frozen=True)
class Wheel:
    """One emotion wheel.

    Attributes:
        title: Display name of the wheel.
        sectors: Level-1 word -> level-2 word -> its level-3 words, in the published order.
    """

    title: str
    sectors: Mapping[str, Mapping[str, tuple[str, ...]]]

    def sector_names(self, level: Level) -> tuple[str, ...]:
        """Return the sectors that scores at this level count, in wheel order; equal names are one sector."""
        inner = self.sectors if level == 1 else (name for group in self.sectors.values() for name in group)
        return tuple(dict.fromkeys(inner))

    def placement(self, level: Level) -> dict[str, str]:
        """Return the sector of every word of the wheel.

        A word that appears in several places gets the sector of the last one in reading order. Reading order is: each
        level-1 word, followed by each of its level-2 words, each followed by its own level-3 words. At level 2, a
        level-1 word belongs to the alphabetically first of its level-2 words.
        """
        places: dict[str, str] = {}
        for outer, group in self.sectors.items():
            places[outer] = outer if level == 1 else min(group)
            for inner, leaves in group.items():
                sector = outer if level == 1 else inner
                places.update(dict.fromkeys((inner, *leaves), sector))
        return places

    def words(self) -> Iterator[str]:
        """Yield all words in reading order; a word that appears in several places is yielded several times."""
        for outer, group in self.sectors.items():
            yield outer
            for inner, leaves in group.items():
                yield from (inner, *leaves)

    def to_table(self) -> dict[str, Any]:
        """Return the wheel as JSON values that `parse_wheel` can read."""
        groups = (
            (name, {inner: list(leaves) for inner, leaves in group.items()}) for name, group in self.sectors.items()
        )
        return {"title": self.title, "sectors": dict(groups)}


def parse_wheel(table: Mapping[str, Any], where: str) -> Wheel:
    """Parse a wheel from a table with `title` and `sectors`, as in emotion_wheels/wheel1.toml.

    A sector is a table of inner words, each with a list of its outer words. On a wheel without inner words, a sector is
    a list of words. Words are normalised in the same way as labels.

    Args:
        table: The table; other keys are ignored.
        where: Name of the table in error messages.

    Raises:
        InputError: The table does not have this form, or contains a word that is not allowed on a wheel.
    """
    title, sectors = table.get("title"), table.get("sectors")
    if not isinstance(title, str) or not title.strip() or not title.isprintable() or len(title) > 2 * _LONGEST_WORD:
        raise InputError(f"{where}: title: a wheel needs a title, one line of text")
    if not isinstance(sectors, dict) or not sectors:
        raise InputError(f"{where}: sectors: a wheel needs a table of sectors")
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, group in sectors.items():
        outer = _word(name, f"{where}: sectors")
        # Without inner words, the sector is its own inner word.
        inner = {name: group} if isinstance(group, list) else group
        if not isinstance(inner, dict) or not inner:
            raise InputError(f"{where}: sectors.{outer}: write inner words, each with a list of words, or one list")
        for word, leaves in inner.items():
            place = f"{where}: sectors.{outer}.{_word(word, f'{where}: sectors.{outer}')}"
            if not isinstance(leaves, list):
                raise InputError(f"{place}: a list of words is expected, not {short_repr(leaves)}")
            words = tuple(_word(leaf, place) for leaf in leaves)
            if found.setdefault(outer, {}).setdefault(normalise_label(word), words) is not words:
                raise InputError(f"{place}: appears twice in this sector")
    wheel = Wheel(title, found)
    if sum(1 for _ in wheel.words()) > MAXIMUM_WORDS_OF_WHEEL:
        raise InputError(f"{where}: more than {MAXIMUM_WORDS_OF_WHEEL:,} words")
    return wheel


def _word(value: object, where: str) -> str:
    """Return a word of a wheel, normalised like a label."""
    word = normalise_label(value) if isinstance(value, str) else ""
    if not word or not word.isprintable() or len(word) > _LONGEST_WORD:
        raise InputError(
            f"{where}: {short_repr(value)} is not a valid word (one line of at most {_LONGEST_WORD} characters)"
        )
    if word == NEUTRAL:
        raise InputError(f"{where}: {NEUTRAL!r} cannot be on a wheel: scores handle neutral samples separately")
    return word


@cache
def load_wheels() -> tuple[Wheel, ...]:
    """Load the five wheels of the benchmark, emotion_wheels/wheel1.toml to wheel5.toml."""
    paths = (resource("emotion_wheels", f"wheel{number}.toml") for number in range(1, PUBLISHED_WHEELS + 1))
    return tuple(parse_wheel(read_toml(path), path.name) for path in paths)
