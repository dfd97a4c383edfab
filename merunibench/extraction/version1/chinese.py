"""Extract English labels, which the lexicon knows, from emotion words in Chinese text.

The rules consider words, negations directly before them, and the person a clause is about. No segmentation is needed,
because the longest matching word is taken.
"""

import re
from functools import cache

from merunibench.extraction.words import load_words

_CLAUSE = re.compile(r"[，。；！？,;!?\n]|但是|但|不过|然而|而是")
_CHARACTER = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z']+")
_DEGREES = re.compile(r"(?:那么|非常|十分|特别|很|太|感到|觉得|显得|任何|表现出|丝毫|感|有)+$")


def is_chinese(text: str) -> bool:
    """Return whether the text is Chinese: it has more Chinese characters than words in Latin script.

    Example:
        >>> is_chinese("他很 nervous"), is_chinese('She says "哎呀", which sounds surprised.')
        (True, False)
    """
    return not text.isascii() and len(_CHARACTER.findall(text)) > len(_WORD.findall(text))


def chinese_labels(text: str) -> list[str]:
    """Return the distinct labels that Chinese text names, in order.

    Example:
        >>> chinese_labels("他并不愤怒，只是有点失望。")
        ['disappointed']
    """
    grammar = load_words().chinese_grammar
    found: list[str] = []
    for sentence in re.split(r"[。！？\n]", text):
        other = False
        for clause in _CLAUSE.split(sentence):
            other = _is_about_others(clause, other, grammar)
            if not other:
                found.extend(_labels_of(clause, grammar["negators"]))
    return list(dict.fromkeys(found))


def _is_about_others(clause: str, before: bool, grammar: dict[str, tuple[str, ...]]) -> bool:
    """Return whether a clause is about others: by the last person named before the first emotion, else as before."""
    emotion = _pattern().search(clause)
    head = clause[: emotion.start()] if emotion else clause
    others = max((head.rfind(word) for word in grammar["others"]), default=-1)
    main = max((head.rfind(word) for word in grammar["main"]), default=-1)
    if others < 0 and main < 0:
        return before
    return others > main and not re.search(r"[对为向替因让].{0,3}$", head[:others])


def _labels_of(clause: str, negators: tuple[str, ...]) -> list[str]:
    labels, end, denied = [], 0, False
    for match in _pattern().finditer(clause):
        between = clause[end : match.start()]
        before = _DEGREES.sub("", between)
        joined = end > 0 and re.fullmatch(r"[、和或与及]+", between) is not None
        denied = (joined and denied) or before.endswith(negators)
        if not denied:
            labels.append(load_words().chinese[match.group()])
        end = match.end()
    return labels


@cache
def _pattern() -> re.Pattern[str]:
    """Return a pattern that matches any Chinese emotion word, the longest first."""
    return re.compile("|".join(sorted(map(re.escape, load_words().chinese), key=len, reverse=True)))
