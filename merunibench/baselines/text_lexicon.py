"""An honest text-only baseline: what the subtitle alone suggests, by a small table of everyday cues.

It sees the subtitle and nothing else: no picture, no voice, no label. cues.toml was written before the miniature's
subtitles and is not tuned to them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from merunibench._resources import resource
from merunibench.baselines.constant import Row
from merunibench.files.toml import read_toml
from merunibench.kinds import KINDS, NEUTRAL, POLARITIES, POLARITY_OF


def text_lexicon_rows(kind: str, subtitles: Mapping[str, str]) -> list[Row]:
    """What `text_lexicon` makes of every subtitle; the subtitle itself is the row's `text`.

    Args:
        kind: Kind of task.
        subtitles: Sample name -> what is said.

    Example:
        >>> text_lexicon_rows("basic", {"a": "Thank you, my friend."})
        [{'name': 'a', 'text': 'Thank you, my friend.', 'labels': ['grateful'], 'status': 'ok'}]
    """
    rows: list[Row] = []
    for name, subtitle in subtitles.items():
        labels, polarity = text_lexicon(subtitle)
        answer: Row = {"polarity": polarity} if KINDS[kind].answer == "polarity" else {"labels": labels}
        rows.append({"name": name, "text": subtitle, **answer, "status": "ok"})
    return rows


def text_lexicon(subtitle: str) -> tuple[list[str], str]:
    """Emotions and polarity of a sentence, from the cue words of cues.toml.

    Cues are matched longest first, from left to right, without overlap. After a negation among the three words
    before it in the same clause, a cue turns its polarity round and stands for the opposite emotion that the
    table names, or for none.

    Args:
        subtitle: What is said; nothing else is looked at.

    Returns:
        Labels in the order in which they were heard, `neutral` if there are none; and `positive`, `negative` or
        `neutral`: the sign of positive minus negative cues.

    Example:
        >>> text_lexicon("Thank you, I am so happy!")
        (['grateful', 'happy', 'excited'], 'positive')
        >>> text_lexicon("I'm not happy.")
        (['unhappy'], 'negative')
        >>> text_lexicon("The bus leaves at ten.")
        (['neutral'], 'neutral')
    """
    cues = _load_cues()
    longest = max(map(len, cues))
    tokens = _tokenise(subtitle)
    heard: dict[str, None] = {}
    balance = position = 0
    while position < len(tokens):
        for length in range(longest, 0, -1):
            cue = cues.get(tokens[position : position + length])
            if cue is not None:
                negated = _is_word(tokens[position]) and _is_negated(tokens, position)
                emotion = cue.negated if negated else cue.emotion
                if emotion:
                    heard[emotion] = None
                balance += -cue.polarity if negated else cue.polarity
                position += length
                break
        else:
            position += 1
    sign = (balance > 0) - (balance < 0)
    return list(heard) or [NEUTRAL], POLARITY_OF[sign]


@dataclass(frozen=True)
class _Cue:
    """What a word or phrase suggests: an emotion, the one it suggests when negated, and +1, 0 or -1."""

    emotion: str | None
    negated: str | None
    polarity: int


@cache
def _load_cues() -> dict[tuple[str, ...], _Cue]:
    """The table of cues.toml, by the words of the cue."""
    table = read_toml(resource("baselines", "cues.toml"))
    sign = {**POLARITIES, "none": 0}
    cues = {
        _tokenise(word): _Cue(None, None, sign[polarity])
        for polarity, words in table["polarity"].items()
        for word in words
    }
    for emotion, entry in table["emotions"].items():
        cue = _Cue(emotion, entry.get("negated"), sign[entry["polarity"]])
        cues.update(dict.fromkeys(map(_tokenise, entry["cues"]), cue))
    return cues


_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|[?!]+|[,.;:]")
_NEGATIONS = frozenset({"not", "no", "never", "nobody", "nothing", "without", "hardly", "cannot"})
_NEGATION_REACH = 3


def _tokenise(text: str) -> tuple[str, ...]:
    """Words in lower case; `!` and `?!` for runs of such marks; `.` for every other end of a clause."""
    tokens = _TOKEN.findall(text.lower().replace("’", "'"))
    return tuple(token if _is_word(token) else _mark(token) for token in tokens)


def _mark(token: str) -> str:
    if "!" not in token:
        return "."
    return "?!" if "?" in token else "!"


def _is_word(token: str) -> bool:
    return token[0].isalpha()


def _is_negated(tokens: Sequence[str], position: int) -> bool:
    """Whether a negation stands among the last words before a position, with no end of a clause in between."""
    for token in reversed(tokens[max(0, position - _NEGATION_REACH) : position]):
        if not _is_word(token):
            return False
        if token in _NEGATIONS or token.endswith("n't"):
            return True
    return False
