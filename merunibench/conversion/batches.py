"""Answers to batches of requests, as written by OpenAI and `vllm run-batch`."""

from collections.abc import Mapping
from typing import Any

from merunibench._text import in_one_line
from merunibench.conversion.base import Answer, Format
from merunibench.conversion.fields import Row, content_text, dig

_LONGEST = 200


def _answer(row: Row) -> Answer:
    status, error = dig(row, "response.status_code"), row.get("error")
    if error or status != 200:
        message = error.get("message") if isinstance(error, Mapping) else error
        return Answer(None, in_one_line(str(message or f"status {status}"), _LONGEST))
    body = dig(row, "response.body")
    if not isinstance(body, Mapping):
        return Answer(None, "the response has no body")
    if isinstance(body.get("output"), list):
        return _of_responses(body["output"])
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        return Answer(None, "the response has no choices")
    if len(choices) > 1:
        raise ValueError(f"{len(choices)} answers for one sample (n > 1); keep one of them")
    text = content_text(dig(choices[0], "message.content"), "content") if isinstance(choices[0], Mapping) else None
    return Answer(text, None if text is not None else "the message has no content")


def _of_responses(output: list[Any]) -> Answer:
    """Return the answer of `/v1/responses` output; reasoning items have no `content` of type `output_text`."""
    messages = [item for item in output if isinstance(item, Mapping) and item.get("type", "message") == "message"]
    texts = [text for item in messages if (text := content_text(item.get("content"), "content")) is not None]
    return Answer("".join(texts)) if texts else Answer(None, "the response has no text")


OPENAI_BATCH = Format(
    "openai-batch",
    "the OpenAI or vLLM batch",
    "JSON Lines",
    frozenset({"custom_id", "response"}),
    _answer,
    names=("custom_id",),
)
