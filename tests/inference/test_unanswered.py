"""Rows without an answer: those that end within their reasoning are among them, and each reason is counted."""

import json

import pytest

from merunibench.errors import InputError
from merunibench.inference.account import EMPTY, account_of
from merunibench.models.base import Answer, NoAnswerError
from tests.inference.fake import FakeModel, run, write_clips

TRACE = "<think>He frowns and says thank you, so he may be"


class Saying(FakeModel):
    """Says the same of every clip, or what `said` has for its name."""

    def __init__(self, *said):
        super().__init__()
        self.said = said

    def answer(self, batch):
        return [self.said[int(one.sample.name.rpartition("utt")[2]) % len(self.said)] for one in batch]


def rows_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(TRACE, "length"), "cut off in its reasoning"),
        (Answer(TRACE), "cut off in its reasoning"),
        (TRACE, "cut off in its reasoning"),
        (Answer(TRACE, "stop"), "only its reasoning"),
        (Answer(TRACE + "</think>\n", "stop"), "only its reasoning"),
        (Answer(TRACE.replace("think", "thinking"), "length"), "cut off in its reasoning"),
        (Answer(TRACE + "</think> <think>or", "length"), "cut off in its reasoning"),
    ],
)
def test_an_answer_that_ends_within_its_reasoning_is_none(tmp_path, answer, reason):
    done = run(write_clips(tmp_path / "clips", 6), tmp_path / "out", Saying("happy", answer))
    rows = rows_of(done.path)
    failed = [row for row in rows if row["status"] == "failed"]
    assert len(failed) == 3
    assert all(reason in row["error"] and "text" not in row for row in failed)
    assert {row.get("finish_reason") for row in failed} == {getattr(answer, "finish_reason", None)}
    (found,) = done.account.unanswered
    assert (found.rows, found.first) == (3, failed[0]["name"])


def test_tokens_and_reasoning_are_in_the_rows_of_answers_and_of_failures(tmp_path):
    said = Saying(Answer("happy", "stop", 7, "He frowns"), Answer("", "length", 9, "She"), "calm")
    rows = rows_of(run(write_clips(tmp_path / "clips", 9), tmp_path / "out", said).path)
    assert {(row["status"], row.get("tokens"), row.get("reasoning")) for row in rows} == {
        ("ok", 7, "He frowns"),
        ("failed", 9, "She"),
        ("ok", None, None),
    }


@pytest.mark.parametrize("answer", ["happy", f"{TRACE}</think>happy", "</think>happy", "a < b > c"])
@pytest.mark.parametrize("ended", ["stop", "length", None])
def test_how_an_answer_ended_is_in_its_row(tmp_path, answer, ended):
    done = run(write_clips(tmp_path / "clips", 3), tmp_path / "out", Saying(Answer(answer, ended)))
    assert {(row["text"], row["status"], row.get("finish_reason")) for row in rows_of(done.path)} == {
        (answer, "ok", ended)
    }
    assert done.account.unanswered == ()
    assert done.account.cut == (3 if ended == "length" else 0)


def test_a_model_that_never_comes_to_an_answer_is_not_asked_for_ever(tmp_path):
    with pytest.raises(InputError, match=r"the first 16 clips all failed; the last one: cut off.*--max-new-tok"):
        run(write_clips(tmp_path / "clips", 40), tmp_path / "out", Saying(Answer(TRACE, "length")))


def test_reasons_are_one_whatever_names_and_numbers_they_hold(tmp_path):
    rows = [
        {"name": "b1", "status": "failed", "error": "video/b1.mp4: truncated: 0.50 s of the 2.00 s"},
        {"name": "b2", "status": "ok", "text": "happy"},
        {"name": "b3", "status": "failed", "error": "video/b3.mp4: truncated: 1.25 s of the 2.5 s"},
        {"name": "b4", "status": "ok", "text": " \n"},
        {"name": "b5", "status": "failed", "error": "refused: no"},
        {"name": "b6", "status": "ok", "text": ""},
        {"name": "b7", "status": "failed", "error": "video/b7.mp4: truncated: 9 s of the 12.5 s"},
    ]
    account = account_of(rows)
    assert [(each.reason, each.rows, each.first) for each in account.unanswered] == [
        ("video/b1.mp4: truncated: 0.50 s of the 2.00 s", 3, "b1"),
        (EMPTY, 2, "b4"),
        ("refused: no", 1, "b5"),
    ]


def test_the_rows_without_an_answer_are_exactly_those_accounted_for(tmp_path):
    special = {2: b"broken", 7: b"odd", 9: b"broken"}
    said = ["happy", "", Answer(TRACE, "length"), Answer("sad", "length")]
    done = run(write_clips(tmp_path / "clips", special=special), tmp_path / "out", Saying(*said))
    empty = [row for row in rows_of(done.path) if not row.get("text", "").strip()]
    assert sum(each.rows for each in done.account.unanswered) == len(empty)
    assert {each.first for each in done.account.unanswered} <= {row["name"] for row in empty}


def test_a_failure_says_how_it_ended(tmp_path):
    class Refusing(FakeModel):
        def answer(self, batch):
            if batch[0].sample.name.endswith("1"):
                raise NoAnswerError("refused: no", "content_filter")
            return ["happy"] * len(batch)

    done = run(write_clips(tmp_path / "clips", 5), tmp_path / "out", Refusing(), batch_size=1)
    (row,) = [row for row in rows_of(done.path) if row["status"] == "failed"]
    assert (row["error"], row["finish_reason"]) == ("refused: no", "content_filter")
