"""The row of people: what they said of the same clips for another data set."""

import json

import pytest

from merunibench import evaluate
from merunibench.leaderboard.board.build import build
from merunibench.leaderboard.board.inputs import Request

MER2023 = {f"sample_{number:08d}": label for number, label in enumerate(["happy", "sad", "angry", "happy", "worried"])}
OVMERD = {
    "sample_00000000": ["joyful", "excited"],
    "sample_00000001": ["sad", "disappointed"],
    "sample_00000002": ["happy"],
    "sample_00000009": ["angry"],
}
SHARED = [name for name in MER2023 if name in OVMERD]


@pytest.fixture
def labels(tmp_path):
    """A folder with labels of two data sets that have three clips in common."""
    tables = {
        "mer2023.csv": [("name", "label"), *MER2023.items()],
        "ovmerd.csv": [("name", "openset"), *((name, json.dumps(said)) for name, said in OVMERD.items())],
    }
    for name, rows in tables.items():
        text = "".join(f'{left},"{right.replace(chr(34), chr(39))}"\n' for left, right in rows)
        (tmp_path / "labels" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "labels" / name).write_text(text, encoding="utf-8")
    return tmp_path / "labels"


def people(labels, tmp_path, **options):
    """The rows of people, by board."""
    (tmp_path / "submissions").mkdir(exist_ok=True)
    results, _ = build(Request(tmp_path / "submissions", data_root=labels, resamples=20, **options))
    return {row.board: row for row in results.rows if row.model_id == "baseline-people"}


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_people_score_what_their_labels_score_as_answers(labels, tmp_path, protocol):
    row = people(labels, tmp_path)[f"{protocol}-builtin"]
    for dataset, truth, said in (("ovmerd", OVMERD, MER2023), ("mer2023", MER2023, OVMERD)):
        answers = {name: [said[name]] if isinstance(said[name], str) else said[name] for name in SHARED}
        alone = evaluate(
            {dataset: answers}, {dataset: {name: truth[name] for name in SHARED}}, protocol=protocol, bootstrap=0
        )
        assert row.scores[dataset].score == pytest.approx(alone.datasets[0].score, abs=1e-9)
        assert row.scores[dataset].samples == 3
        assert row.scores[dataset].complete is False


def test_people_are_not_ranked_and_their_row_follows_the_other_labels(labels, tmp_path):
    cache = tmp_path / "cache.sqlite"
    before = people(labels, tmp_path, cache=cache)["official-builtin"]
    assert not before.ranked
    path = labels / "mer2023.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("angry", "happy"), encoding="utf-8")
    after = people(labels, tmp_path, cache=cache)["official-builtin"]
    assert after.scores["ovmerd"].score > before.scores["ovmerd"].score


def test_without_common_clips_people_have_no_row(labels, tmp_path):
    (labels / "mer2023.csv").unlink()
    assert people(labels, tmp_path) == {}
