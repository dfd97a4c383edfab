"""Rules for when a description agrees with the vote: the released hit test on one grouping, or all wheels together."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from merunibench._text import short_repr
from merunibench.curation.crowd.groups import WORD_RULES, Groups, Held, wheel_groups, word_groups
from merunibench.curation.filters.base import FAIL, PASS, UNDECIDED, Verdicts
from merunibench.errors import InputError
from merunibench.lexicon import Lexicon, load_lexicon

IntArray = npt.NDArray[np.integer[Any]]

MATCHES = ("majority", "any", "all", "wheelN", "wheelN@2", *WORD_RULES)
_WHEEL = re.compile(r"wheel([1-8])(?:@([12]))?")


@dataclass(frozen=True)
class Match:
    """A matching rule.

    Attributes:
        name: Its name: `majority`, `any`, `all`, `wheel3@2`, `forms`, `synonyms`.
        groups: The groupings by which votes and descriptions are compared.
        needed: Number of groupings with a vote -> hits that a description needs; 0 if they are too few to decide.
    """

    name: str
    groups: Groups
    needed: Callable[[int], int]

    def verdicts(self, held: Held, voted: IntArray) -> Verdicts:
        """Judge whether label lists agree with one vote.

        Args:
            held: The elements of N label lists.
            voted: The voted element in each grouping, -1 for none; shape (groupings,).

        Returns:
            PASS, FAIL or UNDECIDED, shape (N,).
        """
        least = self.needed(int((voted >= 0).sum()))
        if not least:
            return np.full(held[0].shape[1], UNDECIDED, np.int8)
        return np.where(self.count(held, voted) >= least, PASS, FAIL).astype(np.int8)

    def count(self, held: Held, voted: IntArray) -> npt.NDArray[np.int8]:
        """Return the number of groupings in which label lists have the voted element, shape (N,)."""
        hits = np.zeros(held[0].shape[1], np.int8)
        for each, element in zip(held, voted.tolist(), strict=True):
            if element >= 0:
                hits += each[element]
        return hits


def parse_match(name: str, lexicon: str | Path | Lexicon = "builtin") -> Match:
    """Return a rule by its name.

    `majority`: more than half of the wheels that have a vote, which must be more than half of all (three of five).
    `any`: one of the wheels that have a vote. `all`: all wheels, each of which must have a vote. `wheelN` and
    `wheelN@2`: the released test on one wheel, at level 1 or 2. `forms` and `synonyms`: the released test on words.

    Raises:
        InputError: there is no such rule, or the lexicon does not support it.
    """
    if name in WORD_RULES:
        if isinstance(lexicon, Lexicon):
            raise InputError(f"match {name}: give the lexicon by its name or folder, since its tables are needed")
        return Match(name, word_groups(name, lexicon), lambda voted: voted)
    known = lexicon if isinstance(lexicon, Lexicon) else load_lexicon(lexicon)
    wheels = known.n_wheels
    if name == "majority":
        return Match(name, wheel_groups(known), lambda voted: voted // 2 + 1 if voted > wheels // 2 else 0)
    if name == "any":
        return Match(name, wheel_groups(known), lambda voted: min(voted, 1))
    if name == "all":
        return Match(name, wheel_groups(known), lambda voted: voted if voted == wheels else 0)
    found = _WHEEL.fullmatch(name)
    if found is None:
        raise InputError(f"match must be one of {', '.join(MATCHES)}, not {short_repr(name)}")
    wheel, level = int(found[1]), int(found[2] or 1)
    if wheel > wheels:
        raise InputError(f"match {name}: lexicon {known.name} has {wheels} wheel{'s' if wheels > 1 else ''}")
    groups = wheel_groups(known, [wheel - 1], 1 if level == 1 else 2)
    return Match(f"wheel{wheel}@{level}", groups, lambda voted: voted)
