"""The order of examples and their questions, drawn from the seed before the first step.

So it is the same for any number of workers and after any interruption. Each pass over a set is a new permutation; its
last examples are left out if they do not fill a batch. Each batch is from one set, drawn by the sets' weights.
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
"""A training item: ids and labels, and the states of the encoders without the batch dimension."""


class Draws(Dataset[Item]):
    """The examples of all steps, in their order.

    Args:
        sets: The examples of each set.
        weights: Relative frequency of batches from each set.
        batch: Number of examples per batch.
        batches: Total number of batches on all devices.
        seed: Seed of the order.
        load: Example and question -> training item.

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
                    f"data set {number} has {len(examples)} usable examples, fewer than a batch of {batch}; give more "
                    "examples, or a smaller batch"
                )
        self._sets, self._weights, self._batch, self._seed, self._load = sets, weights, batch, seed, load
        self._length = batch * batches

    def _drawn(self) -> Iterator[tuple[int, int, int]]:
        """Yield indices of a set, an example in it, and one of its questions, endlessly."""
        random = Random(self._seed)  # noqa: S311 - not a secret
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
        """Return the example and the question of a draw."""
        number, row, question = self._order[index].tolist()
        example = self._sets[number][row]
        return example, list(example.texts)[question]

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Item:
        """Return the training item of a draw."""
        return self._load(*self.drawn(index))


def collate_items(padding_id: int, items: Sequence[Item]) -> dict[str, Any]:
    """Return a batch of items: the result of `collate`, and `states`: medium -> (b, t, h)."""
    targets, states = zip(*items, strict=True)
    stacked = {medium: torch.stack([each[medium] for each in states]) for medium in states[0]}
    return {**collate(targets, padding_id), "states": stacked}
