"""What replies say, as servers of many kinds write them: the answer, how it ended, or why there is none."""

import json

import pytest

from merunibench.chat.base import CUT_OFF, ONLY_REASONING, Reply
from merunibench.chat.completion import LONGEST_ANSWER, MalformedError, read_completion

NOTHING = "the model gave an empty answer"
FILTERED = "stopped by the endpoint's content filter"
TRACE = "He frowns, so he may be"


def completion(finish=None, choice=None, **message):
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish, **(choice or {})}
    return json.dumps({"id": "1", "object": "chat.completion", "choices": [choice]}).encode()


def text(said, **more):
    return {"type": "text", "text": said, **more}


THINKING = {"type": "thinking", "thinking": [text(TRACE)], "closed": True}


@pytest.mark.parametrize(
    ("body", "said", "ended"),
    [
        (completion("stop", content="happy"), "happy", "stop"),
        (completion(None, content="happy"), "happy", None),
        (completion(3, content="happy"), "happy", None),
        (completion(" ", content="happy"), "happy", None),
        (completion("length", content="happy, relieved, exc"), "happy, relieved, exc", "length"),
        (completion("MAX_TOKENS", content="happy"), "happy", "length"),
        (completion("model_length", content="happy"), "happy", "length"),
        (completion("eos_token", content="happy"), "happy", "eos_token"),
        (completion("\x1b[31m" + "x" * 90, content="happy"), "happy", "\\x1b[31m" + "x" * 31 + "…"),
        (completion("stop", content="happy", reasoning_content=TRACE), "happy", "stop"),
        (completion("stop", content="happy", reasoning=TRACE), "happy", "stop"),
        (completion("stop", content="happy", refusal=None, tool_calls=[]), "happy", "stop"),
        (completion("stop", content=[text("happy")]), "happy", "stop"),
        (completion("stop", content=[text("happy"), text(", relieved")]), "happy, relieved", "stop"),
        (completion("stop", content=[THINKING, text("happy")]), "happy", "stop"),
        (completion("stop", content=[text("happy"), {"type": "reference", "reference_ids": [1]}]), "happy", "stop"),
        (completion("stop", content=[{"type": "output_text", "text": "happy"}]), "happy", "stop"),
        (completion("stop", content=[{"text": TRACE, "thought": True}, {"text": "happy"}]), "happy", "stop"),
        (completion("stop", content=[{"type": "reasoning", "text": TRACE}, "happy"]), "happy", "stop"),
        (completion("stop", content=text("happy")), "happy", "stop"),
        (completion("stop", content=["happy", ", calm"]), "happy, calm", "stop"),
        (completion("stop", content="a\ud800"), "a?", "stop"),
    ],
)
def test_answers(body, said, ended):
    reply = read_completion(body)
    assert (reply.text, reply.error, reply.finish_reason) == (said, None, ended)


@pytest.mark.parametrize(
    ("body", "reasoning"),
    [
        (completion("stop", content="happy"), None),
        (completion("stop", content="happy", reasoning=" "), None),
        (completion("stop", content="happy", reasoning_content=TRACE), TRACE),
        (completion("stop", content="happy", reasoning=TRACE, reasoning_details=[text(TRACE)]), TRACE),
        (completion("stop", content="happy", reasoning_details=[text("He "), {"summary": "frowns"}]), "He frowns"),
        (completion("stop", content="happy", reasoning_details=[{"type": "reasoning.encrypted", "data": "x"}]), None),
        (completion("stop", content=[THINKING, text("happy")]), TRACE),
        (completion("stop", content=[{"text": TRACE, "thought": True}, {"text": "happy"}]), TRACE),
        (completion("length", content=None, reasoning=TRACE), TRACE),
        (completion("stop", content="happy", reasoning="a\ud800"), "a?"),
        (completion("stop", content="happy", reasoning="a" * (1 << 19)), "a" * (1 << 18)),
        (completion("stop", content="happy", reasoning=[[[[[["deep"]]]]]]), None),
        (completion("stop", content="happy", reasoning={"text": {"text": 3}}), None),
    ],
    ids=lambda value: None if value is None else str(value)[:60],
)
def test_reasoning_is_kept_beside_the_answer(body, reasoning):
    assert read_completion(body).reasoning == reasoning


@pytest.mark.parametrize(
    ("body", "reason", "ended"),
    [
        (completion("stop", content=""), NOTHING, "stop"),
        (completion(None, content=" \n"), NOTHING, None),
        (completion(None, content=None), NOTHING, None),
        (completion(None), NOTHING, None),
        (completion("stop", content=[]), NOTHING, "stop"),
        (completion("length", content=None, reasoning_content=TRACE), CUT_OFF, "length"),
        (completion("length", content="", reasoning=TRACE), CUT_OFF, "length"),
        (completion("length", content=[THINKING]), CUT_OFF, "length"),
        (completion("length"), CUT_OFF, "length"),
        (completion("MAX_TOKENS", content=""), CUT_OFF, "length"),
        (completion("stop", content=None, reasoning_content=TRACE), ONLY_REASONING, "stop"),
        (completion(None, content=[THINKING]), ONLY_REASONING, None),
        (completion("stop", content=None, refusal="I can't help."), "refused: I can't help.", "stop"),
        (completion("stop", content=[{"type": "refusal", "refusal": "No."}]), "refused: No.", "stop"),
        (completion("content_filter", content=""), FILTERED, "content_filter"),
        (completion("content_filter", content="happy, and then he"), FILTERED, "content_filter"),
        (completion("content_filter: SAFETY", content=None), FILTERED, "content_filter"),
        (completion("PROHIBITED_CONTENT"), FILTERED, "content_filter"),
        (completion("sensitive", content=""), FILTERED, "content_filter"),
        (completion("tool_calls", content=None, tool_calls=[{"id": "1"}]), "called a tool", "tool_calls"),
        (completion("stop", content="x" * (LONGEST_ANSWER + 1)), "characters; the maximum is", "stop"),
    ],
)
def test_no_answer_has_its_reason(body, reason, ended):
    reply = read_completion(body)
    assert reply.text == ""
    assert reason in reply.error
    assert reply.finish_reason == ended


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", ""),
        (b"<html>", ""),
        (b'{"choices": [', ""),
        (b"\xff\xfe\xfd", ""),
        (b"data: {}\n\n", ""),
        (b"null", ""),
        (b"[]", ""),
        (b"3", ""),
        (b'"choices"', ""),
        (b'{"x": 1}', ""),
        (b'{"choices": []}', ""),
        (b'{"choices": {}}', ""),
        (b'{"choices": "ab"}', ""),
        (b'{"choices": [null]}', ""),
        (b'{"choices": [[]]}', ""),
        (b'{"choices": [{"text": "happy"}]}', ""),
        (b'{"choices": [{"delta": {"content": "happy"}}]}', ""),
        (b'{"choices": [{"message": null}]}', ""),
        (b'{"choices": [{"message": "happy"}]}', ""),
        (b'{"choices": [{"message": {"content": 3}}]}', ""),
        (b'{"choices": [{"message": {"content": [3]}}]}', ""),
        (b'{"choices": [{"message": {"content": [null]}}]}', ""),
        (b'{"choices": [{"message": {"content": [{"type": 3}]}}]}', ""),
        (b'{"choices": [{"message": {"content": [{"type": "text", "text": {"value": "x"}}]}}]}', ""),
        (b'{"choices": [{"message": {"content": true}}]}', ""),
        (b'{"created": ' + b"9" * 5000 + b"}", ""),
        (b'{"choices": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"),
        (b'{"choices": [], "error": {"message": "upstream overloaded"}}', "upstream overloaded"),
        (b'{"error": "no such deployment"}', "no such deployment"),
        (b'{"error": {"message": {"a": 1}}}', ""),
        (b'{"detail": "Not Found"}', "Not Found"),
        (completion("error", content="happy, and", choice={"error": {"message": "the host died"}}), "the host died"),
        (completion("abort", content="happy, and"), "aborted (abort)"),
    ],
)
def test_what_is_no_completion(body, detail):
    with pytest.raises(MalformedError) as caught:
        read_completion(body)
    reason = "the endpoint's reply is not a chat completion"
    assert str(caught.value) == (f"{reason}: {detail}" if detail else reason)


def test_a_stream_is_put_together():
    events = [
        {"choices": [{"delta": {"role": "assistant", "content": ""}}]},
        {"choices": [{"delta": {"reasoning_content": "He frowns"}}]},
        {"choices": [{"delta": {"content": "ang"}}]},
        {"choices": [{"delta": {"content": "ry"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 7}},
    ]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + ": comment\n\ndata: [DONE]\n\n"
    assert read_completion(body.encode()) == Reply("angry", None, "stop", 7, "He frowns")
    assert "reasoning" in read_completion(body.encode().replace(b"ang", b"").replace(b"ry", b"")).error
    with pytest.raises(MalformedError, match="overloaded"):
        read_completion(b'data: {"error": {"message": "overloaded"}}\n\n')
    for broken in (b"data: 3\n\n", b'data: {"choices": [3]}\n\n', b'data: {"choices": [{"delta": 3}]}\n\n', b"data: {"):
        with pytest.raises(MalformedError):
            read_completion(broken)
