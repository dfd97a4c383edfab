"""A board is what `score` says of the same predictions, whatever way it was built."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest

from merunibench import evaluate
from merunibench.cli.leaderboard._tables import print_board
from merunibench.errors import InputError
from merunibench.leaderboard.schema.details import ModelDetails
from merunibench.leaderboard.schema.results import read_results
from merunibench.leaderboard.scoring import cache, jobs
from merunibench.leaderboard.submissions import checking
from merunibench.leaderboard.submissions.checking import check
from merunibench.leaderboard.writing import write
from merunibench.protocols import PROTOCOLS, Protocol, SetF1
from merunibench.report import BENCHMARK_DATASETS
from merunibench.tasks import TASKS, benchmark_tasks
from tests.leaderboard.conftest import read, rewrite, submit
from tests.small import rows, write_rows


def row(results, key):
    return next(each for each in results.rows if each.id == key)


def happier(dataset, lines):
    """Other answers, right more often."""
    if dataset == "cmumosi":
        return [{**line, "polarity": "negative" if line["name"].endswith("_2") else "positive"} for line in lines]
    return [{**line, "labels": ["joyful", "angry"]} for line in lines]


@pytest.mark.parametrize(
    ("board", "selection"),
    [
        ("official-mer2025", "best-per-dataset"),
        ("official-mer2025", "best-overall"),
        ("official-mer2026", "last"),
        ("official-builtin", "last"),
        ("strict-builtin", "best-per-dataset"),
    ],
)
def test_affectgpt_scores_what_score_says(real, shared, board, selection):
    protocol, lexicon = board.split("-")
    wheel = shared / "official" / "emotion_wheel" / lexicon
    report = evaluate(
        shared / "official" / "nine" / "output",
        shared / "official" / "nine" / "dataset",
        lexicon=wheel if wheel.is_dir() else lexicon,
        protocol=protocol,
        checkpoint=selection,
        missing="zero",
    )
    found = row(real[0], f"affectgpt/{selection}/{board}")
    assert list(found.scores) == [each.dataset for each in report.datasets]
    for each in report.datasets:
        score = found.scores[each.dataset]
        assert score.score == pytest.approx(each.score, abs=1e-10)
        assert score.ci == each.ci
        assert score.chance == pytest.approx(each.chance, abs=1e-10)
        assert score.checkpoint == each.checkpoint
        assert score.signature == str(each.signature)
        assert score.complete == each.is_complete
    assert (found.mean_corrected is None) == (selection == "last")
    assert found.mean_corrected == pytest.approx(report.mean_corrected, abs=1e-10)
    assert found.mean_corrected_ci == report.mean_corrected_ci


def test_the_published_figures_of_affectgpt(real):
    best = row(real[0], "affectgpt/best-per-dataset/official-mer2025")
    assert round(100 * best.scores["meld"].score, 2) == 55.65
    assert round(100 * best.scores["cmumosi"].score, 2) == 81.30
    assert round(100 * best.mean, 2) == 74.77
    assert best.complete
    assert not best.ranked
    assert "test labels" in best.unranked_because
    last = row(real[0], "affectgpt/last/official-mer2025")
    assert last.ranked
    assert last.scores["meld"].rank.rank == 1


def test_baselines_are_rows_without_ranks(real, shared):
    stuffing = row(real[0], "baseline-stuffing/single/official-mer2025")
    assert stuffing.scores["meld"].score == 1.0
    assert stuffing.scores["meld"].rank is None
    chance = row(real[0], "baseline-chance/single/strict-builtin")
    assert {score.score for score in chance.scores.values()} == {0.0}
    constant = row(real[0], "baseline-majority/single/strict-builtin")
    assert [round(score.score, 9) for score in constant.scores.values()] == [0.0] * 9
    text = row(real[0], "baseline-text-lexicon/single/official-mer2025")
    root = shared / "official" / "nine" / "dataset"
    assert set(text.scores) == {
        key for key in stuffing.scores if (root / TASKS[key].folder / TASKS[key].layout.subtitles).is_file()
    }
    assert set(text.scores) >= {"meld", "cmumosi"}


def test_the_text_baseline_has_every_data_set_and_a_mean(small):
    answers = {"basic": ("1", "2"), "fine-grained": ("[happy]", "[sad]"), "sentiment": ("1", "-1")}
    for task in benchmark_tasks():
        folder = small.truth / task.folder
        folder.mkdir()
        labels, said = ["name,label"], [f"name,{task.layout.subtitle_column}"]
        for sample in range(task.samples):
            labels.append(f"s{sample},{answers[task.kind][sample % 2]}")
            said.append(f"s{sample},{('I am happy', 'I am sad')[sample % 2]}")
        (small.truth / f"{task.id}.csv").write_text("\n".join(labels), encoding="utf-8")
        (folder / task.layout.subtitles).write_text("\n".join(said), encoding="utf-8")
    text = row(small.build(cache=None)[0], "baseline-text-lexicon/single/official-builtin")
    assert list(text.scores) == [task.id for task in benchmark_tasks()]
    assert {task.id: text.scores[task.id].score for task in benchmark_tasks() if task.kind != "basic"} == {
        "cmumosi": 1.0,
        "cmumosei": 1.0,
        "sims": 1.0,
        "simsv2": 1.0,
        "ovmerdplus": 1.0,
    }
    assert text.mean is not None


def subtitles(small, text):
    """Write a subtitle file of MELD beside the labels."""
    path = small.truth / "meld-process" / "transcription-engchi-polish.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def without_lift(found):
    """A row as it is before baselines are held against it."""
    scores = {name: score.model_copy(update={"lift": None}) for name, score in found.scores.items()}
    return found.model_copy(update={"scores": scores, "lift": None})


TEXT = "baseline-text-lexicon/single/official-builtin"
SAID = "name,english\ntest_dia0_utt0,I am so happy!\n"


def test_subtitles_of_samples_that_are_not_scored_are_not_looked_at(small):
    """The official file of IEMOCAP has two names twice, of which neither is scored."""
    subtitles(small, SAID)
    expected = row(small.build()[0], TEXT)
    subtitles(small, f"{SAID}train_1,Awe.\ntrain_1,Awe.\ntrain_2,a\ntrain_2,b\n,c\ntest_dia0_utt0,I am so happy!\n")
    results, _ = small.build()
    assert row(results, TEXT) == expected
    assert not results.not_recomputed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{SAID}test_dia0_utt0,I am so sad.\n", "1 names are in several rows with different 'english'"),
        ("name,english\nother,x\n", "contains no sample of MELD"),
        ("name,chinese\ntest_dia0_utt0,x\n", "has no column 'english'"),
        ("name,english\n\0", "NUL"),
        ("", "is empty"),
    ],
)
def test_subtitles_that_cannot_be_used_stop_no_board(small, text, reason):
    small.add("one")
    subtitles(small, SAID)
    full, details = small.build()
    assert set(row(full, TEXT).scores) == {"meld"}
    subtitles(small, text)
    results, _ = small.build()
    readers = ["baseline-punctuation", "baseline-text-lexicon"]
    assert [(gap.model_id, gap.dataset) for gap in results.not_recomputed] == [(name, "meld") for name in readers]
    for gap in results.not_recomputed:
        assert gap.reason.startswith("the subtitles cannot be used: meld-process/transcription-engchi-polish.csv")
        assert reason in gap.reason
    # But for the lift, which is over the best of the baselines that are left.
    left = [each for each in full.rows if each.model_id not in readers]
    assert [without_lift(each) for each in results.rows] == [without_lift(each) for each in left]
    write(full, details, small.folder / "board")
    carried, _ = small.build(committed=small.folder / "board" / "results.json")
    assert row(carried, TEXT) == row(full, TEXT)
    assert carried.not_recomputed == results.not_recomputed


def test_published_rows_stand_beside(real):
    reported = [each for each in real[0].rows if each.origin == "reported"]
    assert len(reported) > 50
    assert not any(each.ranked for each in reported)
    second_hand = {model.id for model in real[0].models if model.grade == "second-hand"}
    assert second_hand
    assert not any(each.shown for each in reported if each.model_id in second_hand)
    paper = next(each for each in reported if each.lexicon == "mer2025")
    assert (paper.model, paper.board, paper.mean) == ("AffectGPT", "official-mer2025", 0.7477)


def test_details_hold_no_sample(real):
    text = real[1]["affectgpt"].to_json()
    parts = ModelDetails.model_validate_json(text).parts
    assert {part.dataset for part in parts} == set(BENCHMARK_DATASETS)
    assert "dia0_utt0" not in text
    assert "sample_0" not in text
    part = next(p for p in parts if (p.board, p.dataset) == ("official-mer2025", "meld"))
    assert part.row == "affectgpt/last/official-mer2025"
    assert len(part.checkpoints) == 7
    assert [confusion.wheel for confusion in part.losses.confusions] == [1, 2, 3, 4, 5]
    assert part.words.wrong


def test_the_same_inputs_give_the_same_bytes(small, tmp_path):
    small.add("one")
    small.add("two", happier)
    command = [sys.executable, "-m", "merunibench", "leaderboard", "build", "--submissions", small.submissions]
    command += ["--data-root", small.truth, "--no-cache"]
    for folder, zone, locale in (("a", "UTC", "C"), ("b", "Asia/Kathmandu", "tr_TR.UTF-8")):
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": str(len(zone))}
        subprocess.run([*command, "--out", tmp_path / folder], check=True, env=environment, capture_output=True)
    small_files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert small_files
    for name in small_files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_processes_and_cache_change_nothing(small):
    for number in range(4):
        small.add(f"m{number}", happier if number % 2 else None)
    alone = small.build(cache=None)
    assert small.build(processes=2) == alone
    assert small.build() == alone


def test_a_cache_of_another_layout_is_begun_anew(small):
    small.add("one")
    first = small.build()
    with closing(sqlite3.connect(small.cache)) as store, store:
        store.execute("PRAGMA user_version = 999")
        store.execute("ALTER TABLE entry RENAME COLUMN figures TO something")
    assert small.build() == first
    assert small.build() == first


def test_a_file_that_is_no_cache_is_refused_and_left_alone(small):
    small.add("one")
    small.cache.write_bytes(b"somebody's notes")
    with pytest.raises(InputError, match=r"cache.sqlite: .*--no-cache"):
        small.build()
    assert small.cache.read_bytes() == b"somebody's notes"
    small.cache.unlink()
    with closing(sqlite3.connect(small.cache)) as other, other:
        other.execute("CREATE TABLE entry (theirs)")
    with pytest.raises(InputError, match="a database of another program"):
        small.build()
    with closing(sqlite3.connect(small.cache)) as other:
        assert other.execute("SELECT name FROM pragma_table_info('entry')").fetchall() == [("theirs",)]


def test_only_what_changed_is_scored_again(small, monkeypatch):
    from merunibench.leaderboard.scoring import cells

    small.add("one")
    small.add("two")
    small.build()
    scored, checked = [], []
    original = cells.score_predictions
    monkeypatch.setattr(
        cells, "score_predictions", lambda truth, *a, **k: scored.append(truth.task.id) or original(truth, *a, **k)
    )
    monkeypatch.setattr(jobs, "check", lambda folder, truths: checked.append(folder.name) or check(folder, truths))
    before, _ = small.build()
    assert (scored, checked) == ([], [])
    path = small.submissions / "two" / "predictions" / "meld.jsonl.gz"
    rewrite(path, happier("meld", read(path)))
    after, _ = small.build()
    assert checked == ["two"]
    assert set(scored) == {"meld"}
    changed = {each.id for each in after.rows if each not in before.rows}
    assert any(key.startswith("two/") for key in changed)
    same = [row(each, "one/single/official-builtin").scores["meld"].score for each in (before, after)]
    assert same[0] == same[1]


def test_another_toolkit_scores_everything_again(small, monkeypatch):
    from merunibench.leaderboard.scoring import cells

    small.add("one")
    first = small.build()
    scored, original = [], cells.score_predictions
    monkeypatch.setattr(
        cells, "score_predictions", lambda truth, *a, **k: scored.append(truth.task.id) or original(truth, *a, **k)
    )
    assert small.build() == first
    assert scored == []
    monkeypatch.setattr(cache, "code_hash", lambda: "another")
    assert small.build() == first
    assert set(scored) == {"meld", "cmumosi", "ovmerdplus"}


@pytest.mark.parametrize("name", ["protocols/official.py", "words.toml", "prompts/labels.txt"])
def test_every_module_and_table_is_in_the_hash_of_the_code(tmp_path, monkeypatch, name):
    monkeypatch.setattr(cache, "_PACKAGE", tmp_path)
    monkeypatch.setattr(cache, "code_hash", cache.code_hash.__wrapped__)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    hashes = [cache.code_hash()]
    for text in ("one", "two"):
        path.write_text(text)
        hashes.append(cache.code_hash())
    path.rename(path.with_stem("other"))
    assert len({*hashes, cache.code_hash()}) == 4


def test_metadata_that_change_show_without_scoring(small):
    small.add("one")
    small.build()
    path = small.submissions / "one" / "submission.toml"
    path.write_text(path.read_text().replace('model = "one"', 'model = "renamed"'))
    results, _ = small.build()
    assert row(results, "one/single/official-builtin").model == "renamed"


def test_a_refused_submission_is_left_out_and_listed(small):
    small.add("good")
    bad = small.add("bad")
    (bad / "weights.pkl").write_bytes(b"x")
    results, _ = small.build()
    assert [each.submission for each in results.refused] == ["bad"]
    assert "pickle" in results.refused[0].reasons[0]
    assert {each.model_id for each in results.rows if each.origin == "computed"} == {"good"}


@pytest.mark.parametrize("fault", [KeyError("x"), RecursionError(), MemoryError(), ValueError("4300 digits")], ids=repr)
@pytest.mark.parametrize("place", ["checking.read_submission", "checking.check_rows", "jobs.predictions_from_table"])
def test_a_submission_that_cannot_be_checked_stops_no_other(small, monkeypatch, place, fault):
    """Whatever a stranger's file sets off, at whatever step, cached or not."""
    for name, said in (("first", "happy"), ("odd", "sad"), ("last", "happy")):
        small.add(name, lambda _, lines, said=said: [{"name": each["name"], "text": f"I am {said}."} for each in lines])
    name, function = place.split(".")
    module = {"checking": checking, "jobs": jobs}[name]
    original = getattr(module, function)

    def failing(read, *others):
        if "odd" in str(getattr(read, "path", read)):
            raise fault
        return original(read, *others)

    monkeypatch.setattr(module, function, failing)
    for _ in range(2):
        results, _ = small.build()
        (refused,) = results.refused
        assert refused.submission == "odd"
        assert refused.reasons == (f"could not be checked ({type(fault).__name__})",)
        assert {each.model_id for each in results.rows if each.origin == "computed"} == {"first", "last"}


def written(results, details, folder):
    """Every file of a board by its path."""
    write(results, details, folder)
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_cache_that_knows_the_predictions_lets_no_refused_submission_in(small, tmp_path):
    """The predictions are those of an accepted submission; names, sizes and metadata are checked all the same."""
    good = small.add("good")
    alike = {name: shutil.copytree(good, small.submissions / name) for name in "abc"}
    for name in ("-rf", "baseline-majority", "published-000", "bad name <b>&"):
        shutil.copytree(good, small.submissions / name)
    (alike["a"] / "weights.pkl").write_bytes(b"x")
    (alike["b"] / "submission.toml").write_text("model = 3\n")
    with (alike["c"] / "README.md").open("wb") as stream:
        stream.truncate(65 << 20)
    first = small.build()
    refused = {"-rf", "baseline-majority", "published-000", "bad name <b>&", "a", "b", "c"}
    assert {each.submission for each in first[0].refused} == refused
    assert {each.model_id for each in first[0].rows if each.origin == "computed"} == {"good"}
    again = small.build()
    assert again == first
    assert written(*again, tmp_path / "again") == written(*first, tmp_path / "first")


def test_files_that_are_too_much_together_are_refused_though_the_cache_knows_each(small, monkeypatch):
    together, one, other = (small.add(name) for name in ("together", "one", "other"))
    (one / "predictions" / "meld.jsonl.gz").unlink()
    (other / "predictions" / "cmumosi.jsonl.gz").unlink()
    read = check(together).read
    length = sum(found.length for held in read.values() for found in held.values())
    monkeypatch.setattr(checking, "MAX_LENGTH", length - 1)
    first = small.build()
    assert [each.submission for each in first[0].refused] == ["together"]
    assert small.build() == first


def test_what_changes_after_it_was_looked_at_is_not_kept(small, monkeypatch):
    folder = small.add("one")
    content = {path: path.read_bytes() for path in (folder / "predictions").iterdir()}
    do = jobs.do

    def late(scorer, job):
        rewrite(folder / "predictions" / "meld.jsonl.gz", happier("meld", rows()["meld"]))
        (folder / "predictions" / "cmumosi.jsonl.gz").unlink()
        return do(scorer, job)

    monkeypatch.setattr(jobs, "do", late)
    small.build()
    monkeypatch.undo()
    for path, before in content.items():
        path.write_bytes(before)
    assert small.build() == small.build(cache=None)


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems take no such names")
def test_names_that_are_no_text_stop_nothing(small, tmp_path):
    """Bytes that are no text as the name of a folder, of a link, and inside a submission."""
    good, inside = small.add("good"), small.add("inside")
    shutil.copytree(good, small.submissions / "bad\udcff")
    (small.submissions / "link\udcff").symlink_to(good)
    (inside / "predictions" / "\udcff").mkdir()
    results, details = small.build()
    write(results, details, tmp_path / "out")
    listed = read_results(tmp_path / "out" / "results.json").refused
    refused = {each.submission: " ".join(each.reasons) for each in listed}
    assert refused.keys() == {r"bad\udcff", "inside", r"link\udcff"}
    assert str(tmp_path) not in " ".join(refused.values())
    assert {each.model_id for each in results.rows if each.origin == "computed"} == {"good"}


def test_predictions_of_another_data_set_are_refused(small):
    small.add("swapped", lambda _dataset, lines: [{**line, "name": f"x{line['name']}"} for line in lines])
    results, _ = small.build()
    assert [each.submission for each in results.refused] == ["swapped"]


def test_without_labels_the_board_stands_as_committed(small):
    small.add("one")
    small.add("two", happier)
    full, details = small.build()
    write(full, details, small.folder / "board")
    again, same_details = small.build(data_root=None, committed=small.folder / "board" / "results.json")
    assert again.rows == full.rows
    assert again.comparisons == full.comparisons
    assert same_details == details
    gaps = {(gap.model_id, gap.dataset) for gap in again.not_recomputed}
    assert ("one", "meld") in gaps
    assert not full.not_recomputed


def test_what_is_new_or_changed_has_no_score_without_labels(small):
    small.add("one")
    full, details = small.build()
    write(full, details, small.folder / "board")
    path = small.submissions / "one" / "predictions" / "meld.jsonl.gz"
    rewrite(path, happier("meld", read(path)))
    small.add("new", happier)
    results, _ = small.build(data_root=None, committed=small.folder / "board" / "results.json")
    assert set(row(results, "one/single/official-builtin").scores) == {"cmumosi", "ovmerdplus"}
    assert not [each for each in results.rows if each.model_id == "new"]
    assert {gap.model_id for gap in results.not_recomputed} >= {"one", "new"}
    assert "new" in {model.id for model in results.models}


def test_a_model_without_scores_is_shown_as_waiting(small, capsys):
    small.add("one")
    full, details = small.build()
    write(full, details, small.folder / "board")
    assert 'id="waiting"' not in (small.folder / "board" / "index.html").read_text()
    small.add("new", happier)
    results, details = small.build(data_root=None, committed=small.folder / "board" / "results.json")
    write(results, details, small.folder / "board")
    page = (small.folder / "board" / "index.html").read_text()
    assert '<p class="note" id="waiting">Waiting for scores: <a href="models/new.html">' in page
    print_board(results, results.boards[0], "meld")
    name = next(model.name for model in results.models if model.id == "new")
    assert f"Waiting for scores: {name}." in capsys.readouterr().out


def test_withheld_predictions_stand_as_committed(small):
    folder = small.add("one")
    full, details = small.build()
    write(full, details, small.folder / "board")
    shutil.rmtree(folder / "predictions")
    with (folder / "submission.toml").open("a") as stream:
        stream.write('withheld = "belongs to others"\n')
    results, _ = small.build(committed=small.folder / "board" / "results.json")
    before, after = (row(each, "one/single/official-builtin") for each in (full, results))
    assert {name: score.score for name, score in after.scores.items()} == {n: s.score for n, s in before.scores.items()}
    assert {gap.reason for gap in results.not_recomputed} == {"the predictions are withheld"}


def test_predictions_that_are_there_but_withheld_are_scored_and_show_no_words(small):
    folder = small.add("one", lambda _dataset, lines: [{**line, "labels": ["xylophone", "joy"]} for line in lines])
    parts = {}
    for withheld in (False, True):
        if withheld:
            with (folder / "submission.toml").open("a") as stream:
                stream.write('withheld = "words are not ours to show"\n')
        results, details = small.build()
        for part in ModelDetails.model_validate_json(details["one"].to_json()).parts:
            parts.setdefault((part.board, part.dataset), []).append(part)
        assert not results.not_recomputed
    assert len(parts) == 2 * 3
    for (_, dataset), (before, after) in parts.items():
        assert dataset == "cmumosi" or [word.word for word in before.words.unknown] == ["xylophone"]
        assert after == before.model_copy(update={"words": None})


def test_missing_predictions_count_as_wrong_on_the_board(small):
    small.add("one", lambda dataset, lines: lines[1:] if dataset == "meld" else lines)
    predictions = small.submissions / "one" / "predictions"
    report = evaluate(predictions, small.truth, datasets="meld", missing="zero", bootstrap=50)
    score = row(small.build()[0], "one/single/official-builtin").scores["meld"]
    assert (score.samples, score.missing, score.ci) == (10, 1, report["meld"].ci)
    assert score.score == pytest.approx(report["meld"].score, abs=1e-10)
    assert score.score < evaluate(predictions, small.truth, datasets="meld", missing="skip", bootstrap=0)["meld"].score


def test_committed_scores_of_another_metric_version_are_not_carried_over(small):
    small.add("one")
    full, details = small.build()
    board = small.folder / "board" / "results.json"
    write(full, details, board.parent)
    kept, _ = small.build(data_root=None, committed=board)
    assert row(kept, "one/single/official-builtin").scores
    board.write_text(board.read_text().replace("|v:1|", "|v:0|"))
    results, _ = small.build(data_root=None, committed=board)
    assert not [each for each in results.rows if each.model_id == "one"]


def test_committed_scores_of_another_lexicon_are_not_carried_over(small):
    small.add("one")
    full, details = small.build()
    board = small.folder / "board" / "results.json"
    write(full, details, board.parent)
    label = f"builtin@{full.boards[0].lexicon_sha256[:8]}"
    board.write_text(board.read_text().replace(label, "builtin@00000000"))
    results, _ = small.build(data_root=None, committed=board)
    assert set(row(results, "one/single/official-builtin").scores) == {"cmumosi"}


def test_a_complete_row_has_a_mean_and_a_rank(small, monkeypatch):
    from merunibench.demo.miniature import MINIATURE_TASKS, miniature

    monkeypatch.setattr("merunibench.leaderboard.board.inputs.get_task", MINIATURE_TASKS.get_task)
    truth = small.folder / "miniature"
    truth.mkdir()
    for dataset in BENCHMARK_DATASETS:
        lines = miniature(dataset)
        text = "name,label\n" + "".join(f'{line["name"]},"{line["label"]}"\n' for line in lines)
        (truth / f"{dataset}.csv").write_text(text)
        answer = "polarity" if MINIATURE_TASKS[dataset].kind == "sentiment" else "labels"
        for key, words in (("a", ["happy"]), ("b", ["sad", "worried"])):
            value = "positive" if answer == "polarity" else words
            write_rows(
                small.folder / key / f"{dataset}.jsonl", [{"name": line["name"], answer: value} for line in lines]
            )
    for key in ("a", "b"):
        submit(small.folder / key, small.submissions / key, key)
    results, _ = small.build(data_root=truth)
    first = row(results, "a/single/official-builtin")
    report = evaluate(small.folder / "a", truth, tasks=MINIATURE_TASKS, bootstrap=50, missing="zero")
    assert first.complete
    assert first.mean == pytest.approx(report.mean, abs=1e-10)
    assert first.mean_ci == report.mean_ci
    assert {each.mean_rank.rank for each in results.rows if each.ranked and each.board == "official-builtin"} == {1, 2}
    assert any(each.dataset == "mean" for each in results.comparisons)


def test_results_are_written_and_read_back(small):
    small.add("one", name='<b>"=cmd"')
    results, details = small.build()
    out = small.folder / "out"
    (out / "details").mkdir(parents=True)
    (out / "details" / "gone.json").write_text("{}")
    write(results, details, out)
    assert read_results(out / "results.json") == results
    assert not (out / "details" / "gone.json").exists()


def test_a_cache_that_is_in_use_is_waited_for_not_thrown_away(small, monkeypatch):
    monkeypatch.setattr(cache, "_PATIENCE", 0.01)
    small.add("one")
    small.build()
    size = small.cache.stat().st_size
    small.add("two", happier)
    with closing(sqlite3.connect(small.cache)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InputError, match="--no-cache"):
            small.build()
    assert small.cache.stat().st_size >= size
    assert len({each.model_id for each in small.build()[0].rows if each.origin == "computed"}) == 2


def test_a_thousand_reasons_are_not_all_on_the_board(small):
    folder = small.add("bad")
    for number in range(30):
        (folder / f"{number}.pkl").write_bytes(b"x")
    results, _ = small.build()
    assert len(results.refused[0].reasons) == 20


def test_a_registered_protocol_is_not_taken_from_the_cache(small):
    small.add("good")
    key = "good/single/toy-builtin"
    scores = []
    for scale in (1.0, 0.5):

        class Scaled(SetF1):
            def statistics(self, truth, predicted, scale=scale):
                return super().statistics(truth, predicted) * np.tile([1, scale, scale], len(truth))[:, None]

        PROTOCOLS.register(Protocol("toy", "a toy", {"fine-grained": Scaled()}))
        try:
            scores.append(row(small.build()[0], key).scores["ovmerdplus"].score)
        finally:
            PROTOCOLS.unregister("toy")
    assert scores[1] == pytest.approx(scores[0] / 2)


def test_labels_of_ov_merd_are_no_ov_merd_plus(small):
    """OV-MERD's 332 samples handed on as OV-MERD+ stand on no board, nor do committed scores of theirs."""
    names = [f"sample_{number:08d}" for number in range(332)]
    truth = small.truth / "ovmerdplus.csv"
    small.add(
        "one",
        lambda dataset, lines: [{"name": n, "labels": ["happy"]} for n in names] if dataset == "ovmerdplus" else lines,
    )
    truth.write_text(
        "name,openset\n" + "".join(f'{name},"[happy]"\n' for name in [*names, "further"]), encoding="utf-8"
    )
    before, details = small.build()
    assert "ovmerdplus" in row(before, "one/single/official-builtin").scores
    truth.write_text("name,openset\n" + "".join(f'{name},"[happy]"\n' for name in names), encoding="utf-8")
    write(before, details, small.folder / "board")
    results, _ = small.build(committed=small.folder / "board" / "results.json")
    computed = [each for each in results.rows if each.origin != "reported"]
    assert not any(score.samples == 332 for each in computed for score in each.scores.values())
    assert ("one", "ovmerdplus", "the labels found are those of OV-MERD (ovmerd)") in [
        (gap.model_id, gap.dataset, gap.reason) for gap in results.not_recomputed
    ]


def test_equal_predictions_are_said_on_the_page_and_in_the_terminal(small, run, tmp_path):
    small.add("one")
    small.add("copied", name="Another")
    small.add("other", happier)
    options = ("--submissions", small.submissions, "--data-root", small.truth, "--no-cache", "--processes", 1)
    result = run("leaderboard", "build", *options, "--out", tmp_path / "out")
    assert "same predictions: copied: those of one\n" in result.err
    assert "same predictions: one: those of copied\n" in result.err
    assert "other: those of" not in result.err
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count('title="Exactly the same predictions as one (one)">same predictions') == 1
    assert page.count('title="Exactly the same predictions as Another (copied)">same predictions') == 1
