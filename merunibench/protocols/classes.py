"""Classification metrics: the class that a set of labels means, and weighted F1 over the classes.

The truth is one class. An answer is a set of labels, each of which votes for one class or none. The class with the most
votes is the predicted class. A tie gives no class, because naming all classes is not a choice, and the order of labels
has no meaning. An answer without a class counts as wrong, and is not a prediction of any class.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.kinds import NEUTRAL, Kind
from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.arithmetic import FloatArray, Summary, ratio
from merunibench.protocols.base import Encoded, Metric, Row, Rows, Samples
from merunibench.protocols.neutral import are_neutral
from merunibench.words import Words

NO_CLASS = -1
"""Code of an answer that names none of the classes in the truth."""
_FIGURES = 3  # per class: whether it is true, hit, predicted

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Classes:
    """The class of each of N samples.

    Attributes:
        codes: Index of the class in `words`, or `NO_CLASS`; shape (N,).
        words: The C classes that occur in the truth, in alphabetical order.
    """

    codes: Codes
    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)


class ClassF1(Metric[Classes]):
    """Classification: weighted F1 (WAF) and accuracy.

    With support s, predictions p and hits h of each class:

        WAF = Σ s / N · 2 h / (s + p)        accuracy = Σ h / N

    Equal to scikit-learn's `f1_score(average="weighted")` over the classes that occur in the truth. Other classes have
    no weight. Source: the metrics of the MER challenges (MER2023, arXiv 2304.08981, section 4).
    """

    score_key = "waf"
    title = "WAF"
    has_names = True

    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[Classes]:
        """Encode labels as classes; see `meanings`."""
        truth, labels = samples.true_labels, samples.labels
        if truth is None or labels is None:  # pragma: no cover - the loaders ensure it
            raise TypeError("no labels")
        every = tuple(truth.vocabulary)
        true_codes = truth.codes[truth.offsets[truth.rows]].astype(np.int64)
        said = votes(labels, meanings(labels.vocabulary, every, lexicon, level), len(every))
        return _among_true([every[code] for code in true_codes], [every[code] if code >= 0 else None for code in said])

    def statistics(self, truth: Classes, predicted: Classes) -> FloatArray:
        """Return for each class whether a sample has it, is a hit, and is predicted to have it; shape (3 * C, N)."""
        number, samples = len(truth.words), np.arange(len(truth))
        values = np.zeros((_FIGURES, number, len(truth)))
        values[0, truth.codes, samples] = 1
        values[1, truth.codes, samples] = truth.codes == predicted.codes
        answered = predicted.codes != NO_CLASS
        values[2, predicted.codes[answered], samples[answered]] = 1
        return values.reshape(_FIGURES * number, len(truth))

    def expected_under_shuffling(self, truth: Classes, predicted: Classes) -> FloatArray:
        """Return the sums expected under shuffling, shape (3 * C,): hits are the product of the margins."""
        return self.expected_of(truth, predicted, np.ones(len(truth), bool))

    def expected_of(self, truth: Classes, predicted: Classes, members: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the expected sums over some samples, given by a mask of shape (N,)."""
        number = len(truth.words)
        support = np.bincount(truth.codes[members], minlength=number)
        share = ratio(np.bincount(predicted.codes[predicted.codes != NO_CLASS], minlength=number), len(truth))
        return np.concatenate([support, support * share, members.sum() * share])

    def score(self, sums: FloatArray) -> FloatArray:
        """Compute WAF, shape (..., 3 * C) -> (...)."""
        support, hits, predicted = np.moveaxis(sums.reshape(*sums.shape[:-1], _FIGURES, -1), -2, 0)
        total = support.sum(axis=-1)
        f1 = ratio(2 * hits, support + predicted)
        score: FloatArray = (f1 * support).sum(axis=-1) / np.where(total > 0, total, np.nan)
        return score

    def summary(self, sums: FloatArray) -> Summary:
        """Compute WAF and accuracy, without wheels."""
        support, hits, _ = sums.reshape(_FIGURES, -1)
        total = float(support.sum())
        accuracy = float(hits.sum()) / total if total else float("nan")
        return Summary({"waf": float(self.score(sums)), "accuracy": accuracy}, (), (int(total),))

    def hits(self, truth: Classes, predicted: Classes) -> npt.NDArray[np.int8]:
        """Return 1 if the class is correct, else 0; shape (N,)."""
        return np.asarray(truth.codes == predicted.codes, np.int8)

    def part(self, side: Classes, samples: npt.NDArray[np.bool_]) -> Classes:
        """Return the classes of the samples selected by a mask of shape (N,)."""
        return Classes(side.codes[samples], side.words)

    def rows(self, encoded: Encoded[Classes]) -> Iterator[Row]:
        """Yield the class words; null for an answer without a class."""
        words = encoded.truth.words
        for true, said in zip(encoded.truth.codes.tolist(), encoded.predicted.codes.tolist(), strict=True):
            yield {"truth": words[true], "predicted": None if said == NO_CLASS else words[said]}

    def decode(self, rows: Rows, kind: Kind) -> Encoded[Classes]:  # noqa: ARG002 - same encoding for all kinds
        """Restore classes from the columns."""
        said = [None if word is None else str(word) for word in rows["predicted"]]
        return _among_true([str(word) for word in rows["truth"]], said)


class CorrectedClassF1(ClassF1):
    """`ClassF1`, corrected for chance."""

    chance_corrected = True


def meanings(vocabulary: Words, classes: Sequence[str], lexicon: Lexicon, level: Level) -> Codes:
    """Return the class that each label means, or `NO_CLASS`; shape (V,).

    A label that is the word of a class, or any spelling of `neutral`, means that class. Any other label means the class
    whose sector it shares on more than half of the wheels, and on more wheels than that of any other class.
    """
    words = Words.of(tuple(classes))
    found = vocabulary.positions_in(words).astype(np.int64)
    if NEUTRAL in classes:
        found[are_neutral(vocabulary, lexicon)] = classes.index(NEUTRAL)
    rows = np.flatnonzero(found == NO_CLASS)
    ours, theirs = lexicon.masks(vocabulary.take(rows), level), lexicon.masks(words, level)
    shared = np.zeros((len(rows), len(classes)), np.int64)
    for wheel in range(lexicon.n_wheels):
        shared += (ours[:, wheel, None] & theirs[None, :, wheel]) != 0
    most = shared.max(axis=1, initial=0)
    alone = (shared == most[:, None]).sum(axis=1) == 1
    found[rows] = np.where((most > lexicon.n_wheels // 2) & alone, shared.argmax(axis=1), NO_CLASS)
    return found


def votes(labels: LabelLists, meaning: Codes, classes: int) -> Codes:
    """Return the class that most labels of each sample mean, or `NO_CLASS` if there is none or a tie; shape (N,)."""
    samples, codes = labels.flatten()
    said = meaning[codes]
    samples, said = samples[said != NO_CLASS], said[said != NO_CLASS]
    pairs, times = np.unique(samples * classes + said, return_counts=True)
    of_sample, of_class = np.divmod(pairs, classes)
    most = np.zeros(len(labels), np.int64)
    np.maximum.at(most, of_sample, times)
    first = times == most[of_sample]
    alone = np.bincount(of_sample[first], minlength=len(labels)) == 1
    found = np.full(len(labels), NO_CLASS, np.int64)
    found[of_sample[first]] = of_class[first]
    return np.where(alone, found, NO_CLASS)


def _among_true(truth: Sequence[str], predicted: Sequence[str | None]) -> Encoded[Classes]:
    """Encode both sides by the classes in the truth, so that the classes do not depend on the predictions."""
    words = tuple(sorted(set(truth)))
    places: dict[Any, int] = {word: place for place, word in enumerate(words)}
    sides = (np.array([places.get(word, NO_CLASS) for word in side], np.int64) for side in (truth, predicted))
    true, said = sides
    return Encoded(Classes(true, words), Classes(said, words))
