"""What stands beside a score: baselines scored as the model was, and head words."""

import pytest

from merunibench import evaluate, load_lexicon
from merunibench.baselines import BASELINES
from merunibench.data import truth_from_table, truth_in_memory
from merunibench.demo.miniature import MINIATURE_TASKS, miniature
from merunibench.evaluation.worth import head_words, known_of
from merunibench.lexicon import PUBLISHED_WHEELS
from merunibench.tasks import TASKS, benchmark_tasks

TRUTH = {task.id: {row["name"]: row["label"] for row in miniature(task.id)} for task in benchmark_tasks()}
SOME = ("meld", "cmumosi", "ovmerdplus")


def answers():
    """A model that says two words of the truth's neighbours."""
    found = {}
    for dataset in SOME:
        fields = list(TRUTH[dataset].items())
        shifted = [field for _, field in (*fields[1:], fields[0])]
        if TASKS[dataset].kind == "sentiment":
            found[dataset] = {name: "positive" if float(f) > 0 else "negative" for (name, f) in fields}
        else:
            found[dataset] = {name: f"{field}, {other}" for (name, field), other in zip(fields, shifted, strict=True)}
    return found


def scored(protocol="official", **options):
    truth = {name: TRUTH[name] for name in SOME}
    return evaluate(answers(), truth, tasks=MINIATURE_TASKS, protocol=protocol, bootstrap=0, **options)


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_a_baseline_scores_what_its_rows_score_alone(protocol):
    lexicon = load_lexicon("builtin")
    report = scored(protocol, baselines=True)
    for worth in report.worth:
        known_names = {each.id for each in worth.baselines} | set(worth.left_out)
        assert known_names == set(BASELINES)
        for each in worth.baselines:
            task = MINIATURE_TASKS[worth.dataset]
            truth = truth_from_table(truth_in_memory({task.id: TRUTH[task.id]})[task.id], task)
            rows = BASELINES[each.id].answer(known_of(truth, None, lexicon, protocol))
            column = task.of_kind.answer
            alone = evaluate(
                {task.id: {row["name"]: row[column] for row in rows}},
                {task.id: TRUTH[task.id]},
                tasks=MINIATURE_TASKS,
                protocol=protocol,
                bootstrap=0,
            )[task.id]
            assert (each.score, each.chance) == (alone.score, alone.chance)


def test_the_lift_is_over_the_best_shallow_baseline_and_no_stuffed_one():
    for worth in scored(baselines=True).worth:
        shallow = [each.score for each in worth.baselines if each.shallow]
        assert worth.lift == pytest.approx(worth.score - max(shallow))
        assert worth.best_shallow.id not in ("stuffing", "best-constant")


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_scores_are_the_same_with_and_without(protocol):
    plain, beside = (scored(protocol, baselines=asked).to_dict() for asked in (False, True))
    worth = beside.pop("worth")
    assert beside == plain
    assert set(worth) == set(SOME)


def test_head_words_are_scored_as_anybody_would():
    lexicon = load_lexicon("builtin")
    report = scored(baselines=True)
    (worth,) = (each for each in report.worth if each.dataset == "ovmerdplus")
    given = {name: [word.strip("[] ") for word in field.split(",")] for name, field in answers()["ovmerdplus"].items()}
    for wheel, score in enumerate(worth.head_words):
        replaced = {}
        for name, labels in given.items():
            sectors = [(label, lexicon.sectors(label)[wheel]) for label in labels]
            replaced[name] = [label if sector is None else sector for label, sector in sectors]
        alone = evaluate({"ovmerdplus": replaced}, {"ovmerdplus": TRUTH["ovmerdplus"]}, tasks=MINIATURE_TASKS)
        assert score == pytest.approx(alone["ovmerdplus"].score, abs=1e-12)
        # On its own wheel a head word is in the sector of the label: nothing changes there.
        assert alone["ovmerdplus"].wheels[wheel]["f"] == pytest.approx(report["ovmerdplus"].wheels[wheel]["f"])
    assert worth.in_head_words == pytest.approx(sum(worth.head_words) / PUBLISHED_WHEELS)
    assert worth.surviving == pytest.approx(worth.in_head_words / worth.score)
    assert [each.head_words for each in report.worth if each.dataset == "cmumosi"] == [()]


def test_a_head_word_is_in_the_sector_that_it_stands_for():
    lexicon = load_lexicon("builtin")
    words = sorted(lexicon.codes)[::50]
    for level in (1, 2):
        for wheel in range(PUBLISHED_WHEELS):
            for label, heads in head_words(lexicon, words, wheel, level).items():
                sectors = {lexicon.sectors(word, level)[wheel] for word in lexicon.words_of(label)} - {None}
                assert {lexicon.sectors(head, level)[wheel] for head in heads} - {None} == sectors
    assert head_words(lexicon, ["xylophone"], 0) == {"xylophone": ["xylophone"]}


def test_under_skip_baselines_are_scored_on_the_samples_of_the_model():
    truth = {"meld": TRUTH["meld"]}
    some = {name: answer for n, (name, answer) in enumerate(answers()["meld"].items()) if n % 3}
    (worth,) = evaluate({"meld": some}, truth, tasks=MINIATURE_TASKS, missing="skip", bootstrap=0, baselines=True).worth
    part = {"meld": {name: label for name, label in TRUTH["meld"].items() if name in some}}
    (whole,) = evaluate({"meld": some}, part, tasks=MINIATURE_TASKS, bootstrap=0, baselines=True).worth
    assert worth == whole
