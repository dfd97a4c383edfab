"""One sample as text for the terminal, with the same content as the page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from merunibench._text import escape_controls
from merunibench.extraction.tracing import Fate
from merunibench.report.columns import Column
from merunibench.report.terminal import plain_table, print_to_text
from merunibench.viewing.index import sets_of
from merunibench.viewing.results import Collection

if TYPE_CHECKING:
    from rich.table import Table

_SIGNS = {
    Fate.TAKEN: "[{}]",
    Fate.REPEATED: "[{}]",
    Fate.DENIED: "[not: {}]",
    Fate.OTHERS: "[other: {}]",
    Fate.CUE: "[cue: {}]",
    Fate.DROPPED: "[dropped: {}]",
    Fate.NOT_FELT: "[not felt: {}]",
}


def render(sample: Mapping[str, Any], collection: Collection, *, width: int | None = None, color: bool = False) -> str:
    """Return the text of one sample.

    Args:
        sample: The result of `Details.sample`.
        collection: The loaded results.
        width: Available columns; by default as many as the tables need.
        color: Whether to use terminal colours.
    """
    task = collection.task(sample["dataset"])
    lines = [f"{escape_controls(sample['name'])}  {task.title}", *_about(sample), ""]
    parts = ["\n".join(lines)]
    for name, model in zip(collection.models, sample["models"], strict=True):
        parts.append(f"\n{escape_controls(name)}\n")
        if model is None:
            parts.append("  has no score on this data set\n")
            continue
        parts.append("\n".join(_of_model(model)) + "\n")
        parts.append(print_to_text("", _wheels(model["row"]), (), width=width, color=color))
    parts += ["\n".join(_way(word)) + "\n" for word in sample.get("words", ())]
    return "".join(parts)


def _about(sample: Mapping[str, Any]) -> list[str]:
    lines = [f"true: {escape_controls(', '.join(sample['truth'])) or 'nothing'}"]
    if sample["subtitle"]:
        lines.append(f"said in the clip: {escape_controls(sample['subtitle'])}")
    return lines + [f"{kind}: {escape_controls(path)}" for kind, path in sample.get("media", {}).items()]


def _of_model(model: Mapping[str, Any]) -> list[str]:
    score = "not scored" if model["score"] is None else f"{100 * model['score']:.0f}"
    state = "" if model["state"] == "ok" else f", {model['state']}"
    lines = [f"  score of this sample: {score}{state}"]
    if model["error"]:
        lines.append(f"  error: {escape_controls(model['error'])}")
    if model["labels"] is not None:
        lines.append(f"  labels ({model['labels_from']}): {escape_controls(', '.join(model['labels'])) or 'none'}")
    answer = model["answer"]
    if answer is None:
        return [*lines, "  these results do not contain the text of this answer"]
    lines.append(f"  answer: {marked(answer)}")
    lines += [
        f"    {escape_controls(answer['text'][start:end])}: {', '.join(filter(None, (fate, escape_controls(why))))}"
        for start, end, fate, _, why in answer["marks"]
        if fate not in (Fate.TAKEN, Fate.REPEATED) or why
    ]
    if answer["length"] > len(answer["text"]):
        lines.append(f"    the first {len(answer['text'])} of {answer['length']} characters")
    if answer["lost"]:
        lines.append(f"    words found by the rules that could not be located in the text: {answer['lost']}")
    return lines


def marked(answer: Mapping[str, Any]) -> str:
    """The answer with its marks in brackets, in one line."""
    pieces, place = [], 0
    for start, end, fate, _, _ in answer["marks"]:
        pieces += [answer["text"][place:start], _SIGNS[Fate(fate)].format(answer["text"][start:end])]
        place = end
    return escape_controls(" ".join("".join([*pieces, answer["text"][place:]]).split()))


def _wheels(row: Mapping[str, Any]) -> "Table":
    truth, said = sets_of(row, "truth"), sets_of(row, "predicted")
    hits = row["hits"] if isinstance(row["hits"], list) else [row["hits"]] * len(truth)
    table = plain_table([Column(title, numeric=title == "Hits") for title in ("Wheel", "True", "Said", "Hits")])
    is_wheels = isinstance(row["truth"], list)
    for number, (true, guess, hit) in enumerate(zip(truth, said, hits, strict=False), 1):
        named = str(number) if is_wheels else "answer"
        cells = (named, ", ".join(true) or "–", ", ".join(guess) or "–", "not scored" if hit is None else str(hit))
        table.add_row(*map(escape_controls, cells))
    return table


def _way(word: Mapping[str, Any]) -> list[str]:
    steps = " → ".join(f"{step['name']}: {', '.join(step['words']) or 'none'}" for step in word["steps"])
    sectors = ", ".join(f"{path['wheel']} {path['sector'] or 'none'}" for path in word["wheels"])
    lines = [f"\n{escape_controls(word['label'])}: {sectors}", f"  {escape_controls(steps)}"]
    return [*lines, f"  {escape_controls(word['problem'])}"] if word["problem"] else lines
