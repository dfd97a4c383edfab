"""The baselines do what they are named after, whatever lexicon scores them."""

from dataclasses import replace

import pytest

from merunibench import evaluate, load_lexicon
from merunibench.baselines import BASELINES as REGISTERED
from merunibench.baselines import Known, empty, majority, shuffled, stuffing
from merunibench.demo.miniature import MINIATURE_TASKS, miniature
from merunibench.lexicon import load_wheels
from merunibench.tasks import benchmark_tasks

TRUTH = {task.id: {row["name"]: row["label"] for row in miniature(task.id)} for task in benchmark_tasks()}


def score(baseline, protocol="official", lexicon="builtin"):
    answers = {}
    for task in benchmark_tasks():
        rows = baseline(task, TRUTH[task.id])
        column = "polarity" if task.kind == "sentiment" else "labels"
        answers[task.id] = {row["name"]: row[column] for row in rows}
    return evaluate(answers, TRUTH, tasks=MINIATURE_TASKS, protocol=protocol, lexicon=lexicon, bootstrap=0)


BASELINES = {
    "stuffing": lambda task, truth: stuffing(task.kind, truth, load_lexicon("builtin")),
    "majority": lambda task, truth: majority(task.kind, truth),
    "empty": lambda task, truth: empty(task.kind, truth),
}


@pytest.mark.parametrize("name", BASELINES)
def test_a_constant_baseline_has_a_strict_figure_of_0_on_every_data_set(name):
    for result in score(BASELINES[name], protocol="strict").datasets:
        assert result.score == pytest.approx(0, abs=1e-12)


def test_stuffing_has_a_hit_rate_of_1_under_the_official_protocol():
    report = score(BASELINES["stuffing"])
    assert {result.score for result in report.datasets if result.kind == "basic"} == {1.0}


@pytest.mark.parametrize("release", ["mer2025", "mer2026"])
def test_stuffing_reaches_every_sector_of_an_official_release_too(shared, release):
    lexicon = load_lexicon(shared / "official" / "emotion_wheel" / release)
    report = score(lambda task, truth: stuffing(task.kind, truth, lexicon), lexicon=lexicon)
    assert {result.score for result in report.datasets if result.kind == "basic"} == {1.0}
    words = stuffing("basic", ["a"], lexicon)[0]["labels"]
    for level in (1, 2):
        for wheel in range(5):
            reached = {lexicon.sectors(word, level)[wheel] for word in lexicon.codes}
            assert {lexicon.sectors(word, level)[wheel] for word in words} >= reached - {None}


def test_stuffing_reaches_every_sector_of_a_toy_release_too(toy):
    lexicon = load_lexicon(toy)
    words = stuffing("basic", ["a"], lexicon)[0]["labels"]
    for level in (1, 2):
        for wheel in range(5):
            reached = {lexicon.sectors(word, level)[wheel] for word in lexicon.codes}
            assert {lexicon.sectors(word, level)[wheel] for word in words} >= reached - {None}


def test_stuffing_without_a_lexicon_names_every_level_1_word():
    (row,) = stuffing("fine-grained", ["a"])
    assert set(row["labels"]) == {sector for wheel in load_wheels() for sector in wheel.sector_names(1)}


def test_shuffled_deals_the_same_answers_and_keeps_the_names():
    rows = [{"name": str(number), "labels": [f"word{number}"], "status": "ok"} for number in range(50)]
    dealt = shuffled(rows, seed=3)
    assert [row["name"] for row in dealt] == [row["name"] for row in rows]
    assert sorted(row["labels"] for row in dealt) == sorted(row["labels"] for row in rows)
    assert dealt != rows
    assert dealt == shuffled(rows, seed=3) != shuffled(rows, seed=4)


def test_the_mean_over_shuffles_is_the_chance_level_for_the_hit_rate():
    truth = {name: label for name, label in TRUTH["meld"].items() if label in ("anger", "joy", "sadness")}
    rows = [{"name": name, "labels": [label]} for name, label in truth.items()]
    scores = []
    for seed in range(300):
        answers = {"meld": {row["name"]: row["labels"] for row in shuffled(rows, seed)}}
        result = evaluate(answers, {"meld": truth}, bootstrap=0)["meld"]
        scores.append(result.score)
    assert sum(scores) / len(scores) == pytest.approx(result.chance, abs=0.02)


@pytest.mark.parametrize("baseline", REGISTERED.values(), ids=lambda each: each.id)
def test_a_baseline_that_says_so_answers_alike_under_every_lexicon(baseline):
    builtin = load_lexicon("builtin")
    few = replace(builtin, name="few", codes=dict(list(builtin.codes.items())[::50]), fallback=None)
    differ = set()
    for task in benchmark_tasks():
        units = {name: name[:-1] for name in TRUTH[task.id]}
        known = Known(task.kind, TRUTH[task.id], dict.fromkeys(TRUTH[task.id], "Oh, happy day!"), builtin, units)
        differ.add(baseline.answer(known) != baseline.answer(replace(known, lexicon=few)))
    assert (True in differ) <= baseline.by_lexicon
    if baseline.id == "stuffing":
        assert True in differ
