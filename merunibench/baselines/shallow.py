"""Baselines that use no emotional content: the file name, punctuation and length of a subtitle, the video of a clip.

Each is a naive Bayes classifier over a few tokens of a sample. It is trained on labels of the same data set by ten-fold
cross-validation: each fold is predicted by a classifier trained on the other nine. A model can reach the score of such
a baseline without understanding emotions.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from merunibench.baselines.constant import Row
from merunibench.kinds import KINDS, NEUTRAL, POLARITY_OF
from merunibench.labels import normalise_label, parse_label_text

FOLDS = 10
Tokens = Sequence[str]
_PART = re.compile(r"[^\W\d_]+|\d+")
_MARKS = {"exclamation": r"[!！]", "question": r"[?？]", "ellipsis": r"\.{2,}|…", "comma": r"[,，、]", "dash": r"--|—"}
_SHORT = 3


def learned(
    kind: str,
    truth: Mapping[str, str],
    tokens: Mapping[str, Tokens],
    units: Mapping[str, str],
    *,
    neutral: bool = True,
) -> list[Row]:
    """Return the answers of naive Bayes over the tokens of samples, each trained on the other folds.

    Every label of a sample is an observation. The predicted label l of a sample with tokens t has the highest

        log P(l) + sum_t log P(t | l)        P(t | l) = (n_tl + 1) / (n_l + T)

    with n_tl observations of token t under label l, n_l of any token, T different tokens: multinomial naive Bayes with
    Laplace smoothing (Manning, Raghavan & Schütze 2008, chapter 13). Fine-grained answers are the k best labels, where
    k is the rounded mean length of the label lists. Ties are resolved by name.

    Args:
        kind: Kind of task.
        truth: Sample name -> label field, as in `majority`.
        tokens: Sample name -> its tokens; samples without an entry have no tokens.
        units: Sample name -> its dialogue or video, or itself; a unit is never split between folds.
        neutral: Whether neutral truths count; if not, they are not used for training.

    Example:
        >>> truth = {f"{room}{n}": label for n in range(20) for room, label in (("kitchen", "sad"), ("bar", "happy"))}
        >>> rows = learned("basic", truth, {name: name_tokens(name) for name in truth}, {name: name for name in truth})
        >>> {row["name"].rstrip("0123456789"): row["labels"] for row in rows}
        {'kitchen': ['sad'], 'bar': ['happy']}
    """
    seen = _observe(kind, truth, tokens, neutral=neutral)
    folds = np.array([fold_of(units[name]) for name in truth])
    chosen: dict[int, list[str]] = {}
    for fold in np.unique(folds).tolist():
        chosen |= _answers(seen, folds, fold)
    polarity = KINDS[kind].answer == "polarity"
    return [
        {"name": name, **({"polarity": chosen[row][0]} if polarity else {"labels": chosen[row]}), "status": "ok"}
        for row, name in enumerate(truth)
    ]


def fold_of(unit: str) -> int:
    """Return the fold of a dialogue, video or sample by its name, so that the order of samples does not matter."""
    return int.from_bytes(hashlib.sha256(unit.encode("utf-8", "surrogatepass")).digest()[:8], "big") % FOLDS


def name_tokens(name: str) -> list[str]:
    """Return the words and numbers of a sample's name, each with its position.

    Example:
        >>> name_tokens("Ses05F_impro01_F003")
        ['0:Ses', '1:05', '2:F', '3:impro', '4:01', '5:F', '6:003', '3:impro01']
    """
    parts = _PART.findall(name)
    pairs = [
        f"{place}:{word}{number}"
        for place, (word, number) in enumerate(pairwise(parts))
        if len(word) >= _SHORT and number.isdigit() and place
    ]
    return [*(f"{place}:{part}" for place, part in enumerate(parts)), *pairs]


def mark_tokens(subtitle: str) -> list[str]:
    """Return the counts of punctuation marks in a subtitle, and its length, but none of its words.

    Example:
        >>> mark_tokens("What?! You are ... here?")
        ['exclamation:1', 'question:2', 'ellipsis:1', 'comma:0', 'dash:0', 'length:5']
    """
    counts = [f"{mark}:{min(len(re.findall(pattern, subtitle)), 2)}" for mark, pattern in _MARKS.items()]
    return [*counts, f"length:{len(subtitle).bit_length()}"]


class _Observed(NamedTuple):
    """The training data: labels and tokens of every sample.

    Attributes:
        labels: The distinct labels, sorted.
        samples: Row of the sample of each observed label, shape (L,).
        codes: Index of each observed label, shape (L,).
        token_lists: The tokens of every sample, as indices.
        vocabulary: Number of distinct tokens, at least 1.
        most: Number of labels in an answer.
    """

    labels: list[str]
    samples: npt.NDArray[np.intp]
    codes: npt.NDArray[np.intp]
    token_lists: list[list[int]]
    vocabulary: int
    most: int


def _observe(kind: str, truth: Mapping[str, str], tokens: Mapping[str, Tokens], *, neutral: bool) -> _Observed:
    label_lists = [list(_labels_of(kind, field, neutral=neutral)) for field in truth.values()]
    labels = sorted({label for each in label_lists for label in each})
    place = {label: code for code, label in enumerate(labels)}
    pairs = [(row, place[label]) for row, each in enumerate(label_lists) for label in each]
    numbers: dict[str, int] = {}
    token_lists = [[numbers.setdefault(token, len(numbers)) for token in tokens.get(name, ())] for name in truth]
    samples, codes = (np.array(column, np.intp) for column in zip(*pairs, strict=True)) if pairs else _nothing()
    most = max(1, round(len(pairs) / len(truth))) if KINDS[kind].truth == "labels" else 1
    return _Observed(labels, samples, codes, token_lists, max(1, len(numbers)), most)


def _nothing() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    return np.empty(0, np.intp), np.empty(0, np.intp)


def _labels_of(kind: str, field: str, *, neutral: bool) -> Iterator[str]:
    """Yield the labels of a label field; a sentiment of exactly zero has none, as in the metric."""
    if KINDS[kind].truth == "value":
        if float(field):
            yield POLARITY_OF[1 if float(field) > 0 else -1]
        return
    words = [field] if KINDS[kind].truth == "class" else parse_label_text(field)
    yield from (label for label in dict.fromkeys(map(normalise_label, words)) if neutral or label != NEUTRAL)


def _answers(seen: _Observed, folds: npt.NDArray[np.intp], fold: int) -> dict[int, list[str]]:
    """Return row -> answer for the samples of a fold, trained on the labels of the other folds."""
    used = folds[seen.samples] != fold
    counts = np.zeros((len(seen.labels), seen.vocabulary))
    for row, code in zip(seen.samples[used].tolist(), seen.codes[used].tolist(), strict=True):
        for token in seen.token_lists[row]:
            counts[code, token] += 1
    prior = np.bincount(seen.codes[used], minlength=len(seen.labels)).astype(float)
    known = np.flatnonzero(prior)
    if len(known) == 0:
        return {row: [NEUTRAL] for row in np.flatnonzero(folds == fold).tolist()}
    logs = np.log(counts[known] + 1) - np.log(counts[known].sum(axis=1, keepdims=True) + seen.vocabulary)
    base = np.log(prior[known])
    found = {}
    for row in np.flatnonzero(folds == fold).tolist():
        # Rounded, so that ties do not depend on the order in which logarithms are added.
        scores = np.round(base + logs[:, seen.token_lists[row]].sum(axis=1), 9)
        best = np.argsort(-scores, kind="stable")[: seen.most]
        found[row] = [seen.labels[known[place]] for place in best.tolist()]
    return found
