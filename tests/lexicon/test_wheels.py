"""The wheels of emotion_wheels/ are the published ones."""

import pandas as pd
import pytest

from merunibench.lexicon import load_wheels
from tests.oracle.lexicon import wheel_level_1, wheel_level_2


def rows(wheel):
    return [(a, b, c) for a, group in wheel.sectors.items() for b, leaves in group.items() for c in leaves]


@pytest.mark.parametrize("release", ["mer2025", "mer2026"])
@pytest.mark.parametrize("number", range(1, 6))
def test_a_wheel_equals_the_official_table(shared, release, number):
    table = pd.read_excel(shared / "official" / "emotion_wheel" / release / f"wheel{number}.xlsx").ffill()
    official = [tuple(word.strip().lower() for word in row) for row in table.to_numpy().tolist()]
    assert rows(load_wheels()[number - 1]) == official


@pytest.mark.parametrize("wheel", load_wheels())
def test_every_word_has_the_place_that_the_rule_gives_it(wheel):
    assert wheel.placement(1) == wheel_level_1(rows(wheel))
    assert wheel.placement(2) == wheel_level_2(rows(wheel))
    assert set(wheel.placement(2).values()) == set(wheel.sector_names(2))


def test_the_last_place_of_a_word_wins():
    wheel = load_wheels()[1]
    assert "embarrassed" in wheel.sectors["disgusted"]["disapproving"]
    assert "embarrassed" in wheel.sectors["sad"]["hurt"]
    assert (wheel.placement(1)["embarrassed"], wheel.placement(2)["embarrassed"]) == ("sad", "hurt")


def test_a_sector_name_belongs_at_level_2_to_its_alphabetically_first_inner_word():
    assert load_wheels()[0].placement(2)["mad"] == "aggressive"
