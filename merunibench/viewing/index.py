"""All samples in columns, as JSON, for the list of the page with its filters and sorting; and the largest losses.

Words, sectors and sets of sectors are stored once and referred to by number, so that 10,000 samples of two models take
less than 5 MB.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from merunibench.analysis.confusion import memberships
from merunibench.kinds import NEUTRAL, POLARITY_OF
from merunibench.lexicon import load_lexicon, load_wheels
from merunibench.pictures.wheel import layout
from merunibench.report.error_analysis import Confusion, ErrorAnalysis
from merunibench.report.error_analysis.result import NOTHING
from merunibench.report.error_analysis.wording import largest, loss_sentence
from merunibench.viewing.details import labels_of, number, state_of, truth_of
from merunibench.viewing.results import Collection, Row, Viewed
from merunibench.words import Words

SCHEMA = "merunibench.view/1"
PART = 50
"""Number of samples, and of words, in a part that is loaded at once."""
STATES = ("ok", "missing", "failed")
_LOSSES = 5
"""Maximum number of confusions that are listed per wheel."""


class _Numbers:
    """Numbers things in the order in which they occur."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def __call__(self, thing: Any) -> int:  # noqa: ANN401 - words, or tuples of numbers
        return self.known.setdefault(thing, len(self.known))


def make_index(collection: Collection) -> dict[str, Any]:
    """Return the index as JSON values."""
    words, sectors, sets = _Numbers(), _Numbers(), _Numbers()
    sets(())
    ids = list(collection.sets)
    axes = {dataset: _axes(collection, dataset) for dataset in ids}
    width = max((len(each) for each in axes.values()), default=0)

    def numbered(lists: Sequence[Iterable[str]]) -> list[int]:
        found = [sets(tuple(sorted(map(sectors, names)))) for names in lists]
        return found + [0] * (width - len(found))

    columns: dict[str, Any] = {
        "dataset": [],
        "name": [],
        "truth": [],
        "sectors": [],
        "models": [_empty() for _ in collection.models],
    }
    for dataset, name in collection.samples:
        columns["dataset"].append(ids.index(dataset))
        columns["name"].append(name)
        columns["truth"].append([words(word) for word in truth_of(collection, dataset, name)])
        row: Row | None = None
        for viewed, column in zip(collection.sets[dataset], columns["models"], strict=True):
            here = None if viewed is None or name not in viewed.row_of else viewed
            if here is not None:
                row = row or here.rows[here.row_of[name]]
            _add(column, here, name, words, numbered)
        columns["sectors"].append(numbered(sets_of(row, "truth")) if row is not None else numbered([]))
    _count_unknown(columns, list(words.known), collection)
    return {
        "schema": SCHEMA,
        "models": list(collection.models),
        "datasets": [_dataset(collection, dataset, axes[dataset]) for dataset in ids],
        "words": list(words.known),
        "sectors": list(sectors.known),
        "sets": [list(each) for each in sets.known],
        "states": STATES,
        "part": PART,
        "columns": columns,
        "losses": [_losses(errors) for errors in collection.errors],
        "warnings": list(collection.warnings),
    }


def _empty() -> dict[str, list[Any]]:
    return {key: [] for key in ("labels", "score", "cost", "state", "sectors")}


def _add(column: dict[str, list[Any]], viewed: Viewed | None, name: str, words: _Numbers, numbered: Any) -> None:  # noqa: ANN401
    """Add one sample of a model."""
    if viewed is None:
        values: tuple[Any, ...] = (None, None, None, None, numbered([]))
    else:
        place = viewed.row_of[name]
        labels = labels_of(viewed, name)
        values = (
            None if labels is None else [words(label) for label in labels],
            _short(viewed.alone[place]),
            _short(100 * viewed.costs[place]),
            STATES.index(state_of(viewed, name)),
            numbered(sets_of(viewed.rows[place], "predicted")),
        )
    for key, value in zip(column, values, strict=True):
        column[key].append(value)


def _short(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 4)


def sets_of(row: Row, side: str) -> list[list[str]]:
    """The sectors of a row on each wheel; a class, polarity or preference is a set of one; numbers have none."""
    said = row[side]
    if isinstance(said, list):
        return [list(map(str, wheel)) for wheel in said]
    if isinstance(said, str):
        return [[said]]
    if isinstance(said, float | int) and (row.get("predicted") is None or isinstance(row["predicted"], str)):
        return [[POLARITY_OF[(said > 0) - (said < 0)]]]
    return [[]]


def _count_unknown(columns: dict[str, Any], words: Sequence[str], collection: Collection) -> None:
    """Count the labels of each sample without a sector on any wheel, except `neutral`."""
    lexicon = load_lexicon(collection.lexicon)
    known = lexicon.known(Words.of(tuple(words))).tolist() if words else []
    strange = {number for number, word in enumerate(words) if not known[number] and word != NEUTRAL}
    for column in columns["models"]:
        column["unknown"] = [sum(word in strange for word in labels or ()) for labels in column["labels"]]


def _axes(collection: Collection, dataset: str) -> list[dict[str, Any]]:
    """The wheels of a data set, or the list of classes, polarities or preferences, with the names on each."""
    viewed = next(each for each in collection.sets[dataset] if each is not None)
    scores = viewed.system.scores
    wheels = scores.wheels if viewed.table is not None else ()
    if wheels:
        return [
            {
                "title": f"Wheel {wheel}" if wheel else "Answer",
                **_names(memberships(scores, wheel)[0], wheel, collection.level),
            }
            for wheel in wheels
        ]
    seen: list[dict[str, None]] = []
    for row in viewed.rows:
        for side in ("truth", "predicted"):
            for at, names in enumerate(sets_of(row, side)):
                seen += [{}] if at >= len(seen) else []
                seen[at] |= dict.fromkeys(names)
    of_wheels = len(viewed.rows) > 0 and isinstance(viewed.rows[0]["truth"], list)
    return [
        {
            "title": f"Wheel {at}" if of_wheels else "Answer",
            **_names(sorted(names), at if of_wheels else None, collection.level),
        }
        for at, names in enumerate(seen, 1)
    ]


def _names(names: Iterable[str], wheel: int | None, level: int) -> dict[str, Any]:
    """Names in the order of the wheel, with the angles of each; equal angles if they are not on a published wheel."""
    listed = list(names)
    published = load_wheels()
    if wheel is not None and wheel <= len(published):
        ring = layout(published[wheel - 1])[level - 1]
        if set(listed) - {NEUTRAL} <= {each.name for each in ring}:
            arcs = [[round(each.start, 4), round(each.end, 4)] for each in ring]
            return {"names": [each.name for each in ring], "arcs": arcs}
    step = 2 * math.pi / max(len(listed), 1)
    return {"names": listed, "arcs": [[round(at * step, 4), round((at + 1) * step, 4)] for at in range(len(listed))]}


def _dataset(collection: Collection, dataset: str, axes: list[dict[str, Any]]) -> dict[str, Any]:
    scores = [
        None
        if viewed is None
        else {
            "score": number(viewed.system.scores.score),
            "chance": number(viewed.system.scores.chance),
            "checkpoint": viewed.system.checkpoint,
            "signature": str(viewed.system.signature),
            "measure": viewed.system.scores.metric.primary_title,
        }
        for viewed in collection.sets[dataset]
    ]
    task = collection.task(dataset)
    return {"id": dataset, "title": task.title, "kind": task.kind, "axes": axes, "scores": scores}


def _losses(errors: ErrorAnalysis | None) -> list[dict[str, Any]] | None:
    """The largest confusions, ordered by their share of the samples of their data set."""
    if errors is None:
        return None
    found: list[tuple[float, dict[str, Any]]] = []
    for each in errors.datasets:
        for confusion in each.confusions:
            share = max(confusion.samples, 1)
            found += [
                (loss[2] / share, _one_loss(each.dataset, confusion, loss)) for loss in largest(confusion, _LOSSES)
            ]
    found.sort(key=lambda one: -one[0])
    return [loss for _, loss in found]


def _one_loss(dataset: str, confusion: Confusion, loss: tuple[str, str, float, float]) -> dict[str, Any]:
    true, said, count, share = loss
    return {
        "dataset": dataset,
        "axis": (confusion.wheel or 1) - 1,
        "true": true,
        "said": "" if said == NOTHING else said,
        "count": number(count),
        "share": number(share),
        "of_samples": number(count / max(confusion.samples, 1)),
        "sentence": loss_sentence(confusion, loss),
    }
