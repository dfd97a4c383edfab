"""Read the arguments of a reward: completions and columns of truths, in all forms that trainers use."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import isnan
from typing import Any, Literal

from merunibench.errors import InputError
from merunibench.labels import parse_label_field

Part = Literal["answer", "text", "think"]
"""The part of a reply to read: the answer without reasoning, the whole text, or only the reasoning."""

_LONGEST_KEPT = 8192
"""Longest reply that is cached; replies repeat late in training."""
_THINK = re.compile(r"<think>(.*?)(?:</think>|\Z)", re.DOTALL)
_TAGS = re.compile(r"</?(?:think|answer|context)>")
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)


def text_of(completion: object) -> str:
    """Return the text of a completion: the text itself, or the last message of the assistant in a conversation.

    Parts of a message that are not text (images) are left out; the text of an invalid completion is empty.
    """
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Mapping):
        completion = [completion]
    if not isinstance(completion, Sequence) or isinstance(completion, bytes):
        return ""
    messages = [message for message in completion if isinstance(message, Mapping)]
    own = [message for message in messages if message.get("role", "assistant") == "assistant"] or messages[-1:]
    content = own[-1].get("content") if own else None
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence) or isinstance(content, bytes):
        return ""
    parts = (part.get("text") if isinstance(part, Mapping) else part for part in content)
    return "".join(part for part in parts if isinstance(part, str))


def labels_of(reply: str, part: Part = "answer") -> tuple[str, ...]:
    """Return the distinct labels in a part of a reply, extracted by the rules (docs/extraction.md).

    Args:
        reply: The raw reply.
        part: The part to read.
    """
    read = _remembered if len(reply) <= _LONGEST_KEPT else _read
    return read(reply, part)


def _read(reply: str, part: Part) -> tuple[str, ...]:
    from merunibench.extraction import extract_labels
    from merunibench.extraction.tagged import tagged_labels

    if part == "answer":
        labels = tagged_labels(reply)
        return tuple(extract_labels(reply) if labels is None else labels)
    text = "\n".join(_THINK.findall(reply)) if part == "think" else _TAGS.sub("\n", reply)
    return tuple(extract_labels(text)) if text.strip() else ()


_remembered = lru_cache(maxsize=1 << 14)(_read)


def truth_labels(truth: object) -> tuple[str, ...] | None:
    """Return the labels of a truth: a list, label-list text, or either in `<answer>` tags; None if it is missing.

    Raises:
        TypeError: it is not a label field.
    """
    if truth is None or (isinstance(truth, float) and isnan(truth)):
        return None
    if isinstance(truth, str):
        tagged = _ANSWER.findall(truth)
        truth = tagged[-1] if tagged else truth
    return tuple(parse_label_field(truth))


def column_of(columns: Mapping[str, Any], names: Sequence[str], samples: int) -> Sequence[Any]:
    """Return the column of truths, one for each completion.

    Older trainers give one truth per prompt and several consecutive completions of it; the truths are then repeated.

    Args:
        columns: All columns that the trainer gives.
        names: Possible names of the column; the first one that exists is used.
        samples: Number of completions.

    Raises:
        InputError: none of the columns exists, or the number of completions is not a multiple of the truths.
    """
    name = next((name for name in names if columns.get(name) is not None), None)
    if name is None:
        given = ", ".join(sorted(columns)) or "none"
        raise InputError(
            f"no column of truths: {' or '.join(names)} is needed, but the data set has {given}; set truth="
        )
    truths = columns[name]
    if isinstance(truths, str) or not hasattr(truths, "__len__"):
        raise InputError(f"column {name}: must contain one truth per completion, not {type(truths).__name__}")
    if len(truths) == samples:
        return list(truths)
    if not len(truths) or samples % len(truths):
        raise InputError(f"column {name}: {len(truths)} truths for {samples} completions")
    return [truth for truth in truths for _ in range(samples // len(truths))]
