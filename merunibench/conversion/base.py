"""What a result file of another tool is to a converter: which keys show it, where names and answers stand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from merunibench.conversion.fields import Row


class Answer(NamedTuple):
    """What a row says.

    Attributes:
        text: The model's answer as it wrote it; None where there is none.
        failure: Why there is none, in the tool's words; None where nothing is said.
    """

    text: str | None
    failure: str | None = None


@dataclass(frozen=True)
class Format:
    """How a tool writes a model's answers.

    Attributes:
        name: What `--from` calls it.
        tool: What writes it, for people.
        files: What its files look like, for people.
        keys: The keys that rows have, all of them: what it is known by.
        answer: The answer in a row; a ValueError says what is wrong with it.
        names: Dotted paths, or functions, to a sample's name; the first that leads to text counts.
        number: The key of a running number, which `--names` turns into names.
        first_number: Where that begins.
        references: Keys that hold what answers are compared with; never read as answers.
        alone: Whether rows have these keys and no other.
        repeats: What makes a sample appear several times, and what to do then.
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
    repeats: str = "keep one row for each sample"
