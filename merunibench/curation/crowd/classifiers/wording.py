"""Descriptions of a trained classifier for readers."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from merunibench._text import escape_controls
from merunibench.report.columns import Column, percent
from merunibench.report.terminal import plain_table, print_to_text


def settings_text(settings: Mapping[str, Any], *, width: int | None = None) -> str:
    """How often each class is recognised, and confused with which other: a table, and notes below it."""
    validation, classes = settings["validation"], settings["classes"]
    titles = ["Class", "Samples", "Precision", "Recall", *(f"as {name}" for name in classes)]
    table = plain_table([Column(escape_controls(title), numeric=title != "Class") for title in titles])
    for name, confused in zip(classes, validation["confusion"]["rows_are_truth"], strict=True):
        figures = validation["per_class"][name]
        cells = [escape_controls(name), str(figures["n"]), percent(figures["precision"]), percent(figures["recall"])]
        table.add_row(*map(Text, [*cells, *map(str, confused)]))
    training, calibration = settings["training"], validation["calibration"]
    accuracy, f1, error = (
        percent(value) for value in (validation["accuracy"], validation["macro_f1"], calibration["expected_error"])
    )
    trained = f"{training['samples']} samples in {training['groups']} groups"
    notes = [
        f"{settings['kind']} classifier of {settings['task']}, trained on {trained}.",
        "In percent; each sample is judged by the fold that did not see its group.",
        f"Accuracy {accuracy}, macro F1 {f1}; probabilities are off by {error} on average (calibration error).",
    ]
    if validation["not_judged"]:
        notes.append(f"{validation['not_judged']} samples hold nothing to judge by, and are in no figure.")
    if settings["kind"] == "attention":
        notes.append("Epochs are chosen on the same folds, as in MERBench, so these figures are a little too good.")
    return print_to_text("", table, notes, width=width, color=False)
