"""All rows of a data set as columns, for filters and statistics. Texts are not loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from merunibench._text import short_repr
from merunibench.curation.columns import FloatArray, numbers, places, read_stage, spread
from merunibench.curation.folder import LABELS, MEASURES, Folder, refuse_shared_names
from merunibench.curation.speaker_values import SpeakerValues, load_speaker
from merunibench.data import Table
from merunibench.data.cells import Mask, as_mask, is_null, written_nulls
from merunibench.data.columns import find_column, label_column, name_column, text_column
from merunibench.data.predictions import failed_rows
from merunibench.errors import InputError
from merunibench.kinds import POLARITIES
from merunibench.labels import LabelLists
from merunibench.protocols import NO_POLARITY
from merunibench.words import unify

NO_LANGUAGE = ""

_MEASURES = pa.schema(
    {
        "name": pa.string(),
        "status": pa.string(),
        "words": pa.int64(),
        "characters": pa.int64(),
        "repetition": pa.float64(),
        "language": pa.string(),
        "refusal": pa.bool_(),
        "artefacts": pa.list_(pa.string()),
        "text": pa.string(),
        "subtitle_words": pa.int64(),
        "content": pa.string(),
    }
)
_LABELS = pa.schema(
    {
        "name": pa.string(),
        "status": pa.string(),
        "labels": pa.list_(pa.string()),
        "polarity": pa.string(),
        "labels_from": pa.string(),
        "polarity_from": pa.string(),
    }
)


@dataclass(frozen=True, eq=False)
class Measures:
    """Values measured on N texts; NaN or empty if there is no text.

    Attributes:
        answered: Which rows have a text.
        failed: Which rows have no text because the model failed.
        words: Number of words.
        characters: Number of characters that are not white space.
        repetition: Ratio of compressed length to length.
        languages: The languages that occur; the first is empty, for rows without a language.
        language: Index into `languages`.
        refusal: Which texts are refusals.
        artefacts: Kind of artefact -> which texts have it.
        text: Identifies the text: equal texts have equal numbers; -1 without a text.
        subtitle_words: Words of the subtitle.
        content: Identifies the clip's content, as given in the descriptions; null if it is not given.
    """

    answered: Mask
    failed: Mask
    words: FloatArray
    characters: FloatArray
    repetition: FloatArray
    languages: tuple[str, ...]
    language: npt.NDArray[np.int64]
    refusal: Mask
    artefacts: Mapping[str, Mask]
    text: npt.NDArray[np.int64]
    subtitle_words: FloatArray
    content: pa.Array


@dataclass(frozen=True, eq=False)
class Rows:
    """The N rows of a data set, set after set.

    Attributes:
        names: Names of the clips, all distinct: `large_string`.
        sets: Set -> its rows.
        measures: Values measured on the texts.
        labels: The labels of each description.
        labelled: Which rows have labels, including empty lists.
        polarities: 1, 0, -1, or `NO_POLARITY`.
        labels_from: The sources of the labels.
        polarity_from: The sources of the polarities.
        speaker: Values measured on speakers; None if not measured.
        remarks: Notes on the input for readers of the verdicts.
    """

    names: pa.Array
    sets: Mapping[str, slice]
    measures: Measures
    labels: LabelLists
    labelled: Mask
    polarities: npt.NDArray[np.int8]
    labels_from: tuple[str, ...] = ()
    polarity_from: tuple[str, ...] = ()
    speaker: SpeakerValues | None = None
    remarks: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def seconds(self) -> FloatArray:
        """Duration of each clip in seconds, NaN if unknown."""
        return self.speaker.seconds if self.speaker else np.full(len(self), np.nan)

    @cached_property
    def content(self) -> npt.NDArray[np.int64]:
        """Identifies each clip's content: equal clips have equal numbers; -1 if unknown."""
        given = self.measures.content
        known = pc.coalesce(given, self.speaker.content) if self.speaker else given
        return np.asarray(known.dictionary_encode().indices.fill_null(-1), np.int64)


def load_rows(folder: Folder) -> Rows:
    """Load the rows of a data set whose texts have been measured.

    Raises:
        InputError: a set has not been measured, a file is broken, or a name is in two sets.
    """
    tables: dict[str, Table] = {}
    found = folder.found(MEASURES)
    for name in folder.sets():
        if name not in found:
            raise InputError(f"{folder.path}: the set {name!r} is not measured yet; run `merunibench curate measure`")
        tables[name] = read_stage(found[name], _MEASURES)
    columns = {name: name_column(table) for name, table in tables.items()}
    names = pa.concat_arrays(list(columns.values()))
    if len(columns) > 1 and pc.count_distinct(names).as_py() < len(names):
        refuse_shared_names({name: column.to_pylist() for name, column in columns.items()})
    ends = np.cumsum([len(column) for column in columns.values()])
    sets = {name: slice(int(end) - len(columns[name]), int(end)) for name, end in zip(columns, ends, strict=True)}
    measures = _measures(list(tables.values()))
    del tables
    remarks: list[str] = []
    labels, labelled, polarities, origins = _labels(folder, columns, remarks)
    speaker = load_speaker(folder, columns, remarks)
    return Rows(names, sets, measures, labels, labelled, polarities, *origins, speaker, tuple(remarks))


def _measures(tables: Sequence[Table]) -> Measures:
    status = pa.chunked_array([text_column(table, find_column(table, "status")) for table in tables])
    language = pa.chunked_array([text_column(table, "language") for table in tables]).fill_null(NO_LANGUAGE)
    distinct = [NO_LANGUAGE, *sorted(set(pc.unique(language).to_pylist()) - {NO_LANGUAGE})]
    texts = pa.chunked_array([text_column(table, "text") for table in tables]).combine_chunks()

    def joined(name: str) -> FloatArray:
        return np.concatenate([numbers(table, name) for table in tables])

    return Measures(
        as_mask(pc.equal(status, "ok")),
        as_mask(pc.equal(status, "failed")),
        joined("words"),
        joined("characters"),
        joined("repetition"),
        tuple(distinct),
        np.asarray(pc.index_in(language, value_set=pa.array(distinct, pa.large_string())), np.int64),
        np.concatenate([_flags(table, "refusal") for table in tables]),
        _kinds([label_column(table, "artefacts") for table in tables]),
        np.asarray(texts.dictionary_encode().indices.fill_null(-1), np.int64),
        joined("subtitle_words"),
        pa.concat_arrays([_texts(table, "content") for table in tables]),
    )


def _texts(table: Table, name: str) -> pa.Array:
    """Return a column of text, nulls if the table has no such column."""
    return text_column(table, name) if name in table.columns else pa.nulls(table.num_rows, pa.large_string())


def _flags(table: Table, name: str) -> Mask:
    values = table.columns[name]
    return np.array([value is True for value in values]) if isinstance(values, list) else as_mask(values)


def _kinds(lists: Sequence[LabelLists]) -> dict[str, Mask]:
    """Return which rows contain each of the words that occur."""
    joined = _joined(lists)
    rows, codes = joined.flatten()
    found = {}
    for code, kind in enumerate(joined.vocabulary):
        found[kind] = np.zeros(len(joined), bool)
        found[kind][rows[codes == code]] = True
    return dict(sorted(found.items()))


def _joined(lists: Sequence[LabelLists]) -> LabelLists:
    """Concatenate the lists of several sets."""
    if len(lists) == 1:
        return lists[0]
    vocabulary, positions = unify([each.vocabulary for each in lists])
    codes = np.concatenate([at[each.codes] for at, each in zip(positions, lists, strict=True)]).astype(np.int32)
    offsets, rows, first, distinct = [np.zeros(1, np.int64)], [], 0, 0
    for each in lists:
        offsets.append(each.offsets[1:] + first)
        rows.append(each.rows + distinct)
        first, distinct = first + len(each.codes), distinct + len(each.offsets) - 1
    return LabelLists(vocabulary, codes, np.concatenate(offsets), np.concatenate(rows))


def _labels(
    folder: Folder, columns: Mapping[str, pa.Array], remarks: list[str]
) -> tuple[LabelLists, Mask, npt.NDArray[np.int8], tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return labels and polarity of all rows, and the sources of each."""
    found, lists, labelled, polarities = folder.found(LABELS), [], [], []
    origins: dict[str, dict[str, None]] = {"labels_from": {}, "polarity_from": {}}
    for name, names in columns.items():
        if name not in found:
            lists.append(LabelLists.empty(len(names)))
            labelled.append(np.zeros(len(names), bool))
            polarities.append(np.full(len(names), NO_POLARITY, np.int8))
            remarks.append(f"{name}: has no labels; filters that need labels decide nothing on it")
            continue
        table = written_nulls(read_stage(found[name], _LABELS))
        at = places(names, name_column(table))
        given = ~failed_rows(table) & ~is_null(table, "labels")
        column = label_column(table, "labels") if "labels" in table.columns else LabelLists.empty(table.num_rows)
        lists.append(column.take(np.where(spread(given, at, nothing=False), at, -1)))
        labelled.append(spread(given, at, nothing=False))
        polarities.append(spread(_polarities(table), at, NO_POLARITY))
        for key, values in origins.items():
            values.update(dict.fromkeys(_origins(table, key)))
        if absent := int((at < 0).sum()):
            remarks.append(f"{found[name]}: has no row for {absent} of {len(names)} clips")
    origin_lists = tuple(origins["labels_from"]), tuple(origins["polarity_from"])
    return _joined(lists), np.concatenate(labelled), np.concatenate(polarities), origin_lists


def _origins(table: Table, column: str) -> list[str]:
    if column not in table.columns:
        return ["given"]
    return sorted(pc.unique(text_column(table, column).drop_null()).to_pylist())


def _polarities(table: Table) -> npt.NDArray[np.int8]:
    """Return polarity words as numbers, `NO_POLARITY` for missing ones."""
    if "polarity" not in table.columns:
        return np.full(table.num_rows, NO_POLARITY, np.int8)
    column = text_column(table, "polarity")
    words = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    at = np.asarray(pc.index_in(words, value_set=pa.array(list(POLARITIES), pa.large_string())).fill_null(-1))
    unknown = np.flatnonzero((at < 0) & ~as_mask(column.is_null()))
    if len(unknown):
        row = int(unknown[0])
        word = column[row].as_py()
        raise InputError(f"{table.where(row)}: 'polarity' must be {', '.join(POLARITIES)}, not {short_repr(word)}")
    numbers_of_words: npt.NDArray[np.int8] = np.array([*POLARITIES.values(), NO_POLARITY], np.int8)[at]
    return numbers_of_words
