"""The marks of a row: where its scores come from, and what a reader should know before relying on them. No HTML."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from merunibench.leaderboard.board.evidence import Evidence
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.schema.lock import Origin
from merunibench.leaderboard.schema.results import Model, Row
from merunibench.tasks import BUILTIN

LEGEND = {
    "length-driven": "its official rank is more than five places better than its strict rank",
    "high chance": "its answers fit many clips: the chance level is 10 points or more above the others’ median",
    "chosen on test": "its checkpoints were chosen on the test labels, so it is not ranked",
    "same predictions": "another submission has exactly the same predictions",
    "partly trained on the test set": "samples of the test sets are in its training data",
    "recomputed": "computed from its predictions; hover over the mark for who, when and the hash",
    "as committed": "not recomputed in this build; its scores are those of an earlier build",
    "paper equals recomputed": "every score that is in its paper and was recomputed agrees to the last digit",
    "claimed only": "copied from a paper, never recomputed; not ranked",
    "lexicon not stated": "its source does not say which lexicon was used",
    "zero-shot": "trained on none of the nine data sets, according to its authors",
    "baseline": "a shallow baseline; not ranked",
}
"""What each mark means, in the order of the legend."""


class Mark(NamedTuple):
    """A few words, a sentence that explains them, and whether they are a warning."""

    text: str
    says: str
    warns: bool = False

    @property
    def kind(self) -> str:
        """Its words in the legend, without the grade of a copied score."""
        return self.text.partition(",")[0]


def marks_of(
    group: Mapping[str, Row], model: Model, known: Evidence, wordy: tuple[int, int] | None, high: Sequence[str]
) -> tuple[Mark, ...]:
    """Return the marks of a row, warnings first.

    Args:
        group: Board id -> the row there.
        model: Its model.
        known: What is known about the rows beyond their scores.
        wordy: Its official and its strict rank, if they differ by much.
        high: Data sets on which its chance level is far above that of the others.
    """
    found = (*_warnings(group, known, wordy, high), *_sources(group, model, known))
    return tuple(sorted(found, key=lambda mark: not mark.warns))


def _warnings(
    group: Mapping[str, Row], known: Evidence, wordy: tuple[int, int] | None, high: Sequence[str]
) -> Iterator[Mark]:
    row = next(iter(group.values()))
    if wordy:
        place = f"Rank {wordy[0]} by the official mean, {wordy[1]} by the strict one: it names many words"
        yield Mark("length-driven", place, warns=True)
    if high:
        says = "Its answers fit many clips: the chance level is 10 points or more above the others’ median"
        yield Mark("high chance", f"{says} on {_titles(high)}", warns=True)
    if row.on_test and row.origin == "computed":
        yield Mark(
            "chosen on test", f"Its checkpoints were chosen on the test labels; not ranked{_without(group)}", warns=True
        )
    if others := known.copies.get(row.model_id):
        names = _listed([f"{other.name} ({other.id})" for other in others])
        yield Mark("same predictions", f"Exactly the same predictions as {names}", warns=True)
    if seen := known.seen.get(row.model_id):
        sets = ", ".join(f"{seen[name]:,} of {BUILTIN[name].title}" for name in BUILTIN if name in seen)
        yield Mark("partly trained on the test set", f"Test samples in its training data: {sets}", warns=True)


def _without(group: Mapping[str, Row]) -> str:
    """The means, corrected for the choice of the checkpoint on the test labels."""
    found = [
        f"{wording.figure(row.mean_corrected)} ({row.protocol}, {row.lexicon})"
        for row in group.values()
        if row.mean_corrected is not None
    ]
    return f". Corrected for that choice, the mean is {', '.join(found)}" if found else ""


def _sources(group: Mapping[str, Row], model: Model, known: Evidence) -> Iterator[Mark]:
    row = next(iter(group.values()))
    if model.answers_by == "people":
        yield Mark("human reference", "Its answers were given by people; not ranked, and not an upper bound")
    if row.origin == "baseline":
        yield Mark("baseline", model.note or "A rule, not a model; not ranked")
    elif row.origin == "reported":
        grade = "" if model.grade in (None, "paper") else f", {wording.shown(model.grade or '', 20)}"
        yield Mark(f"claimed only{grade}", f"Copied, not recomputed: {wording.shown(model.source or '')}")
        if "" in group:
            yield Mark("lexicon not stated", "Its source does not say which lexicon was used")
    else:
        equal = next((known.equal[each.id] for each in group.values() if each.id in known.equal), None)
        if equal is not None:
            says = f"Every score of {wording.shown(equal)} that was recomputed agrees to the last digit"
            yield Mark("paper equals recomputed", says)
        gaps = known.committed.get(model.id, ())
        kept = {gap.dataset for gap in gaps if any(map(gap.is_about, group.values()))}
        if kept:
            by = _by(known.stood)
            yield Mark("as committed", f"Not recomputed in this build; last computed{by}: {_titles(kept)}")
        elif equal is None:
            sha = f"; predictions sha256 {model.predictions[:12]}" if model.predictions else ""
            yield Mark("recomputed", f"Every figure was computed from its predictions{_by(known.recomputed)}{sha}")
    if model.id in known.zero_shot:
        stated = f"Trained on none of the nine data sets, but on {_listed(model.trained_on)}"
        yield Mark("zero-shot", stated if model.trained_on else wording.shown(model.training_data or ""))


def _by(origin: Origin | None) -> str:
    """Who computed a board, when, and the hash that `verify` compares it with."""
    if origin is None:
        return ""
    by = f" by {wording.shown(origin.by)}" if origin.by else ""
    return f"{by}{f' on {origin.date}' if origin.date else ''}; results sha256 {origin.results[:12]}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(wording.shown(name, 60) for name in names)


def _titles(datasets: Iterable[str]) -> str:
    return ", ".join(BUILTIN[name].title for name in BUILTIN if name in datasets)
