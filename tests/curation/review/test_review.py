"""A sample that people look at, their answers, and what is made of them."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from merunibench.curation.decisions import write_decisions
from merunibench.curation.filtering import filter_rows, stored_settings
from merunibench.curation.folder import Folder, write_rows
from merunibench.curation.measures import measure
from merunibench.curation.review import make_review, score_review
from merunibench.curation.review.preferences import sign_test
from merunibench.curation.review.sampling import _systematic, expected_sizes, read_sample
from merunibench.errors import InputError
from tests.oracle import review as oracle

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'=1+1\u202e"


def build(path: Path, rows=60) -> Folder:
    folder = Folder(path)
    words = "The person smiles and looks happy, the voice is warm and lively and full of energy today."
    texts = [f"{HOSTILE} {words}"] + [f"Clip {i}: {words}" if i % 5 else "Short." for i in range(1, rows)]
    clips = [{"name": f"=clip{i}", "text": text, "status": "ok", "subtitle": "Hello"} for i, text in enumerate(texts)]
    write_rows(folder.file("descriptions", "a"), clips)
    measure(folder)
    write_decisions(filter_rows(folder, stored_settings(folder)), folder)
    return folder


@pytest.fixture
def folder(tmp_path):
    return build(tmp_path / "data")


def fill(folder, place, answer, reviewer=None):
    with (folder.path / "review" / "sheet.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if reviewer in (None, row["reviewer"])]
    for row in rows:
        row.update(answer(row))
    with place.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return place


GOOD = {"speaks": "yes", "right": "yes", "emotions": "happy"}


def test_expected_sizes_add_up_and_leave_no_stratum_out():
    sizes = np.array([100_000, 900, 10, 1])
    expected = expected_sizes(sizes, 200)
    assert expected.sum() == pytest.approx(200)
    assert (expected > 0).all()
    assert (expected <= sizes).all()


def test_rows_of_a_stratum_are_drawn_in_any_company():
    """Drawn in their order, every fifth row would come, and there would be five samples."""
    strata, probability = np.zeros(60, np.int64), np.full(60, 0.2)
    drawn = {tuple(sorted(_systematic(strata, probability, np.random.default_rng(seed)))) for seed in range(50)}
    assert len(drawn) == 50
    assert {len(each) for each in drawn} == {12}


def test_same_seed_same_bytes_and_probabilities_are_those_of_the_draw(folder):
    make_review(folder, sample=12, seed=3)
    names = ("sheet.csv", "sheet.html", "sample.jsonl")
    before = [(folder.path / "review" / name).read_bytes() for name in names]
    make_review(folder, sample=12, seed=3)
    assert before == [(folder.path / "review" / name).read_bytes() for name in names]
    drawn = dict.fromkeys((f"=clip{i}" for i in range(60)), 0)
    told = {}
    for seed in range(300):
        make_review(folder, sample=12, seed=seed)
        sample = read_sample(folder, "review")
        assert len({each.name for each in sample}) == 12
        for each in sample:
            drawn[each.name] += 1
            told[each.name] = each.probability
    share = {name: count / 300 for name, count in drawn.items()}
    assert max(abs(share[name] - told[name]) for name in told) < 0.13  # 4 standard errors
    assert sum(told.values()) == pytest.approx(12)


def test_nothing_in_the_sheet_tells_the_verdict(folder):
    make_review(folder, sample=30)
    with (folder.path / "review" / "sheet.csv").open(newline="") as stream:
        head = next(csv.reader(stream))
    assert not {"kept", "dropped_by", "voted", "probability", "filters"} & set(head)
    text = (folder.path / "review" / "sheet.html").read_text()
    assert "dropped" not in text
    assert HOSTILE not in text
    assert "<script>alert" not in text


def test_perfect_answers(folder, tmp_path):
    make_review(folder, sample=30)
    kept = {each.name for each in read_sample(folder, "review") if each.dropped_by is None}
    sheet = fill(
        folder, tmp_path / "s.csv", lambda row: GOOD if row["name"].lstrip("'") in kept else {**GOOD, "right": "no"}
    )
    found = score_review(folder, [sheet])
    assert found.keeping["strict"].precision.value == 1
    assert found.keeping["strict"].recall.value == 1
    assert found.keeping["strict"].precision.ci[0] < 1
    assert all(not each.names for each in found.filters)
    json.dumps(found.to_dict(), allow_nan=False)


def test_two_reviewers_overlap_and_false_drops_have_names(folder, tmp_path):
    make_review(folder, sample=30, reviewers=2, overlap=10)
    sheets = [fill(folder, tmp_path / f"{who}.csv", lambda _: GOOD, who) for who in "12"]
    found = score_review(folder, sheets)
    assert found.agreement["right"].clips == 10
    assert found.agreement["right"].equal == 1
    dropped = {each.name for each in read_sample(folder, "review") if each.dropped_by}
    assert dropped
    assert {name for each in found.filters for name in each.names} == dropped
    assert "Wrong drops" in found.to_text()


@pytest.mark.parametrize("seed", range(3))
def test_precision_and_recall_are_counted_answer_by_answer(folder, tmp_path, seed):
    """Three people, who are divided, unsure, or silent; by both readings."""
    make_review(folder, sample=36, seed=seed, reviewers=3, overlap=24)
    rng, given = np.random.default_rng(seed), {}

    def answer(row):
        said = {
            "speaks": str(rng.choice(["yes", "yes", "yes", "no", "unsure", ""])),
            "right": str(rng.choice(["yes", "yes", "partly", "no", ""])),
            "emotions": "happy",
        }
        given.setdefault(row["name"].lstrip("'"), []).append(said)
        return said

    sheets = [fill(folder, tmp_path / f"{who}.csv", answer, who) for who in "123"]
    found = score_review(folder, sheets)
    sample = read_sample(folder, "review")
    clips = [(each.probability, each.dropped_by is None, given[each.name]) for each in sample]
    for reading, right in (("strict", ("yes",)), ("lenient", ("yes", "partly"))):
        verdicts = [oracle.verdict(answers, right) for *_, answers in clips]
        assert {True, False, None} == {*verdicts}
        scored, expected = found.keeping[reading], oracle.keeping(clips, right)
        assert scored.judged == sum(each is not None for each in verdicts)
        for key, value in expected.items():
            estimate = getattr(scored, key)
            assert (estimate and estimate.value) == (value and pytest.approx(value))
    strict = {each.name: oracle.verdict(given[each.name], ("yes",)) for each in sample}
    wrongly = {each.name for each in sample if each.dropped_by and strict[each.name]}
    assert {name for each in found.filters for name in each.names} == wrongly


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "other"}, "not in the sample"),
        ({"right": "maybe"}, "'right' must be yes, partly, no or empty, not 'maybe'"),
        ({"sample": "0123456789ab"}, "another sample"),
    ],
)
def test_a_wrong_sheet_is_refused(folder, tmp_path, change, message):
    make_review(folder, sample=10)
    sheet = fill(folder, tmp_path / "s.csv", lambda _: {**GOOD, **change})
    with pytest.raises(InputError, match=message):
        score_review(folder, [sheet])


def test_a_missing_column_and_a_name_twice_are_refused(folder, tmp_path):
    make_review(folder, sample=10)
    sheet = tmp_path / "s.csv"
    sheet.write_text("name,speaks,emotions\n=clip1,yes,happy\n")
    with pytest.raises(InputError, match="no column 'right'"):
        score_review(folder, [sheet])
    name = read_sample(folder, "review")[0].name
    sheet.write_text(f"name,speaks,right,emotions\n{name},yes,yes,\n{name},no,yes,\n")
    with pytest.raises(InputError, match=r"line 3: .*is repeated .*line 2"):
        score_review(folder, [sheet])


def test_answers_are_not_written_over(folder):
    make_review(folder, sample=10)
    fill(folder, folder.path / "review" / "sheet.csv", lambda _: GOOD)
    with pytest.raises(InputError, match="contains answers"):
        make_review(folder, sample=10)


@pytest.mark.parametrize(
    ("wins", "losses"), [(0, 0), (1, 0), (9, 1), (50, 50), (449, 114), (900, 1100), (30_000, 30_400)]
)
def test_sign_test_is_that_of_scipy(wins, losses):
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(wins, wins + losses).pvalue if wins + losses else 1
    assert sign_test(wins, losses) == pytest.approx(expected, rel=1e-9)


def test_the_command_draws_and_scores(folder, tmp_path):
    from merunibench.cli import app

    run = CliRunner().invoke(app, ["curate", "review", str(folder.path), "--sample", "10"])
    assert run.exit_code == 0, run.output
    sheet = fill(folder, tmp_path / "s.csv", lambda _: GOOD)
    run = CliRunner().invoke(app, ["curate", "review", str(folder.path), "--score", str(sheet)])
    assert run.exit_code == 0, run.output
    assert json.loads((folder.path / "review" / "agreement.json").read_text())["schema"] == "merunibench.review/1"
