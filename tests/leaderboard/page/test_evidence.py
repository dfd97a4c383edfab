"""What a row's marks say: recomputed, as committed, paper equals recomputed, claimed only; length-driven."""

import json

import pytest

from merunibench.leaderboard.board.evidence import evidence, more_words_than_sense
from merunibench.leaderboard.page.boards import table_view
from merunibench.leaderboard.page.losses import confusions, hits, stored
from merunibench.leaderboard.page.questions import questions
from merunibench.leaderboard.page.site import render_site
from merunibench.leaderboard.schema.details import Details
from merunibench.leaderboard.schema.lock import Lock
from merunibench.leaderboard.schema.results import Comparisons, NotRecomputed, Rank
from merunibench.lexicon import load_wheels
from tests.leaderboard.sample import sample


def changed(results, rows=None, models=None):
    """The results with some rows and models replaced, by id."""
    rows, models = rows or {}, models or {}
    return results.model_copy(
        update={
            "rows": tuple(rows.get(row.id, row) for row in results.rows),
            "models": tuple(models.get(model.id, model) for model in results.models),
        }
    )


def views(results):
    table = table_view(results, {})
    return {view.id: view for view in (*table.scored, *table.others)}


def texts(results, key):
    return [mark.text for mark in views(results)[key].marks]


@pytest.fixture
def paper():
    """A sample whose first copied row, lexicon not stated, has the figures of model 2 under the first board."""
    results, _ = sample(12)
    own = next(row for row in results.rows if row.id == "model-2/single/official-mer2025")
    copied = [row for row in results.rows if row.model_id.startswith("published")]
    scores = {
        name: score.model_copy(update={"score": round(own.scores[name].score, 4)})
        for name, score in copied[0].scores.items()
    }
    update = {"model": own.model, "scores": scores, "mean": round(own.mean, 4), "board": None, "lexicon": None}
    same_source = {"source": "A paper, Table 2"}
    return changed(
        results,
        {copied[0].id: copied[0].model_copy(update=update)},
        {model.id: model.model_copy(update=same_source) for model in results.models if model.origin == "reported"},
    )


def test_a_paper_with_the_recomputed_figures_is_said_and_shows_the_lexicon_of_its_table(paper):
    known = evidence(paper)
    assert known.equal == {"model-2/single/official-mer2025": "A paper, Table 2"}
    assert known.lexicons == {"A paper, Table 2": "mer2025"}
    assert "paper equals recomputed" in texts(paper, "model-2/single")
    other = next(key for key in views(paper) if key.startswith("published-1/"))
    assert texts(paper, other) == ["claimed only, second-hand"]


def test_one_digit_more_or_less_is_no_agreement(paper):
    copied = next(row for row in paper.rows if row.origin == "reported" and row.model == "Model 2")
    score = copied.scores["meld"]
    scores = {**copied.scores, "meld": score.model_copy(update={"score": round(score.score + 0.0001, 4)})}
    other = changed(paper, {copied.id: copied.model_copy(update={"scores": scores})})
    assert evidence(other).equal == {}
    assert "recomputed" in texts(other, "model-2/single")


def test_what_was_not_recomputed_is_as_committed():
    results, _ = sample(12)
    assert "as committed" in texts(results, "model-0/last")
    assert "recomputed" in texts(results, "model-2/single")


def test_a_row_far_better_by_the_official_score_has_more_words_than_sense():
    results, _ = sample(12)
    places = {"official-mer2025": 1, "strict-builtin": 7}
    rows = {
        row.id: row.model_copy(update={"mean_rank": Rank(rank=places[row.board], of=9)})
        for row in results.rows
        if row.model_id == "model-2" and row.board in places
    }
    results = changed(results, rows).model_copy(update={"comparisons": ()})
    found = more_words_than_sense(results, "strict-builtin", "official-mer2025")
    assert found["model-2/single"] == (1, 7)
    assert texts(results, "model-2/single")[0] == "length-driven"
    assert "model-2/single" not in more_words_than_sense(results, "strict-builtin", "official-mer2025", places=6)


@pytest.mark.parametrize(("level", "labels", "marked"), [("1", 9.0, True), ("0", 9.0, False), ("1", 2.0, False)])
def test_on_a_small_board_a_significant_reversal_tells_more_words_than_sense(level, labels, marked):
    """The wordy row is above the other by the official mean and below it by the strict one."""
    results, _ = sample(3)
    rows = {row.id: row for row in results.rows if row.board in ("official-mer2025", "strict-builtin")}
    wordy, plain = ("model-1/single", "model-2/single")
    rows = {
        key: row.model_copy(update={"labels_per_sample": labels if key.startswith(wordy) else 3.0})
        for key, row in rows.items()
    }
    tests = tuple(
        Comparisons(board=board, dataset="mean", rows=tuple(f"{key}/{board}" for key in order), levels=("", level))
        for board, order in (("official-mer2025", (wordy, plain)), ("strict-builtin", (plain, wordy)))
    )
    results = changed(results, rows).model_copy(update={"comparisons": tests})
    assert set(more_words_than_sense(results, "strict-builtin", "official-mer2025")) == ({wordy} if marked else set())


def test_variants_fold_under_the_model_they_begin_with():
    results, _ = sample(12)
    copied = [row for row in results.rows if row.origin == "reported"]
    variant = copied[1].model_copy(update={"model": f"{copied[0].model} without audio", "scores": {}})
    results = changed(results, {variant.id: variant})
    assert evidence(results).parents == {variant.model_id: copied[0].model_id}
    view = next(view for view in views(results).values() if view.model.id == copied[0].model_id)
    assert view.variants == 1


def marks(results, key, lock=None, **fields):
    """Text -> mark, in their order, of a row whose model says so."""
    model = next(model for model in results.models if model.id == key.split("/")[0])
    results = changed(results, models={model.id: model.model_copy(update=fields)})
    table = table_view(results, {}, lock)
    view = next(view for view in (*table.scored, *table.others) if view.id == key)
    return {mark.text: mark for mark in view.marks}


def test_trained_on_test_is_said_before_anything_else_with_sets_and_samples():
    results, _ = sample(12)
    found = marks(results, "model-2/single", trained_on=("MELD", "SIMS", "clips of our own"))
    first = next(iter(found.values()))
    assert (first.text, first.warns) == ("partly trained on the test set", True)
    assert first.says == "Test samples in its training data: 2,610 of MELD, 457 of CH-SIMS, 457 of CH-SIMS v2"
    assert "zero-shot" not in found


@pytest.mark.parametrize(
    ("trained_on", "marked"),
    [(("MER-Caption+",), True), ((), False), (("MER-Caption+", "meld (train split)"), False), (("Human-OV",), False)],
)
def test_zero_shot_is_who_states_training_data_and_none_of_the_nine(trained_on, marked):
    results, _ = sample(12)
    found = marks(results, "model-2/single", trained_on=trained_on)
    assert ("zero-shot" in found) is marked
    assert "partly trained on the test set" not in found or trained_on == ("Human-OV",)


def test_recomputed_says_by_whom_when_and_by_which_hash():
    results, _ = sample(12)
    now = {"results": "1" * 64, "by": "A. Maintainer", "date": "2026-01-31"}
    lock = Lock(**now, committed={"results": "2" * 64, "date": "2025-12-01"})
    assert "by A. Maintainer on 2026-01-31; results sha256 111111111111" in (
        marks(results, "model-2/single", lock)["recomputed"].says
    )
    assert " on 2025-12-01; results sha256 222222222222: MER2023" in (
        marks(results, "model-0/last", lock)["as committed"].says
    )


def test_a_question_without_data_is_a_sentence_and_one_with_data_has_a_picture():
    results, details = sample(12)
    lost = {key: confusions(stored(each, "strict-builtin")) for key, each in details.items()}
    asked = {each.title: each for each in questions(results, lost)}
    assert 'class="heat"' in asked["Which emotions does each model recognise?"].picture
    assert asked["What do video and audio add?"].picture is None
    assert asked["English against Chinese"].picture.count("<circle") == 2 * sum(
        row.board == "strict-builtin" and row.ranked and row.complete for row in results.rows
    )
    assert "<script" not in "".join(str(each.picture) for each in asked.values())
    empty = results.model_copy(update={"rows": (), "models": (), "boards": ()})
    assert [each.picture for each in questions(empty, {})] == [None] * 6


def ask(title, results, lost=None):
    return next(each for each in questions(results, lost or {}) if each.title == title)


def test_people_stand_beside_the_models_of_their_data_set_and_are_no_date():
    results, _ = sample(12)
    assert "no human reference" in ask("How close are models to people?", results).sentence
    model = next(each for each in results.models if each.id == "model-2")
    rows = {
        row.id: row.model_copy(update={"ranked": False, "mean": None, "scores": {"meld": row.scores["meld"]}})
        for row in results.rows
        if row.model_id == model.id
    }
    people = changed(results, rows, {model.id: model.model_copy(update={"answers_by": "people"})})
    ranked = [row for row in people.rows if row.board == "strict-builtin" and row.ranked and "meld" in row.scores]
    best = max(ranked, key=lambda row: row.scores["meld"].score)
    score = 100 * rows["model-2/single/strict-builtin"].scores["meld"].score
    asked = ask("How close are models to people?", people)
    assert f"on MELD: {model.name} {score:.2f} (hollow); the highest model, {best.model} " in asked.sentence
    assert asked.picture.count("<circle") == 1 + len(ranked)
    assert asked.picture.count('class="hollow"') == 1
    assert "uman" not in ask("Score by date", people).sentence


def test_score_by_date_shows_who_was_the_highest_when_it_came():
    results, _ = sample(40)
    dates = {model.id: model.date for model in results.models}
    rows = [r for r in results.rows if r.board == "strict-builtin" and r.ranked and r.mean and dates[r.model_id]]
    higher = [
        row
        for row in rows
        if not any(dates[o.model_id] <= dates[row.model_id] and o.mean > row.mean for o in rows if o is not row)
    ]
    asked = ask("Score by date", results)
    assert 1 < len(higher) < len(rows)
    assert asked.picture.count("<circle") == len(higher)
    assert max(rows, key=lambda row: row.mean).model in asked.sentence


def test_emotions_heard_in_different_clips_say_in_which():
    results, details = sample(12)
    lost = {key: confusions(stored(each, "strict-builtin")) for key, each in details.items()}
    title = "Which emotions does each model recognise?"
    key = "model-2/single/strict-builtin"
    row = next(row for row in results.rows if row.id == key)
    alone = changed(results, {key: row.model_copy(update={"scores": {"meld": row.scores["meld"]}})})
    asked = ask(title, alone, lost)
    assert "Compare only rows with the same data sets" in asked.sentence
    assert f"{row.model}, MELD" in asked.picture


def test_a_model_counts_once_as_zero_shot_or_not_however_many_rows_it_has():
    results, _ = sample(12)
    stated = {
        model.id: model.model_copy(update={"trained_on": ("MER-Caption+",), "training_data": "MER-Caption+"})
        for model in results.models
        if model.id == "model-0"
    }
    others = {
        model.id: model.model_copy(update={"trained_on": (), "training_data": None})
        for model in results.models
        if model.id != "model-0"
    }
    assert any(row.model_id == "model-0" and row.selection == "last" for row in results.rows)
    assert ask("Trained on this task, or zero-shot?", changed(results, models=stated | others)).sentence == (
        "The only model with stated training data is zero-shot."
    )


def test_what_is_computed_stands_before_what_is_copied_where_neither_has_the_mean():
    table = table_view(sample(12)[0], {})
    origins = [view.origin for view in table.others]
    assert {"computed", "reported"} <= set(origins)
    assert origins == sorted(origins, key=lambda origin: origin == "reported")


def test_what_was_not_recomputed_is_told_by_reason(tmp_path):
    results, details = sample(12)
    gaps = [
        NotRecomputed(model_id=f"model-{n}", dataset=d, reason="withheld") for n in (2, 3) for d in ("meld", "sims")
    ]
    render_site(results.model_copy(update={"not_recomputed": tuple(gaps)}), details, tmp_path)
    page = (tmp_path / "refused.html").read_text()
    names = [next(each.name for each in results.models if each.id == f"model-{n}") for n in (2, 3)]
    assert f"<td>MELD, CH-SIMS</td><td>{names[0]}; {names[1]}</td>" in page


def test_a_table_of_a_row_without_any_place_has_no_column_for_it(tmp_path):
    results, details = sample(12)
    render_site(results, details, tmp_path)
    assert ">Rank</th>" in (tmp_path / "models" / "model-2.html").read_text()
    nobody = {
        row.id: row.model_copy(
            update={
                "mean_rank": None,
                "scores": {key: each.model_copy(update={"rank": None}) for key, each in row.scores.items()},
            }
        )
        for row in results.rows
    }
    render_site(changed(results, nobody), details, tmp_path)
    assert ">Rank</th>" not in (tmp_path / "models" / "model-2.html").read_text()


def test_losses_of_all_data_sets_are_added_up_in_the_order_of_the_wheel():
    def part(dataset, rows, columns, counts):
        confusion = {"wheel": 3, "rows": rows, "columns": columns, "counts": counts}
        return ("b", dataset), json.dumps({"losses": {"confusions": [confusion]}})

    parts = dict(
        [
            part("meld", ["sad", "mad"], ["sad", "mad", "nothing"], [[3.0, 1.0, 0.0], [0.5, 2.0, 1.5]]),
            part("mer2024", ["sad"], ["sad", "joyful", "nothing"], [[1.0, 2.0, 1.0]]),
            (("other", "meld"), "not read"),
        ]
    )
    (found,) = confusions(stored(Details("m", (), "", parts), "b"))
    order = [name for name in load_wheels()[2].sectors if name in ("sad", "mad")]
    assert (list(found.rows), list(found.columns)) == (order, [*order, "joyful", "nothing"])
    counts = dict(zip(found.rows, found.counts, strict=True))
    sums = {
        name: [counts[name][found.columns.index(said)] for said in ("sad", "mad", "joyful", "nothing")]
        for name in counts
    }
    assert sums == {"sad": [4.0, 1.0, 2.0, 1.0], "mad": [0.5, 2.0, 0.0, 1.5]}
    assert hits([found]) == [{}, {}, {"sad": 0.5, "mad": 0.5}, {}, {}]
