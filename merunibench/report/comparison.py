"""The result of comparing two systems, and its renderings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

from merunibench._text import escape_controls
from merunibench.kinds import KINDS
from merunibench.report.columns import Column, percent
from merunibench.signature import joint_metric_part
from merunibench.statistics import PairedTest

SCHEMA = "merunibench.comparison/1"
ALPHA = 0.05


class SystemUsed(NamedTuple):
    """What was compared on a data set: the properties in which the systems may differ.

    Attributes:
        model: The model's name.
        checkpoint: The checkpoint that was scored.
        score: Its primary score.
        selection: How the checkpoint was chosen; a choice on the test labels is held fixed in the tests.
        labels: Source of the labels.
        polarity: Source of the polarity.
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
        p_holm: The larger of the two p-values, adjusted for the number of data sets (Holm); it determines significance.
        signature: The metric part, which both scores share.
        title: The data set's name as in papers.
    """

    dataset: str
    systems: tuple[SystemUsed, SystemUsed]
    test: PairedTest
    p_holm: float
    signature: str
    title: str

    @property
    def samples(self) -> int:
        """Number of samples, from the metric part."""
        return int(dict(part.split(":", 1) for part in self.signature.split("|")[1:])["n"])

    @property
    def samples_needed(self) -> int | None:
        """Number of samples needed to detect a difference of this size; None without a difference."""
        return self.test.samples_needed(self.samples)


@dataclass(frozen=True)
class MeanComparison:
    """Two systems compared by the mean over several data sets.

    Attributes:
        name: `mean` for the nine data sets of the benchmark, or a kind of task.
        datasets: The data sets.
        scores: Means of the two systems' primary scores.
        test: Their difference, its interval and p-values.
        p_holm: The larger of the two p-values; for a kind of task, adjusted for the number of kinds.
        samples: Total number of samples of these data sets.
    """

    name: str
    datasets: tuple[str, ...]
    scores: tuple[float, float]
    test: PairedTest
    p_holm: float
    samples: int

    @property
    def samples_needed(self) -> int | None:
        """Number of samples, in these proportions, needed to detect this difference; None without a difference."""
        return self.test.samples_needed(self.samples)

    @property
    def title(self) -> str:
        """The heading of its row."""
        return "Mean" if self.name == "mean" else f"Mean, {self.name}"


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two systems on every data set that both have.

    Attributes:
        models: Names of the two systems.
        datasets: One comparison per data set.
        left_out: Data sets that only one of them has.
        resamples: Number of resamples and of random swaps.
        seed: Seed of both.
        units: What was resampled and swapped: `samples`, `clusters` (dialogues, videos), or both, joined by `+`.
        means: The kinds of task for which both have all data sets, and the nine if both have all.
        warnings: Other possible causes of the difference.
    """

    FORMATS: ClassVar = ("table", "json", "csv", "markdown", "latex")

    models: tuple[str, str]
    datasets: tuple[DatasetComparison, ...]
    left_out: tuple[str, ...]
    resamples: int
    seed: int
    units: str
    means: tuple[MeanComparison, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The outcome. "Better" means significant at 5 %, corrected for the number of data sets (Holm)."""
        datasets = [Outcome(each.title, each.test.difference, each.test.ci, each.p_holm) for each in self.datasets]
        means = [Outcome(each.name, each.test.difference, each.test.ci, each.p_holm) for each in self.means]
        return outcome(datasets, means)

    def named(self, models: tuple[str, str]) -> "Comparison":
        """Return the same comparison with other names for the systems."""
        first, second = models
        datasets = []
        for each in self.datasets:
            a, b = each.systems
            datasets.append(replace(each, systems=(a._replace(model=first), b._replace(model=second))))
        return replace(self, models=models, datasets=tuple(datasets))

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as dictionaries, lists, text and numbers; fractions, not percentages."""
        return {
            "schema": SCHEMA,
            "models": list(self.models),
            "resamples": self.resamples,
            "seed": self.seed,
            "units": self.units,
            "left_out": list(self.left_out),
            "sentence": self.sentence,
            "datasets": [_as_dict(each) for each in self.datasets],
            "means": [_mean_as_dict(each) for each in self.means],
            "warnings": list(self.warnings),
        }

    def to_csv(self) -> str:
        """Return CSV text, one line per data set and mean; fractions in full precision."""
        from merunibench.report.comparison_tables import csv

        return csv(self)

    def to_markdown(self) -> str:
        """Return a Markdown table in percent, with the outcome above it and the notes below."""
        from merunibench.report.comparison_tables import markdown

        return markdown(self)

    def to_latex(self) -> str:
        """Return a LaTeX table (booktabs) in percent. Significant differences are bold, the signature is a comment."""
        from merunibench.report.comparison_tables import latex

        return latex(self)

    def __repr__(self) -> str:
        return f"<Comparison of {' and '.join(map(escape_controls, self.models))}: {escape_controls(self.sentence)}>"

    def _repr_html_(self) -> str:
        from merunibench.report.comparison_tables import html

        return html(self)

    @property
    def lines(self) -> list[str]:
        """The lines below every table: which systems were compared, how, and the signature."""
        return [*self._systems(), *self._notes()]

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the table that the command line prints, in percent."""
        from rich.text import Text

        from merunibench.report.terminal import plain_table, print_to_text

        titles = ("Data set", "A", "B", "A - B", "95 % CI", "p boot", "p swap", "p Holm")
        table = plain_table([Column(title, numeric=title != "Data set") for title in titles])
        for each in self.datasets:
            scores = [system.score for system in each.systems]
            table.add_row(*map(Text, [each.title, *_cells(scores, each.test, each.p_holm)]))
        if self.means:
            table.add_section()
        for mean in self.means:
            table.add_row(*map(Text, [mean.title, *_cells(mean.scores, mean.test, mean.p_holm)]))
        return print_to_text(self.sentence, table, self.lines, width=width, color=color)

    def _power(self) -> Iterator[tuple[str, str]]:
        """Yield the title of each row and what it could detect, as `4.00 (12,000)`; empty if nothing is known."""
        rows: list[tuple[str, DatasetComparison | MeanComparison]] = [
            *((each.title, each) for each in self.datasets),
            *((mean.title.lower(), mean) for mean in self.means),
        ]
        for title, each in rows:
            needed = "" if each.samples_needed is None else f" ({each.samples_needed:,})"
            detectable = each.test.detectable
            yield title, "" if detectable is None else f"{100 * detectable:.2f}{needed}"

    def _systems(self) -> list[str]:
        """List the models and checkpoints of A and B."""
        lines = []
        for letter, index in (("A", 0), ("B", 1)):
            used = {each.title: each.systems[index] for each in self.datasets}
            lines.append(f"{letter} = {escape_controls(self.models[index])}")
            for title, system in used.items():
                if system.selection != "single":
                    lines.append(
                        f"    {title}: {escape_controls(system.checkpoint)} "
                        f"({escape_controls(system.selection)}, held fixed)"
                    )
        return lines

    def _notes(self) -> list[str]:
        units = {
            "clusters": "dialogues and videos",
            "clusters+samples": "dialogues and videos where available, otherwise samples",
        }.get(self.units, self.units)
        method = f"Paired bootstrap (p boot) and approximate randomisation (p swap) over {units}"
        lines = [
            f"{method}, {self.resamples} each; p Holm: the larger of the two, corrected for the number of tests.",
            "p swap alone does not test for equal scores: systems with equal F1 may differ in precision and recall.",
        ]
        power = [f"{title} {said}" for title, said in self._power() if said]
        if power:
            lines.append(
                "Smallest difference, in points, detected with 80 % power at this sample size, and number of samples "
                f"needed to detect the observed one:  {', '.join(power)}."
            )
        if self.left_out:
            lines.append(f"Not compared, because only one of them has it: {', '.join(self.left_out)}.")
        signatures = [each.signature for each in self.datasets]
        joint = joint_metric_part(signatures)
        return [*lines, *(signatures if joint is None else [joint])]


class Outcome(NamedTuple):
    """The outcome of one test: data set or mean, score of A minus that of B, 95 % interval, and p."""

    title: str
    difference: float
    ci: tuple[float, float] | None
    p: float


def outcome(datasets: Sequence[Outcome], means: Sequence[Outcome]) -> str:
    """State in one sentence whether A or B is better, for `compare` and for every pair on a leaderboard.

    Args:
        datasets: The tests on data sets, with titles as in papers.
        means: The tests of means, titled by kind of task or `mean`; the last one is stated, or else the only data set.
    """
    sides: dict[str, list[str]] = {"A": [], "B": []}
    for each in datasets:
        if each.p < ALPHA:
            sides["A" if each.difference > 0 else "B"].append(f"{each.title} {_lead(each)}")
    sentence = who_is_better(sides, len(datasets))
    said = means[-1:] or (datasets if len(datasets) == 1 else ())
    return f"{sentence}{''.join(map(_in_full, said))}."


def who_is_better(sides: Mapping[str, Sequence[str]], tested: int, apart: str = ", ") -> str:
    """State on which of the tested data sets each side is better: the start of every such sentence.

    Args:
        sides: `A` and `B` -> descriptions of the data sets on which it is better.
        tested: Number of data sets.
        apart: The separator between data sets.

    Example:
        >>> who_is_better({"A": ["MELD by 3.56"], "B": []}, 9)
        'A is better on 1 of 9 data sets (MELD by 3.56)'
        >>> who_is_better({"A": [], "B": []}, 1)
        'Neither is better on the one data set tested'
    """
    one = "the one data set tested"
    said = [
        f"{side} is better on {one if tested == 1 else f'{len(sets)} of {tested} data sets'} ({apart.join(sets)})"
        for side, sets in sides.items()
        if sets
    ]
    return ", ".join(said) or f"Neither is better on {one if tested == 1 else f'any of {tested} data sets'}"


def _lead(test: Outcome) -> str:
    """By how much the better system leads, with interval: `by 3.56 [1.40, 5.76]`."""
    sign = 1 if test.difference > 0 else -1
    ends = sorted(100 * sign * end + 0.0 for end in test.ci or ())  # + 0.0: avoids -0.00
    interval = f" [{', '.join(f'{end:.2f}' for end in ends)}]" if ends else ""
    return f"by {100 * abs(test.difference):.2f}{interval}"


def _in_full(test: Outcome) -> str:
    """State difference, interval and p of the mean or of the only data set."""
    if test.ci is None:
        return ""
    verdict = "significant" if test.p < ALPHA else "not significant"
    low, high = (f"{100 * end:+.2f}" for end in test.ci)
    means = {"mean": "in the mean of nine"} | {kind: f"in the mean, {kind}," for kind in KINDS}
    figures = f"{100 * test.difference:+.2f} points (95 % CI {low} to {high}, p {test.p:.4f}, {verdict})"
    return f"; {means.get(test.title, f'on {test.title}')} A - B is {figures}"


def _cells(scores: Sequence[float], test: PairedTest, p_holm: float) -> list[str]:
    values = [*map(percent, scores), f"{100 * test.difference:+.2f}", _interval(test.ci)]
    return [*values, *(f"{p:.4f}" for p in (test.p_bootstrap, test.p_randomization, p_holm))]


def _as_dict(each: DatasetComparison) -> dict[str, Any]:
    return {
        "dataset": each.dataset,
        "scores": [system.score for system in each.systems],
        **_test_as_dict(each.test),
        "p_holm": each.p_holm,
        "samples_needed": each.samples_needed,
        "systems": [system._asdict() for system in each.systems],
        "signature": each.signature,
    }


def _mean_as_dict(each: MeanComparison) -> dict[str, Any]:
    figures = {"scores": list(each.scores), **_test_as_dict(each.test), "p_holm": each.p_holm}
    return {"name": each.name, "datasets": list(each.datasets), **figures, "samples_needed": each.samples_needed}


def _test_as_dict(test: PairedTest) -> dict[str, Any]:
    return {
        "difference": test.difference,
        "ci": None if test.ci is None else list(test.ci),
        "p_bootstrap": test.p_bootstrap,
        "p_randomization": test.p_randomization,
        "detectable": test.detectable,
    }


def _interval(ci: tuple[float, float] | None) -> str:
    return "–" if ci is None else f"[{100 * ci[0]:+.2f}, {100 * ci[1]:+.2f}]"
