"""Compute a score in a validation loop: add rows batch by batch, and score them once with `evaluate`.

On several ranks:

    accumulator = Accumulator("meld")
    for batch in loader:
        accumulator.update(batch["name"], model.answer(batch), batch["truth"])
    states = [None] * world_size
    torch.distributed.all_gather_object(states, accumulator.state_dict())
    report = Accumulator.of_states(states).compute()

In one process, `accumulator.compute()` is enough.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.evaluation import evaluate
from merunibench.report import Report

SCHEMA = "merunibench.accumulator/1"

_Answer = str | tuple[str, ...]
_Row = tuple[_Answer, Any]


class Accumulator:
    """Answers and truths of one data set by sample name.

    The report is identical to that of `evaluate`, independent of the order of rows and of the ranks that added them. A
    repeated sample, as when `DistributedSampler` fills the last batch, counts once; if its answer or truth differs, it
    is refused. 100,000 rows of three labels take 28 MB in addition to the words themselves.

    Attributes:
        dataset: The data set, as `merunibench datasets` lists it.
        duplicates: Number of repeated rows.
    """

    def __init__(self, dataset: str, **options: Any) -> None:  # noqa: ANN401 - those of `evaluate`
        """Start without rows.

        Args:
            dataset: Name of the data set, or of one of your own (`tasks=`).
            **options: Parameters of `evaluate`: lexicon, protocol, level, bootstrap, seed, units, model, tasks.
        """
        self.dataset, self._options = dataset, options
        self.duplicates = 0
        self._rows: dict[str, _Row] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def update(self, names: Sequence[str], answers: Sequence[str | Sequence[str]], truths: Sequence[Any]) -> None:
        """Add rows.

        Args:
            names: Names of N samples.
            answers: The model's replies, from which the rules extract labels, or lists of labels.
            truths: True labels as a list, a class, or a sentiment value.

        Raises:
            InputError: the numbers of names, answers and truths differ, an answer is neither text nor a list of labels,
                a truth is NaN, or a known sample has a different answer or truth. In this case no row is added.
        """
        if not len(names) == len(answers) == len(truths):
            raise InputError(
                f"{len(names)} names, {len(answers)} answers and {len(truths)} truths; their numbers must be equal"
            )
        rows = [
            (str(name), (_answer(name, answer), _truth(name, truth)))
            for name, answer, truth in zip(names, answers, truths, strict=True)
        ]
        self._add(rows)

    def _add(self, rows: Iterable[tuple[str, _Row]]) -> None:
        new: dict[str, _Row] = {}
        again = 0
        for name, row in rows:
            known = new.get(name, self._rows.get(name))
            if known is None:
                new[name] = row
                continue
            if known != row:
                what, before, now = ("answer", known[0], row[0]) if known[0] != row[0] else ("truth", known[1], row[1])
                differing = f"{short_repr(str(before))}, then {short_repr(str(now))}"
                raise InputError(f"sample {short_repr(name)} was added twice with a different {what}: {differing}")
            again += 1
        self._rows |= new
        self.duplicates += again

    def merge(self, other: "Accumulator") -> None:
        """Add the rows of another accumulator, such as that of another rank.

        Raises:
            InputError: its data set differs, or it contains a sample with a different answer or truth.
        """
        if other.dataset != self.dataset:
            raise InputError(f"rows of {other.dataset} cannot be added to rows of {self.dataset}")
        self._add(other._rows.items())  # noqa: SLF001 - of this class
        self.duplicates += other.duplicates

    def state_dict(self) -> dict[str, Any]:
        """Return everything except the options as plain lists, for `json`, `torch.save` or `all_gather_object`."""
        rows = sorted(self._rows.items())
        return {
            "schema": SCHEMA,
            "dataset": self.dataset,
            "names": [name for name, _ in rows],
            "answers": [answer if isinstance(answer, str) else list(answer) for _, (answer, _) in rows],
            "truths": [list(truth) if isinstance(truth, tuple) else truth for _, (_, truth) in rows],
            "duplicates": self.duplicates,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Replace the rows with those of a state.

        Raises:
            InputError: it is not a state of this data set.
        """
        if state.get("schema") != SCHEMA:
            raise InputError(f"not the state of an accumulator: schema {state.get('schema')!r} instead of {SCHEMA!r}")
        if state.get("dataset") != self.dataset:
            raise InputError(f"a state of {state.get('dataset')} cannot be loaded for {self.dataset}")
        before, self._rows = self._rows, {}
        try:
            self.update(*(state[key] for key in ("names", "answers", "truths")))
        except (InputError, KeyError, TypeError) as error:
            self._rows = before
            raise InputError(f"not the state of an accumulator: {error}") from None
        self.duplicates = int(state.get("duplicates", 0))

    @classmethod
    def of_states(cls, states: Iterable[Mapping[str, Any]], **options: Any) -> Self:  # noqa: ANN401
        """Merge the states of all ranks into one accumulator.

        Args:
            states: The result of `state_dict` on each rank.
            **options: As for the accumulator itself.

        Raises:
            InputError: there are no states, or they cannot be merged.
        """
        whole = None
        for state in states:
            part = cls(str(state.get("dataset")), **options)
            part.load_state_dict(state)
            if whole is None:
                whole = part
            else:
                whole.merge(part)
        if whole is None:
            raise InputError("there are no states to merge")
        return whole

    def compute(self) -> Report:
        """Return the report of all rows; see `evaluate`.

        Raises:
            InputError: there are no rows, or `evaluate` refuses them.
        """
        if not self._rows:
            raise InputError(f"{self.dataset}: no rows were added")
        rows = sorted(self._rows.items())
        columns: dict[str, list[Any]] = {"name": [name for name, _ in rows]}
        for column, kind in (("text", str), ("labels", tuple)):
            if any(isinstance(answer, kind) for _, (answer, _) in rows):
                columns[column] = [answer if isinstance(answer, kind) else None for _, (answer, _) in rows]
        truth = {"name": columns["name"], "label": [truth for _, (_, truth) in rows]}
        return evaluate({self.dataset: columns}, {self.dataset: truth}, datasets=self.dataset, **self._options)


def _answer(name: object, answer: object) -> _Answer:
    plain = answer.tolist() if hasattr(answer, "tolist") else answer
    if isinstance(plain, str):
        return plain
    if isinstance(plain, Sequence) and all(isinstance(label, str) for label in plain):
        return tuple(plain)
    raise InputError(
        f"sample {short_repr(str(name))}: an answer is text or a list of labels, not {short_repr(repr(answer))}"
    )


def _truth(name: object, truth: object) -> object:
    """Convert a truth to a comparable value: arrays and NumPy scalars become plain values."""
    plain = truth.tolist() if hasattr(truth, "tolist") else truth
    if plain is None:
        raise InputError(f"sample {short_repr(str(name))}: there is no truth; leave the sample out")
    if isinstance(plain, set | frozenset):
        plain = sorted(plain)
    if isinstance(plain, float) and math.isnan(
        plain
    ):  # NaN does not equal itself, so a repeated row would seem different
        raise InputError(f"sample {short_repr(str(name))}: the truth is not a number (NaN); every sample needs one")
    return tuple(plain) if isinstance(plain, list) else plain
