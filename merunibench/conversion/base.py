"""Describe a result format of another tool: the keys that identify it, and where its names and answers are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from merunibench.conversion.fields import Row


class Answer(NamedTuple):
    """The content of a row.

    Attributes:
        text: The model's answer, unchanged; None if there is none.
        failure: Why there is no answer, in the tool's words; None if not given.
    """

    text: str | None
    failure: str | None = None


@dataclass(frozen=True)
class Format:
    """How a tool stores a model's answers.

    Attributes:
        name: Its name for `--from`.
        tool: The tool that writes it, for messages.
        files: A description of its files, for messages.
        keys: The keys that identify the format; its rows have all of them.
        answer: Returns the answer in a row; raises a ValueError that tells what is wrong with it.
        names: Dotted paths, or functions, to a sample's name; the first that gives text is used.
        number: The key of a running number, which `--names` maps to names.
        first_number: The first running number.
        references: Keys of the values that answers are compared with; never read as answers.
        alone: Whether rows have only these keys.
        repeats: Why a sample may appear several times, and what to do then.
    """

    name: str
    tool: str
    files: str
    keys: frozenset[str]
    answer: Callable[[Row], Answer]
    names: tuple[str | Callable[[Row], str | None], ...] = ()
    number: str | None = None
    first_number: int = 0
    references: tuple[str, ...] = ()
    alone: bool = False
    repeats: str = "keep one row per sample"
