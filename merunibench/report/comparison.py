"""The result of comparing two systems, and its renderings."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from merunibench._text import visible
from merunibench.report.columns import Column, percent
from merunibench.statistics import PairedTest
from merunibench.tasks import TASKS

SCHEMA = "merunibench.comparison/1"


class SystemUsed(NamedTuple):
    """What was compared on a data set: the part of a system that may differ, and is shown.

    Attributes:
        model: The model's name.
        checkpoint: The checkpoint that was scored.
        score: Its primary score.
        selection: How the checkpoint was chosen; a choice by test labels is held fixed in the tests.
        labels: Where the labels come from.
        polarity: Where the polarity comes from.
    """

    model: str
    checkpoint: str
    score: float
    selection: str
    labels: str
    polarity: str


@dataclass(frozen=True)
class DatasetComparison:
    """Two systems on one data set.

    Attributes:
        dataset: Data set id.
        systems: The two systems.
        test: Difference of the primary scores (first minus second), its interval and p-values.
        p_holm: The larger of the two p-values, adjusted for the number of data sets (Holm).
        signature: The metric part that both scores share.
    """

    dataset: str
    systems: tuple[SystemUsed, SystemUsed]
    test: PairedTest
    p_holm: float
    signature: str


@dataclass(frozen=True)
class Comparison:
    """Two systems on every data set that both have.

    Attributes:
        models: Names of the two systems.
        datasets: One comparison a data set.
        left_out: Data sets that only one of them has.
        resamples: Number of resamples and of random swaps.
        seed: Seed of both.
        units: What was resampled and swapped: samples or clusters.
    """

    FORMATS: ClassVar = ("table", "json")

    models: tuple[str, str]
    datasets: tuple[DatasetComparison, ...]
    left_out: tuple[str, ...]
    resamples: int
    seed: int
    units: str

    def to_dict(self) -> dict[str, Any]:
        """The comparison as dictionaries, lists, text and numbers; fractions, not percents."""
        return {
            "schema": SCHEMA,
            "models": list(self.models),
            "resamples": self.resamples,
            "seed": self.seed,
            "units": self.units,
            "left_out": list(self.left_out),
            "datasets": [_as_dict(each) for each in self.datasets],
        }

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """The table that the command line prints, in percent."""
        from rich.text import Text

        from merunibench.report.terminal import plain_table, print_to_text

        titles = ("Data set", "A", "B", "A - B", "95 % CI", "p boot", "p swap", "p Holm")
        table = plain_table([Column(title, numeric=title != "Data set") for title in titles])
        for each in self.datasets:
            scores = (percent(system.score) for system in each.systems)
            row = [TASKS[each.dataset].title, *scores, f"{100 * each.test.difference:+.2f}", _interval(each.test.ci)]
            row += [f"{p:.4f}" for p in (each.test.p_bootstrap, each.test.p_randomization, each.p_holm)]
            table.add_row(*map(Text, row))
        return print_to_text("", table, [*self._systems(), *self._notes()], width=width, color=color)

    def _systems(self) -> list[str]:
        """Which model and checkpoints A and B are."""
        lines = []
        for letter, index in (("A", 0), ("B", 1)):
            used = {TASKS[each.dataset].title: each.systems[index] for each in self.datasets}
            lines.append(f"{letter} = {visible(self.models[index])}")
            for title, system in used.items():
                if system.selection != "single":
                    lines.append(f"    {title}: {visible(system.checkpoint)} ({visible(system.selection)}, held fixed)")
        return lines

    def _notes(self) -> list[str]:
        method = (
            f"Paired bootstrap (p boot) and approximate randomisation (p swap) over {self.units}, {self.resamples} each"
        )
        lines = [f"{method}; p Holm: the larger of the two, corrected over the data sets."]
        if self.left_out:
            lines.append(f"Not compared, since only one of them has it: {', '.join(self.left_out)}.")
        return [*lines, *(each.signature for each in self.datasets)]


def _as_dict(each: DatasetComparison) -> dict[str, Any]:
    return {
        "dataset": each.dataset,
        "scores": [system.score for system in each.systems],
        "difference": each.test.difference,
        "ci": None if each.test.ci is None else list(each.test.ci),
        "p_bootstrap": each.test.p_bootstrap,
        "p_randomization": each.test.p_randomization,
        "p_holm": each.p_holm,
        "systems": [system._asdict() for system in each.systems],
        "signature": each.signature,
    }


def _interval(ci: tuple[float, float] | None) -> str:
    return "–" if ci is None else f"[{100 * ci[0]:+.2f}, {100 * ci[1]:+.2f}]"
