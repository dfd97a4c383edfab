"""Values that a speaker detector measured, as columns. The verdicts are made by `filters.speaker`."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from merunibench._text import listed
from merunibench.curation.columns import FloatArray, numbers, places, read_stage, spread
from merunibench.curation.folder import SPEAKER, Folder
from merunibench.data import Table
from merunibench.data.cells import Mask, is_null
from merunibench.data.columns import find_column, name_column, python_values, text_column
from merunibench.data.predictions import failed_rows
from merunibench.errors import InputError
from merunibench.journal import read_settings, settings_file

_NUMBERS = ("speech_share", "face_share", "face_height", "seconds")
_SCHEMA = pa.schema(
    {
        "name": pa.string(),
        "status": pa.string(),
        "error": pa.string(),
        "value": pa.float64(),
        "by": pa.string(),
        "content": pa.string(),
        "details": pa.struct(dict.fromkeys(_NUMBERS, pa.float64())),
    }
)


@dataclass(frozen=True, eq=False)
class SpeakerValues:
    """Values measured on N clips; NaN if not measured.

    Attributes:
        measured: Which clips have a row.
        failed: Which of them the detector failed on.
        detailed: Which rows have details besides the value.
        value: Share of the speech during which a visible person seems to speak.
        speech: Share of the clip that is speech.
        faces: Share of the clip that shows a face.
        height: Height of the face in pixels.
        seconds: Duration of the clip.
        by: The detectors.
        content: Identifies each clip's content; null if unknown.
    """

    measured: Mask
    failed: Mask
    detailed: Mask
    value: FloatArray
    speech: FloatArray
    faces: FloatArray
    height: FloatArray
    seconds: FloatArray
    by: tuple[str, ...]
    content: pa.Array


def load_speaker(folder: Folder, clips: Mapping[str, pa.Array], remarks: list[str]) -> SpeakerValues | None:
    """Load the speaker values of all clips of a data set; None if there are none.

    Args:
        folder: The data set.
        clips: Set -> the names of its clips.
        remarks: List to which notes for readers are added.

    Raises:
        InputError: a file is broken.
    """
    found = folder.found(SPEAKER)
    tables = {name: read_stage(found[name], _SCHEMA) for name in clips if name in found}
    if unknown := sorted(found.keys() - clips.keys()):
        remarks.append(f"{SPEAKER}: {listed(unknown)}: not read, since descriptions have no such set")
    if not tables:
        return None
    parts = [_of_set(names, tables.get(name)) for name, names in clips.items()]
    masks = [np.concatenate([part[0][place] for part in parts]) for place in range(3)]
    values = [np.concatenate([part[1][place] for part in parts]) for place in range(1 + len(_NUMBERS))]
    by = tuple(dict.fromkeys(name for table in tables.values() for name in _by(table)))
    measured, failed, detailed = masks
    value, speech, faces, height, seconds = values
    content = pa.concat_arrays([_content(names, tables.get(name)) for name, names in clips.items()])
    return SpeakerValues(measured, failed, detailed, value, speech, faces, height, seconds, by, content)


def _content(names: pa.Array, table: Table | None) -> pa.Array:
    """Return what identifies the content of the clips of one set."""
    if table is None or "content" not in table.columns:
        return pa.nulls(len(names), pa.large_string())
    at = places(names, name_column(table))
    return text_column(table, "content").take(pa.array(at, mask=at < 0))


def _of_set(names: pa.Array, table: Table | None) -> tuple[list[Mask], list[FloatArray]]:
    """Return the masks and the numbers of one set, in the order of `SpeakerValues`."""
    if table is None:
        nothing = np.full(len(names), np.nan)
        return [np.zeros(len(names), bool)] * 3, [nothing] * (1 + len(_NUMBERS))
    at = places(names, name_column(table))
    if (lost := int((at < 0).sum())) == len(names):
        raise InputError(f"{table.path}: none of its names is a clip of this set, which has {lost}")
    details = _details(table)
    masks = [
        at >= 0,
        spread(failed_rows(table), at, nothing=False),
        spread(_detailed(table, details), at, nothing=False),
    ]
    values = [numbers(table, find_column(table, "value")), *details.values()]
    return masks, [spread(each, at, np.nan) for each in values]


def _detailed(table: Table, details: Mapping[str, FloatArray]) -> Mask:
    said = np.asarray(~np.isnan(np.stack(list(details.values()))).all(axis=0), bool)
    return said & ~is_null(table, "details") if "details" in table.columns else said


def _details(table: Table) -> dict[str, FloatArray]:
    """Return the numbers in `details`, or in columns of their names."""
    column = table.columns.get("details")
    if isinstance(column, pa.StructArray):
        inner = {column.type.field(place).name: column.field(place) for place in range(column.type.num_fields)}
    elif column is not None:
        rows = [value if isinstance(value, dict) else {} for value in python_values(table, "details")]
        inner = {key: [row.get(key) for row in rows] for key in _NUMBERS}
    else:
        inner = {key: table.columns[key] for key in _NUMBERS if key in table.columns}
    within = Table(table.path, inner, table.num_rows, table.lines)
    return {key: numbers(within, key) for key in _NUMBERS}


def _by(table: Table) -> list[str]:
    """Return the detectors, from the settings next to the table or a column `by`; else the file's name."""
    path = Path(table.path)
    with suppress(InputError):
        if settings_file(path).exists():
            said = read_settings(settings_file(path)).get("speaker")
            if isinstance(said, str):
                return [said]
    if "by" in table.columns:
        names = text_column(table, "by").drop_null().unique().to_pylist()
        if names:
            return sorted(names)
    return [f"file:{path.name}"]
