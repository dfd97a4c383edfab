"""`verify --offline`: an honest board passes; whatever is altered is named."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError
from merunibench.kinds import KINDS
from merunibench.leaderboard.audit import audit
from merunibench.leaderboard.board.consistency import contradictions
from merunibench.leaderboard.schema.lock import LOCK, Lock, hash_of, lock_beside
from merunibench.leaderboard.schema.results import PAIRS, Rank, Results
from merunibench.leaderboard.writing import tables_of, write
from merunibench.tasks import TASKS
from tests.leaderboard.conftest import Small, read, rewrite
from tests.leaderboard.sample import sample

ONLY_BY_THE_LOCK = {"toolkit"}
COMMITTED = Path(__file__).parents[2] / "leaderboard"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder of a small board of three models, with its submissions."""
    small = Small(tmp_path_factory.mktemp("honest"))
    for key, drop in (("one", 0), ("two", 3), ("three", 6)):
        small.add(key, lambda _, lines, drop=drop: lines[min(drop, len(lines) - 1) :])
    out = small.submissions.parent
    write(*small.build(), out, by="A. Maintainer", date="2026-01-31")
    return out


@pytest.fixture
def board(built, tmp_path):
    """A copy of it, to be altered."""
    return shutil.copytree(built, tmp_path / "board")


def forge(folder, change, *, everywhere=False):
    """Change results.json as plain data; `everywhere`: the tables and the lock too, as a careful forger would."""
    path = folder / "results.json"
    content = json.loads(path.read_text())
    change(content)
    results = Results.model_validate_json(json.dumps(content))
    path.write_text(results.to_json())
    if everywhere:
        for name, text in tables_of(results):
            (folder / name).write_text(text)
        (folder / LOCK).write_text(Lock(results=hash_of(path.read_bytes())).to_json())


def first(content, **wanted):
    """The first row of results.json that has these fields, and a score on MELD."""
    rows = content["rows"]
    return next(row for row in rows if "meld" in row["scores"] and all(row[key] == wanted[key] for key in wanted))


def test_an_honest_board_is_at_one_with_itself(board):
    found = audit(board)
    assert found.differences == ()
    assert found.hashed == 3
    assert (found.lock.by, found.lock.date) == ("A. Maintainer", "2026-01-31")


def test_the_committed_board_is_at_one_with_itself():
    assert audit(COMMITTED).differences == ()


@pytest.mark.parametrize("models", [1, 12, 40])
def test_invented_boards_are_at_one_with_themselves(models):
    assert contradictions(sample(models)[0]) == []


def altered(row, **fields):
    row["scores"]["meld"].update(fields)


FORGERIES = {
    "score": (lambda c: altered(first(c), score=0.01), "meld: score 0.01 is outside its interval"),
    "score and interval": (lambda c: altered(first(c), score=0.99, ci=[0.98, 1.0]), "in details/"),
    "interval": (lambda c: altered(first(c), ci=[0.0, 0.001]), "is outside its interval"),
    "rank": (lambda c: altered(first(c, model="three"), rank={"rank": 1, "of": 1}), "meld: rank 1 of 1, but the "),
    "rank interval": (
        lambda c: first(c)["scores"]["meld"]["rank"].update(low=9, high=9),
        "is outside its interval 9 to 9",
    ),
    "lift": (
        lambda c: altered(first(c, origin="computed"), lift=0.5),
        "meld: lift 0.5, but the shallow baselines give",
    ),
    "lift of the row": (lambda c: first(c, origin="computed").update(lift=0.5), "lift 0.5, but its data sets give"),
    "a mean": (lambda c: first(c).update(mean=0.9, complete=True), "mean: 0.9, but its data sets give None"),
    "labels": (lambda c: first(c).update(labels_per_sample=1.25), "labels per sample 1.25"),
    "ranked baseline": (lambda c: first(c, origin="baseline").update(ranked=True), "is ranked, but is a row of origin"),
    "samples": (lambda c: altered(first(c), samples=3), "3 samples, but its signature says"),
    "twice": (lambda c: c["rows"].append(c["rows"][0]), "occurs 2 times"),
    "name": (lambda c: first(c).update(model="Another"), "does not match the list of models"),
    "predictions": (
        lambda c: altered(first(c, origin="computed"), predictions="e" * 64),
        "was not scored from the predictions",
    ),
    "model's predictions": (lambda c: c["models"][0].update(predictions="e" * 64), "its predictions are not those"),
    "left out": (
        lambda c: [c[key].clear() for key in ("rows", "models", "comparisons")],
        "one: is a submission, but not in the results",
    ),
    "tests": (lambda c: c["comparisons"][0]["rows"].reverse(), "but has the higher score"),
    "missing": (lambda c: altered(first(c), missing=10**6), "missing and 0 failed of"),
}


@pytest.mark.parametrize("name", FORGERIES)
@pytest.mark.parametrize("careful", [False, True])
def test_what_is_altered_is_named(board, name, careful):
    change, said = FORGERIES[name]
    forge(board, change, everywhere=careful)
    found = audit(board).differences
    assert any(said in line for line in found), found
    assert any(line.startswith(LOCK) for line in found) is not careful


def leaves(node, path=()):
    """The path of every figure and text of plain data."""
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, key))
    elif node is not None:
        yield path


def kind(path):
    """A path without numbers and data sets."""
    known = {"meld", "mer2023", "sims", "ovmerdplus", "cmumosi", *TASKS, *KINDS}
    return ".".join("*" if isinstance(key, int) or key in known else str(key) for key in path)


def other(value):
    if isinstance(value, bool):
        return not value
    return value + "x" if isinstance(value, str) else value + (1 if isinstance(value, int) else 0.0371)


def test_whatever_is_altered_in_the_results_is_named_and_not_only_by_the_lock(board):
    """One leaf of each kind, tables left as they were: a line says which row, model or data set."""
    path = board / "results.json"
    content = path.read_text()
    first_of = {kind(leaf): leaf for leaf in reversed(list(leaves(json.loads(content))))}
    unnamed = set()
    for name, leaf in first_of.items():
        changed = json.loads(content)
        node = changed
        for key in leaf[:-1]:
            node = node[key]
        node[leaf[-1]] = other(node[leaf[-1]])
        path.write_text(json.dumps(changed))
        try:
            found = [line for line in audit(board).differences if not line.startswith(LOCK)]
        except InputError:
            continue  # is no board any more, and that is said with the field
        if not found:
            unnamed.add(name)
    # What no other file repeats: the hash in the lock tells that, not where.
    assert unnamed == ONLY_BY_THE_LOCK


def figures(pair):
    return next(iter(pair["columns"].values()))


PAIR_FORGERIES = {
    "difference": lambda pair: figures(pair).__setitem__(0, 1.5),
    "interval": lambda pair: figures(pair).__setitem__(1, 1.5),
    "p": lambda pair: figures(pair).__setitem__(3, 1.5),
    "sentence": lambda pair: pair.update(sentence=f"{pair['sentence']} So there."),
    "rows": lambda pair: pair.update(a=pair["b"]),
    "how": lambda pair: pair.update(swapped=False),
}


@pytest.mark.parametrize("name", PAIR_FORGERIES)
@pytest.mark.parametrize("place", [0, -1])
def test_a_pair_that_is_altered_is_named(board, name, place):
    path = board / PAIRS
    content = json.loads(path.read_text())
    PAIR_FORGERIES[name](content["pairs"][place])
    path.write_text(json.dumps(content))
    found = audit(board).differences
    assert any(line.startswith("pair ") for line in found), found
    assert any(line.startswith(f"{PAIRS}: has SHA-256 ") for line in found)


@pytest.mark.parametrize("name", [PAIRS, "details/one.json"])
def test_a_file_that_the_lock_knows_is_held_against_it(board, name):
    before = (board / name).read_text()
    (board / name).write_text(before + " ")
    assert any(line.startswith(f"{name}: has SHA-256 ") for line in audit(board).differences)
    (board / name).unlink()
    assert any(line == f"{name}: is in the lock, but the file is missing" for line in audit(board).differences)
    (board / name).write_text(before)
    lock = json.loads((board / LOCK).read_text())
    del lock["files"][name]
    (board / LOCK).write_text(json.dumps(lock))
    assert audit(board).differences == (f"{name}: is not in the lock",)


def test_a_figure_in_the_csv_is_named_with_its_row_and_column(board):
    path = board / "results.csv"
    lines = path.read_text().splitlines(keepends=True)
    columns = lines[0].strip().split(",")
    cells = lines[1].split(",")
    cells[columns.index("score")] = "0.123"
    path.write_text("".join([lines[0], ",".join(cells), *lines[2:]]))
    (line,) = audit(board).differences
    assert line.startswith("results.csv, line 2: ")
    assert ": score 0.123, expected 0." in line


def test_what_a_submission_says_of_itself_and_copied_rows_are_held_against_their_sources(board):
    toml = board / "submissions" / "one" / "submission.toml"
    toml.write_text(toml.read_text() + 'trained_on = ["MELD"]\n')
    found = audit(board).differences
    assert found == ("one: the model's description in the results differs from its submission",)


@pytest.mark.parametrize("name", ["results.csv", "tables/strict-builtin.md", "tables/official-builtin.tex"])
def test_a_table_of_other_figures_is_named(board, name):
    text = (board / name).read_text()
    (board / name).write_text(text.replace("one", "two", 1))
    (line,) = audit(board).differences
    assert line.startswith(f"{name}, line ")
    (board / name).unlink()
    assert name in audit(board).differences[0]


def test_a_further_column_of_the_csv_is_named(board):
    lines = (board / "results.csv").read_text().splitlines()
    (board / "results.csv").write_text("\n".join(f"{line},{'bribe' if not at else 1}" for at, line in enumerate(lines)))
    assert audit(board).differences == ("results.csv: bribe not in results.json",)


def test_predictions_that_changed_after_the_build_are_named(board):
    path = board / "submissions" / "two" / "predictions" / "meld.jsonl.gz"
    rewrite(path, read(path)[1:])
    found = audit(board).differences
    assert found[0] == "two: its predictions are not those that the results were computed from"
    assert all("two" in line for line in found)
    (board / "submissions" / "two").rename(board / "submissions" / "renamed")
    found = audit(board).differences
    assert "two: is on the board, but has no submission folder" in found
    assert "renamed: is a submission, but not in the results; rebuild the board" in found


def test_details_of_another_model_are_named(board):
    (board / "details" / "stranger.json").write_text("{}")
    (board / "details" / "two.json").write_text("{}")
    found = "\n".join(audit(board).differences)
    assert "details/stranger.json: not a model in the results" in found
    assert "details/two.json: not valid model details" in found


def test_a_board_without_results_or_lock(board):
    (board / LOCK).unlink()
    (line,) = audit(board).differences
    assert LOCK in line
    (board / "results.json").write_text("{}")
    with pytest.raises(InputError, match=r"results\.json: not valid leaderboard results"):
        audit(board)


def test_a_lock_says_who_computed_and_from_where_scores_stand(small):
    small.add("one")
    out = small.submissions.parent
    write(*small.build(), out, by="A", date="2026-01-31")
    before = lock_beside(out / "results.json")
    small_without = small.build(committed=out / "results.json", cache=None, data_root=None)
    write(*small_without, out, before=before)
    now = lock_beside(out / "results.json")
    assert (now.by, now.date) == (None, None)
    assert (now.committed.by, now.committed.results) == ("A", before.results)
    write(*small_without, out, before=now)
    assert lock_beside(out / "results.json") == now
    assert lock_beside(out / "no" / "results.json") is None


INVENTED = sample(12)[0]
SCORED = [(number, name) for number, row in enumerate(INVENTED.rows) if row.origin != "reported" for name in row.scores]


@given(place=st.sampled_from(SCORED), figure=st.sampled_from(["score", "lift", "rank"]), by=st.floats(1e-6, 0.3))
def test_no_score_lift_or_rank_can_be_changed_alone(place, figure, by):
    number, name = place
    row = INVENTED.rows[number]
    score = row.scores[name]
    if figure == "rank":
        rank = score.rank or Rank(rank=1, of=2)
        change = {"rank": rank.model_copy(update={"rank": rank.rank + 1 + int(10 * by)})}
    else:
        change = {figure: (getattr(score, figure) or 0.0) + by}
    scores = row.scores | {name: score.model_copy(update=change)}
    rows = (*INVENTED.rows[:number], row.model_copy(update={"scores": scores}), *INVENTED.rows[number + 1 :])
    found = contradictions(INVENTED.model_copy(update={"rows": rows}))
    assert any(row.id in line for line in found)
