"""`merunibench export codabench`: answer.csv, or one line that says why not."""

import csv
import json

import pytest

from tests.small import write_rows

ROWS = [
    {"name": "a", "labels": ["happy", "calm"]},
    {"name": "b", "text": "I see that he is sad."},
    {"name": "c", "labels": []},
]


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "preds" / "mer2026ov.jsonl"
    write_rows(path, ROWS)
    return path


def test_the_answers_of_a_challenge(run, answers, tmp_path):
    (tmp_path / "names.csv").write_text("name\na\nb\nc\n")
    done = run("export", "codabench", answers, tmp_path / "out", "--names", tmp_path / "names.csv")
    assert done.code == 0, done
    assert done.out == f"{tmp_path / 'out' / 'answer.csv'}\n"
    assert "3 rows; 1 name no emotion, which the challenge reads as neutral" in done.err
    content = (tmp_path / "out" / "answer.csv").read_text()
    assert list(csv.reader(content.splitlines())) == [
        ["name", "openset"], ["a", "[happy, calm]"], ["b", "[sad]"], ["c", "[]"],
    ]  # fmt: skip


def test_what_is_written_scores_what_was_given(run, answers, tmp_path):
    assert run("export", "codabench", answers, tmp_path / "out").code == 0
    (tmp_path / "mer2026ov.csv").write_text('name,label\na,"[happy]"\nb,"[sad]"\nc,"[calm]"\n')
    said = [
        run("score", path, "--data-root", tmp_path, "--dataset", "mer2026ov", "--format", "json", "--bootstrap", 0).out
        for path in (answers, tmp_path / "out" / "answer.csv")
    ]
    first, second = (json.loads(each)["datasets"][0]["metrics"] for each in said)
    assert first == second


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"name": "d", "labels": ["happy, sad"]}, "1 labels contain commas"),
        ({"name": "d", "labels": ["it's"]}, "1 labels contain commas"),
        ({"name": "d", "status": "failed", "error": "x"}, "1 rows failed or contain no answer"),
        ({"name": "d"}, "1 rows failed or contain no answer"),
        ({"name": "a", "labels": ["sad"]}, "names appear more than once"),
    ],
)
def test_what_the_challenge_would_misread_is_refused(refused, answers, tmp_path, row, message):
    write_rows(answers, [*ROWS, row])
    assert message in refused("export", "codabench", answers, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_are_those_asked_for(refused, answers, tmp_path):
    (tmp_path / "names.csv").write_text("name\na\nb\nz\n")
    given = ("export", "codabench", answers, tmp_path / "out", "--names", tmp_path / "names.csv")
    assert "1 samples of" in (said := refused(*given))
    assert said.rstrip().endswith("have no answer: z")
    (tmp_path / "names.csv").write_text("name\na\nb\n")
    assert "1 samples are not in" in refused(*given)


def test_the_best_checkpoint_and_other_tasks_are_refused(refused, answers, tmp_path):
    given = ("export", "codabench", answers, tmp_path / "out")
    assert "which a challenge does not publish" in refused(*given, "--checkpoint", "best-overall")
    write_rows(answers.with_name("meld.jsonl"), ROWS)
    assert "choose one (--dataset)" in refused("export", "codabench", answers.parent, tmp_path / "out")
    assert "only for fine-grained tasks" in refused(
        "export", "codabench", answers.parent, tmp_path / "out", "--dataset", "meld"
    )


def test_too_few_rows_are_said_where_no_names_are_given(run, tmp_path):
    write_rows(tmp_path / "mer2025ov.jsonl", ROWS)
    assert "3 rows; " in (done := run("export", "codabench", tmp_path / "mer2025ov.jsonl", tmp_path / "out")).err
    assert "1197 fewer than the data set has samples" in done.err
