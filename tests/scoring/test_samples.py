"""Figures of single samples: how many labels, which clusters."""

import re
from dataclasses import replace

import pyarrow as pa
import pytest

from merunibench.scoring.samples import cluster_names
from merunibench.tasks import get_task, parse_task
from tests.scoring.small import scored

TRUTH = {"a": "joy", "b": "sadness", "c": "anger", "d": "joy"}


def test_labels_per_sample_are_those_of_samples_with_a_prediction():
    result = scored("meld", {"a": ["joy", "sad", "calm"], "b": [], "c": ["sad"]}, TRUTH, missing="zero")
    assert result.labels_per_sample == pytest.approx(4 / 3)


@pytest.mark.parametrize(("sign", "remarked"), [(",", True), (";", True), ("|", True), ("-", False)])
def test_labels_with_separators_are_remarked_upon(sign, remarked):
    result = scored("meld", {name: [f"joy{sign}sad"] for name in TRUTH}, TRUTH)
    assert any("several labels written as one" in remark for remark in result.remarks) == remarked


@pytest.mark.parametrize("pattern", [None, "^.*(?=_utt)"])
def test_a_name_without_a_dialogue_is_a_cluster_of_its_own(pattern):
    """Whether Arrow can look for the pattern or not."""
    names = ["test_dia0_utt1", "stranger", "test_dia0_utt0", "other", "test_\ndia1_utt0", ""]
    task = get_task("meld")
    task = replace(task, cluster=re.compile(pattern, re.DOTALL)) if pattern else task
    found = cluster_names(task, pa.array(names, pa.large_string())).to_pylist()
    assert found == ["test_dia0", "stranger", "test_dia0", "other", "test_\ndia1", ""]
    assert found == [task.cluster_of(name) for name in names]


def test_samples_of_a_data_set_without_clusters_stand_alone():
    names = pa.array(["s_1", "s_2", "s_3"], pa.large_string())
    assert cluster_names(get_task("ovmerdplus"), names).equals(names)


@pytest.mark.parametrize("pattern", ["dia[0-9]+", "^(?P<unit>.*)_", "x*", "dia(?P<unit>)", "$", "^.*(?=_)"])
def test_a_unit_is_what_the_pattern_finds_and_else_the_sample_itself(pattern):
    head = 'schema = "merunibench.task/1"\nid = "mine"\ntitle = "My clips"\nkind = "fine-grained"\n'
    task = parse_task(f"{head}cluster = '{pattern}'\n".encode(), "mine.task.toml", taken=())
    names = ["dia1_a", "dia1_b", "s01_dia1_a", "alone", ""]
    units = cluster_names(task, pa.array(names, pa.large_string())).to_pylist()
    assert units == [task.cluster_of(name) for name in names]
    assert all(unit or not name for unit, name in zip(units, names, strict=True))
