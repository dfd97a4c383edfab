"""A label field becomes a list of labels: the official rule, one field at a time and a million at once.

A label field is a list, or text such as `[happy, 'sad']`, or missing. The rule is section "Label lists" of
docs/metric.md; `parse_label_field` states it, `LabelLists` applies it to whole columns.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

_SEPARATORS = re.compile(r"[,'\"]")
_QUOTES_TO_COMMAS = bytes.maketrans(b"'\"", b",,")
_LOOKED_AT = 4096


def parse_label_text(text: str) -> list[str]:
    """Split label-list text into its labels, in order, duplicates kept.

    One leading `[` and one trailing `]` are dropped; the rest is split at every comma and quote; items are stripped and
    empty ones dropped.

    Example:
        >>> parse_label_text("[happy, 'sad', 'let down']")
        ['happy', 'sad', 'let down']
        >>> parse_label_text("don't care")
        ['don', 't care']
    """
    text = text.removeprefix("[").removesuffix("]")
    return [item for item in map(str.strip, _SEPARATORS.split(text)) if item]


def parse_label_field(field: object) -> list[str]:
    """The labels of one field: a list or array is taken as it is, text is split, None and NaN give no label.

    Raises:
        TypeError: the field, or an item of the list, is of another type.
    """
    if field is None or (isinstance(field, float) and np.isnan(field)):
        return []
    if isinstance(field, str):
        return parse_label_text(field)
    if isinstance(field, list | tuple | np.ndarray):
        labels = list(field)
        for label in labels:
            if not isinstance(label, str):
                raise TypeError(f"a label must be text, not {label!r}")
        return [str(label) for label in labels]
    raise TypeError(f"labels must be a list of words or text such as '[happy, sad]', not {field!r}")


def normalise_label(label: str) -> str:
    """The form in which a label is looked up: lower case, no white space around it."""
    return label.lower().strip()


@dataclass(frozen=True)
class LabelLists:
    """The label lists of N samples in columns, so that a million of them are normalised at once.

    Equal lists are kept once: `rows` says which of the D distinct lists a sample has, `offsets` where each of them
    begins in `codes`, and `codes` are indices into the V distinct normalised labels.

    Attributes:
        vocabulary: The V distinct labels, normalised.
        codes: Label indices of all distinct lists in sequence, shape (T,).
        offsets: Start of each distinct list in `codes`, shape (D + 1,).
        rows: Distinct list of each sample, shape (N,).
    """

    vocabulary: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, sample: int) -> list[str]:
        """The normalised labels of one sample."""
        row = self.rows[sample]
        return [self.vocabulary[code] for code in self.codes[self.offsets[row] : self.offsets[row + 1]]]

    @classmethod
    def from_fields(cls, fields: "Iterable[object] | pa.Array") -> "LabelLists":
        """Label lists of a column of label fields (lists, label-list text, None), or of an Arrow array of such.

        Raises:
            TypeError: a field is no label field; the message begins with its index.
        """
        return LabelLists.from_arrow(fields) if _is_arrow(fields) else _from_objects(fields)

    @classmethod
    def from_arrow(cls, fields: "pa.Array") -> "LabelLists":
        """Label lists of an Arrow array of text (plain or dictionary-encoded) or of lists of text.

        Raises:
            TypeError: the array holds neither; or a list holds a null.
        """
        import pyarrow as pa

        if pa.types.is_dictionary(fields.type):
            rows = fields.indices.cast(pa.int64()).fill_null(len(fields.dictionary)).to_numpy(zero_copy_only=False)
            distinct = cls.from_arrow(fields.dictionary)
            return distinct.take(np.append(np.arange(len(distinct)), -1)[rows])
        if pa.types.is_string(fields.type) or pa.types.is_large_string(fields.type):
            if _repeats(fields):
                return cls.from_arrow(fields.dictionary_encode())
            return _from_split(_split_texts(fields))
        if pa.types.is_string_view(fields.type):
            return cls.from_arrow(fields.cast(pa.large_string()))
        if pa.types.is_nested(fields.type) and not (pa.types.is_struct(fields.type) or pa.types.is_union(fields.type)):
            return _from_split(fields)
        if pa.types.is_null(fields.type):
            return cls.empty(len(fields))
        raise TypeError(f"labels must be text or lists of text, not {fields.type}")

    @classmethod
    def empty(cls, samples: int) -> "LabelLists":
        """`samples` empty lists."""
        return cls((), np.zeros(0, np.int32), np.zeros(2, np.int64), np.zeros(samples, np.int64))

    def take(self, samples: npt.NDArray[np.integer[Any]]) -> "LabelLists":
        """The lists of the given samples, in that order; -1 stands for an empty list."""
        offsets = np.append(self.offsets, self.offsets[-1])
        rows = np.append(self.rows, len(self.offsets) - 1)[samples]
        return LabelLists(self.vocabulary, self.codes, offsets, rows)

    def counts(self) -> npt.NDArray[np.int64]:
        """Number of labels of each sample, shape (N,)."""
        return np.diff(self.offsets)[self.rows]

    def replace_empty(self, labels: Sequence[str]) -> "LabelLists":
        """The same lists, with `labels` in the place of every empty one."""
        if not labels or not (self.counts() == 0).any():
            return self
        first = len(self.vocabulary)
        offsets = np.append(self.offsets, self.offsets[-1] + len(labels))
        codes = np.append(self.codes, np.arange(first, first + len(labels), dtype=np.int32))
        rows = np.where(self.counts() == 0, len(self.offsets) - 1, self.rows)
        return LabelLists((*self.vocabulary, *map(normalise_label, labels)), codes, offsets, rows)

    def flatten(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Every label of every sample: the sample's number and the label's index in the vocabulary, shapes (L,)."""
        counts = self.counts()
        samples = np.repeat(np.arange(len(self)), counts)
        within = np.arange(len(samples)) - np.repeat(np.cumsum(counts) - counts, counts)
        return samples, self.codes[np.repeat(self.offsets[self.rows], counts) + within]

    def label_counts(self) -> npt.NDArray[np.int64]:
        """How often each label of the vocabulary occurs over all samples, shape (V,)."""
        lists = np.bincount(self.rows, minlength=len(self.offsets) - 1)
        weights = np.repeat(lists, np.diff(self.offsets))
        counts = np.bincount(self.codes, weights=weights, minlength=len(self.vocabulary))
        return counts.astype(np.int64)

    def as_text(self) -> "pa.Array":
        """The normalised lists as text, comma-separated: Arrow strings, shape (N,)."""
        import pyarrow as pa
        import pyarrow.compute as pc

        words = pa.array(self.vocabulary, pa.string()).take(pa.array(self.codes))
        texts = pc.binary_join(pa.LargeListArray.from_arrays(self.offsets, words), ",").cast(pa.large_string())
        in_order = np.array_equal(self.rows, np.arange(len(texts)))
        return texts if in_order else texts.take(pa.array(self.rows))


def _is_arrow(fields: object) -> bool:
    return type(fields).__module__.partition(".")[0] == "pyarrow"


def _from_objects(fields: Iterable[object]) -> LabelLists:
    """The plain way, for what comes from JSON, CSV and Python."""
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
            words = filter(None, map(normalise_label, labels))
            codes.extend(vocabulary.setdefault(word, len(vocabulary)) for word in words)
            offsets.append(len(codes))
        rows.append(row)
    return LabelLists(
        tuple(vocabulary), np.array(codes, np.int32), np.array(offsets, np.int64), np.array(rows, np.int64)
    )


def _repeats(texts: "pa.Array") -> bool:
    """Whether equal texts are frequent enough to split each only once; the first few thousand tell."""
    import pyarrow.compute as pc

    first = texts[:_LOOKED_AT]
    return 2 * int(pc.count_distinct(first).as_py()) < len(first)


def _split_texts(texts: "pa.Array") -> "pa.Array":
    """Label-list texts -> lists of items, by one pass over the bytes.

    Quotes become commas, since an empty item between two separators is dropped; a bracket at either end becomes a
    space, which is stripped. All these characters are ASCII, so they are never part of another character's UTF-8 bytes.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = texts.cast(pa.large_string())
    texts = texts.fill_null("") if texts.null_count else texts
    if len(texts) == 0:
        return pa.array([], pa.large_list(pa.large_string()))
    _, offset_buffer, data = texts.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    raw = bytearray(data or b"").translate(_QUOTES_TO_COMMAS)
    characters = np.frombuffer(raw, np.uint8)
    filled = offsets[:-1] < offsets[1:]
    starts, last = offsets[:-1][filled], offsets[1:][filled] - 1
    brackets = np.concatenate([starts[characters[starts] == ord("[")], last[characters[last] == ord("]")]])
    characters[brackets] = ord(" ")
    texts = pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(raw))
    return pc.split_pattern(texts, ",")


def _from_split(lists: "pa.Array") -> LabelLists:
    """Lists of raw items -> normalised, empty items dropped; a null list is an empty list."""
    import pyarrow as pa

    lists = lists.cast(pa.large_list(pa.large_string()))
    rows = np.arange(len(lists))
    if lists.null_count:
        valid = lists.is_valid().to_numpy(zero_copy_only=False)
        rows = np.where(valid, np.cumsum(valid) - 1, valid.sum())
        lists = pa.concat_arrays([lists.drop_null(), pa.array([[]], lists.type)])
    items = lists.flatten()
    if items.null_count:
        raise TypeError("a list of labels holds a null")
    encoded = items.dictionary_encode()
    raw_codes = encoded.indices.to_numpy()
    words = [normalise_label(item) for item in encoded.dictionary.to_pylist()]
    vocabulary = {word: code for code, word in enumerate(dict.fromkeys(filter(None, words)))}
    codes = np.array([vocabulary.get(word, -1) for word in words], np.int32)[raw_codes]
    kept = codes >= 0
    offsets = lists.offsets.to_numpy() - lists.offsets[0].as_py()
    if not kept.all():
        offsets, codes = np.concatenate(([0], np.cumsum(kept)))[offsets], codes[kept]
    return LabelLists(tuple(vocabulary), codes, offsets, rows)
