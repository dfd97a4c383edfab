"""The content of tables for people: the same columns in the terminal, in Markdown and in LaTeX; percentages."""

from collections.abc import Callable, Mapping
from statistics import stdev
from typing import TYPE_CHECKING, NamedTuple

from merunibench._text import escape_controls
from merunibench.protocols import PROTOCOLS
from merunibench.tasks import title_of

if TYPE_CHECKING:
    from merunibench.report.report import Report
    from merunibench.report.worth import Worth
    from merunibench.scoring import Scored


class Column(NamedTuple):
    """A column's title and whether its cells are numbers."""

    title: str
    numeric: bool


class Cells(NamedTuple):
    """A table for people: columns, one row per data set, and an optional row for the mean."""

    columns: list[Column]
    rows: list[list[str]]
    mean: list[str] | None


def table(report: "Report") -> Cells:
    """Return the report's table, in percent with two decimals, as in papers.

    Chance-corrected scores are next to the uncorrected ones. Checkpoints are the last column.
    """
    corrected = any(result.is_corrected for result in report.datasets)
    rows = [_cells(result) for result in report.datasets]
    titles = [title for title in rows[0] if corrected or title != "Uncorrected"]
    mean = None
    if report.mean is not None:
        shown = {"Data set": "Mean", "Score": percent(report.mean), "95 % CI": span(report.mean_ci)}
        mean = [shown.get(title, "") for title in titles]
    columns = [Column(title, numeric=title not in ("Data set", "Metric", "Checkpoint")) for title in titles]
    return Cells(columns, [[row[title] for title in titles] for row in rows], mean)


def percent(value: float | None) -> str:
    """`55.65` for 0.5565; an en dash for None."""
    return "–" if value is None else f"{round(100 * value, 2) + 0.0:.2f}"


def span(ci: tuple[float, float] | None) -> str:
    """`54.01–57.22`; an en dash for None."""
    if ci is None:
        return "–"
    return f"{percent(ci[0])}{' to ' if ci[0] < 0 else '–'}{percent(ci[1])}"


def notes(report: "Report", escape: Callable[[str], str] = str) -> list[str]:
    """Return what must be read along with the scores; `escape` is for untrusted text."""
    said = [
        "Scores in percent. Labels: mean number per sample. Unknown: percent of labels without a sector on any wheel."
    ]
    if any(result.is_corrected for result in report.datasets):
        said.append("Score: (uncorrected - chance) / (1 - chance): 0 for every constant answer, 100 for a perfect one.")
    if report.checkpoint_selection == "best-per-dataset":
        said.append("Checkpoints are the best on each data set's own test labels, as in the published row.")
    said += [f"{line}." for line in (*interval_notes(report), *further_notes(report))]
    said += [f"{line}." for each in report.worth for line in worth_notes(each)]
    for result in report.datasets:
        said += [escape(f"{result.title}: {line}.") for line in result_notes(result)]
    said += [f"{line}." for line in lexicon_notes(report)]
    if not report.complete and sum(result.task.benchmark for result in report.datasets) > 1:
        said.append("No mean: missing or incomplete data sets: " + ", ".join(report.missing_datasets) + ".")
    return said


def interval_notes(report: "Report") -> list[str]:
    """Explain intervals, the selection bias of choices on the test labels, and samples that the mean counts twice."""
    said = []
    if any(result.ci for result in report.datasets):
        held = "" if report.checkpoint_selection == "single" else " with the selected checkpoint held fixed"
        said.append(f"Intervals: {_UNITS.get(report.signature.units, 'bootstrap over samples')}{held}")
    if report.signature.bootstrap:
        alone = [result.title for result in report.datasets if result.ci is None]
        if alone:
            said.append(
                f"No interval for {', '.join(alone)}: fewer than two samples, dialogues or videos are scored "
                "(--units samples resamples samples)"
            )
    spreads = {result.title: result.run_deviation for result in report.datasets if result.run_deviation is not None}
    if spreads:
        if report.mean_runs:
            spreads["mean"] = stdev(report.mean_runs)
        each = ", ".join(f"{title} {100 * spread:.2f}" for title, spread in spreads.items())
        said.append(f"Scores are means over {report.signature.runs} runs; standard deviation between runs: {each}")
    biases = {result.title: result.selection_bias for result in report.datasets if result.selection_bias is not None}
    if biases:
        each = ", ".join(f"{title} {100 * bias:+.2f}" for title, bias in biases.items())
        said.append(f"Choosing checkpoints on the test labels inflates the scores by about: {each}")
    if report.mean_corrected is not None:
        said.append(
            f"Choosing checkpoints on the test labels inflates the mean by about "
            f"{100 * (report.mean_selection_bias or 0):+.2f}: "
            f"corrected {percent(report.mean_corrected)} ({span(report.mean_corrected_ci)})"
        )
    for (first, second), samples in report.counted_twice:
        said.append(
            f"The mean counts {samples} samples twice: samples of {title_of(first)} that are also in {title_of(second)}"
        )
    return said


def worth_notes(worth: "Worth") -> list[str]:
    """Return the lift over the best shallow baseline, the baselines' scores, and what remains in head words."""
    title, best = worth.title, worth.best_shallow
    scores = ", ".join(f"{each.id} {percent(each.score)}" for each in worth.baselines)
    said = []
    if best is not None and worth.lift is not None:
        said.append(f"{title}: {100 * worth.lift:+.2f} over {best.id}, the best shallow baseline ({scores})")
    if worth.in_head_words is not None:
        left = "" if worth.surviving is None else f", {100 * worth.surviving:.1f} % of the score"
        said.append(f"{title}: with labels replaced by head words {percent(worth.in_head_words)}{left}")
    said += [
        f"{title}: human reference: people's labels for the same {each.samples} clips in "
        f"{title_of(each.source)} score {percent(each.score)}, the model on these {percent(each.model)}"
        for each in worth.references
    ]
    return said


def further_notes(report: "Report") -> list[str]:
    """Return metrics of other conventions, and the range over the wheels: one line per kind of task."""
    said = []
    spreads = {}
    for result in report.datasets:
        key = PROTOCOLS[report.protocol][result.kind].score_key
        on_wheels = [value for wheel in result.wheels if (value := wheel.get(key)) is not None]
        if on_wheels:
            low, high = min(on_wheels), max(on_wheels)
            spreads[result.title] = f"{percent(low)} to {percent(high)}"
    if spreads:
        said.append(f"On single wheels, before any correction: {_each(spreads)}")
    said += [
        f"{each.title}: UAR {percent(each.further['uar'])}, mean recall of {_recall(each.further['recall'])}"
        for each in report.datasets
        if "uar" in each.further
    ]
    for key, title in _CONVENTIONS.items():
        figures = {
            each.title: " / ".join(percent(each.further[name]) for name in (f"{key}_accuracy", f"{key}_f1"))
            for each in report.datasets
            if f"{key}_f1" in each.further
        }
        if figures:
            said.append(f"{title}, accuracy / F1: {_each(figures)}")
    three = "three_class_accuracy"
    figures = {each.title: percent(each.further[three]) for each in report.datasets if three in each.further}
    if figures:
        said.append(f"Accuracy of three classes: {_each(figures)}")
    return said


def _recall(classes: Mapping[str, float | None]) -> str:
    """Recall per class; classes that the protocol does not count have none."""
    counted = {name: percent(value) for name, value in classes.items() if value is not None}
    left_out = [name for name, value in classes.items() if value is None]
    return _each(counted) + (f" ({', '.join(left_out)} does not count)" if left_out else "")


def _each(figures: Mapping[str, str]) -> str:
    return ", ".join(f"{title} {figure}" for title, figure in figures.items())


_CONVENTIONS = {"has0": "Negative / non-negative (has0)", "non0": "Negative / positive (non0)"}
_UNITS = {
    "samples": "bootstrap over samples",
    "clusters": "bootstrap over clusters (dialogues, videos)",
    "clusters+samples": "bootstrap over dialogues and videos where available, otherwise over samples",
}


def result_notes(result: "Scored") -> list[str]:
    """Return what must be read along with a score: missing or skipped samples, and labels extracted from answers."""
    said = []
    if result.missing + result.failed:
        skipped = f"excluded: {result.of_samples} samples are scored"
        policy = "counted as wrong" if result.signature.missing == "zero" else skipped
        said.append(f"{result.missing} missing and {result.failed} failed predictions, {policy}")
    account = result.account
    if account is not None and (account.read or account.failed or account.without):
        said.append(account.summary())
    return said


def lexicon_notes(report: "Report") -> list[str]:
    """Name the lexicon that papers use if it is another; one line or none. No paper contains strict scores."""
    lexicon, official = report.signature.lexicon, report.signature.protocol == "official"
    if not official or not lexicon.startswith("builtin@"):
        return []
    return ["Papers use the lexicon mer2025; a score under builtin cannot be compared with theirs"]


def _cells(result: "Scored") -> dict[str, str]:
    labels = result.labels_per_sample
    return {
        "Data set": result.title,
        "Metric": result.primary_title,
        "Score": percent(result.score),
        "95 % CI": span(result.ci),
        "Uncorrected": percent(result.uncorrected),
        "Chance": percent(result.chance),
        "Samples": result.of_samples,
        "Labels": "–" if labels is None else f"{labels:.2f}",
        "Unknown": "–" if result.out_of_lexicon is None else f"{100 * result.out_of_lexicon:.1f}",
        "Checkpoint": escape_controls(result.checkpoint),
    }
