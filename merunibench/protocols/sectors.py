"""Sector sets, the official protocol's representation of labels: bit masks of shape (W, N)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench.kinds import NEUTRAL, Kind
from merunibench.lexicon import Level, Lexicon
from merunibench.lexicon.runtime.wheels import MAXIMUM_WHEELS
from merunibench.protocols.arithmetic import FloatArray, Masks
from merunibench.protocols.base import Encoded, Metric, Row, Rows, Samples


class SectorMetric(Metric[Masks]):
    """A metric on sector sets. A sample counts on a wheel if its truth has a sector there."""

    def encode(self, samples: Samples, lexicon: Lexicon, level: Level) -> Encoded[Masks]:
        """Encode all labels as sectors; a label without a sector on a wheel adds nothing there."""
        if samples.true_labels is None or samples.labels is None:  # pragma: no cover - the loaders ensure it
            raise TypeError("no labels")
        truth, predicted = (lexicon.sector_sets(lists, level) for lists in (samples.true_labels, samples.labels))
        return Encoded(truth, predicted, lexicon.sectors_of_wheels[level])

    def blocks(self, encoded: Encoded[Masks]) -> Iterator[FloatArray]:
        """Yield the statistics wheel by wheel, to save memory."""
        for truth, predicted in zip(encoded.truth, encoded.predicted, strict=True):
            yield self.statistics(truth[None], predicted[None])

    def hits(self, truth: Masks, predicted: Masks) -> npt.NDArray[np.int8]:
        """Return the number of sectors that truth and answer share, shape (W, N); -1 if the sample does not count."""
        return np.where(truth != 0, np.bitwise_count(truth & predicted).astype(np.int8), -1)

    def sector_masks(self, side: Masks) -> Masks:
        """Return the sets themselves."""
        return side

    def rows(self, encoded: Encoded[Masks]) -> Iterator[Row]:
        """Yield the names of the true and the predicted sectors on each wheel."""
        for truth, predicted in zip(encoded.truth.T, encoded.predicted.T, strict=True):
            yield {
                "truth": sector_names(truth, encoded.sectors),
                "predicted": sector_names(predicted, encoded.sectors),
            }

    def decode(self, rows: Rows, kind: Kind) -> Encoded[Masks]:  # noqa: ARG002 - same encoding for all kinds
        """Restore sector sets from names."""
        return Encoded(*masks_of_names(rows))


def sector_names(masks: Masks, names: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the sectors of one sample on each wheel from masks of shape (W,); a bit above all sectors is `neutral`."""
    return [
        [wheel[bit] if bit < len(wheel) else NEUTRAL for bit in _bits(mask)]
        for mask, wheel in zip(masks, names, strict=True)
    ]


def masks_of_names(rows: Rows) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return the true and predicted sectors of the rows of a per-sample file as masks, shape (W, N) each."""
    wheels = len(rows["truth"][0]) if len(rows["truth"]) else 0
    if not 1 <= wheels <= MAXIMUM_WHEELS:
        raise ValueError(f"the truth has {wheels} wheels, not 1 to {MAXIMUM_WHEELS}")
    bits: list[dict[str, int]] = [{} for _ in range(wheels)]
    return _masks(rows["truth"], bits), _masks(rows["predicted"], bits)


def _bits(mask: np.unsignedinteger[Any]) -> list[int]:
    unpacked = np.unpackbits(np.array([mask], "<u8").view(np.uint8), bitorder="little")
    return np.flatnonzero(unpacked).tolist()


def _masks(samples: Iterable[Iterable[Iterable[str]]], bits: list[dict[str, int]]) -> npt.NDArray[np.uint64]:
    """Convert the sectors of each sample on each wheel to masks, shape (W, N); `bits` stores the bit of each sector."""
    masks = [
        [
            sum(1 << bit_of.setdefault(sector, len(bit_of)) for sector in dict.fromkeys(sectors))
            for sectors, bit_of in zip(wheels, bits, strict=True)
        ]
        for wheels in samples
    ]
    return np.array(masks, np.uint64).reshape(-1, len(bits)).T
