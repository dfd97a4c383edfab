"""The result of an evaluation: plain data, and methods that hand it to the renderers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from merunibench.report.worth import Worth
from merunibench.scoring import Scored, shifted
from merunibench.signature import Signature
from merunibench.tasks import TaskSet, benchmark_tasks

if TYPE_CHECKING:
    import pandas as pd

    from merunibench.plotting import Plot

SCHEMA = "merunibench.report/1"
BENCHMARK_DATASETS = tuple(task.id for task in benchmark_tasks())
Interval = tuple[float, float]


class SharedSamples(NamedTuple):
    """How many samples stand in both of two data sets of the benchmark, whose mean counts them twice."""

    datasets: tuple[str, str]
    samples: int


@dataclass(frozen=True, repr=False)
class Report:
    """The result of an evaluation.

    Attributes:
        model: The model's name.
        protocol: The protocol of the scores.
        lexicon: Lexicon name and SHA-256 of its mapping.
        level: Wheel level whose sectors count.
        checkpoint_selection: How checkpoints were chosen.
        datasets: One score per data set, in the order of the published tables.
        mean: Mean of the nine primary scores; None unless all nine are complete.
        mean_ci: Its 95 % bootstrap interval; None without resampling.
        missing_datasets: Data sets of the benchmark that are not there in full.
        warnings: What a reader of the scores should know.
        signature: What the report was computed with.
        mean_selection_bias: By how much the choice of checkpoints on the test labels flatters the mean; None where
            nothing was chosen so, or without resampling.
        mean_runs: The mean of each run of the model, whose mean `mean` is; empty for a single run.
        counted_twice: Samples that stand in two of the nine data sets.
        worth: Baselines and head words beside each score; empty unless they were asked for.
    """

    FORMATS: ClassVar = ("table", "json", "csv", "markdown", "latex", "eee")
    """Names of the formats it can be written in; each has a method, `to_text` for the table, else `to_<name>`."""

    model: str
    protocol: str
    lexicon: Mapping[str, str]
    level: int
    checkpoint_selection: str
    datasets: tuple[Scored, ...]
    missing_datasets: tuple[str, ...]
    warnings: tuple[str, ...]
    signature: Signature
    mean: float | None = None
    mean_ci: Interval | None = None
    mean_selection_bias: float | None = None
    mean_runs: tuple[float, ...] = ()
    counted_twice: tuple[SharedSamples, ...] = ()
    worth: tuple[Worth, ...] = ()

    @property
    def mean_corrected(self) -> float | None:
        """The mean less its selection bias."""
        if self.mean is None or self.mean_selection_bias is None:
            return None
        return self.mean - self.mean_selection_bias

    @property
    def mean_corrected_ci(self) -> Interval | None:
        """The interval of that."""
        return shifted(self.mean_ci, self.mean_selection_bias)

    @property
    def complete(self) -> bool:
        """Whether the nine data sets of the benchmark are there in full."""
        return not self.missing_datasets

    def __getitem__(self, dataset: str) -> Scored:
        """The result on one data set, by any of its names.

        Raises:
            KeyError: the report has no such data set.
        """
        task = TaskSet(result.task for result in self.datasets).find(dataset)
        for result in self.datasets:
            if task is not None and result.dataset == task.id:
                return result
        raise KeyError(f"{dataset!r}: the report has {', '.join(result.dataset for result in self.datasets)}")

    def __repr__(self) -> str:
        scores = ", ".join(f"{result.dataset} {result.score:.4f}" for result in self.datasets)
        return f"<Report of {self.model}: {scores}; {self.signature}>"

    def named(self, model: str) -> "Report":
        """The same report, the model called otherwise; no figure and no signature changes."""
        return replace(self, model=model)

    def to_dict(self) -> dict[str, Any]:
        """The report as the plain data that `to_json` writes; fractions, not percents."""
        content: dict[str, Any] = json.loads(self.to_json())
        return content

    def to_json(self) -> str:
        """JSON text, schema `merunibench.report/1`; fractions, not percents."""
        from merunibench.report.machine_readable import to_json

        return to_json(self)

    def to_csv(self) -> str:
        """CSV text, one row per data set and one for the mean; fractions, not percents."""
        from merunibench.report.machine_readable import to_csv

        return to_csv(self)

    def to_markdown(self) -> str:
        """A Markdown table in percent."""
        from merunibench.report.markdown import render

        return render(self)

    def to_latex(self) -> str:
        """A LaTeX table (booktabs) in percent, in the layout of the published ones."""
        from merunibench.report.latex import render

        return render(self)

    def to_eee(
        self, *, timestamp: str | None = None, organization: str = "unspecified", relationship: str = "other"
    ) -> str:
        """JSON text in the aggregate schema of Every Eval Ever; fractions, not percents.

        Args:
            timestamp: When the record is made, in seconds since 1970; no clock is asked.
            organization: Who evaluated.
            relationship: What they are to the model: `first_party`, `third_party`, `collaborative`, `other`.

        Raises:
            InputError: the time is not a number, or the relationship is not one of these.
        """
        from merunibench.report.eee import to_eee
        from merunibench.report.written import WrittenReport

        written = WrittenReport.model_validate(self.to_dict())
        return to_eee(written, timestamp=timestamp, organization=organization, relationship=relationship)

    def scalars(self, prefix: str = "") -> dict[str, float]:
        """The figures as flat numbers for loggers: `meld/score`, `meld/ci_low`, …, `mean/score`; fractions.

        Args:
            prefix: Put before every key as it is, such as `eval/`.

        Example:
            >>> import merunibench
            >>> report = merunibench.evaluate({"meld": {"a": ["joy"]}}, {"meld": {"a": "joy"}}, bootstrap=0)
            >>> report.scalars("eval/")["eval/meld/score"]
            1.0
        """
        from merunibench.report.machine_readable import scalars

        return scalars(self, prefix)

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """The table that the command line prints, in percent.

        Args:
            width: Columns available; by default what the table needs.
            color: Whether to use terminal colours.
        """
        from merunibench.report.terminal import render

        return render(self, width=width, color=color)

    def to_frame(self) -> "pd.DataFrame":
        """One row per data set, indexed by its id: score, interval, chance and every metric; fractions.

        Raises:
            InputError: pandas is missing; it comes with the extra `frames`.
        """
        from merunibench.report.samples import report_frame

        return report_frame(self)

    def plot(
        self,
        *others: "Report",
        kind: str = "scores",
        datasets: Sequence[str] = (),
        wheel: int | None = None,
        width: str = "acl",
        span: Literal["single", "double"] = "single",
    ) -> "Plot":
        """Draw a figure for a paper; in a notebook it shows itself, `Plot.save` writes it.

        Args:
            others: Further models beside this one.
            kind: `scores`, `bars`, `multiples`, `radar`, `labels`, `modalities`, `checkpoints` or `confusion`.
            datasets: Data sets to draw; by default all.
            wheel: The wheel of a confusion, from 1; by default the first.
            width: Venue whose column width it has: `acl`, `neurips`, `cvpr`, `ieee`, …
            span: One column, or both.

        Raises:
            InputError: there is no such figure of these reports, or matplotlib is missing.
        """
        from merunibench.plotting import draw

        return draw(kind, [self, *others], datasets=datasets, wheel=wheel, width=width, span=span)

    def samples(self, dataset: str, predictions: "str | Path | Mapping[str, object] | None" = None) -> "pd.DataFrame":
        """One row per sample of a data set, indexed by name, to look at in a notebook.

        Columns: `text` where `predictions` are given, since it is no part of a score; `true_labels` and `labels` where
        they are at hand; `present`, whether there is a prediction; `truth` and `predicted`, for each wheel the names of
        the sectors, for sentiment a word; `hits`, for each wheel, None where the sample does not count; and `score`,
        the metric's formula applied to this sample alone, NaN where it does not count. The mean of `score` is not the
        score of the data set (docs/metric.md).

        Args:
            dataset: Any name of the data set.
            predictions: The predictions that were scored, as `evaluate` takes them, for the text.

        Raises:
            KeyError: the report has no such data set.
            InputError: the predictions hold no text; the report holds no samples of the data set: a mean of runs has
                none of its own; or pandas is missing, which comes with the extra `frames`.
        """
        from merunibench.report.samples import frame

        return frame(self[dataset], predictions)

    def _repr_html_(self) -> str:
        from merunibench.report.notebook import report

        return report(self)

    def write_per_sample(self, path: str | Path) -> None:
        """Write one row per sample: its sectors on each wheel, its hits, and the score's signature.

        Args:
            path: The file; `.csv` and `.parquet` say its format, everything else is JSON Lines. In CSV and Parquet
                lists and numbers stand as JSON text, since they differ between kinds of tasks.

        Raises:
            InputError: the file cannot be written.
        """
        from merunibench.scoring import LoadedScores, per_sample

        per_sample.write_file(Path(path), [LoadedScores.of(scored, self.model) for scored in self.datasets])
