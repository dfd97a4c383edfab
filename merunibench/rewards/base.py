"""What all rewards share: called with completions and columns, named in logs, sent to other processes."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from merunibench.rewards.reading import column_of, text_of

VERSION = 1
"""Raised when any reward gives another number for the same reply and truth."""
TRUTHS = ("openset", "labels", "label", "solution")
"""Names that the column of truths has in this field's data sets; the first that is there counts."""

_LOG = logging.getLogger("merunibench.rewards")

LogExtra = Callable[[str, list[Any]], object]
LogMetric = Callable[[str, float], object]


class Rewarded(NamedTuple):
    """The rewards of N replies, and what trainers log about them.

    Attributes:
        values: One per reply; None where the reward does not apply.
        figures: Name -> a figure of all N.
        columns: Name -> one value per reply.
    """

    values: list[float | None]
    figures: Mapping[str, float] = MappingProxyType({})
    columns: Mapping[str, list[Any]] = MappingProxyType({})


class Reward(ABC):
    """A reward as trainers call it: completions and columns in, one number per completion out.

    It is called as TRL does (`reward(completions=…, log_extra=…, **columns)`) and as ms-swift does (completions first).
    Whatever a row holds, it is scored or None; only what is wrong with the whole call is an error.

    Attributes:
        last: What the last call logged, for trainers that give no hooks.
    """

    _made_anew: ClassVar[tuple[str, ...]] = ("last", "_sets", "_known_truths")

    def __init__(self, name: str, truth: Sequence[str] = TRUTHS, on_none: float | None = None) -> None:
        """A reward.

        Args:
            name: What trainers call it in their logs.
            truth: Names that the column of truths may have.
            on_none: What a row is given to which the reward does not apply. None leaves the row out of this reward
                where the trainer knows that (TRL, ms-swift); others need a number.
        """
        self.__name__ = name
        self._truth, self._on_none = tuple(truth), on_none
        self.last: Mapping[str, float] = {}

    @property
    @abstractmethod
    def signature(self) -> str:
        """Everything that decides the reward, in one string."""

    @abstractmethod
    def rewards(self, replies: Sequence[str], truths: Sequence[Any]) -> Rewarded:
        """The reward of each reply, and what is logged about them.

        Args:
            replies: The raw replies.
            truths: Their truths.
        """

    def __call__(
        self,
        completions: Sequence[Any],
        *,
        log_extra: LogExtra | None = None,
        log_metric: LogMetric | None = None,
        **columns: Any,  # noqa: ANN401 - whatever the data set has
    ) -> list[float | None]:
        """One reward per completion.

        Args:
            completions: Texts, or conversations of which the last message of the assistant counts.
            log_extra: TRL's hook for a column of the table that it prints.
            log_metric: TRL's hook for a figure.
            **columns: The columns of the data set, and whatever else the trainer gives.

        Returns:
            A number per completion; None (or `on_none`) where the reward does not apply.

        Raises:
            InputError: no column of truths is there, or it does not fit the number of completions.
        """
        truths = column_of(columns, self._truth, len(completions)) if self._truth else [None] * len(completions)
        found = self.rewards([text_of(completion) for completion in completions], truths)
        self.last = found.figures
        if log_metric is not None:
            for name, value in found.figures.items():
                log_metric(name, value)
        if log_extra is not None:
            for name, column in found.columns.items():
                log_extra(name, column)
        if found.figures:
            shown = ", ".join(f"{name} {value:.4g}" for name, value in found.figures.items())
            _LOG.info("%s: %s", self.__name__, shown)
        return [self._on_none if value is None else value for value in found.values]

    def __getstate__(self) -> dict[str, Any]:
        """The settings alone: another process loads the lexicon and looks words up anew."""
        return {name: value for name, value in vars(self).items() if name not in self._made_anew}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state | {"last": {}}

    def __repr__(self) -> str:
        return f"<{self.signature}>"


def joined(**parts: object) -> str:
    """A signature of these parts."""
    return "|".join(["mub-reward", *(f"{name}:{value}" for name, value in parts.items()), f"v:{VERSION}"])
