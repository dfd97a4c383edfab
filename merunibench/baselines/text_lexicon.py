"""A text-only baseline that predicts emotions from the subtitle by a small table of everyday cue words.

It uses only the subtitle: no video, no audio, no labels. cues.toml was written before the miniature's subtitles and is
not tuned to them.
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
    """Return the answers of `text_lexicon` for all subtitles; the subtitle is the row's `text`.

    Args:
        kind: Kind of task.
        subtitles: Sample name -> subtitle.

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
    """Predict emotions and polarity of a sentence by the cue words of cues.toml.

    Cues are matched longest first, from left to right, without overlap. If one of the three preceding words in the same
    clause is a negation, the polarity of a cue is reversed, and its emotion is replaced by the opposite one in the
    table, or dropped if there is none.

    Args:
        subtitle: The subtitle.

    Returns:
        Labels in order of occurrence, `neutral` if there are none; and `positive`, `negative` or `neutral`: the sign of
        the number of positive minus negative cues.

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
    found: dict[str, None] = {}
    balance = position = 0
    while position < len(tokens):
        for length in range(longest, 0, -1):
            cue = cues.get(tokens[position : position + length])
            if cue is not None:
                negated = _is_word(tokens[position]) and _is_negated(tokens, position)
                emotion = cue.negated if negated else cue.emotion
                if emotion:
                    found[emotion] = None
                balance += -cue.polarity if negated else cue.polarity
                position += length
                break
        else:
            position += 1
    sign = (balance > 0) - (balance < 0)
    return list(found) or [NEUTRAL], POLARITY_OF[sign]


@dataclass(frozen=True)
class _Cue:
    """The meaning of a cue: an emotion, the emotion if it is negated, and its polarity (+1, 0 or -1)."""

    emotion: str | None
    negated: str | None
    polarity: int


@cache
def _load_cues() -> dict[tuple[str, ...], _Cue]:
    """Load the table of cues.toml by the words of the cue."""
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
    """Split text into lower-case words; `!` and `?!` for runs of such marks; `.` for any other end of a clause."""
    tokens = _TOKEN.findall(text.lower().replace("’", "'"))
    return tuple(token if _is_word(token) else _mark(token) for token in tokens)


def _mark(token: str) -> str:
    if "!" not in token:
        return "."
    return "?!" if "?" in token else "!"


def _is_word(token: str) -> bool:
    return token[0].isalpha()


def _is_negated(tokens: Sequence[str], position: int) -> bool:
    """Return whether one of the last words before a position, in the same clause, is a negation."""
    for token in reversed(tokens[max(0, position - _NEGATION_REACH) : position]):
        if not _is_word(token):
            return False
        if token in _NEGATIONS or token.endswith("n't"):
            return True
    return False
