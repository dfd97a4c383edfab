"""All details of one sample: truth, and every model's answer, labels, sectors, hits, and reasons.

The row of a model is the row of `score --per-sample`. The marks in an answer come from the rules of `extract`, and the
mapping of a word from `explain`. Nothing is computed twice.
"""

import math
from functools import cached_property
from typing import Any

from merunibench.errors import InputError
from merunibench.extraction import extract_labels
from merunibench.extraction.tracing import Trace
from merunibench.labels import normalise_label, parse_label_field
from merunibench.lexicon import Explainer, explainer_for
from merunibench.lexicon.critique.explain import explain
from merunibench.viewing.clips import Clip, ClipFinder
from merunibench.viewing.results import Collection, Viewed

LONGEST = 20_000
"""Maximum number of characters of an answer that are shown; the rules do not read more of a description."""


class Details:
    """Describes samples and words.

    Args:
        collection: The loaded results.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self._clips = {dataset: ClipFinder(collection, dataset) for dataset in collection.sets}

    @cached_property
    def explainer(self) -> Explainer:
        """Explains why a word has its sectors."""
        return explainer_for(self.collection.lexicon)

    def clip(self, place: int) -> Clip:
        """The files of a sample, and its subtitle."""
        dataset, name = self.collection.samples[place]
        return self._clips[dataset].find(name)

    def sample(self, place: int) -> dict[str, Any]:
        """All details of one sample except its files, as JSON values."""
        dataset, name = self.collection.samples[place]
        models = [
            None if viewed is None or name not in viewed.row_of else self._of_model(viewed, name)
            for viewed in self.collection.sets[dataset]
        ]
        return {
            "dataset": dataset,
            "name": name,
            "subtitle": self.clip(place).subtitle,
            "truth": truth_of(self.collection, dataset, name),
            "models": models,
        }

    def word(self, word: str) -> dict[str, Any]:
        """How a word is mapped by the lexicon, as in `explain`."""
        return explain(word, self.explainer, 2 if self.collection.level == 2 else 1).to_dict()

    def _of_model(self, viewed: Viewed, name: str) -> dict[str, Any]:
        place = viewed.row_of[name]
        row = viewed.rows[place]
        signature = viewed.system.signature
        text, error = viewed.given(name, "text"), viewed.given(name, "error")
        return {
            "row": dict(row),
            "score": number(viewed.alone[place]),
            "cost": number(viewed.costs[place]),
            "state": state_of(viewed, name),
            "error": str(error)[:LONGEST] if error else None,
            "labels": labels_of(viewed, name),
            "labels_from": signature.labels,
            "answer": None if text is None else read_answer(str(text)),
        }


def read_answer(text: str) -> dict[str, Any]:
    """Return an answer with the positions where the rules found words, and what became of them."""
    trace = Trace()
    labels = extract_labels(text, trace=trace)
    shown = text[:LONGEST]
    marks, lost = trace.marks(shown)
    return {
        "text": shown,
        "length": len(text),
        "labels": labels,
        "form": trace.form,
        "marks": [[mark.start, mark.end, str(mark.fate), mark.label, mark.why] for mark in marks],
        "lost": lost,
    }


def labels_of(viewed: Viewed, name: str) -> list[str] | None:
    """The scored labels; for a polarity, the labels it was given with or derived from."""
    row = viewed.rows[viewed.row_of[name]]
    if row.get("labels") is not None:
        return list(map(str, row["labels"]))
    if "labels" in row:
        return None
    given = viewed.given(name, "labels")
    if given is None:
        return None
    try:
        return [
            normalise_label(str(label)) for label in (parse_label_field(given) if isinstance(given, str) else given)
        ]
    except (InputError, TypeError, ValueError):
        return None


def truth_of(collection: Collection, dataset: str, name: str) -> list[str]:
    """The true labels of a sample, or its class, value or preference in words."""
    for viewed in filter(None, collection.sets[dataset]):
        place = viewed.row_of.get(name)
        if place is None:
            continue
        if viewed.system.scores.true_labels is not None:
            return list(map(str, viewed.system.scores.true_labels[place]))
        row = viewed.rows[place]
        said = row.get("category", row["truth"])
        if not isinstance(said, list):
            return [f"{said:g}" if isinstance(said, float) else str(said)]
    return []


def state_of(viewed: Viewed, name: str) -> str:
    """`ok`, `failed` (reported by the model), or `missing` (no prediction)."""
    if viewed.system.scores.present[viewed.row_of[name]]:
        return "ok"
    failed = viewed.given(name, "status") == "failed" or viewed.given(name, "error")
    return "failed" if failed else "missing"


def number(value: float) -> float | None:
    """A number for JSON with six digits, or None."""
    return None if math.isnan(value) else round(float(value), 6)
