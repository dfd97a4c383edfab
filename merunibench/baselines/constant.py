"""Baselines without a model: stuffing, the majority answer, shuffled answers, and empty answers.

These are pure functions from plain data to rows in the format of predictions (`name`, and `labels` or `polarity`). None
of them uses the clips.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from merunibench.kinds import KINDS
from merunibench.labels import normalise_label, parse_label_text
from merunibench.lexicon import LEVELS, Level, Lexicon, load_wheels

Row = dict[str, Any]
"""One prediction: `name`, `labels` (a list of words) or `polarity`, `status`, and `text` if there is an answer."""


def stuffing(kind: str, names: Iterable[str], lexicon: Lexicon | None = None) -> list[Row]:
    """Return every sector of every wheel for every sample; for sentiment, always positive.

    It hits every truth, which shows what a hit rate alone does not measure.

    Args:
        kind: Kind of task.
        names: Sample names.
        lexicon: The lexicon that will score it; words are chosen so that together they reach every sector that any of
            its words reaches. Without a lexicon, the level-1 words of the wheels are used.

    Example:
        >>> "sad" in stuffing("basic", ["a"])[0]["labels"]
        True
        >>> stuffing("sentiment", ["a"])
        [{'name': 'a', 'polarity': 'positive', 'status': 'ok'}]
    """
    if KINDS[kind].answer == "polarity":
        return _polarity_rows(names, "positive")
    return _label_rows(names, _sector_names() if lexicon is None else words_for_every_sector(lexicon))


def majority(kind: str, truth: Mapping[str, str]) -> list[Row]:
    """Return the most frequent answer for every sample; this uses the truth.

    Basic: the most frequent class. Sentiment: the more frequent sign (without exact zeros, as in the metric).
    Fine-grained: the k most frequent labels, where k is the rounded mean length of the label lists. Ties are resolved
    by first occurrence.

    Args:
        kind: Kind of task.
        truth: Sample name -> label field: a class word, a number as text, or label-list text. Must not be empty.

    Example:
        >>> majority("basic", {"a": "sad", "b": "happy", "c": "sad"})[1]
        {'name': 'b', 'labels': ['sad'], 'status': 'ok'}
        >>> majority("fine-grained", {"a": "[sad, tired]", "b": "[calm, tired]"})[0]["labels"]
        ['tired', 'sad']
        >>> majority("sentiment", {"a": "-0.2", "b": "-1", "c": "3.0"})[0]["polarity"]
        'negative'
    """
    if KINDS[kind].answer == "polarity":
        positive = sum(float(value) > 0 for value in truth.values())
        negative = sum(float(value) < 0 for value in truth.values())
        return _polarity_rows(truth, "positive" if positive >= negative else "negative")
    if KINDS[kind].truth == "class":
        return _label_rows(truth, _most_frequent(truth.values(), 1))
    lists = [[normalise_label(label) for label in parse_label_text(field)] for field in truth.values()]
    labels = [label for labels in lists for label in labels]
    return _label_rows(truth, _most_frequent(labels, round(len(labels) / len(lists))))


def shuffled(rows: Sequence[Row], seed: int = 0) -> list[Row]:
    """Shuffle answers randomly among the samples; the chance level is the expected score of this.

    Args:
        rows: Predictions of a model.
        seed: Seed of the shuffle.

    Example:
        >>> [row["name"] for row in shuffled([{"name": "a", "labels": ["sad"]}, {"name": "b", "labels": ["calm"]}])]
        ['a', 'b']
    """
    answers = [{key: value for key, value in row.items() if key != "name"} for row in rows]
    random.Random(seed).shuffle(answers)  # noqa: S311 - not for cryptography
    return [{"name": row["name"], **answer} for row, answer in zip(rows, answers, strict=True)]


def empty(kind: str, names: Iterable[str]) -> list[Row]:
    """Return no labels for any sample; for sentiment, always neutral.

    Example:
        >>> empty("basic", ["a"])
        [{'name': 'a', 'labels': [], 'status': 'ok'}]
    """
    return _polarity_rows(names, "neutral") if KINDS[kind].answer == "polarity" else _label_rows(names, [])


@cache
def words_for_every_sector(lexicon: Lexicon) -> list[str]:
    """Choose words that together reach every sector, at both levels, that the lexicon's words reach."""
    chosen: list[str] = []
    reached: set[tuple[Level, int, str]] = set()
    for word in (*(name for wheel in lexicon.sectors_of_wheels[1] for name in wheel), *sorted(lexicon.codes)):
        sectors = {
            (level, wheel, sector)
            for level in LEVELS
            for wheel, sector in enumerate(lexicon.sectors(word, level))
            if sector is not None
        }
        if not sectors <= reached:
            reached |= sectors
            chosen.append(word)
    return chosen


def _sector_names() -> tuple[str, ...]:
    """Return the level-1 words of the benchmark's wheels."""
    return tuple(dict.fromkeys(sector for wheel in load_wheels() for sector in wheel.sector_names(1)))


def _most_frequent(words: Iterable[str], count: int) -> list[str]:
    return [word for word, _ in Counter(words).most_common(count)]


def _label_rows(names: Iterable[str], labels: Sequence[str]) -> list[Row]:
    return [{"name": name, "labels": list(labels), "status": "ok"} for name in names]


def _polarity_rows(names: Iterable[str], polarity: str) -> list[Row]:
    return [{"name": name, "polarity": polarity, "status": "ok"} for name in names]
