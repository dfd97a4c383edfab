"""Rules of the builtin lexicon that resolve a label outside its table to words of the table.

Only the builtin lexicon has them; an official release knows exactly the words it lists. docs/lexicon.md, "Labels
outside the table", describes the rules in order. They use only the tables compiled with the lexicon, so a label means
the same on every machine. Every change of a rule increments `RULES`. The lexicon's hash covers `RULES` and the tables.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import takewhile
from typing import Any

from merunibench.languages import answer_words, emoji_labels, label_of, script_of
from merunibench.lexicon.runtime import morphology
from merunibench.lexicon.runtime.operators import NAMES, Operators, operating_words, with_plain_negation, without_aside

RULES = 2
"""Version of the rules in this module. Increment it when a change alters what a label means."""

JOINTS = "/&+;|"
"""Characters that join two labels into one."""
_MAXIMUM_WORDS = 8
_MAXIMUM_LENGTH = 1000
"""Maximum number of characters. Longer text is not a label, and look-ahead patterns would need quadratic time."""
_LITTLE = "little"
_FOREIGN_JOINTS = re.compile(r"[/&+;|,、，；和及与與]")
_EMOJI = re.compile(
    r"(?:\s(?:and|or|but|with)\s+)?([\u2600-\u27bf\U0001f000-\U0001faff][\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]*)"
)
_NOT_LETTERS = re.compile(rf"[^{morphology.LETTERS}{JOINTS} ]+")
_LISTS = ("stop", "light", "conjunctions", "prepositions", "negations")
_TABLES = ("concepts", "polarities", "opposites", "typos")


@dataclass(frozen=True)
class Fallback:
    """The word tables that the rules use.

    Attributes:
        concepts: Concept -> its words, including those of their families, separated by commas.
        polarities: Concept -> `+` pleasant, `-` unpleasant, `0` neither.
        opposites: Concept -> the word of the table for the emotion that is felt when the concept is negated.
        stop: Words that have no sector.
        light: Words of a phrase that do not indicate which emotion it names.
        conjunctions: Words that join two labels into one.
        prepositions: Words that begin a complement, which does not indicate the emotion.
        negations: Words and phrases that negate what follows them.
        typos: Misspelling -> word.
        operators: Name -> words that decide which emotion of a phrase counts (`operators.NAMES`).
        languages: Hash of the words of other languages (`merunibench.languages.words_hash`) that were used; empty if
            labels in other languages are not resolved.
        rules: Version of the rules that the tables were made for.
    """

    concepts: Mapping[str, str]
    polarities: Mapping[str, str]
    opposites: Mapping[str, str]
    stop: Sequence[str]
    light: Sequence[str]
    conjunctions: Sequence[str]
    prepositions: Sequence[str]
    negations: Sequence[str]
    typos: Mapping[str, str]
    operators: Mapping[str, Sequence[str]]
    languages: str
    rules: int = RULES

    @classmethod
    def from_table(cls, table: object) -> "Fallback":
        """Build from the result of `to_table`.

        Raises:
            ValueError: The table has another form, or was made for another version of the rules.
        """
        if not isinstance(table, dict) or set(table) != {field.name for field in fields(cls)}:
            raise ValueError("not a valid set of fallback tables")
        if table["rules"] != RULES:
            raise ValueError(f"made for version {table['rules']!r} of the look-up rules; this is version {RULES}")
        for name in _TABLES:
            _check_words(name, [*table[name].keys(), *table[name].values()])
        for name in _LISTS:
            _check_words(name, table[name])
        if not isinstance(table["operators"], dict) or set(table["operators"]) != set(NAMES):
            raise ValueError("unexpected names of operators")
        for name, words in table["operators"].items():
            _check_words(name, words)
        return cls(**table)

    def to_table(self) -> dict[str, Any]:
        """Return the tables as JSON values."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def resolve(self, label: str, known: Container[str]) -> tuple[str, ...]:
        """Return the words of the table that a label means; empty if it names no emotion that the table contains.

        There are several words only if the label joins several: `happy and sad` means both.

        Args:
            label: A normalised label that is not itself in the table.
            known: The words of the table.

        Example:
            >>> from merunibench.lexicon import load_lexicon
            >>> lexicon = load_lexicon("builtin")
            >>> lexicon.words_of("slightly sad/lonely"), lexicon.words_of("not happy"), lexicon.words_of("table")
            (('sad', 'lonely'), ('unhappy',), ())
        """
        if len(label) > _MAXIMUM_LENGTH:
            return ()
        if self.languages and not label.isascii() and (words := self._in_scripts(label, known)):
            return words
        text = self._tidy(label)
        found = self._whole(text, known)
        if found is not None:
            return (found,) if found else ()
        main, aside = without_aside(label)
        if not aside:
            return self._of_text(text, known) or self._foreign(label, known)
        operators = self._operators(known)
        if operators.feigns(aside):
            return ()
        if main in self._in["negations"]:
            main, aside = f"{main} {aside}", ""
        together = operators.with_aside(main, aside) if aside else None
        texts = map(self._tidy, filter(None, (together, main, aside)))
        return next(filter(None, (self._of_text(text, known) for text in texts)), ()) or self._foreign(label, known)

    def _listed_or_resolved(self, label: str, known: Container[str]) -> tuple[str, ...]:
        return (label,) if label in known else self.resolve(label, known)

    def _in_scripts(self, label: str, known: Container[str]) -> tuple[str, ...]:
        """Resolve each part of a label that joins several, at least one in another script or emoji: `高兴/sad`.

        Emoji need no separator: `happy😢`.
        """
        pieces = (piece for part in _FOREIGN_JOINTS.split(label) for piece in _EMOJI.split(part))
        parts = [piece for piece in map(str.strip, pieces) if piece]
        others = (part for part in parts if script_of(part) or not any(map(str.isalnum, part)))
        if len(parts) < 2 or not any(others) or label_of(label):
            return ()
        return tuple(dict.fromkeys(word for part in parts for word in self._listed_or_resolved(part, known)))

    def _foreign(self, label: str, known: Container[str]) -> tuple[str, ...]:
        """Resolve a label in another language or of emoji; if it joins several labels, resolve each of them."""
        if not self.languages or label in answer_words("none"):
            return ()
        whole = label_of(label)
        labels: Iterable[str | None] = [whole] if whole else map(label_of, map(str.strip, _FOREIGN_JOINTS.split(label)))
        if whole and not any(map(str.isalpha, label)):
            labels = emoji_labels(label)
        found = (self._whole(self._tidy(each), known) for each in labels if each)
        return tuple(dict.fromkeys(word for word in found if word))

    def _of_text(self, text: str, known: Container[str]) -> tuple[str, ...]:
        """Resolve a tidy label without brackets."""
        plain = with_plain_negation(text)
        parts = self._joints.split(plain) if plain else []
        words = (self._part(part.strip(), known) for part in parts if part.strip())
        return tuple(dict.fromkeys(word for word in words if word is not None))

    def is_stop_word(self, label: str) -> bool:
        """Return whether a label is in the stop list, ignoring hyphens and underscores."""
        return self._whole(self._tidy(label), ()) == ""

    def stop_texts(self) -> list[str]:
        """Return all tidied texts that are stop words: those in the list, and their misspellings."""
        stop = self._in["stop"]
        return sorted((stop - self.typos.keys()) | {text for text, word in self.typos.items() if word in stop})

    def concept_of(self, word: str) -> str | None:
        """Return the concept of a word of the table; None for a word that is only on a wheel."""
        return self._concept_of_word.get(word)

    def polarity_of(self, word: str) -> int | None:
        """Return 1 for a pleasant word of the table, -1 for unpleasant, 0 for neither, None if it has no concept."""
        sign = self.polarities.get(self._concept_of_word.get(word, ""))
        return None if sign is None else int(f"{sign}1") if sign != "0" else 0

    # --- the rules ---------------------------------------------------------------------------------------------------

    def _tidy(self, label: str) -> str:
        """Replace separators by single spaces and typographic apostrophes by straight ones; drop other characters."""
        text = label.replace("’", "'").replace("_", " ").replace("-", " ")
        return " ".join(_NOT_LETTERS.sub(" ", text).split())

    def _whole(self, text: str, known: Container[str]) -> str | None:
        """Return the word of the table that the whole text is, "" for a stop word, None for neither."""
        text = self.typos.get(text, text)
        if text in known:
            return text
        if text in self._in["stop"]:
            return ""
        joined = text.replace(" ", "")
        return joined if joined != text and joined in known else None

    def _part(self, text: str, known: Container[str]) -> str | None:
        found = self._whole(text, known)
        if found is not None:
            return found or None
        words = text.split()
        if len(words) == 1:
            return self._word(text, known)
        return self._phrase(words, known) if len(words) <= _MAXIMUM_WORDS else None

    def _word(self, word: str, known: Container[str]) -> str | None:
        """Resolve a single word that is an inflection, an affix negation or a stretched spelling of a known word."""
        word = self.typos.get(word, word)
        if word in self._in["stop"]:
            return None
        if word in known:
            return word
        stem = morphology.stem_of(word, known, self._in["stop"])
        if stem:
            return stem
        denied = morphology.denied_by(word, known, self._in["stop"])
        if denied:
            return self._opposite(denied)
        return next((short for short in morphology.unstretched(word) if short in known), None)

    def _opposite(self, word: str) -> str | None:
        return self.opposites.get(self._concept_of_word.get(word, ""))

    def _phrase(self, words: Sequence[str], known: Container[str]) -> str | None:
        """Resolve a phrase to its head, or to the opposite of what it negates."""
        if (
            words[0] == _LITTLE
            and words[1] != "to"
            and morphology.is_amount(words[-1], self._operator_words["amounts"])
        ):
            word = self._head(words[1:], known)  # `little hope` negates, `a little hope` and `little sad` do not
            return self._opposite(word) if word else None
        rest = words
        while rest and rest[0] in self._in["light"]:
            rest = rest[1:]
            found = self._whole(" ".join(rest), known) if len(rest) > 1 else None
            if found is not None:
                return found or None
        content = [word for word in words if word not in self._in["light"]]
        found = self._whole(" ".join(content), known) if len(content) > 1 else None
        if found is not None:
            return found or None
        starts = range(len(words) - len(rest) + 1)  # `very little joy`: a negation may begin with a light word
        denied = next((after for start in starts if (after := self._negated(words[start:])) is not None), None)
        if denied is not None:
            word = self._head(denied, known)
            return self._opposite(word) if word else None
        before_complement = takewhile(lambda word: word not in self._in["prepositions"], rest)
        if any(word in self._in["negations"] for word in list(before_complement)[1:]):
            return None  # a negation in the middle: what it negates is unclear
        operating = len(rest) > 1 and not self._operating_words.isdisjoint(rest)
        read = self._operators(known).read(rest) if operating else None
        return read.word if read else self._head(words, known)

    def _operators(self, known: Container[str]) -> Operators:
        """Return the operators, bound to these tables."""
        return Operators(
            self._operator_words,
            lambda words: self._head(words, known) if words else None,
            self._opposite,
            self.polarity_of,
            self._in["light"],
            self._in["negations"],
        )

    def _negated(self, words: Sequence[str]) -> Sequence[str] | None:
        """Return the words after a negation at the beginning of a phrase; None without one."""
        for length in range(min(len(words) - 1, self._longest_negation), 0, -1):
            if " ".join(words[:length]) in self._in["negations"] and words[:2] != ["lost", "in"]:
                return words[length:]
        return None

    def _head(self, words: Sequence[str], known: Container[str]) -> str | None:
        """Return the emotion that a phrase names: its last content word before any complement, or a known phrase there.

        All words before it must be known modifiers, so that `blood pressure` and `phone number` are not emotions.
        """
        for group in self._groups(words):
            content = [word for word in group if word not in self._in["light"]]
            for tail in (group, content):
                for start in range(len(tail) - 1):
                    found = self._whole(" ".join(tail[start:]), known)
                    if found or (found is not None and content):
                        return found if found and self._all_modify(tail[:start], known) else None
            if content:
                return self._word(content[-1], known) if self._all_modify(content[:-1], known) else None
        last = words[-1] if words else ""
        return last if last in known and last not in self._in["stop"] else None

    def _all_modify(self, words: Sequence[str], known: Container[str]) -> bool:
        """Return whether all words before an emotion only modify it: light words, adverbs and known words."""
        return all(
            word in self._in["light"]
            or word in known
            or word in self._in["stop"]
            or word.endswith("ly")
            or self._word(word, known)
            for word in words
        )

    def _groups(self, words: Sequence[str]) -> Iterator[list[str]]:
        """Yield the words between prepositions: `sense of calm` gives `sense`, then `calm`."""
        group: list[str] = []
        for word in words:
            if word in self._in["prepositions"]:
                if group:
                    yield group
                group = []
            else:
                group.append(word)
        if group:
            yield group

    # --- tables in the form that the rules need ----------------------------------------------------------------------

    @cached_property
    def _in(self) -> dict[str, frozenset[str]]:
        """The word lists by name."""
        return {name: frozenset(getattr(self, name)) for name in _LISTS}

    @cached_property
    def _operator_words(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(words) for name, words in self.operators.items()}

    @cached_property
    def _operating_words(self) -> frozenset[str]:
        return operating_words(self._operator_words)

    @cached_property
    def _longest_negation(self) -> int:
        return max((phrase.count(" ") + 1 for phrase in self.negations), default=0)

    @cached_property
    def _joints(self) -> re.Pattern[str]:
        words = "|".join(sorted(map(re.escape, self.conjunctions), key=len, reverse=True)) or "(?!)"
        return re.compile(rf"\s*[{JOINTS}]\s*|(?<!\bnot)\s(?:{words})\s")  # `not yet` joins nothing

    @cached_property
    def _concept_of_word(self) -> dict[str, str]:
        return {word: concept for concept, words in self.concepts.items() for word in words.split(",")}


def _check_words(name: str, words: object) -> None:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{name!r} is not a table of words")
