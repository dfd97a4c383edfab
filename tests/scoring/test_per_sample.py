"""The per-sample file: null where there is nothing, numbers where there is, and one system in each data set."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from merunibench import InputError, load_lexicon
from merunibench.scoring import LoadedScores, per_sample
from tests.scoring.small import scored

TRUTH = {"a": "joy", "b": "sadness", "c": "neutral", "d": "joy"}
SAID = {"a": ["joy"], "b": [], "c": ["sad"]}  # d is missing
WHEELS = 5


def rows_of(result, model="m"):
    file = io.StringIO()
    per_sample.write(file, LoadedScores.of(result, model))
    return [json.loads(line) for line in file.getvalue().splitlines()]


def read(tmp_path, rows):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return per_sample.read(path)


def test_a_miss_is_0_and_what_does_not_count_is_null():
    official = [row["hits"] for row in rows_of(scored("meld", SAID, TRUTH, missing="zero"))]
    assert official == [[1] * WHEELS, [0] * WHEELS, [None] * WHEELS, [0] * WHEELS]
    strict = [row["hits"] for row in rows_of(scored("meld", SAID, TRUTH, missing="zero", protocol="strict"))]
    assert strict == [[1] * WHEELS, [0] * WHEELS, [0] * WHEELS, [0] * WHEELS]


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_a_missing_answer_is_null_and_an_empty_one_is_empty(tmp_path, protocol):
    result = scored("meld", SAID, TRUTH, missing="zero", protocol=protocol)
    rows = rows_of(result)
    assert [row["labels"] for row in rows] == [["joy"], [], ["sad"], None]
    assert [row["category"] for row in rows] == list(TRUTH.values())
    system = read(tmp_path, rows)["meld"]
    assert system.scores.present.tolist() == [True, True, True, False]
    assert system.scores.names.to_pylist() == list(TRUTH)
    assert system.scores.score == pytest.approx(result.score, abs=1e-12)


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_a_missing_polarity_is_not_read_as_a_neutral_one(tmp_path, protocol):
    truth = {"v_1": 1.0, "v_2": -1.0, "v_3": -0.5, "v_4": 0.5}
    result = scored("cmumosi", {"v_1": "positive", "v_2": "neutral"}, truth, missing="zero", protocol=protocol)
    rows = rows_of(result)
    assert [row["predicted"] for row in rows] == ["positive", "neutral", None, None]
    system = read(tmp_path, rows)["cmumosi"]
    assert system.scores.score == result.score
    assert system.scores.present.tolist() == [True, True, False, False]


@pytest.mark.parametrize("level", [1, 2])
def test_sectors_have_the_names_of_the_level(level):
    row = rows_of(scored("ovmerdplus", {"a": ["joyful"]}, {"a": ["joyful"]}, level=level))[0]
    expected = [[] if name is None else [name] for name in load_lexicon("builtin").sectors("joyful", level)]
    assert row["truth"] == row["predicted"] == expected


@pytest.mark.parametrize("column", ["model", "checkpoint", "signature"])
def test_a_data_set_holds_one_system(tmp_path, column):
    rows = rows_of(scored("meld", {**SAID, "d": ["joy"]}, TRUTH))
    rows[2][column] += "x"
    with pytest.raises(
        InputError, match=rf"'meld' cannot be used: column '{column}' must contain the same text in all rows"
    ):
        read(tmp_path, rows)


@pytest.mark.parametrize("truths", [[1.0, [1.0]], [1.0, "x"], [[1.0], [-1.0]]])
def test_rows_that_cannot_be_scored_are_refused_when_they_are_read(tmp_path, truths):
    """Not by the comparison that follows, with a traceback: of the last two truths an array can be made."""
    rows = rows_of(scored("cmumosi", {"v_1": "positive", "v_2": "negative"}, {"v_1": 1.0, "v_2": -1.0}))
    with pytest.raises(InputError, match="the rows of 'cmumosi' cannot be used"):
        read(tmp_path, [{**row, "truth": truth} for row, truth in zip(rows, truths, strict=True)])


def test_more_sectors_than_there_can_be_are_refused(tmp_path):
    rows = rows_of(scored("ovmerdplus", {"a": ["joyful"]}, {"a": ["joyful"]}, protocol="strict"))
    with pytest.raises(InputError, match="the rows of 'ovmerdplus' cannot be used"):
        read(tmp_path, [{**rows[0], "truth": [[f"sector {number}" for number in range(70)]] * WHEELS}])


def test_a_score_without_its_samples_is_no_system():
    with pytest.raises(InputError, match="meld: the report contains no per-sample scores; evaluate again"):
        LoadedScores.of(scored("meld", {**SAID, "d": ["joy"]}, TRUTH).alone(), "m")


def test_what_a_file_gives_does_not_depend_on_how_python_hashes():
    file = Path(__file__).parents[1] / "golden" / "before" / "strict-other.jsonl"
    code = (
        "from pathlib import Path; from merunibench.scoring import per_sample; import sys;"
        "print({name: system.scores.chance for name, system in per_sample.read(Path(sys.argv[1])).items()})"
    )
    command = [sys.executable, "-c", code, str(file)]
    said = [
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert set(said) == {said[0]}
