"""The learning rate of a step: the authors' linear warm-up and cosine decay, with their quirks."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Warm-up and cosine decay over epochs of I steps; epochs are counted from 1.

    With t = e · I + i for step i = 0, 1, … of epoch e = 1, 2, …

        t < warm-up steps:  min(r, w + (r - w) · i / warm-up steps)
        else:               m + (r - m) · (1 + cos(π t / (epochs · I))) / 2

    So the first step already has t = I: a warm-up of at most one epoch never happens, and the last epoch goes beyond
    the cosine's minimum. In the published settings, r = m, so the rate is constant.

    Attributes:
        lr: The highest rate r.
        min_lr: The lowest rate m.
        warmup_lr: The rate w at the start of the warm-up.
        warmup_steps: Number of warm-up steps.
        epochs: Number of epochs.
        steps_per_epoch: Number I of steps per epoch.
    """

    lr: float
    min_lr: float
    warmup_lr: float
    warmup_steps: int
    epochs: int
    steps_per_epoch: int

    def rate(self, step: int) -> float:
        """Return the learning rate of a step; all steps are counted from 0.

        Example:
            >>> published = Schedule(1e-5, 1e-5, 1e-6, 5000, 60, 5000)
            >>> {published.rate(step) for step in range(300_000)}
            {1e-05}
        """
        epoch, within = divmod(step, self.steps_per_epoch)
        counted = (epoch + 1) * self.steps_per_epoch + within
        if counted < self.warmup_steps:
            return min(self.lr, self.warmup_lr + (self.lr - self.warmup_lr) * within / max(self.warmup_steps, 1))
        cosine = 1.0 + math.cos(math.pi * counted / (self.epochs * self.steps_per_epoch))
        return (self.lr - self.min_lr) * 0.5 * cosine + self.min_lr
