"""Compiled lexicons: words -> sectors on 1 to 8 wheels, at both levels, for one word or a whole vocabulary at once."""

import hashlib
import json
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from merunibench._html import table
from merunibench.errors import InputError
from merunibench.labels import LabelLists, normalise_label
from merunibench.lexicon.runtime.compiled import DIGITS, MAXIMUM_SECTORS, NONE, SCHEMA, check
from merunibench.lexicon.runtime.compiled import to_text as write_text_of
from merunibench.lexicon.runtime.fallback import Fallback
from merunibench.lexicon.runtime.wheels import LEVELS, MAXIMUM_WHEELS, Level, Wheel, parse_wheel
from merunibench.words import Words

if TYPE_CHECKING:
    from merunibench.lexicon.critique.explain import Explanation

_MAXIMUM_RESOLVED = 1 << 17
"""Maximum number of cached labels outside the table, so that a million different ones do not fill the memory."""
_FEW = 1000
"""Up to this many labels outside the table, applying the rules one by one is as fast as preselecting them at once."""

SetMasks = npt.NDArray[np.uint8] | npt.NDArray[np.uint64]
"""Sector sets as bit masks, shape (W wheels, N samples): bit s is set if sector s is in the set."""


@dataclass(frozen=True, repr=False)
class Lexicon:
    """A mapping from words to sectors.

    Attributes:
        name: `mer2025`, `mer2026`, `builtin`, or a name given by the user.
        sectors_of_wheels: Level -> for each of its W wheels its sector names.
        codes: Word -> 2 W digits: its sector's index on each wheel at level 1, then at level 2; `-` for no sector.
        sources: File name -> SHA-256 of the files it was compiled from.
        fallback: The rules for labels that are not in the table; None for no rules, as in every official release.
        own_wheels: Its wheels with their words, if they are not the benchmark's wheels.
    """

    name: str
    sectors_of_wheels: Mapping[Level, tuple[tuple[str, ...], ...]]
    codes: Mapping[str, str]
    sources: Mapping[str, str] = field(default_factory=dict)
    fallback: Fallback | None = None
    own_wheels: tuple[Wheel, ...] = ()

    @property
    def n_wheels(self) -> int:
        """Number of wheels W, 1 to 8. Scores are means over the wheels."""
        return len(self.sectors_of_wheels[1])

    def __hash__(self) -> int:
        """Hash the mapping: equal lexicons have equal hashes."""
        return hash(self.sha256)

    def __len__(self) -> int:
        """Return the number of words that have a sector on at least one wheel."""
        return len(self.codes)

    def __repr__(self) -> str:
        return f"<Lexicon {self.label}: {len(self):,} words>"

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the fields only; another process fills its own caches."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and bool(self.words_of(word))

    def words_of(self, label: str) -> tuple[str, ...]:
        """Return the words of the lexicon that a label means: itself if it is listed, none if it is unknown.

        There are several words only if the fallback rules find that the label joins several, such as `happy and sad`.
        """
        label = normalise_label(label)
        if label in self.codes:
            return (label,)
        if self.fallback is None:
            return ()
        found = self._resolved.get(label)
        if found is None:
            if len(self._resolved) >= _MAXIMUM_RESOLVED:
                self._resolved.clear()
            found = self._resolved[label] = self.fallback.resolve(label, self.codes)
        return found

    @cached_property
    def in_english(self) -> "Lexicon":
        """The same lexicon, but labels in other languages and emoji are unknown."""
        if self.fallback is None or not self.fallback.languages:
            return self
        return replace(self, fallback=replace(self.fallback, languages=""))

    def is_stop_word(self, label: str) -> bool:
        """Return whether a normalised label is a stop word, known not to be an emotion (builtin lexicon only)."""
        return self.fallback is not None and self.fallback.is_stop_word(label)

    @cached_property
    def _resolved(self) -> dict[str, tuple[str, ...]]:
        """Cache of labels that the fallback rules have resolved."""
        return {}

    def sectors(self, word: str, level: Level = 1) -> tuple[str | None, ...]:
        """Return the sector of a label on each wheel, None where it has no sector.

        For a label that joins several words, this is the sector of the first; `masks` and `sector_sets` count all.

        Example:
            >>> import merunibench
            >>> merunibench.load_lexicon("builtin").sectors("Joyful")
            ('happy', 'happy', 'joyful', 'joy', 'joyful')
        """
        code = self._code(normalise_label(word))
        names = self.sectors_of_wheels[level]
        digits = code[: len(names)] if level == 1 else code[len(names) :]
        return tuple(None if d == NONE else names[w][DIGITS.index(d)] for w, d in enumerate(digits))

    def explain(self, word: str, level: Level = 1) -> "Explanation":
        """Explain why a word has its sectors in this lexicon. Notebooks display the result as a table.

        For official releases, the single steps are shown if their tables are installed.

        Args:
            word: A label, in any case.
            level: Wheel level of the sectors.
        """
        from merunibench.lexicon.critique.explain import explain, explainer_of

        return explain(word, explainer_of(self), level)

    def _repr_html_(self) -> str:
        rows = [
            [f"Wheel {number}", str(len(names)), ", ".join(names)]
            for number, names in enumerate(self.sectors_of_wheels[1], start=1)
        ]
        words = f"Lexicon {self.label}: {len(self):,} words"
        return table(words, ["Wheel", "Sectors", "Names, level 1"], rows)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the mapping, including the fallback rules. It does not depend on the source files."""
        mapping: list[object] = [[self.sectors_of_wheels[level] for level in LEVELS], sorted(self.codes.items())]
        if self.fallback is not None:
            mapping.append(self.fallback.to_table())
        if self.own_wheels:
            mapping.append([wheel.to_table() for wheel in self.own_wheels])
        return hashlib.sha256(json.dumps(mapping).encode("ascii")).hexdigest()

    @property
    def label(self) -> str:
        """Name and the first eight digits of the hash: `mer2026@1a2b3c4d`."""
        return f"{self.name}@{self.sha256[:8]}"

    def renamed(self, name: str) -> "Lexicon":
        """Return the same mapping under another name."""
        return replace(self, name=name)

    def words_of_sectors(self, level: Level = 1) -> tuple[dict[str, list[str]], ...]:
        """Return, for each wheel, sector name -> the sorted words that have this sector."""
        wheels: tuple[dict[str, list[str]], ...] = tuple(
            {sector: [] for sector in names} for names in self.sectors_of_wheels[level]
        )
        for word in sorted(self.codes):
            for wheel, sector in zip(wheels, self.sectors(word, level), strict=True):
                if sector is not None:
                    wheel[sector].append(word)
        return wheels

    def indices(self, words: Sequence[str], level: Level) -> npt.NDArray[np.int8]:
        """Return the sector index of each normalised label on each wheel, -1 for none; shape (V, W). See `sectors`."""
        rows, _ = self._look_up(words)
        return self._digits(level)[rows]

    def masks(self, words: Sequence[str], level: Level = 1) -> npt.NDArray[np.uint64]:
        """Return the sectors of each normalised label as bit masks, shape (V, W): bit s is set if it has sector s."""
        return self._of_labels(self._bits(level), words)

    def known(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Return whether each normalised label has a sector on at least one wheel, shape (V,)."""
        rows, _ = self._look_up(words)
        return rows >= 0

    def lists(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Return whether each normalised label is listed in the lexicon, without fallback rules; shape (V,)."""
        return Words.of(words).positions_in(self._listed) >= 0

    def are_stop_words(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Return `is_stop_word` of each normalised label, shape (V,)."""
        if self.fallback is None:
            return np.zeros(len(words), bool)
        from merunibench.lexicon.runtime.candidates import are_any_of

        return are_any_of(Words.of(words), self.fallback.stop_texts())

    def _look_up(self, words: Sequence[str]) -> tuple[npt.NDArray[np.int32], list[tuple[int, int]]]:
        """Return the row of `_listed` that each normalised label means, -1 for none, shape (V,).

        Also return the further rows of labels that join several words, as pairs of label position and row.
        """
        words = Words.of(words)
        found = self._looked_up.get(words)
        if found is None:
            found = self._looked_up[words] = self._rows_of(words)
        return found

    def _rows_of(self, words: Words) -> tuple[npt.NDArray[np.int32], list[tuple[int, int]]]:
        rows, others = words.positions_in(self._listed), []
        unknown = np.flatnonzero(rows < 0)
        if self.fallback is not None:
            if len(unknown) > _FEW:
                from merunibench.lexicon.runtime.candidates import may_resolve

                unknown = unknown[may_resolve(words.take(unknown), self._listed, self.fallback.typos)]
            for label in unknown.tolist():
                found = [self._row_of[word] for word in self.words_of(words[label])]
                rows[label] = found[0] if found else -1
                others += [(label, row) for row in found[1:]]
        return rows, others

    @cached_property
    def _looked_up(self) -> MutableMapping[Words, tuple[npt.NDArray[np.int32], list[tuple[int, int]]]]:
        """Cache of the rows of the vocabularies in use, because several metrics need the same rows."""
        return WeakKeyDictionary()

    def _of_labels(self, values: npt.NDArray[np.uint64], words: Sequence[str]) -> npt.NDArray[np.uint64]:
        """Return the bitwise or of the values of the words that each normalised label means; shape (V, ...).

        Args:
            values: A value, or a row of values, for each listed word, followed by 0 for unknown labels.
            words: The labels.
        """
        rows, others = self._look_up(words)
        found = values[rows]
        for label, row in others:
            found[label] |= values[row]
        return found

    @cached_property
    def _listed(self) -> Words:
        """The words of the lexicon in the order of their rows."""
        return Words.of(tuple(self.codes))

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.codes)}

    def _digits(self, level: Level) -> npt.NDArray[np.int8]:
        """Return the sector index of each listed word on each wheel, -1 for none; the last row is for unknown words."""
        digits, wheels = self._digits_of_levels, self.n_wheels
        return digits[:, :wheels] if level == 1 else digits[:, wheels:]

    @cached_property
    def _digits_of_levels(self) -> npt.NDArray[np.int8]:
        text = "".join([*self.codes.values(), self._nowhere])
        return _DIGIT_VALUE[np.frombuffer(text.encode("ascii"), np.uint8)].reshape(-1, 2 * self.n_wheels)

    def _bits(self, level: Level) -> npt.NDArray[np.uint64]:
        """Return the sectors of each listed word as bit masks: bit s is set if the word has sector s."""
        digits = self._digits(level)
        return np.where(digits < 0, np.uint64(0), np.left_shift(np.uint64(1), digits.astype(np.uint64) % 64))

    def _code(self, word: str) -> str:
        """Return the code of a normalised label."""
        code = self.codes.get(word)
        if code is None and self.fallback is not None:
            code = next((self.codes[known] for known in self.words_of(word)), None)
        return self._nowhere if code is None else code

    @property
    def _nowhere(self) -> str:
        """The code of a label without any sector."""
        return NONE * (2 * self.n_wheels)

    def sector_sets(self, lists: LabelLists, level: Level = 1) -> SetMasks:
        """Return the sectors of each sample's labels as bit masks, shape (W, N).

        A mask has 8 bits at level 1 and 64 bits at level 2. Labels without a sector on a wheel add nothing there.
        """
        if level == 1:
            # Pack all wheels, at most eight, into one 64-bit word, so that one pass over the labels is enough.
            shifts = np.arange(self.n_wheels, dtype=np.uint64) * np.uint64(8)
            packed = np.bitwise_or.reduce(np.left_shift(self._bits(1), shifts), axis=1)
            sets = _union(self._of_labels(packed, lists.vocabulary), lists)
            bytes_of_words = sets.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
            return np.ascontiguousarray(bytes_of_words[:, : self.n_wheels].T)
        bits = self.masks(lists.vocabulary, level)
        return np.stack([_union(bits[:, wheel], lists) for wheel in range(self.n_wheels)])

    def to_text(self) -> str:
        """Return the lexicon as JSON text, one word per line, so that two versions can be compared with `diff`."""
        return write_text_of(self)

    @classmethod
    def from_text(cls, text: str, where: str) -> "Lexicon":
        """Parse the result of `to_text`.

        Raises:
            InputError: The text has another form, or its mapping does not match its hash.
        """
        try:
            table = json.loads(text)
            schema = table["schema"]
            sectors = {level: tuple(map(tuple, table["sectors"][str(level)])) for level in LEVELS}
            fallback = Fallback.from_table(table["fallback"]) if "fallback" in table else None
            wheels = tuple(parse_wheel(wheel, "wheels") for wheel in table.get("wheels", ()))
            lexicon = cls(table["name"], sectors, table["words"], table["sources"], fallback, wheels)
            check(lexicon)
            intact = lexicon.sha256 == table["sha256"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(f"{where}: not a compiled lexicon ({error}); install the lexicon again") from None
        if schema != SCHEMA:
            raise InputError(f"{where}: schema {schema!r} is not {SCHEMA!r}; install the lexicon again")
        if not intact:
            raise InputError(f"{where}: the mapping does not match its hash; install the lexicon again")
        return lexicon


def compile_lexicon(
    name: str,
    placements: Mapping[Level, Sequence[Mapping[str, str]]],
    sectors_of_wheels: Mapping[Level, Sequence[Sequence[str]]],
    sources: Mapping[str, str],
    fallback: Fallback | None = None,
    own_wheels: Sequence[Wheel] = (),
) -> Lexicon:
    """Build a lexicon from word -> sector name, for each level and wheel.

    Args:
        name: The lexicon's name.
        placements: Level -> one dictionary word -> sector name for each wheel.
        sectors_of_wheels: Level -> the sector names of each wheel, in the wheel's order; 1 to 8 wheels.
        sources: File name -> SHA-256 of the files it was compiled from.
        fallback: The rules for labels that are not in the table, if any.
        own_wheels: The wheels, if they are not the benchmark's.

    Raises:
        InputError: There are more than eight wheels, or a wheel has more sectors than a mask can represent.
    """
    if not 1 <= len(sectors_of_wheels[1]) <= MAXIMUM_WHEELS:
        raise InputError(f"{len(sectors_of_wheels[1])} wheels; a lexicon has 1 to {MAXIMUM_WHEELS}")
    for level in LEVELS:
        limit = MAXIMUM_SECTORS[level]
        for wheel, names in enumerate(sectors_of_wheels[level], 1):
            if len(names) > limit:
                raise InputError(f"wheel {wheel} has {len(names)} sectors at level {level}, more than {limit}")
    places = [
        {word: DIGITS[digits[sector]] for word, sector in placement.items()}
        for level in LEVELS
        for placement, names in zip(placements[level], sectors_of_wheels[level], strict=True)
        for digits in [{sector: digit for digit, sector in enumerate(names)}]
    ]
    words = sorted(set().union(*places))
    codes = {word: "".join(place.get(word, NONE) for place in places) for word in words}
    sectors = {level: tuple(map(tuple, sectors_of_wheels[level])) for level in LEVELS}
    return Lexicon(name, sectors, codes, sources, fallback, tuple(own_wheels))


def _union(masks_of_words: npt.NDArray[np.uint64], lists: LabelLists) -> npt.NDArray[np.uint64]:
    """Return the bitwise or of the masks of each sample's labels, shape (N,)."""
    masks = np.zeros(len(lists.offsets) - 1, np.uint64)
    filled = np.diff(lists.offsets) > 0
    if filled.any():
        masks[filled] = np.bitwise_or.reduceat(masks_of_words[lists.codes], lists.offsets[:-1][filled])
    return masks[lists.rows]


def _digit_values() -> npt.NDArray[np.int8]:
    values = np.full(256, -1, np.int8)
    values[np.frombuffer(DIGITS.encode(), np.uint8)] = np.arange(len(DIGITS))
    return values


_DIGIT_VALUE = _digit_values()
