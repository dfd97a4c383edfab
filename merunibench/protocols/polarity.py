"""Answers as polarities: what sentiment metrics take. Truths are values; samples of value 0 are left out."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.kinds import POLARITIES, POLARITY_OF, Kind
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.base import Encoded, Metric, Row, Rows, Samples

Polarities = npt.NDArray[Any]
"""Truth: the sentiment. Answer: 1 positive, -1 negative, 0 neutral, `NO_POLARITY` if there is none. Shape (N,)."""

NO_POLARITY = 2
"""Stands for a missing prediction, which is wrong whatever the truth is."""


class PolarityMetric(Metric[Polarities]):
    """A metric on polarities; no lexicon takes part."""

    has_names = True

    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[Polarities]:  # noqa: ARG002
        """Values and polarities as they are."""
        if samples.values is None or samples.polarity is None:  # pragma: no cover - the loaders see to it
            raise TypeError("no values or no polarity")
        return Encoded(samples.values, samples.polarity)

    def read(self, predicted: Polarities) -> Polarities:
        """The polarity that each answer is taken for."""
        return predicted

    def hits(self, truth: Polarities, predicted: Polarities) -> npt.NDArray[np.int8]:
        """1 if the polarity is right, else 0; shape (N,)."""
        right = (np.sign(truth) == self.read(predicted)) & (predicted != NO_POLARITY)
        return np.where(truth != 0, right, -1).astype(np.int8)

    def rows(self, encoded: Encoded[Polarities]) -> Iterator[Row]:
        """The true value and the predicted word; null without a prediction."""
        for value, polarity in zip(encoded.truth.tolist(), encoded.predicted.tolist(), strict=True):
            yield {"truth": float(value), "predicted": POLARITY_OF.get(polarity)}

    def decode(self, rows: Rows, kind: Kind) -> Encoded[Polarities]:  # noqa: ARG002 - all kinds are encoded alike
        """Values and polarities from the columns; a null is a missing prediction."""
        guesses = [NO_POLARITY if word is None else POLARITIES[word] for word in rows["predicted"]]
        return Encoded(np.array(rows["truth"], float), np.array(guesses, np.int8))
