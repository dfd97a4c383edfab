"""A third protocol is one table of metrics: score, compare, errors, per-sample files and the board take it as it is."""

import json

import pytest

from merunibench import compare, error_analysis, evaluate
from merunibench.leaderboard.board.build import build
from merunibench.leaderboard.board.inputs import Request
from merunibench.protocols import PROTOCOLS, HitRate, Protocol, SetF1, WeightedF1
from tests.leaderboard.conftest import submit
from tests.small import write_files


class CorrectedHitRate(HitRate):
    """The official hit rate, corrected for chance."""

    chance_corrected = True


@pytest.fixture
def toy():
    yield PROTOCOLS.register(
        Protocol("toy", "a toy", {"basic": CorrectedHitRate(), "fine-grained": SetF1(), "sentiment": WeightedF1()})
    ).name
    PROTOCOLS.unregister("toy")


def test_a_new_protocol_is_scored_compared_analysed_and_ranked(toy, tmp_path):
    predictions, truth = write_files(tmp_path)
    official = evaluate(predictions, truth, bootstrap=50)
    report = evaluate(predictions, truth, protocol=toy, bootstrap=50)
    meld, before = report["meld"], official["meld"]
    assert meld.primary == "corrected"
    assert meld.score == pytest.approx((before.score - before.chance) / (1 - before.chance))
    assert report["ovmerdplus"].score == official["ovmerdplus"].score
    assert "corrected" in report.to_text()

    file = tmp_path / "samples.jsonl"
    report.write_per_sample(file)
    hits = [json.loads(line)["hits"] for line in file.read_text().splitlines()]
    official.write_per_sample(file.with_name("official.jsonl"))
    assert hits == [json.loads(line)["hits"] for line in file.with_name("official.jsonl").read_text().splitlines()]
    comparison = compare(file, report, resamples=20)
    assert [each.test.difference for each in comparison.datasets] == [0.0, 0.0, 0.0]
    assert comparison.datasets[0].systems[0].score == meld.score

    analysis = error_analysis(predictions, truth, protocol=toy, bootstrap=20)
    assert analysis.datasets[0].score == meld.score
    assert "corrected" in analysis.to_text()

    submit(predictions, tmp_path / "submissions" / "a-model")
    results, _ = build(Request(tmp_path / "submissions", data_root=truth, resamples=20))
    rows = {row.id: row for row in results.rows}
    scored = rows["a-model/single/toy-builtin"].scores["meld"]
    assert scored.score == pytest.approx(meld.score)
    assert "|protocol:toy|" in scored.signature
    assert rows["baseline-chance/single/toy-builtin"].scores["meld"].score == 0
