"""`results.json` is written and read without loss, and what is none of it is refused in one line."""

import json
import sys
import unicodedata

import pytest

from merunibench.errors import InputError
from merunibench.leaderboard.schema.results import Pairs, Results, read_results
from merunibench.leaderboard.schema.texts import fit_to_show
from tests.leaderboard.sample import sample


def without_pairs(models):
    """A sample board alone: pairs are a file of their own."""
    return sample(models)[0].model_copy(update={"pairs": ()})


def test_a_board_survives_its_file(tmp_path):
    results = without_pairs(5)
    path = tmp_path / "results.json"
    path.write_text(results.to_json(), encoding="utf-8")
    assert read_results(path) == results.model_copy(update={"pairs": ()})  # those have a file of their own
    assert json.loads(results.to_json())["schema"] == "merunibench.leaderboard/1"


def test_the_files_of_a_board_hold_what_pydantic_would_write():
    results = sample(6)[0]
    plain = results.model_dump(mode="json", by_alias=True)
    assert json.loads(results.to_json()) == plain
    assert list(json.loads(results.to_json())) == list(plain)
    pairs = Pairs(pairs=results.pairs, packed=results.packed_pairs)
    assert results.pairs
    assert json.loads(pairs.to_json()) == pairs.model_dump(mode="json", by_alias=True)
    assert pairs.to_json([pair.to_json() for pair in pairs.pairs]) == pairs.to_json()
    assert Pairs(pairs=()).to_json().count("[]") == 2


@pytest.mark.parametrize(
    "change",
    [{"rows": 3}, {"surprise": 1}, {"schema": "other/1"}, {"metric_version": "x"}],
    ids=lambda change: next(iter(change)),
)
def test_what_is_no_board_is_refused_in_one_line(tmp_path, change):
    path = tmp_path / "results.json"
    path.write_text(json.dumps({**json.loads(sample(2)[0].to_json()), **change}), encoding="utf-8")
    with pytest.raises(InputError, match=next(iter(change))) as caught:
        read_results(path)
    assert str(caught.value).isprintable()


def test_characters_are_shown_or_refused_by_their_category():
    turning = {*"\u061c\u200e\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
    for character in map(chr, range(sys.maxunicode + 1)):
        hidden = unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} and character not in "\n\t"
        if hidden or character in turning:
            with pytest.raises(ValueError, match="contains"):
                fit_to_show(character)
        else:
            assert fit_to_show(character) == character


def test_unknown_figures_are_left_out_and_a_missing_mean_is_said():
    results = without_pairs(5)
    rows = json.loads(results.to_json())["rows"]
    reported = next(row for row in rows if row["origin"] == "reported")
    assert set(reported["scores"]["meld"]) == {"score"}
    assert any(row["mean"] is None and not row["complete"] for row in rows)
    assert Results.model_validate(json.loads(results.to_json())) == results.model_copy(
        update={"pairs": ()}
    )  # and none of them becomes something else
