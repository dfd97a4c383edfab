"""The page on the official and the strict protocol says of OV-MERD what `benchmarks.ovmerd` measures."""

import json
from pathlib import Path

import pytest

from benchmarks import ovmerd
from merunibench import evaluate, load_lexicon
from merunibench.data import find_truth, load_truth
from merunibench.tasks import TASKS
from tests.protocols.test_neutral import SPELLINGS

PAGE = Path(__file__).parents[2] / "docs" / "official-and-strict.md"


def test_ranks_and_tau():
    assert ovmerd.ranks([1.0, 3.0, 2.0, 3.0]) == [4, 1, 3, 1]
    assert ovmerd.tau([1, 2, 3], [3, 2, 1]) == -1
    assert ovmerd.tau([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx((5 - 1) / 6)


def test_words_are_replaced_everywhere_and_left_out():
    side = {"a": ["fear", "sad", "fear"], "b": []}
    assert ovmerd.replaced(side, "fear", ["scared"]) == {"a": ["scared", "sad", "scared"], "b": []}
    assert ovmerd.replaced(side, "fear", []) == {"a": ["sad"], "b": []}
    assert ovmerd.torn({"a": ["sad", "happy"], "b": ["sad", "angry"]}) == ["a"]


@pytest.mark.slow
def test_the_page_holds_what_is_measured(shared):
    folder, release = shared / "official" / "ovmerd", load_lexicon(shared / "official" / "emotion_wheel" / "mer2025")
    expected = json.loads((folder / "expected_scores.json").read_text("utf-8"))["mer2025"]
    systems, _ = ovmerd.measure(folder, release)
    assert len(systems) == 30
    for each in systems:
        assert dict(each.scored[ovmerd.OFFICIAL].metrics) == pytest.approx(expected[each.model][each.prompt], abs=1e-9)
    page = PAGE.read_text("utf-8").splitlines()
    published = ovmerd.read_published(next(shared.rglob("published_ovmerd.csv")))
    assert [line for line in ovmerd.report(folder, release, published) if line not in page] == []


@pytest.mark.slow
@pytest.mark.parametrize("dataset", ["mer2023", "mer2024", "meld", "iemocapfour", "ovmerdplus"])
def test_constants_score_0_on_the_real_labels(shared, dataset):
    root = shared / "official" / "nine" / "dataset"
    names = load_truth(TASKS[dataset], find_truth(root)[dataset]).names.to_pylist()
    words = ["happy", "sad", "angry", "surprised", "disgusted", "scared"]
    for answer in (*([word] for word in SPELLINGS), ["😀"], [], words):
        report = evaluate(
            {dataset: dict.fromkeys(names, answer)}, root, protocol="strict", datasets=dataset, bootstrap=0
        )
        assert report[dataset].score == pytest.approx(0, abs=1e-12), answer


def rows_below(head, page):
    """Title -> line of the table that begins with this head."""
    table = page.read_text("utf-8").partition(head)[2].partition("\n\n")[0]
    return {line.split(" | ")[0][2:]: line for line in table.splitlines()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lexicon", "protocol"), [("mer2025", "official"), ("builtin", "official"), ("builtin", "strict")]
)
def test_the_page_holds_the_scores_of_the_nine(shared, lexicon, protocol):
    nine, releases = shared / "official" / "nine", shared / "official" / "emotion_wheel"
    chosen = lexicon if lexicon == "builtin" else releases / lexicon
    report = evaluate(nine / "output", nine / "dataset", lexicon=chosen, protocol=protocol)
    figures = {each.title: (each.score, each.ci) for each in report.datasets}
    figures |= {"Mean": (report.mean, report.mean_ci)}
    figures |= {"Mean, corrected for the choice": (report.mean_corrected, report.mean_corrected_ci)}
    table = rows_below("| | mer2025, official |", PAGE)
    for title, (score, (low, high)) in figures.items():
        said = f"{100 * score:.2f} ({100 * low:.1f}–{100 * high:.1f})"
        assert said in table[title] or (lexicon == "builtin" and protocol == "official" and "the same" in table[title])
    column = {("mer2025", "official"): 2, ("builtin", "strict"): 9}.get((lexicon, protocol))
    worth = rows_below("| data set | official | best constant |", PAGE.with_name("metric.md"))
    for title, (score, _) in figures.items():
        if column and title in worth:
            assert worth[title].split("|")[column].strip() == f"{100 * score:.2f}"
