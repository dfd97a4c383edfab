"""Figures of single samples: how many labels, which clusters."""

import pytest

from merunibench.scoring.samples import cluster_numbers
from merunibench.tasks import get_task
from tests.scoring.small import scored

TRUTH = {"a": "joy", "b": "sadness", "c": "anger", "d": "joy"}


def test_labels_per_sample_are_those_of_samples_with_a_prediction():
    result = scored("meld", {"a": ["joy", "sad", "calm"], "b": [], "c": ["sad"]}, TRUTH, missing="zero")
    assert result.labels_per_sample == pytest.approx(4 / 3)


@pytest.mark.parametrize(("sign", "remarked"), [(",", True), (";", True), ("|", True), ("-", False)])
def test_labels_with_separators_are_remarked_upon(sign, remarked):
    result = scored("meld", {name: [f"joy{sign}sad"] for name in TRUTH}, TRUTH)
    assert any("several labels written as one" in remark for remark in result.remarks) == remarked


def test_a_name_without_a_dialogue_is_a_cluster_of_its_own():
    names = ["test_dia0_utt1", "stranger", "test_dia0_utt0", "other", "test_dia1_utt0"]
    assert cluster_numbers(get_task("meld"), names).tolist() == [0, 1, 0, 2, 3]


def test_samples_of_a_data_set_without_clusters_stand_alone():
    assert cluster_numbers(get_task("ovmerdplus"), ["s_1", "s_2", "s_3"]).tolist() == [0, 1, 2]
