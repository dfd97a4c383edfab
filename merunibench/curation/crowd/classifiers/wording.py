"""Descriptions of trained classifiers, for printing."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from merunibench._text import escape_controls
from merunibench.report.columns import Column, percent
from merunibench.report.terminal import plain_table, print_to_text


def settings_text(settings: Mapping[str, Any], *, width: int | None = None) -> str:
    """Return a table of precision, recall and confusion of each class, with notes."""
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
        "In percent; each sample is classified by the fold that did not see its group.",
        f"Accuracy {accuracy}, macro F1 {f1}; probabilities are off by {error} on average (calibration error).",
    ]
    if validation["not_judged"]:
        notes.append(f"{validation['not_judged']} samples have no usable input and are not counted.")
    if settings["kind"] == "attention":
        notes.append("Epochs are chosen on the same folds, as in MERBench, so these scores are a little too good.")
    return print_to_text("", table, notes, width=width, color=False)
