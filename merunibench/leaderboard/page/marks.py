"""The marks of a row: how its figures are known, and what a reader must know before believing them. No HTML."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from merunibench.leaderboard.board.evidence import Evidence
from merunibench.leaderboard.page import wording
from merunibench.leaderboard.schema.lock import Origin
from merunibench.leaderboard.schema.results import Model, Row
from merunibench.tasks import BUILTIN

LEGEND = {
    "more words than sense": "its official place is more than five better than its strict one",
    "high chance": "its answers fit many clips: its chance level is 10 points or more above the others’ median",
    "chosen on test": "its checkpoints were chosen on the test labels; not ranked",
    "in part trained on the test set": "samples of the test sets are in its training data",
    "recomputed": "from its predictions: point at the mark for who, when and the hash",
    "as committed": "not recomputed in this build; its scores stand as last computed",
    "paper equals recomputed": "every score that its paper prints and that was recomputed agrees to the last digit",
    "claimed only": "copied from a paper, never recomputed; not ranked, never bold",
    "lexicon not stated": "its source does not say by which lexicon it was scored",
    "zero-shot": "trained on none of the nine data sets, by its own word",
    "baseline": "a rule that understands nobody; not ranked",
}
"""What each mark means, in the order of the legend."""


class Mark(NamedTuple):
    """A few words, what they mean in a sentence, and whether they warn."""

    text: str
    says: str
    warns: bool = False

    @property
    def kind(self) -> str:
        """Its words in the legend, which leave out how well a copied figure is known."""
        return self.text.partition(",")[0]


def marks_of(
    group: Mapping[str, Row], model: Model, known: Evidence, wordy: tuple[int, int] | None, high: Sequence[str]
) -> tuple[Mark, ...]:
    """The marks of a row, warnings first.

    Args:
        group: Board id -> the row there.
        model: Its model.
        known: What is known of the rows beyond their scores.
        wordy: Its official and its strict place, where they are far apart.
        high: Data sets on which its chance level is far above the others'.
    """
    found = (*_warnings(group, known, wordy, high), *_sources(group, model, known))
    return tuple(sorted(found, key=lambda mark: not mark.warns))


def _warnings(
    group: Mapping[str, Row], known: Evidence, wordy: tuple[int, int] | None, high: Sequence[str]
) -> Iterator[Mark]:
    row = next(iter(group.values()))
    if wordy:
        place = f"Place {wordy[0]} by the official mean, {wordy[1]} by the strict one: it names many words"
        yield Mark("more words than sense", place, warns=True)
    if high:
        says = "Its answers fit many clips, whoever is in them: chance is 10 points or more above the others’ median"
        yield Mark("high chance", f"{says} on {_titles(high)}", warns=True)
    if row.on_test and row.origin == "computed":
        yield Mark(
            "chosen on test", f"Its checkpoints were chosen on the test labels; not ranked{_without(group)}", warns=True
        )
    if seen := known.seen.get(row.model_id):
        sets = ", ".join(f"{seen[name]:,} of {BUILTIN[name].title}" for name in BUILTIN if name in seen)
        yield Mark("in part trained on the test set", f"Test samples in its training data: {sets}", warns=True)


def _without(group: Mapping[str, Row]) -> str:
    """The means without what the choice flatters them by."""
    found = [
        f"{wording.figure(row.mean_corrected)} ({row.protocol}, {row.lexicon})"
        for row in group.values()
        if row.mean_corrected is not None
    ]
    return f". Corrected for that choice, the mean is {', '.join(found)}" if found else ""


def _sources(group: Mapping[str, Row], model: Model, known: Evidence) -> Iterator[Mark]:
    row = next(iter(group.values()))
    if model.answers_by == "people":
        yield Mark("human reference", "Its answers are people's; not ranked, and no upper bound")
    if row.origin == "baseline":
        yield Mark("baseline", model.note or "A rule, not a model; not ranked")
    elif row.origin == "reported":
        grade = "" if model.grade in (None, "paper") else f", {wording.shown(model.grade or '', 20)}"
        yield Mark(f"claimed only{grade}", f"Copied, not recomputed: {wording.shown(model.source or '')}")
        if "" in group:
            yield Mark("lexicon not stated", "Its source does not say by which lexicon it was scored")
    else:
        equal = next((known.equal[each.id] for each in group.values() if each.id in known.equal), None)
        if equal is not None:
            says = f"Every score of {wording.shown(equal)} that was recomputed agrees to the last digit"
            yield Mark("paper equals recomputed", says)
        kept = known.committed.get(model.id, frozenset())
        if kept & {name for each in group.values() for name in each.scores}:
            by = _by(known.stood)
            yield Mark("as committed", f"Not recomputed in this build, but as last computed{by}: {_titles(kept)}")
        elif equal is None:
            sha = f"; predictions sha256 {model.predictions[:12]}" if model.predictions else ""
            yield Mark("recomputed", f"Every figure was computed from its predictions{_by(known.recomputed)}{sha}")
    if model.id in known.zero_shot:
        stated = f"Trained on none of the nine data sets, but on {_listed(model.trained_on)}"
        yield Mark("zero-shot", stated if model.trained_on else wording.shown(model.training_data or ""))


def _by(origin: Origin | None) -> str:
    """Who computed a board, when, and the hash that `verify` holds it against."""
    if origin is None:
        return ""
    by = f" by {wording.shown(origin.by)}" if origin.by else ""
    return f"{by}{f' on {origin.date}' if origin.date else ''}; results sha256 {origin.results[:12]}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(wording.shown(name, 60) for name in names)


def _titles(datasets: Iterable[str]) -> str:
    return ", ".join(BUILTIN[name].title for name in BUILTIN if name in datasets)
