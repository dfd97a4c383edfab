"""The best constant answer under the official metric: the score that is possible without using any sample."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from merunibench.baselines.constant import Row, majority, words_for_every_sector
from merunibench.kinds import KINDS
from merunibench.labels import normalise_label, parse_label_text
from merunibench.lexicon import Lexicon

Masks = npt.NDArray[np.uint64]
_LEAST_GAIN = 1e-12


def best_constant(kind: str, truth: Mapping[str, str], lexicon: Lexicon | None = None) -> list[Row]:
    """Return the labels that score best under the official metric if given to every sample; this uses the truth.

    A greedy search adds labels one at a time, the most useful first, until none improves the score. The first label is
    the best single label, but the set is not necessarily the best one. Ties are resolved by name. Sentiment: the more
    frequent sign.

    Args:
        kind: Kind of task.
        truth: Sample name -> label field, as in `majority`. Must not be empty.
        lexicon: The lexicon that will score it; without a lexicon, the answer is that of `majority`.
    """
    if lexicon is None or KINDS[kind].answer == "polarity":
        return majority(kind, truth)
    true, times = _distinct_truths(kind, truth, lexicon)
    words = sorted({*words_for_every_sector(lexicon), *_labels(kind, truth)})
    of_words = lexicon.masks(words)
    chosen: list[str] = []
    reached, best = np.zeros(lexicon.n_wheels, np.uint64), 0.0
    while True:
        scores = official_scores(kind, true, times, of_words | reached)
        first = int(np.argmax(np.round(scores, 12)))
        if scores[first] <= best + _LEAST_GAIN:
            break
        best, reached = float(scores[first]), reached | of_words[first]
        chosen.append(words[first])
    return [{"name": name, "labels": list(chosen), "status": "ok"} for name in truth]


def official_scores(kind: str, true: Masks, times: npt.NDArray[np.int64], answers: Masks) -> npt.NDArray[np.float64]:
    """Compute the official score of constant answers: hit rate or set-level F (see `merunibench.protocols.official`).

    Args:
        kind: Kind of task.
        true: Distinct true sector sets as bit masks, shape (N, W).
        times: Frequency of each, shape (N,).
        answers: Sector sets of V answers, shape (V, W).

    Returns:
        Scores, shape (V,); 0 if no sample counts on any wheel.
    """
    found = []
    for wheel in range(true.shape[1]):
        counted = true[:, wheel] != 0
        if not counted.any():
            continue
        sets, weights = true[counted, wheel], times[counted] / times[counted].sum()
        hits = np.bitwise_count(sets & answers[:, wheel, None]).astype(float)
        # No matrix products: their last bits differ between processors, and the best answer must not.
        recall = (hits / np.bitwise_count(sets) * weights).sum(axis=1)
        size = np.bitwise_count(answers[:, wheel])
        hit = (hits * weights).sum(axis=1)
        precision = hit / np.maximum(size, 1)
        both = precision + recall
        f = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)
        found.append(hit if KINDS[kind].truth == "class" else f)
    return np.mean(found, axis=0) if found else np.zeros(len(answers))


def _distinct_truths(kind: str, truth: Mapping[str, str], lexicon: Lexicon) -> tuple[Masks, npt.NDArray[np.int64]]:
    lists = [_labels_of(kind, field) for field in truth.values()]
    words = sorted({label for labels in lists for label in labels})
    place = {word: row for row, word in enumerate(words)}
    masks = lexicon.masks(words)
    sets = [np.bitwise_or.reduce(masks[[place[label] for label in labels]], axis=0, initial=0) for labels in lists]
    return np.unique(np.array(sets, np.uint64).reshape(-1, lexicon.n_wheels), axis=0, return_counts=True)


def _labels_of(kind: str, field: str) -> Sequence[str]:
    words = [field] if KINDS[kind].truth == "class" else parse_label_text(field)
    return [normalise_label(word) for word in words]


def _labels(kind: str, truth: Mapping[str, str]) -> set[str]:
    return {label for field in truth.values() for label in _labels_of(kind, field)}
