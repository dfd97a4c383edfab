"""The table of data sets is the official one, and names are understood as people write them."""

from pathlib import Path

import pytest

from merunibench.errors import InputError
from merunibench.lexicon import load_lexicon
from merunibench.tasks import TASKS, benchmark_tasks, find_task, get_task, task_order
from merunibench.tasks.reading import read_task

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

PUBLISHED = {
    "ovmerd": 332,
    "mer2025ov": 1200,
    "humanov": 1532,
    "emoprefer": 574,
    "emopreferv2": 2096,
    "dfew": 2341,
    "mafw": 1839,
    "ravdess": 1440,
}
"""Sizes of data sets outside of the benchmark."""

UNPUBLISHED = ("mer2026ov", "mersemi", "mercross", "merprefer")


def test_the_benchmark_is_nine_data_sets_of_the_official_size():
    assert {task.id: task.samples for task in benchmark_tasks()} == OFFICIAL_COUNTS
    assert sum(OFFICIAL_COUNTS.values()) == 12_799


def test_what_is_stated_of_the_size_of_the_data_sets_outside_of_the_benchmark():
    assert {name: TASKS[name].samples for name in PUBLISHED} == PUBLISHED
    assert not any(TASKS[name].samples for name in UNPUBLISHED)
    assert not any(TASKS[name].benchmark for name in (*PUBLISHED, *UNPUBLISHED))


@pytest.mark.parametrize("task", [task for task in TASKS.values() if not task.benchmark], ids=lambda task: task.id)
def test_a_data_set_outside_of_the_benchmark_says_where_it_is_and_under_which_terms(task):
    assert task.homepage.startswith("https://")
    assert task.licence
    assert not task.own


def test_the_challenges_have_the_classes_of_mer2023():
    for name in ("mersemi", "mercross"):
        assert set(TASKS[name].classes) == set(TASKS["mer2023"].classes)


@pytest.mark.parametrize("name", ["dfew", "mafw", "ravdess"])
def test_every_class_of_a_basic_data_set_counts_on_every_wheel_but_neutral(name):
    lexicon = load_lexicon("builtin")
    assert [word for word in TASKS[name].classes if None in lexicon.sectors(word)] == ["neutral"]


def test_the_utterances_of_an_actor_are_no_independent_samples():
    assert TASKS["ravdess"].cluster_of("01-01-06-01-02-01-12") == "12"


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
    with pytest.raises(InputError, match="available: mer2023, mer2024"):
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


def test_the_example_of_the_contributing_guide_defines_a_data_set(tmp_path):
    guide = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    file = tmp_path / "210-mydata.toml"
    file.write_text(guide.partition("## Adding a data set")[2].partition("```toml\n")[2].partition("```")[0])
    task = read_task(file)
    assert (task.id, task.samples, task.layout.subtitles) == ("mydata", 512, "")
