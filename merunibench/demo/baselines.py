"""Three honest baselines for the demo: the majority answer, one word for every sector, and a reader of the subtitle.

Pure functions from plain data to rows in the predictions contract. They are there to show what a score is worth, not to
be good: the first two never look at a sample, the third sees its subtitle and nothing else.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from merunibench._resources import resource
from merunibench.labels import normalise_label, parse_label_text
from merunibench.lexicon.wheels import load_wheels
from merunibench.tasks import Kind

Row = dict[str, object]
"""One prediction: `name`, `labels` (a list of words) or `polarity`, `status`, and `text` where there is an answer."""

_POLARITY_WORD = {1: "positive", -1: "negative", 0: "neutral"}


def majority(kind: Kind, truth: Mapping[str, str]) -> list[Row]:
    """The answer that fits most samples, given to every sample. It alone of the three is told the truth.

    Basic: the most frequent class. Sentiment: the more frequent sign (exact zeros aside, as in the metric).
    Fine-grained: the k most frequent labels, k being the mean length of the label lists, rounded. Ties go to
    what occurs first.

    Args:
        kind: Kind of task.
        truth: Sample name -> label field: a class word, a number as text, or label-list text. Not empty.

    Example:
        >>> majority("basic", {"a": "sad", "b": "happy", "c": "sad"})[1]
        {'name': 'b', 'labels': ['sad'], 'status': 'ok'}
        >>> majority("fine-grained", {"a": "[sad, tired]", "b": "[calm, tired]"})[0]["labels"]
        ['tired', 'sad']
        >>> majority("sentiment", {"a": "-0.2", "b": "-1", "c": "3.0"})[0]["polarity"]
        'negative'
    """
    if kind == "sentiment":
        positive = sum(float(value) > 0 for value in truth.values())
        negative = sum(float(value) < 0 for value in truth.values())
        return _polarity_rows(truth, "positive" if positive >= negative else "negative")
    if kind == "basic":
        return _label_rows(truth, _most_frequent(truth.values(), 1))
    lists = [[normalise_label(label) for label in parse_label_text(field)] for field in truth.values()]
    labels = [label for labels in lists for label in labels]
    return _label_rows(truth, _most_frequent(labels, round(len(labels) / len(lists))))


def stuffing(kind: Kind, names: Iterable[str]) -> list[Row]:
    """Every sector of every wheel, named by its level-1 word, on every sample; for sentiment, always positive.

    It hits whatever the truth is, so it shows what a hit rate alone cannot see.

    Example:
        >>> "sad" in stuffing("basic", ["a"])[0]["labels"]
        True
        >>> stuffing("sentiment", ["a"])
        [{'name': 'a', 'polarity': 'positive', 'status': 'ok'}]
    """
    if kind == "sentiment":
        return _polarity_rows(names, "positive")
    sectors = (sector for wheel in load_wheels() for sector in wheel.sector_names(1))
    return _label_rows(names, list(dict.fromkeys(sectors)))


def text_reader_rows(kind: Kind, subtitles: Mapping[str, str]) -> list[Row]:
    """What `text_reader` makes of every subtitle; the subtitle itself is the row's `text`.

    Args:
        kind: Kind of task.
        subtitles: Sample name -> what is said.

    Example:
        >>> text_reader_rows("basic", {"a": "Thank you, my friend."})
        [{'name': 'a', 'text': 'Thank you, my friend.', 'labels': ['grateful'], 'status': 'ok'}]
    """
    rows: list[Row] = []
    for name, subtitle in subtitles.items():
        labels, polarity = text_reader(subtitle)
        answer: Row = {"polarity": polarity} if kind == "sentiment" else {"labels": labels}
        rows.append({"name": name, "text": subtitle, **answer, "status": "ok"})
    return rows


def text_reader(subtitle: str) -> tuple[list[str], str]:
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
        >>> text_reader("Thank you, I am so happy!")
        (['grateful', 'happy', 'excited'], 'positive')
        >>> text_reader("I'm not happy.")
        (['unhappy'], 'negative')
        >>> text_reader("The bus leaves at ten.")
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
                negated = _is_word(tokens[position]) and _is_negated(tokens[:position])
                emotion = cue.negated if negated else cue.emotion
                if emotion:
                    heard[emotion] = None
                balance += -cue.polarity if negated else cue.polarity
                position += length
                break
        else:
            position += 1
    sign = (balance > 0) - (balance < 0)
    return list(heard) or ["neutral"], _POLARITY_WORD[sign]


@dataclass(frozen=True)
class _Cue:
    """What a word or phrase suggests: an emotion, the one it suggests when negated, and +1, 0 or -1."""

    emotion: str | None
    negated: str | None
    polarity: int


@cache
def _load_cues() -> dict[tuple[str, ...], _Cue]:
    """The table of cues.toml, by the words of the cue."""
    table = tomllib.loads(resource("demo", "cues.toml").read_text(encoding="utf-8"))
    sign = {"positive": 1, "negative": -1, "none": 0}
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


def _is_negated(before: Sequence[str]) -> bool:
    """Whether a negation stands among the last words of `before`, with no end of a clause in between."""
    for token in reversed(before[-_NEGATION_REACH:]):
        if not _is_word(token):
            return False
        if token in _NEGATIONS or token.endswith("n't"):
            return True
    return False


def _most_frequent(words: Iterable[str], count: int) -> list[str]:
    return [word for word, _ in Counter(words).most_common(count)]


def _label_rows(names: Iterable[str], labels: list[str]) -> list[Row]:
    return [{"name": name, "labels": list(labels), "status": "ok"} for name in names]


def _polarity_rows(names: Iterable[str], polarity: str) -> list[Row]:
    return [{"name": name, "polarity": polarity, "status": "ok"} for name in names]
