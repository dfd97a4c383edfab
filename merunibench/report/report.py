"""The result of an evaluation: plain data, and methods that call the renderers."""

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
    """Number of samples that are in both of two data sets of the benchmark, so that the mean counts them twice."""

    datasets: tuple[str, str]
    samples: int


@dataclass(frozen=True, repr=False)
class Report:
    """The result of an evaluation.

    Attributes:
        model: The model's name.
        protocol: The protocol of the scores.
        lexicon: Lexicon name and SHA-256 of its mapping.
        level: Wheel level of the sectors.
        checkpoint_selection: How checkpoints were chosen.
        datasets: One score per data set, in the order of the published tables.
        mean: Mean of the nine primary scores; None unless all nine are complete.
        mean_ci: Its 95 % bootstrap interval; None without resampling.
        missing_datasets: Data sets of the benchmark that are missing or incomplete.
        warnings: What readers of the scores should know.
        signature: How the report was computed.
        mean_selection_bias: By how much choosing checkpoints on the test labels inflates the mean; None if nothing was
            chosen this way, or without resampling.
        mean_runs: The mean of each run of the model; `mean` is their average. Empty for a single run.
        counted_twice: Samples that are in two of the nine data sets.
        worth: Baselines and head-word scores for each score; empty unless requested.
    """

    FORMATS: ClassVar = ("table", "json", "csv", "markdown", "latex", "eee")
    """Names of the output formats; each has a method, `to_text` for the table, otherwise `to_<name>`."""

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
        """The mean minus its selection bias."""
        if self.mean is None or self.mean_selection_bias is None:
            return None
        return self.mean - self.mean_selection_bias

    @property
    def mean_corrected_ci(self) -> Interval | None:
        """The interval of the corrected mean."""
        return shifted(self.mean_ci, self.mean_selection_bias)

    @property
    def complete(self) -> bool:
        """Whether all nine data sets of the benchmark are complete."""
        return not self.missing_datasets

    def __getitem__(self, dataset: str) -> Scored:
        """Return the result on one data set, by any of its names.

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
        """Return the same report with another model name; no score and no signature changes."""
        return replace(self, model=model)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as the plain data that `to_json` writes; fractions, not percentages."""
        content: dict[str, Any] = json.loads(self.to_json())
        return content

    def to_json(self) -> str:
        """Return JSON text, schema `merunibench.report/1`; fractions, not percentages."""
        from merunibench.report.machine_readable import to_json

        return to_json(self)

    def to_csv(self) -> str:
        """Return CSV text, one row per data set and one for the mean; fractions, not percentages."""
        from merunibench.report.machine_readable import to_csv

        return to_csv(self)

    def to_markdown(self) -> str:
        """Return a Markdown table in percent."""
        from merunibench.report.markdown import render

        return render(self)

    def to_latex(self) -> str:
        """Return a LaTeX table (booktabs) in percent, in the layout of the published ones."""
        from merunibench.report.latex import render

        return render(self)

    def to_eee(
        self, *, timestamp: str | None = None, organization: str = "unspecified", relationship: str = "other"
    ) -> str:
        """Return JSON text in the aggregate schema of Every Eval Ever; fractions, not percentages.

        Args:
            timestamp: When the record was made, in seconds since 1970; the clock is not read.
            organization: Name of the evaluator.
            relationship: Relationship to the model: `first_party`, `third_party`, `collaborative`, `other`.

        Raises:
            InputError: the time is not a number, or the relationship is unknown.
        """
        from merunibench.report.eee import to_eee
        from merunibench.report.written import WrittenReport

        written = WrittenReport.model_validate(self.to_dict())
        return to_eee(written, timestamp=timestamp, organization=organization, relationship=relationship)

    def scalars(self, prefix: str = "") -> dict[str, float]:
        """Return the scores as flat numbers for loggers: `meld/score`, `meld/ci_low`, …, `mean/score`; fractions.

        Args:
            prefix: Prepended to every key unchanged, such as `eval/`.

        Example:
            >>> import merunibench
            >>> report = merunibench.evaluate({"meld": {"a": ["joy"]}}, {"meld": {"a": "joy"}}, bootstrap=0)
            >>> report.scalars("eval/")["eval/meld/score"]
            1.0
        """
        from merunibench.report.machine_readable import scalars

        return scalars(self, prefix)

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the table that the command line prints, in percent.

        Args:
            width: Available columns; by default as many as the table needs.
            color: Whether to use terminal colours.
        """
        from merunibench.report.terminal import render

        return render(self, width=width, color=color)

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per data set, indexed by its id: score, interval, chance and every metric; fractions.

        Raises:
            InputError: pandas is not installed (the extra `frames`).
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
        """Draw a figure for a paper. It displays itself in a notebook; `Plot.save` writes it.

        Args:
            others: Further models to show.
            kind: `scores`, `bars`, `multiples`, `radar`, `labels`, `modalities`, `checkpoints` or `confusion`.
            datasets: Data sets to draw; by default all.
            wheel: The wheel of a confusion, from 1; by default the first.
            width: Venue whose column width is used: `acl`, `neurips`, `cvpr`, `ieee`, …
            span: One column, or both.

        Raises:
            InputError: these reports have no such figure, or matplotlib is not installed.
        """
        from merunibench.plotting import draw

        return draw(kind, [self, *others], datasets=datasets, wheel=wheel, width=width, span=span)

    def samples(self, dataset: str, predictions: "str | Path | Mapping[str, object] | None" = None) -> "pd.DataFrame":
        """Return one row per sample of a data set, indexed by name, for inspection in a notebook.

        Columns: `text`, if `predictions` are given, since it is not part of a score; `true_labels` and `labels`, if
        available; `present`, whether there is a prediction; `truth` and `predicted`, for each wheel the names of the
        sectors, for sentiment a word; `hits`, for each wheel, None if the sample is not scored; and `score`, the
        metric's formula applied to this sample alone, NaN if it is not scored. The mean of `score` is not the score of
        the data set (docs/metric.md).

        Args:
            dataset: Any name of the data set.
            predictions: The predictions that were scored, in any form that `evaluate` accepts, for the text.

        Raises:
            KeyError: the report has no such data set.
            InputError: the predictions contain no text; the report has no samples of the data set, as a mean of runs
                has none; or pandas is not installed (the extra `frames`).
        """
        from merunibench.report.samples import frame

        return frame(self[dataset], predictions)

    def _repr_html_(self) -> str:
        from merunibench.report.notebook import report

        return report(self)

    def write_per_sample(self, path: str | Path) -> None:
        """Write one row per sample: its sectors on each wheel, its hits, and the score's signature.

        Args:
            path: The file; `.csv` and `.parquet` determine the format, all others are JSON Lines. In CSV and Parquet,
                lists and numbers are JSON text, because they differ between kinds of tasks.

        Raises:
            InputError: the file cannot be written.
        """
        from merunibench.scoring import LoadedScores, per_sample

        per_sample.write_file(Path(path), [LoadedScores.of(scored, self.model) for scored in self.datasets])
