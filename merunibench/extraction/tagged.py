"""A short way for replies that are word lists in `<answer>` tags, as models in training give them by the thousand.

It gives what `extract_labels` gives, by the same functions, without looking for what such a reply cannot hold; where a
reply might hold anything else it gives None, and the rules read it.
"""

import re

from merunibench.extraction.asides import without_asides
from merunibench.extraction.items import PROSE, empty_words
from merunibench.extraction.refusals import is_error, without_refusal
from merunibench.extraction.rules import in_english, is_known

_LONGEST = 400
_REPLY = re.compile(
    # Signs that neither end reasoning nor are parts of a tag, in any spelling of theirs.
    r"\s*(?:<think>[^<>&\\\u0300-\u036f\uff00-\uffef\ufe00-\ufe6f\u25a0-\u25ff]*</think>\s*)?"
    r"<answer>[ \n]?([a-z]+(?:, ?[a-z]+)*)[ \n]?</answer>\s*"
)
_LEADS_ON = re.compile("thinking|analysis|assistant|user|system|model|human|final")
"""Words that may open reasoning or a turn."""


def tagged_labels(reply: str) -> list[str] | None:
    """The labels of a reply that is a list of single words in `<answer>` tags, perhaps after `<think>…</think>`.

    Args:
        reply: The raw reply.

    Returns:
        What `extract_labels` gives, or None if the reply is anything else: it may hold labels all the same.

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
