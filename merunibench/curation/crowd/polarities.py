"""The grouping of polarities, by which votes on sentiment are counted."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from merunibench.curation.crowd.groups import Groups, Held
from merunibench.data.polarity_words import read_polarity
from merunibench.kinds import POLARITY_OF
from merunibench.labels import LabelLists


class PolarityGroup(Groups):
    """One grouping of three elements."""

    VALUES: ClassVar = (-1, 0, 1)
    """The polarity of each element."""

    def __init__(self) -> None:
        self.lexicon, self.names = "none", (tuple(POLARITY_OF[value] for value in self.VALUES),)

    def elements(self, words: Sequence[str]) -> npt.NDArray[np.integer[Any]]:
        """Return negative, neutral or positive for any common wording; -1 for other words."""
        found = [read_polarity(word) for word in words]
        return np.array([-1 if value is None else self.VALUES.index(value) for value in found], np.int8).reshape(-1, 1)

    def held(self, lists: LabelLists) -> Held:
        """Not supported: descriptions have one polarity, not a list of labels.

        Raises:
            TypeError: always.
        """
        raise TypeError(f"{len(lists)} label lists have no polarities")
