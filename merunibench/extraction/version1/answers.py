"""Clean a model's raw answer: remove the reasoning trace, code fences and Markdown.

Nothing in this module depends on emotions.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_OPENING = re.compile(r"<(think|thinking|reasoning)\s*>", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:think|thinking|reasoning)\s*>", re.IGNORECASE)
_ANSWER = re.compile(r"<answer\s*>(.*?)(?:</answer\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_FENCE = re.compile(r"```[\w+-]*[ \t]*\n?|`")
_EMPHASIS = re.compile(r"(\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\w)|(?<=\w)_(?!\w))")
_BLANKS = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r"(?: ?\n){3,}")
_HEADING = re.compile(r"^[ \t]*(?:#{1,6}|>)[ \t]*", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\[]*)\]\([^)\s]*\)")


class Answer(NamedTuple):
    """The cleaned answer, and whether a reasoning trace was removed from it."""

    text: str
    had_trace: bool


@lru_cache(maxsize=4)  # an answer is usually cleaned again right after it was read
def clean_answer(text: str) -> Answer:
    """Remove reasoning traces, code fences and Markdown.

    A trace that is never closed was cut off by the length limit: there is no answer after it, so the text is empty. A
    closing tag without an opening one ends a trace that began in the prompt. `<answer>` tags enclose the answer.

    Example:
        >>> clean_answer("<think>He frowns, so angry?</think> **Emotions**: sad")
        Answer(text='Emotions: sad', had_trace=True)
        >>> clean_answer("<think>He frowns, so")
        Answer(text='', had_trace=True)
    """
    had_trace = False
    if "<" in text:
        rest = _without_traces(text)
        had_trace = rest != text
        answers = _ANSWER.findall(rest)
        text = answers[-1] if answers else rest
    if "`" in text:
        text = _FENCE.sub("", text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "#" in text or ">" in text:
        text = _HEADING.sub("", text)
    text = _NEWLINES.sub("\n\n", _BLANKS.sub(" ", text))
    return Answer(text.replace("’", "'").strip(), had_trace)


def ends_in_trace(text: str) -> bool:
    """Return whether an answer ends within a reasoning trace that it opened.

    Example:
        >>> ends_in_trace("<think>He frowns, so"), ends_in_trace("<think>He frowns.</think> sad")
        (True, False)
    """
    openings = list(_OPENING.finditer(text))
    return bool(openings) and _CLOSING.search(text, openings[-1].end()) is None


def _without_traces(text: str) -> str:
    kept, position = [], 0
    while opening := _OPENING.search(text, position):
        kept.append(text[position : opening.start()])
        closing = _CLOSING.search(text, opening.end())
        position = closing.end() if closing else len(text)
    rest = " ".join([*kept, text[position:]])
    orphans = list(_CLOSING.finditer(rest))
    return rest[orphans[-1].end() :] if orphans else rest
