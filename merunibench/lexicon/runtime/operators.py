"""Words of a phrase that decide which of its emotions counts, or that none counts: `bitter smile`, `fake joy`.

The tables are in section `[operators]` of lookup.toml, with a comment on each. docs/lexicon.md, "Labels outside the
table", describes the rules in this order.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile

NAMES = (
    "suffixes",
    "feigned",
    "masks",
    "scornful",
    "tints",
    "verbs",
    "easing",
    "attempts",
    "unfulfilled",
    "seekers",
    "aversive",
    "bestowed",
    "signs",
    "wild",
    "links",
    "amounts",
)
"""Names of the tables."""

_NOT = re.compile(r"\b(?:any|every)thing but\b|\b(?:(?:any|every)thing |(?<!none ))other than\b|\bfar from\b")
_NOTHING_LESS = re.compile(
    r"\b(?:nothing but|none other than|nothing less than|not only|not just|not merely|both|either)\b"
)
_NOT_BUT = re.compile(r"\bnot (?:(?!\bbut\b).)+ but\b")
_RATHER = re.compile(r"\b(?:rather than|instead of|as opposed to)\b.*")
_MORE_THAN = re.compile(r"\b(?:more|rather) (?!than\b)(.+?) than\b.*")
_LESS_THAN = re.compile(r"\bless (?!than\b).+? than\b")
_BECOMES = re.compile(
    r"\b(?:(?:turn(?:s|ed)|chang(?:es|ed|ing)|shift(?:s|ed|ing)|g(?:iv(?:es|ing)|ave) way|fad(?:es|ed)|"
    r"melt(?:s|ed|ing)|dissolv(?:es|ed|ing)) (?:in)?to|(?:replaced|overshadowed) by|from(?: (?!to\b)\S+){1,4} to)\b"
)
_PLAINER = (
    (_NOT, " not "),
    (_NOTHING_LESS, " "),
    (_NOT_BUT, " "),
    (_RATHER, ""),
    (_MORE_THAN, r"\1"),
    (_LESS_THAN, " "),
)
_MAY_DENY = re.compile(r"\b(?:but|than|far|both|either|neither|instead|opposed|only|just|merely|to|into|by)\b")
"""Matches if one of the patterns above may match; most labels contain none of these words and are skipped."""
_NEITHER = re.compile(r"\bneither\b.*\bnor\b")
_ASIDE = re.compile(r"[(\[{（【]([^()\[\]{}（）【】]*)[)\]}）】]?")
_BRACKETS = frozenset("([{（【")
_FREE, _LIKE, _UNDER, _LONGING, _DRIVEN = "free", "like", "under", "longing", "driven"
_LAUGHING = ("laughter", "laughing", "giggles")
_CAUSES = ("with", "by", "for", "from", "in")

Find = Callable[[Sequence[str]], str | None]
"""From the words of a phrase to the word of the lexicon that it means; None if it means none."""


def without_aside(label: str) -> tuple[str, str]:
    """Return a label without the text in its brackets, and that text; both may be empty.

    Example:
        >>> without_aside("sad (not angry)")
        ('sad', 'not angry')
    """
    if _BRACKETS.isdisjoint(label):
        return " ".join(label.split()), ""
    inside = " ".join(found[1].strip() for found in _ASIDE.finditer(label))
    return " ".join(_ASIDE.sub(" ", label).split()), inside


def with_plain_negation(text: str) -> str | None:
    """Simplify a tidy label: `not` for `anything but` and similar phrases, no `nothing but`, no replaced emotion.

    Of two compared emotions, the stronger remains: `more sad than angry`. Of two successive emotions, the later
    remains: `joy turned to sorrow`.

    Return None if the label negates several emotions and names none: `neither happy nor sad`.

    Example:
        >>> [with_plain_negation(f"{each} sad") for each in ("anything but", "not angry but", "neither happy nor")]
        ['not sad', 'sad', None]
    """
    if not _MAY_DENY.search(text):
        return text
    if _NEITHER.search(text):
        return None
    for pattern, instead in _PLAINER:
        text = pattern.sub(instead, text)
    return " ".join(_BECOMES.split(text)[-1].split())


def operating_words(tables: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return all operator words; a phrase without any of them contains no operator."""
    return frozenset({_FREE, _UNDER, _DRIVEN}.union(*tables.values()))


@dataclass(frozen=True)
class Reading:
    """Result of an operator: a word of the lexicon, or None if the phrase names no emotion."""

    word: str | None


@dataclass(frozen=True)
class Operators:
    """The operators, and the functions and tables of the lexicon that they use.

    Attributes:
        tables: Name -> words.
        find: Words of a phrase -> the word that its head means.
        opposite: Word -> the word for the emotion that is felt when it is negated.
        polarity: Word -> 1 pleasant, -1 unpleasant, 0 neither; None if unknown.
        empty: Words that do not indicate which emotion a phrase names.
        negations: Words and phrases that negate what follows them.
    """

    tables: Mapping[str, frozenset[str]]
    find: Find
    opposite: Callable[[str], str | None]
    polarity: Callable[[str], int | None]
    empty: frozenset[str]
    negations: frozenset[str]

    def read(self, words: Sequence[str]) -> Reading | None:
        """Apply the first operator that occurs in a phrase; None if there is no operator."""
        for rule in (
            self._suffix,
            self._under,
            self._mask,
            self._feigned,
            self._scornful,
            self._tint,
            self._verb,
            self._easing,
            self._attempt,
            self._unfulfilled,
            self._seeker,
            self._sign,
            self._wild,
        ):
            found = rule(words)
            if found is not None:
                return found
        return None

    def _suffix(self, words: Sequence[str]) -> Reading | None:
        """`angry-like`, `grief-stricken`, `worry-free`: the emotion comes before the suffix."""
        while len(words) > 1 and words[-1] in self.empty and words[-1] not in self.tables["suffixes"]:
            words = words[:-1]
        before = self._content(words[:-1])
        if not before:
            return None
        if words[-1] == _FREE:
            word = self.find(before)
            return Reading(self.opposite(word)) if word is not None and self.polarity(word) else None
        found = self.find(before) if words[-1] in self.tables["suffixes"] else None
        return Reading(found) if found is not None or words[-1] == _LIKE else None

    def _under(self, words: Sequence[str]) -> Reading | None:
        """`under-confident`: too little of a pleasant emotion; but not `under pressure`."""
        word = self.find(words[1:]) if words[0] == _UNDER and len(words) == 2 else None
        return Reading(self.opposite(word)) if word is not None and self.polarity(word) == 1 else None

    def _mask(self, words: Sequence[str]) -> Reading | None:
        """`hiding sadness`, `laughing to hide pain`: the hidden unpleasant emotion is felt."""
        for place, word in enumerate(words[:-1]):
            if word in self.tables["masks"]:
                hidden = self.find(words[place + 1 :])
                return Reading(hidden) if hidden is not None and self.polarity(hidden) == -1 else None
        return None

    def _feigned(self, words: Sequence[str]) -> Reading | None:
        """`fake joy`, `pretending to be happy`: the emotion is not felt."""
        return Reading(None) if any(word in self.tables["feigned"] for word in words[:-1]) else None

    def _scornful(self, words: Sequence[str]) -> Reading | None:
        """`sarcastic joy`, `cruelly amused`, `manic laughter`: the scorn is felt, not the pleasant emotion."""
        for place, word in enumerate(words[:-1]):
            if word in self.tables["scornful"]:
                shown = self.find(words[place + 1 :])
                scorn = self.find([word])
                felt = scorn if scorn is not None and self.polarity(scorn) == -1 else None
                return Reading(felt) if shown is not None and self.polarity(shown) == 1 else None
        return None

    def _tint(self, words: Sequence[str]) -> Reading | None:
        """`blissfully unaware`: it is felt as pleasant; `joyfully surprised` is a pleasant surprise."""
        for place, word in enumerate(words[:-1]):
            if word in self.tables["tints"]:
                rest = words[place + 1 :]
                tinted = self.find(rest)
                if tinted is None or self.polarity(tinted) == 1:
                    return None
                if self.polarity(tinted) == -1:
                    return Reading(self.find([word])) if word.endswith("ly") else None
                pleasant = (self.find([tint, *rest]) for tint in ("pleasantly", "pleasant"))
                return Reading(next((found for found in pleasant if found != tinted), tinted))
        return None

    def _verb(self, words: Sequence[str]) -> Reading | None:
        """`fearing love`, `missing home`: the verb names the emotion, whatever its object."""
        return Reading(words[0]) if words[0] in self.tables["verbs"] and self._content(words[1:]) else None

    def _easing(self, words: Sequence[str]) -> Reading | None:
        """`alleviating stress`: neither the stress nor its relief is certain to be felt."""
        for place, word in enumerate(words[:-1]):
            if word in self.tables["easing"]:
                eased = self.find(words[place + 1 :])
                return Reading(None) if eased is not None and self.polarity(eased) == -1 else None
        return None

    def _attempt(self, words: Sequence[str]) -> Reading | None:
        """`trying to be happy`: a pleasant emotion is not felt yet; `trying to hide sadness`: any other one is felt."""
        if len(words) < 3 or words[0] not in self.tables["attempts"] or words[1] != "to":
            return None
        tried = self.find(words[2:])
        return None if tried is None else Reading(self.find(words[:1]) if self.polarity(tried) == 1 else tried)

    def _unfulfilled(self, words: Sequence[str]) -> Reading | None:
        """`unmet hopes`, `negative expectations`: the pleasant emotion is negated or reversed."""
        if len(words) < 2 or words[-2] not in self.tables["unfulfilled"]:
            return None
        head, adjective = self.find(words[-1:]), self.find(words[-2:-1])
        if head is None or self.polarity(head) != 1:
            return None
        turned = adjective if adjective is not None and self.polarity(adjective) == -1 else self.opposite(head)
        return Reading(turned)

    def _seeker(self, words: Sequence[str]) -> Reading | None:
        """`desire for revenge`, `needing support`: the wish is felt, or its object if that is unpleasant.

        A wish for something that others have to give is longing: `craving love`.
        """
        if words[0] not in self.tables["seekers"] or len(words) < 2:
            return None
        rest = self._after_links(words[1:])
        if not rest:
            return None
        wished = self.find(rest)
        if wished is not None and self.polarity(wished) == -1:
            return Reading(wished)
        if any(word in self.tables["aversive"] for word in rest):
            return Reading(None)
        wish = self.find(words[:1])
        given = words[1] != "to" and any(word in self.tables["bestowed"] for word in rest)  # not `desire to help`
        if given and wish is not None and self.polarity(wish) == 1:
            wish = self.find([_LONGING])
        return Reading(wish)

    def _sign(self, words: Sequence[str]) -> Reading | None:
        """`bitter smile`, `sigh of relief`: a facial expression or sound shows the emotion named next to it."""
        signs = [place for place, word in enumerate(words) if word in self.tables["signs"]]
        if not signs:
            return None
        place = next((at for at in signs if words[at + 1 : at + 2] and words[at + 1] in self.tables["links"]), signs[0])
        after = self._complement(words[place + 1 :])
        shown = self.find(after) if after else None
        if shown is not None and (shown not in self.tables["signs"] or words[place + 1] == "of" or shown in _LAUGHING):
            return Reading(shown)
        if words[place + 1 :] and words[place + 1] not in self.tables["links"]:
            return None
        for word in reversed(words[:place]):
            found = None if word in self.empty or word in self.tables["suffixes"] else self.find([word])
            if found is not None and found not in self.tables["signs"]:
                return Reading(found)
        return None

    def _wild(self, words: Sequence[str]) -> Reading | None:
        """`mad with joy`, `driven to despair`: the emotion is the cause or the result."""
        for place, word in enumerate(words[:-2]):
            after = list(dropwhile(self.empty.__contains__, words[place + 1 :]))
            if not after or after[0] not in (*_CAUSES, "to"):
                continue
            if word == _DRIVEN or (word in self.tables["wild"] and after[0] != "to"):
                found = self.find(self._after_links(after[1:]))
                return None if found is None else Reading(found)
        return None

    def feigns(self, aside: str) -> bool:
        """Return whether the text in brackets says that the emotion is not felt: `happiness (fake)`."""
        return not self.tables["feigned"].isdisjoint(aside.split())

    def with_aside(self, main: str, aside: str) -> str | None:
        """Join a label and its bracketed text if a face or sound precedes it, or if it contains only an operator.

        `tears (of joy)`, `joy (sarcastic)`, `hope (fading)`, `happy (not)`.
        """
        if not self.tables["signs"].isdisjoint(main.split()[-1:]) or self._is_operator(aside):
            leads = aside.partition(" ")[0] in self.tables["links"]
            return f"{main} {aside}" if leads else f"{aside} {main}"
        return None

    def _is_operator(self, text: str) -> bool:
        """Return whether a text only negates its neighbour or marks it as unmet, scornful or pleasant."""
        content = set(self._content(text.split()))
        turning = self.tables["scornful"] | self.tables["unfulfilled"] | self.tables["tints"]
        return text in self.negations or (bool(content) and content <= turning)

    def _content(self, words: Sequence[str]) -> list[str]:
        return [word for word in words if word not in self.empty]

    def _after_links(self, words: Sequence[str]) -> list[str]:
        """Return a complement without the words that introduce it."""
        kept = list(words)
        while kept and (kept[0] in self.tables["links"] or kept[0] in self.empty or kept[0] == "to"):
            del kept[0]
        return kept

    def _complement(self, words: Sequence[str]) -> list[str]:
        """Return the words after a leading preposition, skipping light words before it (`full of`); else nothing."""
        led = list(dropwhile(self.empty.__contains__, words))
        return self._after_links(led) if led and led[0] in self.tables["links"] else []
