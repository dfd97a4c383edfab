"""Read an endpoint's reply: the answer and how it ended, or why there is none.

Servers agree on little beyond the text of a plain answer. The answer may come in parts, some of them reasoning
(Mistral). Reasoning may have a separate field, under several names (vLLM, Ollama, DeepSeek); if it used all tokens, the
answer is null, empty or missing (Gemini). A refusal has a separate field (OpenAI). The length limit and the content
filter have a different name for each vendor. Errors may come with the status 200 (OpenRouter).
"""

import json
import re
from typing import Any

from merunibench._text import escape_controls
from merunibench.chat.base import CUT_OFF, LENGTH, ONLY_REASONING, Reply, as_reply

LONGEST_ANSWER = 1 << 18
"""Maximum number of characters of an answer: far beyond any real answer, and fast to read."""
FILTERED = "content_filter"
"""The finish reason of an answer that was stopped by a content filter."""

_LENGTHS = frozenset(
    {LENGTH, "max_tokens", "max_length", "max_output_tokens", "model_length", "model_context_window_exceeded"}
)
_BROKEN_OFF = frozenset({"error", "abort", "aborted", "cancelled", "network_error", "insufficient_system_resource"})
_FILTER = re.compile(r"filter|safety|sensitive|recitation|prohibited|blocklist|refusal|moderation|guardrail|spii")
_REASONING_FIELDS = ("reasoning_content", "reasoning", "reasoning_details", "thinking")
_REASONING_TEXTS = ("text", "thinking", "reasoning", "summary", "content")
_UNSAID = " "
"""The placeholder for reasoning that a server withholds or encrypts."""
_REASONING_PART = re.compile(r"think|thought|reason|analysis", re.IGNORECASE)
_LONGEST_ENDING = 40


class MalformedError(Exception):
    """A reply that is not a chat completion; the fault may be temporary or permanent."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("the endpoint's reply is not a chat completion" + (f": {detail}" if detail else ""))


def read_completion(content: bytes) -> Reply:
    """Return the first choice of a chat completion as a reply; without an answer, its error gives the reason.

    Args:
        content: The body of the reply; its length must already be limited.

    Raises:
        MalformedError: The reply is not a chat completion, or the server aborted it.
    """
    try:
        body = _whole(content) if content.lstrip().startswith(b"data:") else json.loads(content)
    except (RecursionError, MemoryError):
        raise MalformedError("nested too deeply") from None
    except (ValueError, TypeError, AttributeError):  # not JSON, not text, a number of thousands of digits, not a stream
        raise MalformedError from None
    try:
        choice = body["choices"][0]
        message, ended = choice["message"], _ending(choice.get("finish_reason"))
        text, refusal, reasoning = _said(message)
        tools = bool(message.get("tool_calls") or message.get("function_call"))
        counted = _prompt_tokens(body)
    except (LookupError, TypeError, AttributeError):
        raise MalformedError(_complaint(body)) from None
    if ended in _BROKEN_OFF:
        raise MalformedError(_complaint(choice) or f"aborted ({ended})")
    reply = _reply(text, refusal, ended, reasoned=bool(reasoning), tools=tools)
    return reply._replace(prompt_tokens=counted, reasoning=reasoning.strip()[:LONGEST_ANSWER] or None)


def _reply(text: str, refusal: str, ended: str | None, *, reasoned: bool, tools: bool) -> Reply:
    """Return the answer, or the reason why there is none."""
    if len(text) > LONGEST_ANSWER:
        return Reply("", f"the answer has {len(text)} characters; the maximum is {LONGEST_ANSWER}", ended)
    if ended == FILTERED:
        return Reply("", "stopped by the endpoint's content filter", ended)
    reply = as_reply(text, ended)
    if reply.error is None:
        return reply
    return reply._replace(error=_why_nothing(refusal, ended, reasoned=reasoned, tools=tools) or reply.error)


def _why_nothing(refusal: str, ended: str | None, *, reasoned: bool, tools: bool) -> str | None:
    """Return the reason for an answer without text; None if it is unknown."""
    if refusal:
        return f"refused: {refusal}"
    if ended == LENGTH:
        return CUT_OFF
    if reasoned:
        return ONLY_REASONING
    return "the model called a tool instead of answering" if tools else None


def _prompt_tokens(body: Any) -> int | None:  # noqa: ANN401
    """Return the number of prompt tokens that the server reports."""
    usage = body.get("usage")
    counted = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return counted if isinstance(counted, int) and not isinstance(counted, bool) and counted > 0 else None


def _whole(content: bytes) -> dict[str, Any]:
    """Assemble the completion from a stream of server-sent events, for servers that only stream.

    Raises:
        ValueError, TypeError, AttributeError: The content is not such a stream.
        RecursionError: An event is nested too deeply.
    """
    pieces: dict[str, list[Any]] = {}
    ended, usage, begun = None, None, False
    for line in content.decode("utf-8", "replace").splitlines():
        field, _, data = line.partition(":")
        if field != "data" or not (data := data.strip()) or data == "[DONE]":
            continue
        event: dict[str, Any] = json.loads(data)
        if event.get("error"):
            return event
        usage = event.get("usage") or usage
        for choice in (event.get("choices") or [])[:1]:
            begun, ended = True, choice.get("finish_reason") or ended
            for name, value in (choice.get("delta") or {}).items():
                if value is not None:
                    pieces.setdefault(name, []).append(value)
    message = {
        name: "".join(values) if all(isinstance(value, str) for value in values) else values[0]
        for name, values in pieces.items()
    }
    return {"choices": [{"message": message, "finish_reason": ended}] if begun else [], "usage": usage}


def _ending(word: object) -> str | None:
    """Translate a vendor's finish reason to OpenAI's terms: stop, length, content_filter."""
    if not isinstance(word, str) or not word.strip():
        return None
    word = word.strip().lower()
    if word in _LENGTHS:
        return LENGTH
    return FILTERED if _FILTER.search(word) else escape_controls(word, _LONGEST_ENDING)


def _said(message: Any) -> tuple[str, str, str]:  # noqa: ANN401 - any JSON value
    """Return (text, refusal, reasoning) of a message.

    Raises:
        TypeError, AttributeError: The value is not a message.
    """
    content = message.get("content")
    # Some servers send the same reasoning under two names.
    reasoning = [next(filter(None, (_text_of(message.get(name)) for name in _REASONING_FIELDS)), "")]
    texts, refusal = [], message.get("refusal")
    for part in content if isinstance(content, list) else [] if content is None else [content]:
        if isinstance(part, str):
            texts.append(part)
        elif part.get("thought") is True or _REASONING_PART.search(part.get("type", "")):
            reasoning.append(_text_of(part) or _UNSAID)
        else:
            texts.append(part.get("text") or "")
            refusal = refusal or part.get("refusal")
    return "".join(texts), refusal if isinstance(refusal, str) else "", "".join(reasoning)


def _text_of(reasoning: object, levels: int = 3) -> str:
    """Return the text of reasoning: plain text, a list of parts, or a part with one of several keys."""
    if isinstance(reasoning, str):
        return reasoning.encode("utf-8", "replace").decode("utf-8")
    if isinstance(reasoning, list) and levels:
        return "".join(_text_of(part, levels - 1) for part in reasoning)
    if isinstance(reasoning, dict) and levels:
        parts = (_text_of(reasoning.get(name), levels - 1) for name in _REASONING_TEXTS)
        return next(filter(None, parts), _UNSAID)
    return ""


def _complaint(body: object) -> str:
    """Return the error message in a reply, if any."""
    said: object = body if isinstance(body, dict) else ""
    for name in ("error", "message", "detail"):
        said = said.get(name, said) if isinstance(said, dict) else said
    return said if isinstance(said, str) else ""
