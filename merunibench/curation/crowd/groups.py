"""Groupings by which words are compared: sectors on the emotion wheels, or word forms, as in the released hit test.

A grouping maps each word to an element, or to none. `neutral` is not on any wheel or in any table of forms, so each
grouping has a separate element for it. Elements are numbered from 0; the last one is `neutral`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from merunibench.errors import InputError
from merunibench.kinds import NEUTRAL
from merunibench.labels import LabelLists
from merunibench.lexicon import Level, Lexicon, explainer_for, load_lexicon
from merunibench.lexicon.critique.explain import ReleaseExplainer

IntArray = npt.NDArray[np.integer[Any]]
Held = tuple[npt.NDArray[np.bool_], ...]
"""The elements of each of N label lists: for each grouping an array of shape (elements, N)."""

WordRule = Literal["forms", "synonyms"]
WORD_RULES: tuple[WordRule, ...] = get_args(WordRule)


class Groups(ABC):
    """One or more groupings by which votes and descriptions are compared.

    Attributes:
        lexicon: Name and hash of the lexicon.
        names: Names of the elements of each grouping, `neutral` last.
    """

    lexicon: str
    names: tuple[tuple[str, ...], ...]

    @abstractmethod
    def elements(self, words: Sequence[str]) -> IntArray:
        """Return the element of each normalised word in each grouping, -1 for none; shape (V, groupings)."""

    @abstractmethod
    def held(self, lists: LabelLists) -> Held:
        """Return the elements of each sample's labels; an empty list has the element `neutral`."""

    def known(self, lists: LabelLists, held: Held) -> npt.NDArray[np.bool_]:  # noqa: ARG002 - here elements suffice
        """Return whether any label of each sample has an element, or there are no labels, shape (N,)."""
        some: npt.NDArray[np.bool_] = np.any([each.any(axis=0) for each in held], axis=0)
        return some

    def narrowed(self, words: Sequence[str]) -> "Groups":  # noqa: ARG002 - a wheel has few sectors
        """Return the groupings without elements that none of the words has, if that saves memory."""
        return self

    def _with_neutral(self, lists: LabelLists, held: Sequence[npt.NDArray[np.bool_]]) -> Held:
        """Set `neutral` as in the released rule: if it is among the labels, or there are no labels."""
        neutral = lists.counts() == 0
        samples, codes = lists.flatten()
        neutral[samples[lists.vocabulary.equal(NEUTRAL)[codes]]] = True
        for each in held:
            each[-1] = neutral
        return tuple(held)


class WheelGroups(Groups):
    """Sectors on some wheels, by default on all wheels of the lexicon."""

    def __init__(self, lexicon: Lexicon, wheels: Sequence[int] | None = None, level: Level = 1) -> None:
        """Use the given wheels, counted from 0, at a level."""
        self.lexicon = lexicon.label
        wheels = range(lexicon.n_wheels) if wheels is None else wheels
        self.names = tuple((*lexicon.sectors_of_wheels[level][wheel], NEUTRAL) for wheel in wheels)
        self._mapping, self._wheels, self._level = lexicon, list(wheels), level

    def elements(self, words: Sequence[str]) -> IntArray:
        """Return the sectors of words; `neutral` is the element after the sectors."""
        found: IntArray = self._mapping.indices(words, self._level)[:, self._wheels].astype(np.int16)
        neutral = [word == NEUTRAL for word in words]
        found[neutral] = [len(names) - 1 for names in self.names]
        return found

    def held(self, lists: LabelLists) -> Held:
        """Return the sectors of all labels, including labels of several words."""
        masks = self._mapping.sector_sets(lists, self._level)[self._wheels]
        held = []
        for mask, names in zip(masks, self.names, strict=True):
            each = np.zeros((len(names), len(lists)), bool)
            for sector in range(len(names) - 1):
                each[sector] = (mask >> mask.dtype.type(sector)) & mask.dtype.type(1)
            held.append(each)
        return self._with_neutral(lists, held)


class WordGroups(Groups):
    """One grouping whose elements are words instead of sectors: base words (`forms`) or wheel words (`synonyms`)."""

    def __init__(self, lexicon: str, words: Mapping[str, str], known: Set[str] | None = None) -> None:
        """Use the word of each form, and the set of known forms; by default those with a word."""
        self.lexicon = lexicon
        self._known = words.keys() if known is None else known
        self.names = ((*sorted(set(words.values()) - {NEUTRAL}), NEUTRAL),)
        number = {word: index for index, word in enumerate(self.names[0])}
        self._element = {form: number[word] for form, word in words.items()} | {NEUTRAL: number[NEUTRAL]}

    def narrowed(self, words: Sequence[str]) -> "WordGroups":
        """Keep only the few words, of about a thousand, that are voted for."""
        voted = {self.names[0][self._element[word]] for word in words if word in self._element}
        names = self.names[0]
        narrow = {form: names[e] for form, e in self._element.items() if names[e] in voted}
        return WordGroups(self.lexicon, narrow, self._known)

    def known(self, lists: LabelLists, held: Held) -> npt.NDArray[np.bool_]:
        """See `Groups`; a label is also known if no source votes for its word."""
        some = super().known(lists, held)
        known = np.array([word in self._known for word in lists.vocabulary], bool)
        samples, codes = lists.flatten()
        some[samples[known[codes]]] = True
        return some

    def elements(self, words: Sequence[str]) -> IntArray:
        """Return the element of each form's word."""
        return np.array([self._element.get(word, -1) for word in words], np.int32).reshape(-1, 1)

    def held(self, lists: LabelLists) -> Held:
        """Return the words of the labels."""
        elements = self.elements(list(lists.vocabulary))[:, 0]
        samples, codes = lists.flatten()
        found = elements[codes]
        held = np.zeros((len(self.names[0]), len(lists)), bool)
        held[found[found >= 0], samples[found >= 0]] = True
        return self._with_neutral(lists, [held])


def word_groups(rule: WordRule, lexicon: str | Path) -> WordGroups:
    """Return the grouping `forms` or `synonyms` of the released hit test.

    If a form has several base words, or a base word several wheel words, the alphabetically first one is used.

    Args:
        rule: `forms`: base words; `synonyms`: the wheel words that these are synonyms of.
        lexicon: Name or folder of an official release; only releases have these tables.

    Raises:
        InputError: the lexicon has no such tables.
    """
    explainer = explainer_for(lexicon)
    if not isinstance(explainer, ReleaseExplainer):
        raise InputError(
            f"--match {rule} needs the tables of an official release, which lexicon {explainer.lexicon.name} does not "
            "have; choose --lexicon mer2025 or mer2026, or match on wheels"
        )
    tables = explainer.tables
    bases = {form: min(words) for form, words in tables.bases.items() if words}
    if rule == "synonyms":
        reached = {form: tables.wheel_words.get(base, ()) for form, base in bases.items()}
        bases = {form: min(words) for form, words in reached.items() if words}
    return WordGroups(explainer.lexicon.label, bases)


def wheel_groups(lexicon: str | Path | Lexicon, wheels: Sequence[int] | None = None, level: Level = 1) -> WheelGroups:
    """Return the sectors of a lexicon, given by name or folder, or as a `Lexicon`.

    Raises:
        InputError: there is no such lexicon.
    """
    return WheelGroups(lexicon if isinstance(lexicon, Lexicon) else load_lexicon(lexicon), wheels, level)
