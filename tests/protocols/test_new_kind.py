"""A new kind of task is an entry in the table of kinds, and a metric in each protocol that scores it."""

import json

import numpy as np
import pytest

from merunibench import compare, error_analysis, evaluate
from merunibench.kinds import KINDS, Kind
from merunibench.leaderboard.build import build
from merunibench.leaderboard.inputs import Request
from merunibench.protocols import PROTOCOLS, Protocol, SetF1
from merunibench.tasks import TASKS, Task
from tests.leaderboard.conftest import submit
from tests.small import write_rows


class ExactMatch(SetF1):
    """A sample is right if all of its sectors were named and no other."""

    title = "exact"

    def statistics(self, truth, predicted):
        right = ((truth == predicted) & (truth != 0)).astype(float)
        return np.stack([truth != 0, right, right], axis=1).reshape(-1, truth.shape[1]).astype(float)


@pytest.fixture
def toy(monkeypatch):
    KINDS.register(Kind("exact", "Exact", "labels"))
    PROTOCOLS.register(Protocol("toy", "a toy", {"exact": ExactMatch()}))
    # Boards show data sets that come with the package alone.
    task = Task("toyset", "Toy set", "exact", 3, "toy", "label.csv")
    monkeypatch.setitem(TASKS._tasks, task.id, task)
    monkeypatch.setitem(TASKS._ids, task.id, task.id)
    yield task.id
    PROTOCOLS.unregister("toy"), KINDS.unregister("exact")


def test_a_new_kind_is_scored_compared_analysed_and_ranked(toy, tmp_path):
    truth, predictions = tmp_path / "truth", tmp_path / "predictions"
    truth.mkdir()
    (truth / "toyset.csv").write_text('name,label\na,"[joyful, sad]"\nb,[angry]\nc,[sad]\n')
    write_rows(
        predictions / "toyset.jsonl", [{"name": n, "labels": [w]} for n, w in zip("abc", ["sad"] * 3, strict=True)]
    )
    report = evaluate(predictions, truth, protocol="toy", bootstrap=20)
    assert report[toy].score == pytest.approx(1 / 3)
    assert report[toy].is_complete
    assert "exact" in report.to_text()
    file = tmp_path / "samples.jsonl"
    report.write_per_sample(file)
    assert json.loads(file.read_text().splitlines()[0])["predicted"][0] == ["sad"]
    assert compare(file, report, resamples=20).datasets[0].systems[0].score == report[toy].score
    analysis = error_analysis(predictions, truth, protocol="toy", bootstrap=0)
    assert analysis.datasets[0].groupings[0].by == "true sector"
    submit(predictions, tmp_path / "submissions" / "a-model")
    results, _ = build(Request(tmp_path / "submissions", data_root=truth, resamples=20))
    rows = {row.id: row.scores for row in results.rows}
    assert rows["a-model/single/toy-builtin"][toy].score == pytest.approx(1 / 3)
    assert "a-model/single/official-builtin" not in rows
