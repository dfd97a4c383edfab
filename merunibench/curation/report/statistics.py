"""Statistics of rows: lengths, labels, sectors, polarity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.curation.filters.base import Mask
from merunibench.curation.report.vocabulary import Vocabulary
from merunibench.curation.rows import Rows
from merunibench.kinds import POLARITIES

QUANTILES = (1, 5, 25, 50, 75, 95, 99)
COMMONEST = 20
_BARS = 24


@dataclass(frozen=True)
class Spread:
    """Distribution of some values. All attributes but `count` are None if there are no values.

    Attributes:
        count: Number of values.
        mean: Mean.
        sd: Population standard deviation.
        least: Minimum.
        most: Maximum.
        quantiles: Percentage -> quantile.
    """

    count: int
    mean: float | None = None
    sd: float | None = None
    least: float | None = None
    most: float | None = None
    quantiles: Mapping[str, float] | None = None

    @classmethod
    def of(cls, values: npt.NDArray[np.float64]) -> "Spread":
        """Return the distribution of the values that are not NaN."""
        values = values[~np.isnan(values)]
        if not len(values):
            return cls(0)
        found = np.quantile(values, np.array(QUANTILES) / 100)
        quantiles = {str(percent): _short(value) for percent, value in zip(QUANTILES, found, strict=True)}
        ends = _short(values.min()), _short(values.max())
        return cls(len(values), _short(values.mean()), _short(values.std()), *ends, quantiles)

    def to_dict(self) -> dict[str, Any]:
        """Return the distribution as JSON values."""
        return {
            "count": self.count,
            "mean": self.mean,
            "sd": self.sd,
            "min": self.least,
            "max": self.most,
            "quantiles": dict(self.quantiles or {}),
        }


def _short(value: Any) -> float:  # noqa: ANN401 - a NumPy number
    return round(float(value), 4)


def statistics(rows: Rows, chosen: Mask, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the statistics of the chosen rows, as JSON values; docs/curate.md describes each."""
    measures = rows.measures
    labelled = chosen & rows.labelled
    return {
        "rows": int(chosen.sum()),
        "words": Spread.of(measures.words[chosen]).to_dict(),
        "characters": Spread.of(measures.characters[chosen]).to_dict(),
        "histogram": histogram(measures.words, chosen),
        "repetition": Spread.of(measures.repetition[chosen]).to_dict(),
        "languages": _counts(measures.languages, measures.language[chosen & measures.answered]),
        "refusals": int((measures.refusal & chosen).sum()),
        "artefacts": {kind: int((mask & chosen).sum()) for kind, mask in measures.artefacts.items()},
        "labels": _labels(rows, labelled, vocabulary),
        "wheels": [_wheel(vocabulary, labelled, wheel) for wheel in vocabulary.wheels],
        "polarity": {word: int((rows.polarities[chosen] == value).sum()) for word, value in POLARITIES.items()},
        "seconds": Spread.of(rows.seconds[chosen]).to_dict(),
    }


def _labels(rows: Rows, labelled: Mask, vocabulary: Vocabulary) -> dict[str, Any]:
    counts = vocabulary.counts(labelled)
    used = counts > 0
    known = used & vocabulary.known
    order = np.lexsort((vocabulary.words.astype(str), -counts))[:COMMONEST]
    union = np.bitwise_or.reduce(vocabulary.masks[used], axis=0, initial=np.uint64(0))
    return {
        "rows": int(labelled.sum()),
        "per_row": Spread.of(rows.labels.counts()[labelled].astype(float)).to_dict(),
        "total": int(counts.sum()),
        "distinct": int(used.sum()),
        "concepts": len(np.unique(vocabulary.concept[known])),
        "sectors": int(np.bitwise_count(union).sum()),
        "unknown": int(counts[used & ~vocabulary.known].sum()),
        "distinct_unknown": int((used & ~vocabulary.known).sum()),
        "commonest": {str(vocabulary.words[code]): int(counts[code]) for code in order.tolist() if counts[code]},
    }


def _wheel(vocabulary: Vocabulary, chosen: Mask, wheel: int) -> dict[str, Any]:
    """Return for one wheel: rows with each sector, entropy in bits, 2 to its power, share of rows with one sector."""
    counts = vocabulary.sector_counts(chosen, wheel)
    names = vocabulary.sectors[wheel]
    shares = counts[counts > 0] / max(int(counts.sum()), 1)
    entropy = float(-(shares * np.log2(shares)).sum()) + 0.0
    sets = vocabulary.sets[wheel][chosen]
    held = int((sets != 0).sum())
    single = int((np.bitwise_count(sets) == 1).sum())
    return {
        "wheel": wheel + 1,
        "rows": held,
        "sectors": dict(zip(names, counts.tolist(), strict=True)),
        "entropy": _short(entropy),
        "effective_sectors": _short(2**entropy) if held else 0.0,
        "single_sector": _short(single / held) if held else None,
    }


def histogram(values: npt.NDArray[np.float64], chosen: Mask) -> dict[str, list[float]]:
    """Count the chosen values in bins whose edges are those of all values, so that stages can be compared."""
    every = values[~np.isnan(values)]
    if not len(every):
        return {"edges": [], "counts": []}
    low, high = float(every.min()), float(every.max())
    width = max(1.0, float(np.ceil((high - low + 1) / _BARS)))
    edges = low + width * np.arange(int((high - low) // width) + 2)
    found = values[chosen]
    counts, _ = np.histogram(found[~np.isnan(found)], edges)
    return {"edges": [_short(edge) for edge in edges], "counts": counts.tolist()}


def _counts(words: tuple[str, ...], codes: npt.NDArray[np.int64]) -> dict[str, int]:
    found = np.bincount(codes, minlength=len(words)).tolist()
    return {word or "unknown": number for word, number in zip(words, found, strict=True) if number}
