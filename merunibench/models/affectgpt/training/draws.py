"""Which example comes when, and which of its questions is put: a function of the seed and the number of the draw.

So it is the same on any number of workers and after any interruption. Each pass over a set is a new permutation, whose
last examples are left out where they fill no batch; a batch is of one set, drawn by the sets' weights.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import torch
from torch.utils.data import Dataset

from merunibench.errors import InputError
from merunibench.models.affectgpt.prompt import Medium
from merunibench.models.affectgpt.training.data import Example, draw
from merunibench.models.affectgpt.training.questions import Question
from merunibench.models.affectgpt.training.targets import Target, collate

States = Mapping[Medium, torch.Tensor]


class Item(NamedTuple):
    """What the network learns from: ids and labels, and the states of the encoders without a batch's dimension."""

    target: Target
    states: States


class Draws(Dataset[Item]):
    """The examples of all steps, in their order.

    Args:
        sets: The examples of each set.
        weights: How often batches are of each set.
        batch: Examples of a batch.
        batches: Batches in all, over all devices.
        seed: Another seed, another order.
        encode: Example and question -> ids and labels.
        load: Example -> states of the encoders.

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
        encode: Callable[[Example, Question], Target],
        load: Callable[[Example], States],
    ) -> None:
        for number, examples in enumerate(sets):
            if len(examples) < batch:
                raise InputError(
                    f"data set {number + 1} has {len(examples)} examples that can be used, and a batch {batch}: "
                    "give more, or a smaller batch"
                )
        self._sets, self._batch, self._batches, self._seed = sets, batch, batches, seed
        self._encode, self._load = encode, load
        self._chosen = self._choose(weights)
        self._permutation = lru_cache(maxsize=2 * len(sets))(self._permuted)

    def _choose(self, weights: Sequence[float]) -> list[tuple[int, int]]:
        """Of each batch the set, and how many batches of this set there were before; empty for a single set."""
        if len(self._sets) == 1:
            return []
        bounds = list(accumulate(weight / sum(weights) for weight in weights))[:-1]
        counts = [0] * len(self._sets)
        chosen = []
        for batch in range(self._batches):
            number = bisect_right(bounds, draw(self._seed, "set", batch) / 2**64)
            chosen.append((number, counts[number]))
            counts[number] += 1
        return chosen

    def _permuted(self, number: int, turn: int) -> list[int]:
        """The order of a set in one pass."""
        examples = self._sets[number]
        return sorted(range(len(examples)), key=lambda row: draw(self._seed, turn, examples[row].identity))

    def drawn(self, index: int) -> tuple[Example, Question]:
        """The example of a draw, and the question to it."""
        batch, within = divmod(index, self._batch)
        number, before = self._chosen[batch] if self._chosen else (0, batch)
        turn, place = divmod(before, len(self._sets[number]) // self._batch)
        example = self._sets[number][self._permutation(number, turn)[place * self._batch + within]]
        questions = list(example.texts)
        return example, questions[draw(self._seed, turn, example.identity, "question") % len(questions)]

    def __len__(self) -> int:
        return self._batch * self._batches

    def __getitem__(self, index: int) -> Item:
        """What is learnt from at a draw."""
        example, question = self.drawn(index)
        return Item(self._encode(example, question), self._load(example))


def collate_items(padding_id: int, items: Sequence[Item]) -> dict[str, Any]:
    """A batch of items as the network takes it: of `collate`, and `states`: medium -> (b, t, h)."""
    states = {medium: torch.stack([item.states[medium] for item in items]) for medium in items[0].states}
    return {**collate([item.target for item in items], padding_id), "states": states}
