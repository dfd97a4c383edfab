"""What the tables for people show: the same columns in the terminal, in Markdown and in LaTeX; percents."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from merunibench.report.report import DatasetResult, Report

METRIC_TITLES = {"hit_rate": "hit rate", "f": "F", "waf": "WAF"}


class Column(NamedTuple):
    """A column's title and whether its cells are numbers."""

    title: str
    numeric: bool


COLUMNS = (
    Column("Data set", numeric=False),
    Column("Metric", numeric=False),
    Column("Score", numeric=True),
    Column("95 % CI", numeric=True),
    Column("Chance", numeric=True),
    Column("Samples", numeric=True),
    Column("Labels", numeric=True),
    Column("Unknown", numeric=True),
    Column("Checkpoint", numeric=False),
)


def cells(report: "Report") -> list[list[str]]:
    """One list of cells a data set, in the order of `COLUMNS`; percents with two decimals, as papers print them."""
    return [_cells(result) for result in report.datasets]


def mean_cells(report: "Report") -> list[str] | None:
    """The cells of the mean; None if the report is not complete."""
    if report.mean is None:
        return None
    shown = ["Mean", "", percent(report.mean), span(report.mean_ci)]
    return shown + [""] * (len(COLUMNS) - len(shown))


def percent(value: float | None) -> str:
    """`55.65` for 0.5565; an en dash for nothing."""
    return "–" if value is None else f"{100 * value:.2f}"


def span(ci: tuple[float, float] | None) -> str:
    """`54.01–57.22`; an en dash for nothing."""
    return "–" if ci is None else f"{percent(ci[0])}–{percent(ci[1])}"


def notes(report: "Report") -> list[str]:
    """What must be read beside the figures."""
    said = [
        "Scores in percent. Labels: mean number a sample. Unknown: percent of labels without a sector on any wheel."
    ]
    if report.checkpoint_selection == "best-per-dataset":
        said.append("Checkpoints are the best on each data set's own test labels, as in the published row.")
    if any(result.ci for result in report.datasets):
        held = "" if report.checkpoint_selection == "single" else " with the selected checkpoint held fixed"
        said.append(f"Intervals: bootstrap over {report.signature.units}{held}.")
    for result in report.datasets:
        if result.missing + result.failed:
            policy = "counted as wrong" if result.signature.missing == "zero" else "left out"
            said.append(f"{result.title}: {result.missing} missing and {result.failed} failed predictions, {policy}.")
    if not report.complete:
        said.append("No mean: not there in full are " + ", ".join(report.missing_datasets) + ".")
    return said


def _cells(result: "DatasetResult") -> list[str]:
    labels = result.labels_per_sample
    return [
        result.title,
        METRIC_TITLES[result.primary],
        percent(result.score),
        span(result.ci),
        percent(result.chance),
        str(result.samples),
        "–" if labels is None else f"{labels:.2f}",
        "–" if result.out_of_lexicon is None else f"{100 * result.out_of_lexicon:.1f}",
        result.checkpoint,
    ]
