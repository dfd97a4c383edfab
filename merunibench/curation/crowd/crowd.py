"""The crowd: all sources together, one vote per sample, and whether a description agrees with it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from merunibench._text import listed, short_repr
from merunibench.curation.agreement import krippendorff_alpha
from merunibench.curation.crowd.aggregation import Ballot, Voted, ballot, decide
from merunibench.curation.crowd.chance import chance_of_lists
from merunibench.curation.crowd.coded import Coded
from merunibench.curation.crowd.groups import Groups, Held
from merunibench.curation.crowd.matching import Match, parse_match
from merunibench.curation.crowd.polarities import PolarityGroup
from merunibench.curation.crowd.sources import UNKNOWN, Source, Task, load_sources
from merunibench.curation.crowd.weights import METHODS, Method, distinct_rows
from merunibench.curation.filters.base import FAIL, PASS, UNDECIDED, Column, Judged, Verdicts, not_measured
from merunibench.errors import InputError
from merunibench.kinds import POLARITY_OF
from merunibench.labels import LabelLists
from merunibench.lexicon import Lexicon
from merunibench.protocols import NO_POLARITY

IntArray = npt.NDArray[np.integer[Any]]
Names: TypeAlias = "Sequence[str] | pa.Array"
Agreement = Literal["equal", "opposite"]

NO_VOTE, NO_MAJORITY, NO_LABEL, DIFFERENT = "no vote", "no majority", "no known label", "labels and vote differ"
REASONS = (NO_VOTE, NO_MAJORITY, NO_LABEL, DIFFERENT)
"""Reasons why the emotions of a description do not pass."""
NO_POLARITY_GIVEN, OTHER_POLARITY = "no polarity", "polarity and vote differ"
REASONS_OF_SENTIMENT = (NO_VOTE, NO_MAJORITY, NO_POLARITY_GIVEN, OTHER_POLARITY)

UNSETTLED = "unsettled"
"""Setting with the number of groupings on which Dawid and Skene's model has not converged."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """Sources of votes, and how the votes are aggregated and compared with descriptions.

    Attributes:
        sources: The sources for emotion and for sentiment.
        votes: How votes are aggregated: `majority`, `accuracy` (weighted by validation accuracy), `dawid-skene`.
        match: When labels agree with the vote; see `parse_match`.
        agreement: When a polarity agrees: `equal`: only if equal; `opposite`: unless opposite.
    """

    sources: tuple[Source, ...]
    votes: Method
    match: Match
    agreement: Agreement = "equal"
    _last: dict[Task, tuple[pa.Array, Ballot, Voted]] = field(default_factory=dict, repr=False)

    @classmethod
    def load(
        cls,
        paths: Iterable[str | Path],
        *,
        votes: Method = "majority",
        lexicon: str | Path | Lexicon = "builtin",
        match: str = "majority",
        agreement: Agreement = "equal",
    ) -> "Crowd":
        """Load the crowd from files and folders of votes; see `find_sources`.

        Raises:
            InputError: a place has no votes, a file is broken, or a setting is unknown.
        """
        if votes not in METHODS:
            raise InputError(f"votes must be one of {', '.join(METHODS)}, not {short_repr(votes)}")
        if agreement not in get_args(Agreement):
            raise InputError(f"agreement must be equal or opposite, not {short_repr(agreement)}")
        return cls(tuple(load_sources(map(Path, paths))), votes, parse_match(match, lexicon), agreement)

    def of(self, task: Task) -> tuple[Source, ...]:
        """Return the sources that vote on a task."""
        return tuple(source for source in self.sources if source.task == task)

    def emotion(self, names: Names, labels: LabelLists) -> Judged:
        """Judge whether the labels of N descriptions agree with the vote on emotions.

        Columns: `votes` (source -> class), `voted` (the element on each wheel), `hits`, `wheels` (number with a vote),
        `chance` (probability that these labels agree with a randomly drawn vote).

        Raises:
            InputError: votes are weighted by accuracy, and the accuracy of a source is unknown.
        """
        if not self.of("emotion"):
            return not_measured(len(names))
        cast, voted = self._vote("emotion", names)
        match, held = replace(self.match, groups=cast.groups), cast.groups.held(labels)
        hits = _hits(held, voted)
        wheels = (hits >= 0).sum(axis=1)
        least = np.array([match.needed(number) for number in range(len(held) + 1)])[wheels]
        known = cast.groups.known(labels, held)
        verdicts = np.where((hits == 1).sum(axis=1) >= least, PASS, FAIL).astype(np.int8)
        verdicts[(least == 0) | ~known] = UNDECIDED
        chance = chance_of_lists(
            held, voted.elements, cast.asked_per(voted), lambda lists, vote: match.verdicts(lists, vote) == PASS
        )
        patterns, rows, _ = distinct_rows(list(hits.T))
        columns: dict[str, Column] = {
            "votes": cast.ballots,
            "voted": Coded([_named(vote, cast.groups) for vote in voted.elements], voted.rows),
            "hits": Coded([[None if hit < 0 else bool(hit) for hit in each] for each in patterns], rows),
            "wheels": wheels.astype(np.int8),
        }
        cases = (~cast.asked, least == 0, ~known)
        chances = np.where(cast.asked, chance, np.nan)
        return self._judged("emotion", verdicts, cases, REASONS, columns, chances, voted.unsettled)

    def sentiment(self, names: Names, polarities: IntArray) -> Judged:
        """Judge whether the polarities of N descriptions agree with the vote on sentiment.

        Columns: `votes` (source -> polarity), `voted`, `value` (the description's polarity), `chance`.

        Args:
            names: The samples.
            polarities: 1, 0, -1, or `NO_POLARITY`; shape (N,).
        """
        if not self.of("sentiment"):
            return not_measured(len(names))
        cast, voted = self._vote("sentiment", names)
        vote = np.array([*PolarityGroup.VALUES, NO_POLARITY], np.int8)[voted.elements[voted.rows, 0]]
        given = polarities != NO_POLARITY
        verdicts = np.where(np.abs(vote - polarities) < self._far, PASS, FAIL).astype(np.int8)
        verdicts[(vote == NO_POLARITY) | ~given] = UNDECIDED
        chance = np.zeros(len(names))
        for value in PolarityGroup.VALUES:
            share = (vote[cast.asked] == value).mean() if cast.asked.any() else 0.0
            chance += share * (given & (np.abs(value - polarities) < self._far))
        words = [POLARITY_OF.get(number) for number in (*PolarityGroup.VALUES, NO_POLARITY)]
        columns: dict[str, Column] = {
            "votes": cast.ballots,
            "voted": Coded(words, np.minimum(vote + 1, 3)),
            "value": Coded(words, np.minimum(polarities + 1, 3)),
        }
        cases = (~cast.asked, vote == NO_POLARITY, ~given)
        chances = np.where(cast.asked, chance, np.nan)
        return self._judged("sentiment", verdicts, cases, REASONS_OF_SENTIMENT, columns, chances, voted.unsettled)

    def left_by_chance(
        self, names: Names, labels: LabelLists, polarities: IntArray, undecided: Mapping[Task, bool]
    ) -> npt.NDArray[np.float64]:
        """Return the probability that each of N rows is kept with the votes of a randomly drawn row, shape (N,).

        A row's votes on emotion and on sentiment are drawn together, so that their correlation is accounted for.

        Args:
            names: The samples.
            labels: The labels of each description.
            polarities: 1, 0, -1, or `NO_POLARITY`; shape (N,).
            undecided: The tasks that filter -> whether rows without a verdict are kept.
        """
        drawn: IntArray = np.zeros(len(names), np.int64)
        agrees = np.ones((len(names), 1), bool)
        if "sentiment" in undecided:
            drawn, agrees = self._sentiment_drawn(names, polarities, undecided=undecided["sentiment"])
        if "emotion" not in undecided:
            return agrees @ np.bincount(drawn, minlength=agrees.shape[1]) / len(names)
        cast, voted = self._vote("emotion", names)
        held, keeps = cast.groups.held(labels), undecided["emotion"]
        match = replace(self.match, groups=cast.groups)
        kinds = (len(voted.elements), agrees.shape[1])
        counts = np.bincount(voted.rows * kinds[1] + drawn, minlength=math.prod(kinds)).reshape(kinds)

        def leaves(lists: Held, vote: IntArray) -> npt.NDArray[np.bool_]:
            verdicts = match.verdicts(lists, vote)
            return np.asarray((verdicts == PASS) | (verdicts == UNDECIDED) & keeps)

        chance = chance_of_lists(held, voted.elements, counts, leaves)
        chance[~cast.groups.known(labels, held)] = counts.sum(axis=0) / len(names) if keeps else 0.0
        return np.asarray((chance * agrees).sum(axis=1))

    def _sentiment_drawn(
        self, names: Names, polarities: IntArray, *, undecided: bool
    ) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """Return the voted polarity of each sample as one of four codes, and which codes keep it, shape (N, 4)."""
        _, voted = self._vote("sentiment", names)
        drawn = voted.elements[voted.rows, 0]  # -1 for no vote
        votes = np.array([*PolarityGroup.VALUES, NO_POLARITY])
        leaves = np.abs(votes - polarities[:, None]) < self._far
        leaves[(votes == NO_POLARITY) | (polarities == NO_POLARITY)[:, None]] = undecided
        return np.where(drawn < 0, len(PolarityGroup.VALUES), drawn), leaves

    @property
    def _far(self) -> int:
        """The smallest difference at which polarities disagree."""
        return 1 if self.agreement == "equal" else 2

    def _judged(
        self,
        task: Task,
        verdicts: Verdicts,
        cases: Sequence[npt.NDArray[np.bool_]],
        reasons: tuple[str, ...],
        columns: Mapping[str, Column],
        chance: npt.NDArray[np.float64],
        unsettled: int,
    ) -> Judged:
        """Add reasons to the verdicts other than PASS: the first case that is true, else the last reason."""
        codes = np.select([verdicts == PASS, *cases], [-1, *range(len(cases))], len(cases)).astype(np.int8)
        columns = {**columns, "chance": np.round(chance, 6)}
        settings = self.settings(task) | ({UNSETTLED: unsettled} if unsettled else {})
        return Judged(verdicts, codes, reasons, columns, settings, float(np.nansum(chance)))

    def settings(self, task: Task) -> dict[str, Any]:
        """Return the settings that verdicts depend on, for the report and the decisions."""
        said = {"votes": self.votes, "sources": {each.name: each.training for each in self.of(task)}}
        if task == "sentiment":
            return {**said, "agreement": self.agreement}
        return {**said, "match": self.match.name, "lexicon": self.match.groups.lexicon}

    def account(self, names: Names) -> dict[str, Any]:
        """Return votes, abstentions, unknown words and training data of each source by task, as plain data."""
        return {task: self._account(task, names) for task in ("emotion", "sentiment") if self.of(task)}

    def remarks(self, names: Names) -> tuple[str, ...]:
        """Return notes on the votes for readers of the verdicts, one line each."""
        said = []
        for task, found in self.account(names).items():
            for name, each in found["sources"].items():
                if each["training"] == UNKNOWN:
                    said.append(f"{task} votes of {short_repr(name)}: training data unknown (no settings.json)")
                if each["abstained"]:
                    said.append(
                        f"{task} votes of {short_repr(name)}: missing for {each['abstained']} of {len(names)} samples"
                    )
                if each["without_element"]:
                    words = listed(map(repr, each["words_without_element"]), 5)
                    number = each["without_element"]
                    said.append(f"{task} votes of {short_repr(name)}: {number} have no sector and are ignored: {words}")
            if found["without_vote"]:
                said.append(f"{task}: no source votes on {found['without_vote']} of {len(names)} samples")
        return tuple(said)

    def alpha(self, task: Task, names: Names) -> float:
        """Return Krippendorff's alpha of the sources, mean of the groupings; NaN if no sample has two votes."""
        cast, _ = self._vote(task, names)
        found = [krippendorff_alpha(votes[cast.rows]) for votes in cast.elements]
        defined = [value for value in found if not math.isnan(value)]
        return math.fsum(defined) / len(defined) if defined else math.nan

    def _account(self, task: Task, names: Names) -> dict[str, Any]:
        cast, _ = self._vote(task, names)
        sources = {}
        for column, (source, counted) in enumerate(zip(cast.sources, cast.without_element, strict=True)):
            sources[source.name] = {
                "training": source.training,
                "accuracy": source.accuracy,
                "votes": int((cast.patterns[cast.rows, column] >= 0).sum()),
                "abstained": int((cast.patterns[cast.rows, column] < 0).sum()),
                "without_element": sum(counted.values()),
                "words_without_element": list(counted),
            }
        return {"sources": sources, "without_vote": int((~cast.asked).sum())}

    def _vote(self, task: Task, names: Names) -> tuple[Ballot, Voted]:
        """Return the votes on samples, and their result; the result for the last samples is cached."""
        arrow = (names if isinstance(names, pa.Array) else pa.array(names, pa.large_string())).cast(pa.large_string())
        last = self._last.get(task)
        if last is None or not last[0].equals(arrow):
            cast = ballot(self.of(task), arrow, self._groups[task])
            last = self._last[task] = (arrow, cast, decide(cast, self.votes))
        return last[1:]

    @cached_property
    def _groups(self) -> Mapping[Task, Groups]:
        voted = [word for source in self.of("emotion") for word in source.labels.vocabulary]
        return {"emotion": self.match.groups.narrowed(voted), "sentiment": PolarityGroup()}


def _named(vote: IntArray, groups: Groups) -> list[str | None]:
    """Return the names of the voted elements."""
    return [names[element] if element >= 0 else None for names, element in zip(groups.names, vote, strict=True)]


def _hits(held: Held, voted: Voted) -> npt.NDArray[np.int8]:
    """Return whether each sample's labels have the voted element, -1 without a vote; shape (N, groupings)."""
    every, hits = np.arange(len(voted.rows)), np.empty((len(voted.rows), len(held)), np.int8)
    for group, each in enumerate(held):
        element = voted.elements[voted.rows, group]
        hits[:, group] = np.where(element >= 0, each[element, every], -1)
    return hits
