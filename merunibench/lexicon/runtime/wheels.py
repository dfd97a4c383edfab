"""Emotion wheels: which word stands in which sector, at either level; the five of the benchmark, and own ones.

A wheel has sectors (level 1), inner words (level 2) and outer words (level 3). Scores count sectors; what a sector is
depends on the level: 1 takes the level-1 words as sectors, 2 the level-2 words.
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
"""How many wheels the benchmark has, and every release of its lexicon; an own lexicon says how many it has."""
MAXIMUM_WHEELS = 8
MAXIMUM_WORDS_OF_WHEEL = 10_000
_LONGEST_WORD = 64
Level = Literal[1, 2]
LEVELS: tuple[Level, Level] = (1, 2)


@dataclass(frozen=True)
class Wheel:
    """One emotion wheel.

    Attributes:
        title: What the wheel is called.
        sectors: Level-1 word -> level-2 word -> its level-3 words, in the published order.
    """

    title: str
    sectors: Mapping[str, Mapping[str, tuple[str, ...]]]

    def sector_names(self, level: Level) -> tuple[str, ...]:
        """The sectors that scores at this level count, in the wheel's order; equal names are one sector."""
        inner = self.sectors if level == 1 else (name for group in self.sectors.values() for name in group)
        return tuple(dict.fromkeys(inner))

    def placement(self, level: Level) -> dict[str, str]:
        """Word of the wheel -> its sector.

        Every word of the wheel has one. A word that stands in several places keeps the last one in reading order: for
        each level-1 word in turn the word itself, then each of its level-2 words followed by that word's level-3 words.
        At level 2 a level-1 word belongs to the alphabetically first of its level-2 words.
        """
        places: dict[str, str] = {}
        for outer, group in self.sectors.items():
            places[outer] = outer if level == 1 else min(group)
            for inner, leaves in group.items():
                sector = outer if level == 1 else inner
                places.update(dict.fromkeys((inner, *leaves), sector))
        return places

    def words(self) -> Iterator[str]:
        """Every word in reading order; one that stands in several places comes several times."""
        for outer, group in self.sectors.items():
            yield outer
            for inner, leaves in group.items():
                yield from (inner, *leaves)

    def to_table(self) -> dict[str, Any]:
        """The wheel as JSON values, which `parse_wheel` reads."""
        groups = (
            (name, {inner: list(leaves) for inner, leaves in group.items()}) for name, group in self.sectors.items()
        )
        return {"title": self.title, "sectors": dict(groups)}


def parse_wheel(table: Mapping[str, Any], where: str) -> Wheel:
    """A wheel from a table with `title` and `sectors`, as in emotion_wheels/wheel1.toml.

    A sector is a table of inner words, each with the list of its outer words; or, on a wheel without inner words, the
    list of its words. Words are brought into the form in which labels are looked up.

    Args:
        table: The table; what else it holds is not looked at.
        where: What messages call it.

    Raises:
        InputError: it is no such table, or holds something that cannot stand on a wheel.
    """
    title, sectors = table.get("title"), table.get("sectors")
    if not isinstance(title, str) or not title.strip() or not title.isprintable() or len(title) > 2 * _LONGEST_WORD:
        raise InputError(f"{where}: title: a wheel has a title, one line of text")
    if not isinstance(sectors, dict) or not sectors:
        raise InputError(f"{where}: sectors: a wheel has a table of sectors")
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, group in sectors.items():
        outer = _word(name, f"{where}: sectors")
        # Without inner words, the sector is its own.
        inner = {name: group} if isinstance(group, list) else group
        if not isinstance(inner, dict) or not inner:
            raise InputError(f"{where}: sectors.{outer}: write inner words, each with a list of words, or one list")
        for word, leaves in inner.items():
            place = f"{where}: sectors.{outer}.{_word(word, f'{where}: sectors.{outer}')}"
            if not isinstance(leaves, list):
                raise InputError(f"{place}: a list of words is expected, not {short_repr(leaves)}")
            words = tuple(_word(leaf, place) for leaf in leaves)
            if found.setdefault(outer, {}).setdefault(normalise_label(word), words) is not words:
                raise InputError(f"{place}: stands twice in this sector")
    wheel = Wheel(title, found)
    if sum(1 for _ in wheel.words()) > MAXIMUM_WORDS_OF_WHEEL:
        raise InputError(f"{where}: more than {MAXIMUM_WORDS_OF_WHEEL:,} words")
    return wheel


def _word(value: object, where: str) -> str:
    """A word of a wheel as labels are looked up."""
    word = normalise_label(value) if isinstance(value, str) else ""
    if not word or not word.isprintable() or len(word) > _LONGEST_WORD:
        raise InputError(
            f"{where}: {short_repr(value)} is not a valid word (one line of at most {_LONGEST_WORD} characters)"
        )
    if word == NEUTRAL:
        raise InputError(f"{where}: {NEUTRAL!r} cannot stand on a wheel: scores treat neutral samples by themselves")
    return word


@cache
def load_wheels() -> tuple[Wheel, ...]:
    """The five wheels of the benchmark, from emotion_wheels/wheel1.toml to wheel5.toml."""
    paths = (resource("emotion_wheels", f"wheel{number}.toml") for number in range(1, PUBLISHED_WHEELS + 1))
    return tuple(parse_wheel(read_toml(path), path.name) for path in paths)
