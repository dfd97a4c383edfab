"""The table of data sets is the official one, and names are understood as people write them."""

import pytest

from merunibench.errors import InputError
from merunibench.tasks import TASKS, benchmark_tasks, find_task, get_task, task_order

OFFICIAL_COUNTS = {
    "mer2023": 411,
    "mer2024": 1169,
    "meld": 2610,
    "iemocapfour": 1241,
    "cmumosi": 686,
    "cmumosei": 4659,
    "sims": 457,
    "simsv2": 1034,
    "ovmerdplus": 532,
}

OUTSIDE = [
    "ovmerd",
    "mer2025ov",
    "mer2026ov",
    "humanov",
    "mersemi",
    "mercross",
    "merprefer",
    "emoprefer",
    "emopreferv2",
]
PUBLISHED = {"ovmerd": 332, "mer2025ov": 1200, "humanov": 1532, "emoprefer": 574, "emopreferv2": 2096}


def test_the_benchmark_is_nine_data_sets_of_the_official_size():
    assert {task.id: task.samples for task in benchmark_tasks()} == OFFICIAL_COUNTS
    assert sum(OFFICIAL_COUNTS.values()) == 12_799
    assert [task.id for task in TASKS.values() if not task.benchmark] == OUTSIDE


def test_what_is_stated_of_the_data_sets_outside_of_the_benchmark():
    assert {name: TASKS[name].samples for name in OUTSIDE if TASKS[name].samples} == PUBLISHED
    for name in set(OUTSIDE) - {"mer2025ov", "mer2026ov"}:
        assert TASKS[name].licence
        assert TASKS[name].homepage.startswith("https://")
    for name in ("mersemi", "mercross"):
        assert set(TASKS[name].classes) == set(TASKS["mer2023"].classes)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("MELD", "meld"),
        ("iemocap", "iemocapfour"),
        ("IEMOCAPFour", "iemocapfour"),
        ("mosi", "cmumosi"),
        ("CMU-MOSEI", "cmumosei"),
        ("CH-SIMS v2", "simsv2"),
        ("CH-SIMS", "sims"),
        ("ovmerd", "ovmerd"),
        ("OV-MERD", "ovmerd"),
        ("ovmerd+", "ovmerdplus"),
        ("OV-MERD+", "ovmerdplus"),
        ("OVMERDPlus", "ovmerdplus"),
        ("MER2025-OV", "mer2025ov"),
        ("mer2026-fg", "mer2026ov"),
    ],
)
def test_names_are_understood_in_any_case_and_common_spelling(written, meant):
    assert get_task(written).id == meant


def test_an_unknown_name_is_refused_with_the_nearest():
    assert find_task("melt") is None
    with pytest.raises(InputError, match="unknown data set 'melt': did you mean meld"):
        get_task("melt")
    with pytest.raises(InputError, match="known are mer2023, mer2024"):
        get_task("???")


@pytest.mark.parametrize(
    ("dataset", "name", "cluster"),
    [
        ("meld", "test_dia0_utt0", "test_dia0"),
        ("iemocapfour", "Ses05F_impro01_F000", "Ses05F_impro01"),
        ("cmumosi", "k5Y_838nuGo_1", "k5Y_838nuGo"),
        ("cmumosei", "-I_e4mIh0yE_3", "-I_e4mIh0yE"),
        ("sims", "video_0003_0006", "video_0003"),
        ("simsv2", "video_0003_0006", "video_0003"),
    ],
)
def test_the_dialogue_or_video_follows_from_the_name(dataset, name, cluster):
    assert TASKS[dataset].cluster_of(name) == cluster


def test_mer_and_ov_merd_samples_stand_alone():
    assert [TASKS[name].cluster for name in ("mer2023", "mer2024", "ovmerdplus", "mer2025ov", "mer2026ov")] == [
        None
    ] * 5


def test_order_is_that_of_the_published_tables():
    assert task_order(["ovmerdplus", "meld", "mer2023"]) == ["mer2023", "meld", "ovmerdplus"]
