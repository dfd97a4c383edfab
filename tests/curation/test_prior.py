"""Base models by agreement with human labels: figures of independent code, groups, how many clips it would take."""

import json

import numpy as np
import pytest

from merunibench.curation import prior as module
from merunibench.curation.prior import clips_needed, find_candidates, prior
from merunibench.errors import InputError
from merunibench.lexicon import load_lexicon
from merunibench.scoring import Settings
from merunibench.statistics.paired import PairedTest
from tests.small import write_rows


def test_scores_are_those_of_independent_code(shared):
    official = shared / "official"
    expected = json.loads((official / "ovmerd" / "expected_scores.json").read_text(encoding="utf-8"))["mer2025"]
    settings = Settings(load_lexicon(official / "emotion_wheel" / "mer2025"), bootstrap=600)
    found = prior([official / "ovmerd" / "predictions"], official / "ovmerd" / "ovlabel.csv", settings)
    assert len(found.candidates) == 30
    assert found.clips == 332
    for each in found.candidates:
        model, way = each.name.split("/")
        for key, value in expected[model][way].items():
            assert each.scored.metrics[key] == pytest.approx(value, abs=1e-9)
    scores = [each.scored.score for each in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert found.candidates[0].name == "Chat-UniVi/nosubtitle-addsub"
    assert {"Video-ChatGPT/nosubtitle-addsub", "mPLUG-Owl/nosubtitle-addsub"} < {*found.group}
    assert "Otter/subtitle" not in found.group
    second = found.candidates[1]
    assert second.clips_needed > 5000
    assert "not significantly worse than the best" in found.to_text()
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.fixture
def outputs(tmp_path):
    """Two candidates that are alike, and one that is always wrong."""
    rng = np.random.default_rng(0)
    truth = [str(rng.choice(["happy", "sad", "angry"])) for _ in range(40)]
    write_rows(tmp_path / "truth.jsonl", [{"name": f"c{i}", "labels": [word]} for i, word in enumerate(truth)])
    other = {"happy": "sad", "sad": "angry", "angry": "happy"}
    wrong = {"A/all.jsonl": {1, 2}, "B/all.jsonl": {2, 3}, "A+B.jsonl": set(range(40))}
    for name, rows in wrong.items():
        write_rows(
            tmp_path / "out" / name,
            [{"name": f"c{i}", "labels": [other[w] if i in rows else w]} for i, w in enumerate(truth)],
        )
    return tmp_path


def test_a_group_is_recommended_not_a_winner(outputs):
    found = prior([outputs / "out"], outputs / "truth.jsonl", Settings(load_lexicon("builtin"), bootstrap=200))
    assert sorted(found.group) == ["A", "B"]
    first, second, last = found.candidates
    assert second.clips_needed is None or second.clips_needed > 1000
    assert last.name == "A+B"
    assert last.p_holm < 0.05
    assert last.clips_needed < 40
    assert first.scored.chance < 0.5
    assert first.scored.labels_per_sample == 1.0


def test_p_values_are_the_larger_of_two_corrected_for_all_tests(tmp_path, monkeypatch):
    """Holm by hand, on p-values that are given."""
    write_rows(tmp_path / "truth.jsonl", [{"name": f"c{n}", "labels": ["happy"]} for n in range(20)])
    for wrong, name in enumerate("ABCD"):
        labels = [["sad"] if n < wrong else ["happy"] for n in range(20)]
        write_rows(tmp_path / f"out/{name}.jsonl", [{"name": f"c{n}", "labels": each} for n, each in enumerate(labels)])
    given = iter([(0.03, 0.01), (0.002, 0.04), (0.004, 0.005)])
    monkeypatch.setattr(module, "paired_test", lambda *_, **__: PairedTest(0.1, None, *next(given)))
    found = prior([tmp_path / "out"], tmp_path / "truth.jsonl", Settings(load_lexicon("builtin"), bootstrap=100))
    assert [each.name for each in found.candidates] == ["A", "B", "C", "D"]
    # The larger ones are .03, .04 and .005: 3 x .005 = .015, then 2 x .03 = .06, then at least that.
    assert [each.p_holm for each in found.candidates[1:]] == pytest.approx([0.06, 0.06, 0.015])
    assert found.group == ("A", "B", "C")


def test_one_candidate_is_alone(outputs):
    found = prior(
        [outputs / "out" / "A+B.jsonl"], outputs / "truth.jsonl", Settings(load_lexicon("builtin"), bootstrap=20)
    )
    assert "A+B is the only candidate." in found.to_text()


def test_the_number_of_clips_falls_with_the_square_of_the_difference():
    differences = np.random.default_rng(0).normal(0, 0.02, 10_000)
    few, many = clips_needed(differences, 0.04, 100), clips_needed(differences, 0.02, 100)
    assert many == pytest.approx(4 * few, rel=0.05)
    assert many == pytest.approx(100 * 2.8016**2, rel=0.05)
    assert clips_needed(differences, 0.0, 100) is None


def test_what_cannot_be_compared_is_refused(outputs, tmp_path):
    settings = Settings(load_lexicon("builtin"), bootstrap=10)
    with pytest.raises(InputError, match="10 resamples are too few to compare 3 candidates; at least 40"):
        prior([outputs / "out"], outputs / "truth.jsonl", settings)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="contains no outputs"):
        find_candidates([tmp_path / "empty"])
    with pytest.raises(InputError, match="another candidate is named 'A'"):
        find_candidates([outputs / "out", outputs / "out"])
