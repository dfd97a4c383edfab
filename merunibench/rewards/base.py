"""Base class of all rewards: called with completions and columns, named in logs, and picklable."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from merunibench.rewards.reading import column_of, text_of

VERSION = 1
"""Incremented when any reward changes for the same reply and truth."""
TRUTHS = ("openset", "labels", "label", "solution")
"""Common names of the column of truths in data sets; the first one that exists is used."""

_LOG = logging.getLogger("merunibench.rewards")

LogExtra = Callable[[str, list[Any]], object]
LogMetric = Callable[[str, float], object]


class Rewarded(NamedTuple):
    """The rewards of N replies, and values for the trainer's log.

    Attributes:
        values: One per reply; None if the reward does not apply.
        figures: Name -> a value for all N replies.
        columns: Name -> one value per reply.
    """

    values: list[float | None]
    figures: Mapping[str, float] = MappingProxyType({})
    columns: Mapping[str, list[Any]] = MappingProxyType({})


class Reward(ABC):
    """A reward for trainers: takes completions and columns, and returns one number per completion.

    Supports calls of TRL (`reward(completions=…, log_extra=…, **columns)`) and ms-swift (completions first). Invalid
    rows are scored or None; only an invalid call raises an error.

    Attributes:
        last: The values logged by the last call, for trainers without hooks.
    """

    _recreated: ClassVar[tuple[str, ...]] = ("last", "_sets", "_known_truths")

    def __init__(self, name: str, truth: Sequence[str] = TRUTHS, on_none: float | None = None) -> None:
        """Create a reward.

        Args:
            name: Its name in the trainer's logs.
            truth: Possible names of the column of truths.
            on_none: Reward of rows to which the reward does not apply. None excludes them from this reward if the
                trainer supports it (TRL, ms-swift); other trainers need a number.
        """
        self.__name__ = name
        self._truth, self._on_none = tuple(truth), on_none
        self.last: Mapping[str, float] = {}

    @property
    @abstractmethod
    def signature(self) -> str:
        """Everything that determines the reward, in one string."""

    @abstractmethod
    def rewards(self, replies: Sequence[str], truths: Sequence[Any]) -> Rewarded:
        """Return the reward of each reply, and values to log.

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
        **columns: Any,  # noqa: ANN401 - the columns of the data set
    ) -> list[float | None]:
        """Return one reward per completion.

        Args:
            completions: Texts, or conversations, of which the last message of the assistant is used.
            log_extra: TRL's hook for a column of the table that it prints.
            log_metric: TRL's hook for a value.
            **columns: The columns of the data set, and other arguments of the trainer.

        Returns:
            One number per completion; None (or `on_none`) if the reward does not apply.

        Raises:
            InputError: there is no column of truths, or its length does not match the number of completions.
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
        """Return only the settings: another process loads the lexicon and looks words up again."""
        return {name: value for name, value in vars(self).items() if name not in self._recreated}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state | {"last": {}}

    def __repr__(self) -> str:
        return f"<{self.signature}>"


def joined(**parts: object) -> str:
    """Return a signature of these parts."""
    return "|".join(["mub-reward", *(f"{name}:{value}" for name, value in parts.items()), f"v:{VERSION}"])
