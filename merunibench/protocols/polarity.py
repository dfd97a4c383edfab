"""Base class of sentiment metrics: answers are polarities, truths are values; samples with value 0 are excluded."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.kinds import POLARITIES, POLARITY_OF, Kind
from merunibench.lexicon import Level, Lexicon
from merunibench.protocols.base import Encoded, Metric, Row, Rows, Samples

Polarities = npt.NDArray[Any]
"""Truth: the sentiment value. Answer: 1 positive, -1 negative, 0 neutral, `NO_POLARITY` if missing. Shape (N,)."""

NO_POLARITY = 2
"""Code of a missing prediction, which is wrong for any truth."""


class PolarityMetric(Metric[Polarities]):
    """A metric on polarities; it does not use a lexicon."""

    has_names = True

    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[Polarities]:  # noqa: ARG002
        """Return values and polarities unchanged."""
        if samples.values is None or samples.polarity is None:  # pragma: no cover - the loaders ensure it
            raise TypeError("no values or no polarity")
        return Encoded(samples.values, samples.polarity)

    def read(self, predicted: Polarities) -> Polarities:
        """Return the polarity that each answer counts as."""
        return predicted

    def hits(self, truth: Polarities, predicted: Polarities) -> npt.NDArray[np.int8]:
        """Return 1 if the polarity is correct, else 0; -1 if the sample does not count; shape (N,)."""
        right = (np.sign(truth) == self.read(predicted)) & (predicted != NO_POLARITY)
        return np.where(truth != 0, right, -1).astype(np.int8)

    def rows(self, encoded: Encoded[Polarities]) -> Iterator[Row]:
        """Yield the true value and the predicted word; null without a prediction."""
        for value, polarity in zip(encoded.truth.tolist(), encoded.predicted.tolist(), strict=True):
            yield {"truth": float(value), "predicted": POLARITY_OF.get(polarity)}

    def decode(self, rows: Rows, kind: Kind) -> Encoded[Polarities]:  # noqa: ARG002 - same encoding for all kinds
        """Restore values and polarities from the columns; a null is a missing prediction."""
        guesses = [NO_POLARITY if word is None else POLARITIES[word] for word in rows["predicted"]]
        return Encoded(np.array(rows["truth"], float), np.array(guesses, np.int8))
