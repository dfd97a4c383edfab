"""A fast path for replies that are word lists in `<answer>` tags, which models in training produce by the thousand.

It gives the same result as `extract_labels`, by the same functions, but skips steps that cannot apply to such a reply.
For any other reply it gives None, and the full rules must be used.
"""

import re

from merunibench.extraction.asides import without_asides
from merunibench.extraction.items import PROSE, empty_words
from merunibench.extraction.refusals import is_error, without_refusal
from merunibench.extraction.rules import in_english, is_known

_LONGEST = 400
_REPLY = re.compile(
    # Only characters that can neither end reasoning nor be part of a tag, in any of their spellings.
    r"\s*(?:<think>[^<>&\\\u0300-\u036f\uff00-\uffef\ufe00-\ufe6f\u25a0-\u25ff]*</think>\s*)?"
    r"<answer>[ \n]?([a-z]+(?:, ?[a-z]+)*)[ \n]?</answer>\s*"
)
_LEADS_ON = re.compile("thinking|analysis|assistant|user|system|model|human|final")
"""Words that may open reasoning or a turn."""


def tagged_labels(reply: str) -> list[str] | None:
    """Return the labels of a list of single words in `<answer>` tags, possibly after `<think>…</think>`.

    Args:
        reply: The raw reply.

    Returns:
        The result of `extract_labels`; None if the reply has another form, in which case it may still have labels.

    Example:
        >>> tagged_labels("<think>She laughs.</think><answer>happy, relieved</answer>")
        ['happy', 'relieved']
        >>> tagged_labels("<answer>not happy</answer>") is None
        True
    """
    found = _REPLY.fullmatch(reply)
    body = found[1] if found else ""
    if not 0 < len(body) <= _LONGEST or PROSE.search(body) or _LEADS_ON.search(body) or is_error(body):
        return None
    if without_refusal(body) != body or without_asides(body) != body:
        return None
    nothing = empty_words()
    items = [item for item in dict.fromkeys(body.replace(" ", "").split(",")) if item not in nothing]
    if not items or 2 * sum(map(is_known, items)) < len(items):
        return None
    return in_english(items, body)
