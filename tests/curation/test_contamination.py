"""Names of test samples, however they are written."""

import pyarrow as pa
import pytest

from merunibench.curation import contamination
from merunibench.curation.contamination import contaminated
from merunibench.tasks.names import sample_hash
from tests.curation.small import data_set, rows
from tests.curation.test_report import report_of

KNOWN = {"Scene_00000001": "mer2023", "dia_0001_utt_03": "meld+sims", "s_1": "sims"}


@pytest.fixture(autouse=True)
def known(monkeypatch):
    names = {sample_hash(name): datasets for name, datasets in KNOWN.items()}
    monkeypatch.setattr(contamination, "benchmark_names", lambda: names)


@pytest.mark.parametrize(
    "name",
    [
        "Scene_00000001",
        "scene_00000001.mp4",
        "SCENE_00000001.WAV",
        "video/Scene_00000001.mp4",
        "D:\\clips\\Scene_00000001.avi",
        "features/Scene_00000001.mp4.npy",
        "  Scene_00000001 ",
        "ｓcene_00000001",
        "frames/Scene_00000001/",
    ],
)
def test_the_same_name_is_found(name):
    found = contaminated(pa.array([name]))
    assert found.counts == {"mer2023": 1}
    assert found.names == ((name, "mer2023"),)
    assert not found.near


@pytest.mark.parametrize("name", ["cut-Scene_00000001", "mer2023.scene_00000001.mp4", "Scene_00000001_flipped"])
def test_a_name_within_another_is_told_apart(name):
    found = contaminated(pa.array([name]))
    assert (found.counts, found.near, found.near_names) == ({}, 1, ((name, "mer2023"),))


@pytest.mark.parametrize(
    "name",
    ["Scene_00000011", "Scene_0000000", "Scene_000000012", "00000001", "xScene_00000001", "", "mine_s_1", "s_1_x"],
)
def test_another_name_is_another(name):
    found = contaminated(pa.array([name]))
    assert (found.counts, found.near) == ({}, 0)


def test_rows_of_several_test_sets_are_counted_in_each_and_few_are_named():
    found = contaminated(pa.array(["dia_0001_utt_03", *["Scene_00000001"] * 8]), most=3)
    assert found.counts == {"meld": 1, "mer2023": 8, "sims": 1}
    assert len(found.names) == 3


def test_names_that_hold_another_are_said_in_the_report(tmp_path):
    lines = rows(4)
    lines[0]["name"], lines[1]["name"] = "part2-scene_00000001", "Scene_00000001.mp4"
    report, _ = report_of(data_set(tmp_path / "d", 4, lines=lines))
    assert report.contamination == {"mer2023": 1}
    assert any(
        "1 names contain the name of a test sample, such as 'part2-scene_00000001'" in each for each in report.remarks
    )
