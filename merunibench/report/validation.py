"""What predictions contain and whether they can be scored: the result of `validate`, and its renderings."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from merunibench._text import escape_controls
from merunibench.data import Account
from merunibench.report.columns import Column

SCHEMA = "merunibench.validation/1"


@dataclass(frozen=True)
class FileFound:
    """One file of predictions: one checkpoint on one data set.

    Attributes:
        dataset: Data set id.
        title: The data set's name as in papers.
        checkpoint: The checkpoint.
        file: The file that scoring would read; None if it cannot be read.
        rows: Number of rows.
        answers: The counts of its rows; None if no answers can be read.
        matched: Number of ground-truth samples with a row; None without ground truth, like the next two.
        missing: Number of ground-truth samples without a row.
        extra: Number of names that are not ground-truth samples.
        problems: Why it could not be scored.
        warnings: What readers of its score should know.
    """

    dataset: str
    title: str
    checkpoint: str
    file: str | None
    rows: int | None = None
    answers: Account | None = None
    matched: int | None = None
    missing: int | None = None
    extra: int | None = None
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        answers = self.answers.to_dict() if self.answers else None
        return {**vars(self), "answers": answers, "problems": list(self.problems), "warnings": list(self.warnings)}


@dataclass(frozen=True)
class Validation:
    """What predictions contain.

    Attributes:
        model: The model's name.
        files: The files, data sets in the order of the published tables.
        others: Problems that do not belong to one file.
        notes: What is ignored.
    """

    FORMATS: ClassVar = ("table", "json")

    model: str
    files: tuple[FileFound, ...]
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the predictions could not be scored; empty if they could."""
        return (*self.others, *(problem for each in self.files for problem in each.problems))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What readers of the scores should know."""
        return (*self.notes, *(f"{_place(each)}: {warning}" for each in self.files for warning in each.warnings))

    @property
    def valid(self) -> bool:
        """Whether the predictions can be scored."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, schema `merunibench.validation/1`."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "valid": self.valid,
            "files": [each.to_dict() for each in self.files],
            "problems": list(self.problems),
            "warnings": list(self.warnings),
        }

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return a table of the files, and a line for each problem and warning."""
        from rich.text import Text

        from merunibench.report.terminal import plain_table, print_to_text

        names = ("matched", "missing", "extra") if any(each.matched is not None for each in self.files) else ()
        titles = ("Data set", "Checkpoint", "Rows", "Given", "Read", "Failed", "Without", *map(str.title, names))
        table = plain_table([Column(title, numeric=title not in ("Data set", "Checkpoint")) for title in titles])
        for each in self.files:
            numbers = [each.rows, *_numbers(each.answers), *(getattr(each, name) for name in names)]
            cells = ["–" if number is None else str(number) for number in numbers]
            table.add_row(*map(Text, [each.title, escape_controls(each.checkpoint), *cells]))
        verdict = f"{self.model}: would {'' if self.valid else 'not '}be scored"
        return print_to_text(
            escape_controls(verdict), table, map(escape_controls, self._lines()), width=width, color=color
        )

    def _lines(self) -> Iterator[str]:
        yield from (f"problem: {each}" for each in self.problems)
        yield from (f"warning: {each}" for each in self.warnings)


def _place(each: FileFound) -> str:
    return each.dataset if each.checkpoint == "default" else f"{each.dataset} {each.checkpoint}"


def _numbers(answers: Account | None) -> list[int | None]:
    if answers is None:
        return [None] * 4
    return [answers.given, sum(answers.read.values()), answers.failed, answers.nothing]
