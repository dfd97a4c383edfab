"""What is resampled: samples in the order of their names, or the dialogues and videos they come from."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench.tasks import Task


def name_order(names: pa.Array) -> Any:  # noqa: ANN401 - an index, of whichever kind
    """What to index samples with to have them in the order of their names."""
    if len(names) < 2 or pc.all(pc.less(names[:-1], names[1:])).as_py():
        return slice(None)
    return pc.sort_indices(names).to_numpy()


def cluster_numbers(task: Task, names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Number of the dialogue or video that each sample comes from, by its name; shape (N,)."""
    if task.cluster is None:
        return np.arange(len(names))
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(task.cluster_of(name), len(numbers)) for name in names])
