"""The official score as a torchmetrics class: integer counts that are summed over ranks, independent of their order.

Strict scores, intervals and chance levels need rows; use `merunibench.Accumulator` for these.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from merunibench.hub import ensure_torchvision
from merunibench.labels import LabelLists
from merunibench.lexicon import load_lexicon
from merunibench.protocols import PROTOCOLS

ensure_torchvision()  # torchmetrics imports torchvision, which does not load with every build of torch
from torchmetrics import Metric  # noqa: E402

_SETS = 1 << 8


class OfficialScore(Metric):
    """Hit rate (`kind="basic"`) or set-level F1 (`kind="fine-grained"`) of label lists, official protocol, level 1.

    `cells[w, 256 t + p]` counts the samples with true sectors t and predicted sectors p on wheel w. Repeated samples
    are counted repeatedly.
    """

    full_state_update = False
    higher_is_better = True
    cells: torch.Tensor

    def __init__(self, kind: str = "fine-grained", lexicon: str = "builtin") -> None:
        """Start with zero counts; the lexicon is given by name, and is not part of the state."""
        super().__init__()
        self._kind, self._lexicon = kind, lexicon
        zeros = torch.zeros(load_lexicon(lexicon).n_wheels, _SETS * _SETS, dtype=torch.int64)
        self.add_state("cells", default=zeros, dist_reduce_fx="sum")

    def update(self, answers: Sequence[Any], truths: Sequence[Any]) -> None:
        """Count label lists of N answers and truths."""
        said, true = (
            load_lexicon(self._lexicon).sector_sets(LabelLists.from_fields(each)) for each in (answers, truths)
        )
        codes = torch.from_numpy(true.astype(np.int64) * _SETS + said)
        self.cells += torch.stack([torch.bincount(row, minlength=_SETS * _SETS) for row in codes]).to(self.cells.device)

    def compute(self) -> torch.Tensor:
        """Return the score as a fraction; NaN if no sample counts."""
        metric, sums = PROTOCOLS["official"][self._kind], []
        for cells in self.cells.cpu().numpy():
            codes = np.flatnonzero(cells)
            true, said = (part.astype(np.uint8)[None] for part in np.divmod(codes, _SETS))
            sums.append(np.multiply(metric.statistics(true, said), cells[codes]).sum(axis=1))
        return torch.tensor(float(metric.score(np.concatenate(sums))))
