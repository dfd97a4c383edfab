"""The five emotion wheels: which word stands in which sector, at either level.

A wheel has sectors (level 1), inner words (level 2) and outer words (level 3). Scores count sectors; what a sector is
depends on the level: 1 takes the level-1 words as sectors, 2 the level-2 words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from merunibench._resources import resource
from merunibench.files.toml import read_toml

WHEELS = 5
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


@cache
def load_wheels() -> tuple[Wheel, ...]:
    """The five wheels of the benchmark, from emotion_wheels/wheel1.toml to wheel5.toml."""
    wheels = []
    for number in range(1, WHEELS + 1):
        table = read_toml(resource("emotion_wheels", f"wheel{number}.toml"))
        sectors = {
            sector: {inner: tuple(leaves) for inner, leaves in group.items()}
            for sector, group in table["sectors"].items()
        }
        wheels.append(Wheel(table["title"], sectors))
    return tuple(wheels)
