"""Which example comes when, and which of its questions is put: one order, drawn from the seed before the first step.

So it is the same on any number of workers and after any interruption. Each pass over a set is a new permutation, whose
last examples are left out where they fill no batch; a batch is of one set, drawn by the sets' weights.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from random import Random
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from merunibench.errors import InputError
from merunibench.models.affectgpt.prompt import Medium
from merunibench.models.affectgpt.training.data import Example
from merunibench.models.affectgpt.training.questions import Question
from merunibench.models.affectgpt.training.targets import Target, collate

Item = tuple[Target, Mapping[Medium, torch.Tensor]]
"""What the network learns from: ids and labels, and the states of the encoders without a batch's dimension."""


class Draws(Dataset[Item]):
    """The examples of all steps, in their order.

    Args:
        sets: The examples of each set.
        weights: How often batches are of each set.
        batch: Examples of a batch.
        batches: Batches in all, over all devices.
        seed: Another seed, another order.
        load: Example and question -> what is learnt from.

    Raises:
        InputError: a set has fewer examples than a batch.
    """

    def __init__(
        self,
        sets: Sequence[Sequence[Example]],
        weights: Sequence[float],
        batch: int,
        batches: int,
        seed: int,
        load: Callable[[Example, Question], Item],
    ) -> None:
        for number, examples in enumerate(sets, start=1):
            if len(examples) < batch:
                raise InputError(
                    f"data set {number} has {len(examples)} examples that can be used, and a batch {batch}: "
                    "give more, or a smaller batch"
                )
        self._sets, self._weights, self._batch, self._seed, self._load = sets, weights, batch, seed, load
        self._length = batch * batches

    def _drawn(self) -> Iterator[tuple[int, int, int]]:
        """Number of a set, of an example in it, and of a question to that, without end."""
        random = Random(self._seed)  # noqa: S311 - an order, no secret
        left: list[list[int]] = [[] for _ in self._sets]
        while True:
            (number,) = random.choices(range(len(left)), self._weights)
            examples = self._sets[number]
            if len(left[number]) < self._batch:
                left[number] = random.sample(range(len(examples)), len(examples))
            for _ in range(self._batch):
                row = left[number].pop()
                yield number, row, random.randrange(len(examples[row].texts))

    @cached_property
    def _order(self) -> np.ndarray:
        return np.fromiter(islice(self._drawn(), self._length), np.dtype((np.int32, 3)), self._length)

    def drawn(self, index: int) -> tuple[Example, Question]:
        """The example of a draw, and the question to it."""
        number, row, question = self._order[index].tolist()
        example = self._sets[number][row]
        return example, list(example.texts)[question]

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Item:
        """What is learnt from at a draw."""
        return self._load(*self.drawn(index))


def collate_items(padding_id: int, items: Sequence[Item]) -> dict[str, Any]:
    """A batch of items as the network takes it: of `collate`, and `states`: medium -> (b, t, h)."""
    targets, states = zip(*items, strict=True)
    stacked = {medium: torch.stack([each[medium] for each in states]) for medium in states[0]}
    return {**collate(targets, padding_id), "states": stacked}
