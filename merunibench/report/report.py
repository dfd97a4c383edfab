"""The result of an evaluation: plain data, and methods that hand it to the renderers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from merunibench.signature import Signature
from merunibench.tasks import TASKS, benchmark_tasks, find_task

if TYPE_CHECKING:
    import pandas as pd

    from merunibench.evaluation.scoring import SampleScores

SCHEMA = "merunibench.report/1"
BENCHMARK_DATASETS = tuple(task.id for task in benchmark_tasks())
Interval = tuple[float, float]


@dataclass(frozen=True)
class CheckpointResult:
    """The figures of one checkpoint on one data set; all in 0..1.

    Attributes:
        score: The primary score.
        metrics: Metric key -> value.
        wheels: The same on each of the five wheels; None where no sample counts. Empty for sentiment.
    """

    score: float
    metrics: Mapping[str, float]
    wheels: tuple[Mapping[str, float | None], ...]


@dataclass(frozen=True)
class DatasetResult:
    """The result on one data set, for the selected checkpoint.

    Attributes:
        dataset: Data set id.
        kind: Kind of task.
        checkpoint: The selected checkpoint.
        primary: Key of the metric that is the score.
        score: The primary score, 0..1; under `strict` corrected for chance, at most 1.
        uncorrected: The score before that correction, 0..1; the same as `score` where none is made.
        ci: Its 95 % bootstrap interval; None without resampling.
        chance: What the same predictions score, uncorrected, when shuffled among the samples that count.
        metrics: Metric key -> value.
        wheels: The same on each of the five wheels. Empty for sentiment.
        samples: Number of ground-truth samples.
        expected_samples: Number of samples of the official set; 0 if none is published.
        scored: Number of samples that count, for each wheel.
        missing: Number of samples that the predictions do not name.
        failed: Number of samples whose prediction is marked as failed.
        extra: Number of predictions without a ground truth, which are ignored.
        labels_per_sample: Mean number of predicted labels; None for sentiment.
        out_of_lexicon: Share of predicted labels without any sector, `neutral` not counted; None for sentiment.
        checkpoints: Every checkpoint's figures.
        signature: What the score was computed with.
        samples_scored: The per-sample scores behind it, for `compare` and `per_sample`; not part of the written report.
    """

    dataset: str
    kind: str
    checkpoint: str
    primary: str
    score: float
    uncorrected: float
    ci: Interval | None
    chance: float
    metrics: Mapping[str, float]
    wheels: tuple[Mapping[str, float | None], ...]
    samples: int
    expected_samples: int
    scored: tuple[int, ...]
    missing: int
    failed: int
    extra: int
    labels_per_sample: float | None
    out_of_lexicon: float | None
    checkpoints: Mapping[str, CheckpointResult]
    signature: Signature
    samples_scored: "SampleScores | None" = field(default=None, repr=False, compare=False)

    @property
    def title(self) -> str:
        """The data set's name as papers print it."""
        return TASKS[self.dataset].title

    @property
    def lift(self) -> float:
        """Score above chance."""
        return self.uncorrected - self.chance

    @property
    def is_complete(self) -> bool:
        """Whether every sample of the official set was scored."""
        scored_all = self.missing + self.failed == 0 or self.signature.missing == "zero"
        return scored_all and self.samples == self.expected_samples


@dataclass(frozen=True, repr=False)
class Report:
    """The result of an evaluation.

    Attributes:
        model: The model's name.
        protocol: The protocol of the scores.
        lexicon: Lexicon name and SHA-256 of its mapping.
        level: Wheel level whose sectors count.
        checkpoint_selection: How checkpoints were chosen.
        datasets: One result a data set, in the order of the published tables.
        mean: Mean of the nine primary scores; None unless all nine are complete.
        mean_ci: Its 95 % bootstrap interval; None without resampling.
        missing_datasets: Data sets of the benchmark that are not there in full.
        warnings: What a reader of the scores should know.
        signature: What the report was computed with.
    """

    model: str
    protocol: str
    lexicon: Mapping[str, str]
    level: int
    checkpoint_selection: str
    datasets: tuple[DatasetResult, ...]
    mean: float | None
    mean_ci: Interval | None
    missing_datasets: tuple[str, ...]
    warnings: tuple[str, ...]
    signature: Signature

    @property
    def complete(self) -> bool:
        """Whether the nine data sets of the benchmark are there in full."""
        return not self.missing_datasets

    def __getitem__(self, dataset: str) -> DatasetResult:
        """The result on one data set, by any of its names.

        Raises:
            KeyError: the report has no such data set.
        """
        task = find_task(dataset)
        for result in self.datasets:
            if task is not None and result.dataset == task.id:
                return result
        raise KeyError(f"{dataset!r}: the report has {', '.join(result.dataset for result in self.datasets)}")

    def __repr__(self) -> str:
        scores = ", ".join(f"{result.dataset} {result.score:.4f}" for result in self.datasets)
        return f"<Report of {self.model}: {scores}; {self.signature}>"

    def to_dict(self) -> dict[str, Any]:
        """The report as the plain data that `to_json` writes; fractions, not percents."""
        from merunibench.report.json_report import as_dict

        return as_dict(self)

    def to_json(self) -> str:
        """JSON text, schema `merunibench.report/1`; fractions, not percents."""
        from merunibench.report.json_report import render

        return render(self)

    def to_csv(self) -> str:
        """CSV text, one row a data set and one for the mean; fractions, not percents."""
        from merunibench.report.csv_report import render

        return render(self)

    def to_markdown(self) -> str:
        """A Markdown table in percent."""
        from merunibench.report.markdown import render

        return render(self)

    def to_latex(self) -> str:
        """A LaTeX table (booktabs) in percent, in the layout of the published ones."""
        from merunibench.report.latex import render

        return render(self)

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """The table that the command line prints, in percent.

        Args:
            width: Columns available; by default what the table needs.
            color: Whether to use terminal colours.
        """
        from merunibench.report.terminal import render

        return render(self, width=width, color=color)

    def to_frame(self) -> "pd.DataFrame":
        """One row a data set, indexed by its id: score, interval, chance and every metric; fractions."""
        import pandas as pd

        from merunibench.report.csv_report import records

        return pd.DataFrame(records(self)).set_index("dataset")

    def write_per_sample(self, path: str | Path) -> None:
        """Write one JSON line a sample: its sectors on each wheel, its hits, and the score's signature.

        Raises:
            InputError: the file cannot be written.
        """
        from merunibench.report.per_sample import write

        write(self, Path(path))
