"""What `check` says beyond valid or refused: in few lines, names by their hashes, failures, rows, duplicates."""

import hashlib
import re
import shutil

import pyarrow as pa
import pytest

from merunibench.data import find_truth, load_truth
from merunibench.leaderboard.board.inputs import load_truths
from merunibench.leaderboard.submissions import names as names_module
from merunibench.leaderboard.submissions.checking import check
from merunibench.leaderboard.submissions.duplicates import duplicates
from merunibench.leaderboard.submissions.folding import Remark, folded
from merunibench.leaderboard.submissions.names import FORMS, remarks_on_names
from merunibench.leaderboard.writing import write
from merunibench.tasks import TASKS, benchmark_tasks
from merunibench.tasks.names import benchmark_names
from tests.leaderboard.conftest import read, rewrite


def test_remarks_that_differ_in_numbers_share_a_line():
    remarks = [
        Remark("meld", "p/a/meld", "3 samples of 20 have v2.5 words (first: line 4: 'x 7')"),
        Remark("meld", "p/b/meld", "17 samples of 20 have v2.5 words (first: line 9: 'y')"),
        Remark("mer2023", "p/a/mer2023", "5 samples of 411 have v2.5 words (first: line 1: 'z')"),
        Remark("meld", "p/a/meld", "something else"),
    ]
    assert folded(remarks) == [
        "MELD, MER2023, 3 files: 3–17 samples of 20–411 have v2.5 words (first: p/a/meld: line 4: 'x 7')",
        "p/a/meld: something else",
    ]
    assert folded(remarks[:1]) == [f"p/a/meld: {remarks[0].text}"]
    assert folded([]) == []


def test_released_outputs_fit_a_screen(affectgpt, shared):
    checked = check(affectgpt / "affectgpt", load_truths(shared / "official" / "dataset"))
    assert checked.valid
    assert len(checked.noted) > 20
    assert len(checked.to_text().splitlines()) < 15
    assert set(checked.rows) == {"last", "best-overall", "best-per-dataset"}
    assert checked.rows["last"] == (
        "ranked by the mean, MER2023, MER2024, MELD, IEMOCAP, CMU-MOSI, CMU-MOSEI, CH-SIMS, CH-SIMS v2, OV-MERD+"
    )
    without = check(affectgpt / "affectgpt", by_hashes=True)
    assert without.valid
    assert not [line for line in without.warnings if "names" in line]


def test_a_foreign_name_among_real_ones_is_refused_without_labels(affectgpt, shared, tmp_path):
    folder = shutil.copytree(affectgpt / "affectgpt", tmp_path / "renamed")
    path = next((folder / "predictions").rglob("meld.jsonl.gz"))
    lines = read(path)
    right = lines[1]["name"]
    lines[0]["name"] = "dia_of_another"
    rewrite(path, lines)
    checked = check(folder, by_hashes=True)
    (problem,) = checked.problems
    assert "1 names are not in MELD: 'dia_of_another'; a valid name is " in problem
    assert right[:4] in problem


def test_hashes_say_the_same_as_labels(shared):
    for dataset, path in find_truth(shared / "official" / "dataset").items():
        truth = load_truth(TASKS[dataset], path)
        problems, warnings = remarks_on_names(truth.names, TASKS[dataset], None)
        assert problems == []
        assert all("count as wrong" in warning for warning in warnings)  # where a part of a set was released
        wrong = pa.array([*truth.names.to_pylist()[1:], "foreign"])
        assert len(remarks_on_names(wrong, TASKS[dataset], None)[0]) == 1
        assert len(remarks_on_names(wrong, TASKS[dataset], truth)[0]) == (len(truth) == TASKS[dataset].samples)


def test_every_data_set_with_hashes_has_a_form_and_no_name():
    there = {name for names in benchmark_names().values() for name in names.split("+")}
    assert there == set(FORMS) == {task.id for task in benchmark_tasks()} | {"ovmerd"}
    known = benchmark_names()
    for form in FORMS.values():
        for word in re.findall(r"[\w]+", form):
            assert hashlib.sha256(word.lower().encode()).hexdigest()[:12] not in known


def test_names_of_which_none_is_known(small):
    folder = small.add("one")
    warnings = " | ".join(check(folder, by_hashes=True).warnings)
    assert re.search(
        r"none of the \d+ names is in CMU-MOSI, by the hashes of its names: not .*a video's id, `_` and a number",
        warnings,
    )
    assert "none of the" not in " | ".join(check(folder, load_truths(small.truth), by_hashes=True).warnings)


def test_a_known_name_by_hash(monkeypatch):
    monkeypatch.setattr(
        names_module, "benchmark_names", lambda: {hashlib.sha256(b"known").hexdigest()[:12]: "cmumosi+meld"}
    )
    problems, warnings = remarks_on_names(pa.array(["known", "x\x1b"]), TASKS["meld"], None)
    assert problems == ["1 names are not in MELD: 'x\\x1b'; a valid name is 'known'"]
    assert warnings == ["2 of 2610 samples; the others count as wrong"]
    assert "none of the 1 names" in remarks_on_names(pa.array(["known"]), TASKS["sims"], None)[1][1]


def test_failed_rows_are_said_with_their_share(small):
    def fail(dataset, lines):
        return [{**line, "status": "failed"} if row < 2 else line for row, line in enumerate(lines)]

    checked = check(small.add("failing", fail), load_truths(small.truth))
    number = len(read(small.submissions / "failing" / "predictions" / "meld.jsonl.gz"))
    said = " | ".join(checked.warnings)
    assert "are marked as failed and count as wrong" in said
    assert f"{100 * 2 / number:.1f}" in said


def test_what_is_scored_and_which_rows_show(small):
    folder = small.add("one")
    (small.truth / "cmumosi.csv").unlink()
    checked = check(folder, load_truths(small.truth))
    assert "no labels for CMU-MOSI available: these are not scored here" in checked.warnings
    assert checked.rows == {"single": "ranked by MELD, CMU-MOSI, OV-MERD+"}
    assert "row single: ranked by MELD" in checked.to_text()
    (folder / "x.pkl").write_bytes(b"x")
    assert check(folder).rows == {}


def test_predictions_of_another_are_noticed(small, run):
    small.add("one")
    copied = small.add("copied")
    small.add("other", lambda _, lines: lines[:-1])
    checked = check(copied)
    others = sorted(small.submissions.iterdir())
    (line,) = duplicates(checked, others)
    assert line == "the predictions for MELD, CMU-MOSI, OV-MERD+ are those of one"
    assert duplicates(check(small.submissions / "other"), others) == []
    assert f"warning: {line}" in run("leaderboard", "validate", copied).out
    results, _ = small.build()
    assert set(duplicates(checked, [], results)) == {line}
    write(results, {}, small.submissions.parent)
    shutil.rmtree(small.submissions / "one")
    assert f"warning: {line}" in run("leaderboard", "validate", copied).out


def test_under_another_checkpoint_they_are_noticed_too(small):
    small.add("one")
    folder = small.add("two")
    (folder / "predictions" / "epoch-2").mkdir()
    for path in (folder / "predictions").glob("*.gz"):
        path.rename(folder / "predictions" / "epoch-2" / path.name)
    assert duplicates(check(folder), [small.submissions / "one"]) != []


@pytest.mark.parametrize("field", ["link", "paper"])
def test_an_address_that_is_none(refused, files, tmp_path, field):
    said = refused("submit", files[0], "--model", "x", "--out", tmp_path / "mine", f"--{field}", "javascript:alert(1)")
    assert f"{field}: must be a web address, such as https://example.org/" in said


def test_what_files_may_be_called_is_said(small):
    folder = small.add("one")
    path = folder / "predictions" / "MELD_test.jsonl.gz"
    shutil.copy(folder / "predictions" / "meld.jsonl.gz", path)
    assert "<dataset> one of mer2023, " in " ".join(check(folder).problems)
