"""What a terminal and a comment say of a board: places, who is better, and where a submission would stand."""

import json

import pytest

from merunibench.leaderboard.board.preview import previews
from merunibench.leaderboard.board.standing import place, standing
from merunibench.leaderboard.board.verdict import sentence
from merunibench.leaderboard.schema.results import PAIRS, Comparisons, Pairs, Rank
from merunibench.leaderboard.writing import write
from tests.leaderboard.conftest import submit
from tests.leaderboard.sample import sample
from tests.small import rows, write_rows

HOSTILE = "New @somebody owner/repo#1 https://evil.example www.evil.example $x^2$ <b>`x` | y"


@pytest.mark.parametrize(
    ("rank", "said"),
    [
        (Rank(rank=7, of=24, low=5, high=9), "7th, 5 to 9, of 24"),
        (Rank(rank=1, of=3), "1st of 3"),
        (Rank(rank=2, of=2, low=2, high=2), "2nd of 2"),
        (None, "no rank"),
    ],
)
def test_a_place_in_words(rank, said):
    assert place(rank) == said


def by_definition(results, a, b):
    """(data sets on which A is better, B is better, number tested), read off the triangle entry by entry."""
    better = {"A": set(), "B": set()}
    tested = 0
    for name in a.scores.keys() & b.scores.keys():
        for each in results.comparisons:
            if (each.board, each.dataset) == (a.board, name):
                for high, level in enumerate(each.levels):
                    for low, digit in enumerate(level):
                        if {each.rows[high], each.rows[low]} == {a.id, b.id}:
                            tested += 1
                            if digit != "0":  # the row that stands higher is better
                                better["A" if each.rows[low] == a.id else "B"].add(name)
    return better["A"], better["B"], tested


def without_pairs(models):
    return sample(models)[0].model_copy(update={"pairs": ()})


def test_the_sentence_of_a_pair_is_that_of_the_pair_and_the_other_way_round_its_mirror():
    results = sample(3)[0]
    a, b = [row for row in results.rows if row.board == "strict-builtin" and row.complete and row.ranked][:2]
    pair = next(each for each in results.pairs if (each.a, each.b) == (a.id, b.id))
    assert sentence(results, a, b) == pair.sentence
    columns = {"meld": (0.05, 0.02, 0.08, 0.001), "sims": (-0.01, -0.03, 0.01, 0.5), "mean": (0.02, 0.0, 0.04, 0.04)}
    for swapped, end in ((True, "."), (False, "; by the paired bootstrap alone.")):
        other = pair.model_copy(update={"a": b.id, "b": a.id, "columns": columns, "swapped": swapped})
        said = sentence(results.model_copy(update={"pairs": (other,)}), a, b)
        assert said == (
            "B is better on 1 of 2 data sets (MELD by 5.00 [2.00, 8.00]); in the mean of nine A - B is -2.00 points "
            f"(95 % CI -4.00 to +0.00, p 0.0400, significant){end}"
        )


def test_the_sentence_of_rows_without_a_pair_is_what_the_tests_say():
    results = without_pairs(12)
    rows_there = [row for row in results.rows if row.board == "strict-builtin"]
    for a in rows_there[:8]:
        for b in rows_there[3:12]:
            if a.id == b.id:
                continue
            said = sentence(results, a, b)
            ours, theirs, tested = by_definition(results, a, b)
            for side, better in (("A", ours), ("B", theirs)):
                assert (f"{side} is better on {len(better)} of {tested} data set" in said) is bool(better), said
            assert ("Neither" in said) is (not ours and not theirs)
            assert ("mean of nine" in said) is (a.mean is not None and b.mean is not None)


def test_what_was_not_tested_is_said():
    results = without_pairs(3)
    a, b = [row for row in results.rows if row.board == "strict-builtin" and row.complete][:2]
    none = results.model_copy(update={"comparisons": ()})
    assert sentence(none, a, b).startswith("Nothing was tested, 9 more were not tested; in the mean of nine A - B is ")
    meld = Comparisons(board=a.board, dataset="meld", rows=(a.id, b.id), levels=("", "0"))
    one = results.model_copy(update={"comparisons": (meld,)})
    assert sentence(one, a, b).startswith("Neither is better on the one data set tested, 8 more were not tested;")


def test_a_preview_is_the_board_with_the_submission(small, tmp_path, run):
    small.add("one")
    small.add("two", lambda _, lines: lines[: max(1, len(lines) // 2)])
    board = small.submissions.parent
    write(*small.build(), board)
    source = tmp_path / "source"
    for dataset, lines in rows().items():
        write_rows(source / f"{dataset}.jsonl", lines)
    folder = submit(source, tmp_path / "mine", HOSTILE)
    before = (board / "results.json").read_bytes()
    given = ("--submissions", small.submissions, "--data-root", small.truth, "--processes", 1)
    result = run("leaderboard", "preview", folder, *given)
    assert result.code == 0
    assert "would be 1st, 1 to 2, of 3 by MELD" in result.out
    assert "Next below: one, at +0.00 points" in result.out
    assert (board / "results.json").read_bytes() == before
    (first, *_) = json.loads(run("leaderboard", "preview", folder, *given, "--format", "json").out)
    results, _ = small.build(extra=(folder,), resamples=1000)
    assert first["row"] == next(row for row in results.rows if row.model_id == "mine").model_dump(mode="json")
    comment = run("leaderboard", "preview", folder, *given, "--format", "markdown").out
    for alive in ("@somebody", "repo#1", "://", "www.evil", "$x", "<b>", "`x`"):
        assert alive not in comment.replace("<span>$</span>", "")
    assert len(previews(results, "mine")) == 2
    assert "MELD" in standing(results, "two")
    assert previews(results, "nobody") == []
    untested = results.model_copy(update={"comparisons": (), "pairs": ()})
    assert (
        previews(untested, "mine")[0]
        .beside[0]
        .endswith("; not tested, because the predictions of that model are not available.")
    )


def test_a_preview_of_what_cannot_be_scored(small, tmp_path, refused, run):
    folder = small.add("one")
    assert "give --data-root" in refused("leaderboard", "preview", folder, "--submissions", small.submissions)
    (folder / "x.pkl").write_bytes(b"x")
    done = run("leaderboard", "preview", folder, "--submissions", small.submissions, "--data-root", small.truth)
    assert done.code == 2
    assert "x.pkl" in done.err
    assert done.out == ""


def test_a_name_that_differs_in_case_alone_is_told(small, tmp_path, refused):
    small.add("one")
    write(*small.build(), small.submissions.parent)
    folder = submit(small.predictions, tmp_path / "ONE", "Another")
    given = ("--submissions", small.submissions, "--data-root", small.truth, "--processes", 1)
    assert "differs from 'one' only in case" in refused("leaderboard", "preview", folder, *given)


def test_a_board_without_a_mean_shows_the_set_that_most_models_have(small, run):
    small.add("one")
    board = small.submissions.parent
    write(*small.build(), board)
    shown = run("leaderboard", "show", board).out
    assert "Strict protocol, lexicon builtin: MELD" in shown
    assert "no rank" in shown  # there is no other row
    assert "1st" not in shown
    assert "no mean of nine" in run("leaderboard", "show", board, "--dataset", "mean").out


def test_a_board_in_the_terminal(tmp_path, run, refused):
    results, _ = sample(12)
    (tmp_path / "results.json").write_text(results.to_json())
    (tmp_path / PAIRS).write_text(Pairs(pairs=results.pairs).to_json())
    shown = run("leaderboard", "show", tmp_path)
    assert "Official protocol, lexicon mer2025: mean of nine" in shown.out
    assert "Strict protocol, lexicon builtin: mean of nine" in shown.out
    best = next(r for r in results.rows if r.board == "strict-builtin" and r.mean_rank and r.mean_rank.rank == 1)
    strict = run("leaderboard", "show", tmp_path, "--board", "strict-builtin").out
    line = next(line for line in strict.splitlines() if line.startswith("1st, "))
    assert best.model in line
    assert f"{100 * best.mean:.2f}" in line
    meld = run("leaderboard", "show", tmp_path / "results.json", "--dataset", "MELD", "--format", "json").out
    values = [row["scores"]["meld"]["score"] for row in json.loads(meld)["boards"]["strict-builtin"]]
    assert values == sorted(values, reverse=True)
    a, b = (next(r for r in results.rows if r.board == "strict-builtin" and r.model_id == f"model-{n}") for n in (2, 4))
    said = run("leaderboard", "show", tmp_path, "--board", "strict-builtin", "--compare", "Model 2", "model-4").out
    assert said == f"Strict protocol, lexicon builtin: A = Model 2, B = Model 4. {sentence(results, a, b)}\n"
    reported = next(model for model in results.models if model.origin == "reported")
    twins = tuple(
        model.model_copy(update={"name": "Model 2"}) if model is reported else model for model in results.models
    )
    (tmp_path / "results.json").write_text(results.model_copy(update={"models": twins}).to_json())
    assert (
        run("leaderboard", "show", tmp_path, "--board", "strict-builtin", "--compare", "Model 2", "model-4").out == said
    )
    assert "not a model of this board" in refused("leaderboard", "show", tmp_path, "--compare", "model-2", "nobody")
    assert "name two models" in refused("leaderboard", "show", tmp_path, "--compare", "model-2", "Model 2")
    assert "official-mer2025" in refused("leaderboard", "show", tmp_path, "--board", "official")
    assert "merunibench datasets" in refused("leaderboard", "show", tmp_path, "--dataset", "mold")
