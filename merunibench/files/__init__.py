"""Read untrusted files safely, and write files atomically.

This is the lowest layer: it does not depend on data sets, labels or scores.
"""

from merunibench.files.atomic import (
    open_atomic,
    remove_all_leftovers,
    remove_leftovers,
    whole_set,
    write_bytes,
    write_changed,
    write_text,
    writing,
)
from merunibench.files.npz import npz_keys, read_npy, read_npz
from merunibench.files.plain import map_plain, open_plain, read_plain
from merunibench.files.reading import DEFAULT_MAX_BYTES

__all__ = [
    "DEFAULT_MAX_BYTES",
    "map_plain",
    "npz_keys",
    "open_atomic",
    "open_plain",
    "read_npy",
    "read_npz",
    "read_plain",
    "remove_all_leftovers",
    "remove_leftovers",
    "whole_set",
    "write_bytes",
    "write_changed",
    "write_text",
    "writing",
]
