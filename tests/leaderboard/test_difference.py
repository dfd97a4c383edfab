"""What changed, and why; and a board that is not what its predictions give is found out."""

import pytest

from merunibench.leaderboard.board.build import build
from merunibench.leaderboard.board.diff import changes, to_dict, verify
from merunibench.leaderboard.board.standing import ordinal
from merunibench.leaderboard.board.summary import summary
from merunibench.leaderboard.schema.results import MEAN, read_results
from tests.leaderboard.conftest import read, rewrite
from tests.leaderboard.sample import _with_ranks, sample
from tools.committed_board import BOARD, gather


def altered(results, change):
    """The same results with the MELD score of the first row that has one changed."""
    rows = list(results.rows)
    index = next(i for i, row in enumerate(rows) if "meld" in row.scores and row.origin == "computed")
    score = rows[index].scores["meld"]
    rows[index] = rows[index].model_copy(
        update={"scores": {**rows[index].scores, "meld": score.model_copy(update=change(score))}}
    )
    return results.model_copy(update={"rows": tuple(rows)}), rows[index].id


def test_nothing_changed():
    results = sample(4)[0]
    assert changes(results, results) == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("@aaaaaaaa", "@bbbbbbbb", "lexicon official-mer2025@aaaaaaaa"),
        ("|v:1|", "|v:2|", "metric version 1 -> 2"),
        ("|gt:00000000|", "|gt:11111111|", "labels of the data set 00000000 -> 11111111"),
        ("|labels:given|", "|labels:rules@2|", "label extraction given -> rules@2"),
        ("|bootstrap:1000|", "|bootstrap:10|", "number of resamples 1000 -> 10"),
    ],
)
def test_the_cause_is_read_off_the_signature(old, new, why):
    before = sample(3)[0]
    after, key = altered(before, lambda score: {"score": 0.1, "signature": score.signature.replace(old, new)})
    found = [change for change in changes(before, after) if change.what == "score"]
    assert [change.where for change in found] == [f"{key} meld"]
    assert why.replace("official-", "") in "; ".join(found[0].why)
    assert " -> " in found[0].to_text()
    assert to_dict(found)[0]["what"] == "score"


def test_other_predictions_are_the_cause():
    before = sample(3)[0]
    after, _ = altered(before, lambda _: {"predictions": "e" * 64})
    (found,) = changes(before, after)
    assert found.why == ("predictions ffffffff -> eeeeeeee",)


def test_a_change_without_a_cause_has_none():
    before = sample(3)[0]
    after, _ = altered(before, lambda score: {"score": score.score + 0.01})
    (found,) = changes(before, after)
    assert found.why == ()


def test_new_and_gone_models(small):
    small.add("one")
    first, _ = small.build()
    small.add("two")
    second, _ = small.build()
    assert {(each.what, each.why) for each in changes(first, second) if each.where.startswith("two")} == {
        ("row", ("new model",))
    }
    assert any(each.why == ("model removed",) for each in changes(second, first))


def test_one_more_model_among_200_is_a_line():
    after = sample(200)[0]
    newest = after.models[100].id
    rows = [row for row in after.rows if row.model_id != newest]
    ranked = [row for board in after.boards for row in _with_ranks([row for row in rows if row.board == board.id])]
    models = tuple(model for model in after.models if model.id != newest)
    reported = [row for row in rows if row.origin == "reported" and row.board is None]
    before = after.model_copy(update={"rows": (*ranked, *reported), "models": models})
    found = changes(before, after)
    assert {change.what for change in found} == {"row"}
    (line,) = summary(before, after, found)
    row = next(row for row in after.rows if row.model_id == newest and row.board == "strict-builtin")
    assert line.startswith(f"new model: {row.model} ({newest}): ")
    assert f"strict-builtin {100 * row.mean:.2f}, {ordinal(row.mean_rank.rank)}, " in line
    (gone,) = summary(after, before, changes(after, before))
    assert gone.startswith(f"removed model: {row.model} ({newest}): was ")


def test_scores_are_grouped_by_their_cause():
    before = sample(60)[0]

    def halved(score):
        signature = score.signature.replace("|v:1|", "|v:2|")
        return score.model_copy(update={"score": score.score / 2, "signature": signature})

    rows = [
        row.model_copy(update={"scores": {name: halved(score) for name, score in row.scores.items()}})
        if row.origin == "computed" and row.board == "strict-builtin"
        else row
        for row in before.rows
    ]
    after = before.model_copy(update={"rows": tuple(rows)})
    found = changes(before, after)
    (line,) = summary(before, after, found)
    assert "by metric version 1 -> 2" in line
    assert f"of {len([m for m in before.models if m.origin == 'computed'])} models" in line
    assert len(found) > 400


def test_ranks_are_told_where_the_order_changed():
    before = sample(60)[0]
    places = {row.id: row.rank("meld") for row in before.rows if row.board == "strict-builtin" and row.rank("meld")}
    first, second = (next(key for key, rank in places.items() if rank.rank == place) for place in (1, 2))
    swapped = {first: places[second], second: places[first]}
    rows = [
        row.model_copy(
            update={"scores": row.scores | {"meld": row.scores["meld"].model_copy(update={"rank": swapped[row.id]})}}
        )
        if row.id in swapped
        else row
        for row in before.rows
    ]
    after = before.model_copy(update={"rows": tuple(rows)})
    (line,) = summary(before, after, changes(before, after))
    assert line.startswith("order changed: 2 ranks of 2 rows (")


def test_a_refusal_is_a_change(small):
    folder = small.add("one")
    first, _ = small.build()
    (folder / "x.pkl").write_bytes(b"x")
    second, _ = small.build()
    assert any(each.what == "refused" and each.where == "one" for each in changes(first, second))


def test_an_honest_board_is_verified(small):
    small.add("one")
    small.add("two")
    results, _ = small.build()
    outcome = verify(results, small.build(cache=None)[0])
    assert outcome.differences == ()
    assert outcome.unverified == ()
    assert outcome.verified == sum(len(row.scores) for row in results.rows)


@pytest.mark.parametrize("figure", ["score", "chance", "ci", "rank", "predictions", "signature", "checkpoint"])
def test_a_figure_that_was_improved_is_found_out(small, figure):
    small.add("one")
    results, _ = small.build()

    def improve(score):
        return {
            figure: {
                "score": score.score + 1e-6,
                "chance": score.chance / 2,
                "ci": (score.ci[0] + 0.001, score.ci[1]),
                "rank": score.rank.model_copy(update={"low": 1, "high": 5}),
                "predictions": "e" * 64,
                "signature": score.signature.replace("|v:1|", "|v:2|"),
                "checkpoint": "another",
            }[figure]
        }

    claimed, key = altered(results, improve)
    (difference,) = verify(claimed, results).differences
    assert difference.startswith(f"{key} meld: ")


def test_what_cannot_be_recomputed_is_said(small):
    small.add("one")
    results, _ = small.build()
    path = small.submissions / "one" / "predictions" / "meld.jsonl.gz"
    rewrite(path, read(path))
    (small.truth / "cmumosi.csv").unlink()
    outcome = verify(results, small.build(cache=None)[0])
    assert all("cmumosi" in line for line in outcome.unverified)
    assert len(outcome.unverified) == sum("cmumosi" in row.scores for row in results.rows) > 2 * 4
    assert all("predictions" in line for line in outcome.differences)


BUILD_ANEW = "build it anew: python -m tools.committed_board"


def test_affectgpt_on_the_committed_board_is_what_the_released_outputs_give(real):
    committed = read_results(BOARD / "results.json")
    rows = {row.id: row for row in real[0].rows if row.model_id == "affectgpt"}
    assert len(rows) == 3 * 4
    assert {row.id: row for row in committed.rows if row.model_id == "affectgpt"} == rows, BUILD_ANEW
    best = rows["affectgpt/best-per-dataset/official-mer2025"]
    assert round(100 * best.mean, 2) == 74.77


@pytest.mark.slow
def test_the_committed_board_is_what_the_released_outputs_give(shared, tmp_path):
    committed = read_results(BOARD / "results.json")
    results, _ = build(gather(shared / "official", tmp_path / "board"))
    outcome = verify(committed, results)
    assert outcome.differences == (), BUILD_ANEW
    assert outcome.verified > 900
    assert outcome.unverified == ()


def test_ten_models_are_ranked_on_ov_merd_and_people_are_not():
    committed = read_results(BOARD / "results.json")
    for board in committed.boards:
        rows = [row for row in committed.rows if row.board == board.id and "ovmerd" in row.scores]
        ranked = [row for row in rows if row.ranked]
        assert len(ranked) == 10
        assert all(row.rank("ovmerd").low <= row.rank("ovmerd").rank <= row.rank("ovmerd").high for row in ranked)
        [people] = [row for row in rows if row.model_id == "people-mer2023"]
        assert not people.ranked
        assert people.scores["ovmerd"].score > max(row.scores["ovmerd"].score for row in ranked)


def test_a_mean_has_the_causes_of_its_scores():
    before, _ = sample(3)
    rows = list(before.rows)
    index = next(i for i, row in enumerate(rows) if row.mean is not None and row.origin == "computed")
    row = rows[index]
    score = row.scores["meld"]
    other = score.model_copy(update={"signature": score.signature.replace("seed:0", "seed:1"), "score": 0.5})
    mean = sum(0.5 if name == "meld" else row.scores[name].score for name in row.scores) / len(row.scores)
    rows[index] = row.model_copy(update={"scores": {**row.scores, "meld": other}, "mean": mean})
    found = changes(before, before.model_copy(update={"rows": tuple(rows)}))
    [change] = [each for each in found if each.where == f"{row.id} {MEAN}" and each.what == "score"]
    assert change.why == ("seed 0 -> 1",)
