"""The demo: write the baselines' predictions to files, score them, and show the table and the next steps."""

import csv
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from merunibench import baselines
from merunibench._resources import resource
from merunibench.baselines import Known, Row
from merunibench.evaluation import evaluate
from merunibench.files import whole_set, write_text
from merunibench.report import Report
from merunibench.tasks import BUILTIN, Task, TaskSet, benchmark_tasks

SAMPLES = 30
MINIATURE_TASKS = TaskSet(replace(task, samples=SAMPLES) if task.benchmark else task for task in BUILTIN.values())
"""The nine data sets with the sample counts of the miniature, so that it is complete and has a mean."""

BASELINES = {"text-lexicon": "text-lexicon", "majority class": "majority", "stuffing": "stuffing"}
"""Names of the baselines in the demo -> their ids."""

_NEXT_STEPS = """
The stuffing baseline names every sector, so its hit rate is 100, and so is its chance
level: compare every score with its chance level. The miniature is invented; it only
tests the toolkit.

Next, with your own files (one <dataset>.jsonl per data set, with rows such as
{"name": "…", "labels": ["happy", "relieved"]}):

  merunibench datasets                                data sets, and where to get labels
  merunibench score PREDICTIONS --data-root LABELS    your model's scores
  merunibench compare A B --data-root LABELS          is A better than B?
  merunibench lexicon install mer2026                 the official word lists; then
  merunibench score … --lexicon mer2026               scores comparable with papers
"""


@dataclass(frozen=True)
class Demo:
    """The baselines' reports, and where their files are.

    Attributes:
        reports: Baseline -> its report on the miniature.
        folder: Folder of the labels and predictions; None if they were not kept.
    """

    reports: Mapping[str, Report]
    folder: Path | None

    def to_text(self, *, width: int | None = None, color: bool = False) -> str:
        """Return the table of scores and chance levels in percent, and the next steps."""
        from rich.text import Text

        from merunibench.report.columns import Column, percent
        from merunibench.report.terminal import plain_table, print_to_text

        table = plain_table([Column("Data set", numeric=False)])
        for name in self.reports:
            table.add_column(name, justify="right", no_wrap=True)
            table.add_column(Text("chance", style="dim"), justify="right", no_wrap=True)
        reports = list(self.reports.values())
        for results in zip(*(report.datasets for report in reports), strict=True):
            pairs = ((percent(each.score), Text(percent(each.chance), style="dim")) for each in results)
            table.add_row(results[0].title, *(cell for pair in pairs for cell in pair))
        table.add_section()
        table.add_row("Mean", *(cell for report in reports for cell in (Text(percent(report.mean), style="bold"), "")))
        title = "Miniature of MER-UniBench · official protocol · builtin lexicon · scores in percent"
        kept = "" if self.folder is None else f"\nLabels and predictions are in {self.folder}.\n"
        return print_to_text(title, table, [str(reports[0].signature), kept + _NEXT_STEPS], width=width, color=color)


def run_demo(out: Path | None = None) -> Demo:
    """Score the baselines on the miniature, through files and in the same way as other predictions.

    Args:
        out: Folder for the labels and predictions; by default a temporary one.

    Raises:
        InputError: the folder cannot be written.
    """
    if out is not None:
        with whole_set(out) as kept:
            return Demo(_score_in(kept), out)
    with tempfile.TemporaryDirectory() as folder:
        return Demo(_score_in(Path(folder)), None)


@cache
def miniature(dataset: str) -> list[dict[str, str]]:
    """Return the samples of one data set: name, label and subtitle."""
    path = resource("demo", "data", "truth", f"{dataset}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def baseline_rows(baseline: str, task: Task) -> list[Row]:
    """Return a baseline's predictions on one data set of the miniature."""
    rows = miniature(task.id)
    truth, subtitles = ({row["name"]: row[column] for row in rows} for column in ("label", "subtitle"))
    return baselines.BASELINES[BASELINES[baseline]].answer(Known(task.kind, truth, subtitles)) or []


def _score_in(folder: Path) -> dict[str, Report]:
    truth = folder / "labels"
    for task in benchmark_tasks():
        text = resource("demo", "data", "truth", f"{task.id}.csv").read_text(encoding="utf-8")
        write_text(truth / f"{task.id}.csv", text)
    reports = {}
    for baseline in BASELINES:
        predictions = folder / baseline.replace(" ", "-")
        for task in benchmark_tasks():
            lines = [json.dumps(row, ensure_ascii=False) for row in baseline_rows(baseline, task)]
            write_text(predictions / f"{task.id}.jsonl", "\n".join(lines) + "\n")
        reports[baseline] = evaluate(predictions, truth, tasks=MINIATURE_TASKS)
    return reports
