"""The result of comparing two systems, and its renderings."""

from dataclasses import dataclass
from typing import Any

from rich.text import Text

from merunibench.report.columns import Column, percent, span
from merunibench.report.terminal import plain_table, print_to_text
from merunibench.statistics import PairedTest
from merunibench.tasks import TASKS

SCHEMA = "merunibench.comparison/1"


@dataclass(frozen=True)
class DatasetComparison:
    """Two systems on one data set.

    Attributes:
        dataset: Data set id.
        scores: Primary score of either system, in 0..1.
        test: Difference (first minus second), its interval and p-values.
        p_holm: The larger of the two p-values, adjusted for the number of data sets (Holm).
        signature: The metric part that both scores share.
    """

    dataset: str
    scores: tuple[float, float]
    test: PairedTest
    p_holm: float
    signature: str


@dataclass(frozen=True)
class Comparison:
    """Two systems on every data set that both have.

    Attributes:
        models: Names of the two systems.
        datasets: One comparison a data set.
        resamples: Number of resamples and of random swaps.
        units: What was resampled and swapped: samples or clusters.
    """

    models: tuple[str, str]
    datasets: tuple[DatasetComparison, ...]
    resamples: int
    units: str

    def to_dict(self) -> dict[str, Any]:
        """The comparison as dictionaries, lists, text and numbers; fractions, not percents."""
        return {
            "schema": SCHEMA,
            "models": list(self.models),
            "resamples": self.resamples,
            "units": self.units,
            "datasets": [_as_dict(each) for each in self.datasets],
        }

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """The table that the command line prints, in percent."""
        first, second = self.models
        titles = ("Data set", first, second, "Difference", "95 % CI", "p bootstrap", "p swaps", "p Holm")
        table = plain_table([Column(title, numeric=title != "Data set") for title in titles])
        for each in self.datasets:
            row = [TASKS[each.dataset].title, *map(percent, each.scores), f"{100 * each.test.difference:+.2f}"]
            row += [span(each.test.ci), *map(_p, (each.test.p_bootstrap, each.test.p_randomization, each.p_holm))]
            table.add_row(*map(Text, row))
        method = f"Paired bootstrap and approximate randomisation over {self.units}, {self.resamples} each."
        holm = "p Holm: the larger of the two, corrected over the data sets."
        notes = (f"{method} {holm}", *(each.signature for each in self.datasets))
        return print_to_text("", table, notes, width=width, color=color)


def _as_dict(each: DatasetComparison) -> dict[str, Any]:
    return {
        "dataset": each.dataset,
        "scores": list(each.scores),
        "difference": each.test.difference,
        "ci": None if each.test.ci is None else list(each.test.ci),
        "p_bootstrap": each.test.p_bootstrap,
        "p_randomization": each.test.p_randomization,
        "p_holm": each.p_holm,
        "signature": each.signature,
    }


def _p(value: float) -> str:
    return f"{value:.4f}"
