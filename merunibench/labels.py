"""Convert label fields to lists of labels by the official rule, one field at a time or whole columns at once.

A label field is a list, or text such as `[happy, 'sad']`, or missing. The rule is in section "Label lists" of
docs/metric.md. `parse_label_field` implements it; `LabelLists` applies it to whole columns, and leaves out items
without a letter, digit or emoji.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from merunibench.words import Words

if TYPE_CHECKING:
    import pyarrow as pa

_SEPARATORS = ",'\""
_SEPARATOR = re.compile(f"[{_SEPARATORS}]")
_LETTER = re.compile(r"[^\W_]")
_LETTER_OR_EMOJI = re.compile("[^\\W_]|[\u2600-\u27bf\U0001f000-\U0001faff]")
_SETS = (set, frozenset)
_LISTS = (list, tuple, np.ndarray, *_SETS)
_LOOKED_AT = 4096
_AT_ONCE = 1 << 14
_COUNTED_AT_ONCE = 1 << 20
_ASCII_WHITE_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f "


def parse_label_text(text: str) -> list[str]:
    """Split label-list text into its labels, in order and with duplicates.

    One leading `[` and one trailing `]` are dropped; the rest is split at every comma and quote; items are stripped and
    empty ones dropped.

    Example:
        >>> parse_label_text("[happy, 'sad', 'let down']")
        ['happy', 'sad', 'let down']
        >>> parse_label_text("don't care")
        ['don', 't care']
    """
    text = text.removeprefix("[").removesuffix("]")
    return [item for item in map(str.strip, _SEPARATOR.split(text)) if item]


def parse_label_field(field: object) -> list[str]:
    """Return the labels of one field: lists, sets and arrays are used directly, text is split, None and NaN are empty.

    Raises:
        TypeError: the field, or an item of the list, is of another type.
    """
    if field is None or (isinstance(field, float) and np.isnan(field)):
        return []
    if isinstance(field, str):
        return parse_label_text(field)
    if isinstance(field, _LISTS):
        for label in field:
            if not isinstance(label, str):
                raise TypeError(f"a label must be text, not {label!r}")
        labels = list(map(str, field))
        return sorted(labels) if isinstance(field, _SETS) else labels
    raise TypeError(f"labels must be a list of words or text such as '[happy, sad]', not {field!r}")


def normalise_label(label: str) -> str:
    """Return the form in which a label is looked up: lower case, without surrounding white space."""
    return label.lower().strip()


@dataclass(frozen=True)
class LabelLists:
    """The label lists of N samples in columns, for normalising a million of them at once.

    Equal lists are stored once: `rows` gives the distinct list (of D) of each sample, `offsets` the start of each list
    in `codes`, and `codes` are indices into the V distinct normalised labels.

    Attributes:
        vocabulary: The V labels that occur, normalised.
        codes: Label indices of all distinct lists in sequence, shape (T,).
        offsets: Start of each distinct list in `codes`, shape (D + 1,).
        rows: Distinct list of each sample, shape (N,).
    """

    vocabulary: Words
    codes: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, sample: int) -> list[str]:
        """Return the normalised labels of one sample."""
        row = self.rows[sample]
        return [self.vocabulary[code] for code in self.codes[self.offsets[row] : self.offsets[row + 1]]]

    @classmethod
    def from_fields(cls, fields: "Iterable[object] | pa.Array") -> "LabelLists":
        """Convert a column of label fields (lists, label-list text, None), or an Arrow array of them.

        Raises:
            TypeError: a value is not a label field; the message begins with its index.
        """
        return LabelLists.from_arrow(fields) if _is_arrow(fields) else _from_objects(fields)

    @classmethod
    def from_arrow(cls, fields: "pa.Array") -> "LabelLists":
        """Convert an Arrow array of text, or of lists of text, in any of Arrow's types.

        Raises:
            TypeError: the array has another type, or a list contains a null.
        """
        import pyarrow as pa

        from merunibench.files.arrow_values import plain_array

        fields = plain_array(fields)
        if pa.types.is_dictionary(fields.type):
            rows = fields.indices.cast(pa.int64()).fill_null(len(fields.dictionary)).to_numpy(zero_copy_only=False)
            distinct = cls.from_arrow(fields.dictionary)
            return distinct.take(np.append(np.arange(len(distinct)), -1)[rows])
        if pa.types.is_large_binary(fields.type):  # some writers do not mark their bytes as text
            fields = fields.cast(pa.large_string())
        if pa.types.is_large_string(fields.type):
            if _repeats(fields):
                return cls.from_arrow(fields.dictionary_encode())
            return _from_texts(fields)
        if pa.types.is_list(fields.type) or pa.types.is_large_list(fields.type):
            return _from_lists(fields)
        if pa.types.is_null(fields.type):
            return cls.empty(len(fields))
        raise TypeError(f"labels must be text or lists of text, not {fields.type}")

    @classmethod
    def empty(cls, samples: int) -> "LabelLists":
        """Return `samples` empty lists."""
        return cls(Words.of(()), np.zeros(0, np.int32), np.zeros(2, np.int64), np.zeros(samples, np.int64))

    def take(self, samples: npt.NDArray[np.integer[Any]]) -> "LabelLists":
        """Return the lists of the given samples, in that order; -1 gives an empty list."""
        offsets = np.append(self.offsets, self.offsets[-1])
        rows = np.append(self.rows, len(self.offsets) - 1)[samples]
        return LabelLists(self.vocabulary, self.codes, offsets, rows)

    def counts(self) -> npt.NDArray[np.int64]:
        """Return the number of labels of each sample, shape (N,)."""
        return np.diff(self.offsets)[self.rows]

    def replace_empty(self, labels: Sequence[str]) -> "LabelLists":
        """Return the same lists with `labels` instead of every empty one."""
        empty = self.counts() == 0
        if not labels or not empty.any():
            return self
        first = len(self.vocabulary)
        offsets = np.append(self.offsets, self.offsets[-1] + len(labels))
        codes = np.append(self.codes, np.arange(first, first + len(labels), dtype=np.int32))
        rows = np.where(empty, len(self.offsets) - 1, self.rows)
        vocabulary = Words.of([*self.vocabulary, *map(normalise_label, labels)])
        return LabelLists(vocabulary, codes, offsets, rows)

    def without_signs(self, *, emoji: bool = True) -> "LabelLists":
        """Return the same lists without labels that carry no meaning, such as `{` from a set written as text.

        No wheel contains them, so they do not change official scores; strict scores would count them as wrong answers.

        Args:
            emoji: Whether to keep labels of emoji; those with letters or digits are always kept.
        """
        said = _LETTER_OR_EMOJI if emoji else _LETTER
        kept = self.vocabulary.matching("[0-9a-z]")
        unsure = np.flatnonzero(~kept)
        kept[unsure] = [said.search(word) is not None for word in self.vocabulary.take(unsure)]
        if kept.all():
            return self
        positions, stay = (np.cumsum(kept) - 1).astype(np.int32), kept[self.codes]
        offsets = np.concatenate(([0], np.cumsum(stay)))[self.offsets]
        return LabelLists(self.vocabulary.take(np.flatnonzero(kept)), positions[self.codes[stay]], offsets, self.rows)

    def flatten(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Return the sample number and the vocabulary index of every label of every sample, shapes (L,)."""
        counts = self.counts()
        samples = np.repeat(np.arange(len(self)), counts)
        within = np.arange(len(samples)) - np.repeat(np.cumsum(counts) - counts, counts)
        return samples, self.codes[np.repeat(self.offsets[self.rows], counts) + within]

    def label_counts(self) -> npt.NDArray[np.int64]:
        """Return how often each label of the vocabulary occurs over all samples, shape (V,)."""
        return self._label_counts

    @cached_property
    def _label_counts(self) -> npt.NDArray[np.int64]:
        lists = np.bincount(self.rows, minlength=len(self.offsets) - 1)
        weights = None if (lists == 1).all() else np.repeat(lists, np.diff(self.offsets))
        counts = np.zeros(len(self.vocabulary))
        step = max(_COUNTED_AT_ONCE, len(counts))  # bincount copies its input to 64 bits
        for part in (slice(first, first + step) for first in range(0, len(self.codes), step)):
            counts += np.bincount(self.codes[part], None if weights is None else weights[part], len(counts))
        return counts.astype(np.int64)

    def distinct_as_text(self, end: str = "") -> "pa.Array":
        """Return the distinct normalised lists as comma-separated text followed by `end`, shape (D,); see `rows`."""
        import pyarrow as pa
        import pyarrow.compute as pc

        words = self.vocabulary.array.cast(pa.large_string()).take(pa.array(self.codes))
        text = partial(pa.scalar, type=pa.large_string())
        texts = pc.binary_join(pa.LargeListArray.from_arrays(self.offsets, words), text(","))
        return pc.binary_join_element_wise(texts, text(""), text(end)) if end else texts


def _is_arrow(fields: object) -> bool:
    return type(fields).__module__.partition(".")[0] == "pyarrow"


def _from_objects(fields: Iterable[object]) -> LabelLists:
    """Convert Python objects, such as values from JSON and CSV."""
    vocabulary: dict[str, int] = {}
    distinct: dict[tuple[str, ...], int] = {}
    codes: list[int] = []
    offsets, rows = [0], []
    for index, value in enumerate(fields):
        try:
            labels = tuple(parse_label_field(value))
        except TypeError as error:
            raise TypeError(f"{index}: {error}") from None
        row = distinct.setdefault(labels, len(distinct))
        if row == len(offsets) - 1:
            codes.extend(vocabulary.setdefault(word, len(vocabulary)) for word in map(normalise_label, labels))
            offsets.append(len(codes))
        rows.append(row)
    arrays = (np.array(codes, np.int32), np.array(offsets, np.int64), np.array(rows, np.int64))
    return LabelLists(Words.of(tuple(vocabulary)), *arrays).without_signs()


def _repeats(texts: "pa.Array") -> bool:
    """Return whether texts repeat often enough to split each only once, judged by the first few thousand."""
    import pyarrow.compute as pc

    first = texts[:_LOOKED_AT]
    return 2 * int(pc.count_distinct(first).as_py()) < len(first)


def _from_texts(texts: "pa.Array") -> LabelLists:
    """Split label-list texts in blocks of some thousands, which fit into the processor's cache."""
    import pyarrow as pa

    blocks, lengths = [], [np.zeros(1, np.int64)]
    for first in range(0, len(texts), _AT_ONCE):
        items, number = _split(texts[first : first + _AT_ONCE])
        blocks.append(_normalised(items))
        lengths.append(number)
    encoded = pa.chunked_array(blocks, pa.dictionary(pa.int32(), pa.large_string()))
    return _from_items(
        encoded.unify_dictionaries().combine_chunks(), np.cumsum(np.concatenate(lengths)), np.arange(len(texts))
    )


def _split(texts: "pa.Array") -> "tuple[pa.Array, npt.NDArray[np.int64]]":
    """Return the items of at least one label-list text, stripped of white space and separators, and their numbers.

    Every item ends with its separator. A bracket at either end becomes a separator, since empty items are dropped.
    All these characters are ASCII, so they are never part of another character's UTF-8 bytes.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = texts.cast(pa.large_string()).fill_null("")
    _, offset_buffer, data = texts.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    characters = np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]].copy()
    offsets = offsets - offsets[0]
    filled = offsets[:-1] < offsets[1:]
    starts, last = offsets[:-1][filled], offsets[1:][filled] - 1
    brackets = np.concatenate([starts[characters[starts] == ord("[")], last[characters[last] == ord("]")]])
    characters[brackets] = ord(",")
    begins = np.zeros(len(characters) + 1, bool)
    for separator in _SEPARATORS:
        begins[1:] |= characters == ord(separator)
    begins[offsets] = True
    bounds = np.flatnonzero(begins)
    items = pa.LargeStringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(characters))
    return pc.ascii_trim(items, characters=_ASCII_WHITE_SPACE + _SEPARATORS), np.diff(np.searchsorted(bounds, offsets))


def _from_lists(lists: "pa.Array") -> LabelLists:
    """Convert lists of items; a null list becomes an empty list."""
    import pyarrow as pa

    lists = lists.cast(pa.large_list(pa.large_string()))
    rows = np.arange(len(lists))
    if lists.null_count:
        valid = lists.is_valid().to_numpy(zero_copy_only=False)
        rows = np.where(valid, np.cumsum(valid) - 1, valid.sum())
        lists = pa.concat_arrays([lists.drop_null(), pa.array([[]], lists.type)])
    items = lists.flatten()
    if items.null_count:
        raise TypeError("a list of labels contains a null")
    return _from_items(_normalised(items), lists.offsets.to_numpy() - lists.offsets[0].as_py(), rows)


def _from_items(items: "pa.Array", offsets: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> LabelLists:
    """Return label lists of normalised items, a dictionary array; each distinct list begins at `offsets`."""
    import pyarrow as pa

    words = Words(items.dictionary.cast(pa.large_binary()))
    return LabelLists(words, items.indices.to_numpy().astype(np.int32, copy=False), offsets, rows).without_signs()


def _normalised(labels: "pa.Array") -> "pa.Array":
    """Return the distinct normal forms of labels (`normalise_label`) in order of occurrence, as a dictionary array.

    ASCII words are trimmed and lower-cased together; only words with other characters are normalised one by one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = labels.dictionary_encode()
    words = pc.ascii_lower(pc.ascii_trim(encoded.dictionary, characters=_ASCII_WHITE_SPACE))
    others = pc.invert(pc.string_is_ascii(words))
    if pc.any(others).as_py():
        normal = map(normalise_label, words.filter(others).to_pylist())
        words = pc.replace_with_mask(words, others, pa.array(normal, words.type))
    if words.equals(encoded.dictionary):
        return encoded
    words = words.dictionary_encode()
    return pa.DictionaryArray.from_arrays(words.indices.take(encoded.indices), words.dictionary)
