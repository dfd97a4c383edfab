"""Agreement of cues: whether the labels of audio and video cues share sectors."""

from typing import Any

import numpy as np

from merunibench.curation.columns import places
from merunibench.curation.folder import CUES, Folder
from merunibench.curation.rows import Rows
from merunibench.data import read_table
from merunibench.data.cells import is_null, written_nulls
from merunibench.data.columns import label_column, name_column
from merunibench.lexicon import Lexicon

_KINDS = ("audio", "video")


def cue_agreement(folder: Folder, rows: Rows, lexicon: Lexicon) -> dict[str, Any]:
    """Compute how often the labels of the audio cue and the video cue share a sector on most wheels.

    Cues have labels after `merunibench extract` was run on them. Chance is computed per wheel: the share of all pairs
    of an audio cue and a video cue that share a sector there.

    Args:
        folder: The data set, with `cues/audio/<set>` and `cues/video/<set>`.
        rows: Its rows.
        lexicon: Defines the sectors.

    Returns:
        `rows` with both cues, `agree`, and for each wheel `agree` and `chance`; empty if no row has both.

    Raises:
        InputError: a table of cues is broken.
    """
    sides = []
    counted = np.ones(len(rows), bool)
    for kind in _KINDS:
        sets = np.zeros((lexicon.n_wheels, len(rows)), np.uint8)
        has = np.zeros(len(rows), bool)
        for name, path in folder.found(f"{CUES}/{kind}").items():
            table = written_nulls(read_table(path))
            if name not in rows.sets or "labels" not in table.columns:
                continue
            where = rows.sets[name]
            at = places(rows.names[where.start : where.stop], name_column(table))
            sets[:, where] = lexicon.sector_sets(label_column(table, "labels").take(at))
            has[where] = (at >= 0) & ~is_null(table, "labels")[np.maximum(at, 0)]
        sides.append(sets)
        counted &= has & (sets != 0).any(axis=0)
    if not counted.any():
        return {}
    audio, video = (side[:, counted] for side in sides)
    hits = (audio & video) != 0
    wheels = []
    for wheel, shared in enumerate(hits):
        chance = _chance(audio[wheel], video[wheel])
        wheels.append({"wheel": wheel + 1, "agree": round(float(shared.mean()), 4), "chance": chance})
    return {
        "rows": int(counted.sum()),
        "agree": round(float((hits.sum(axis=0) > len(hits) // 2).mean()), 4),
        "wheels": wheels,
    }


def _chance(one: Any, other: Any) -> float:  # noqa: ANN401 - arrays of masks
    """Return the share of all pairs of one set of each side that share a sector."""
    first, second = np.bincount(one, minlength=256), np.bincount(other, minlength=256)
    masks = np.arange(256)
    shared = (masks[:, None] & masks[None, :]) != 0
    return round(float(first @ shared @ second) / (len(one) * len(other)), 4)
