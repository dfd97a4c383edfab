"""Read untrusted files safely, and write files atomically.

This is the lowest layer: it does not depend on data sets, labels or scores. Arrays (`files.npz`) need NumPy, which
takes a while to import, so importing this package does not import them.
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
from merunibench.files.plain import map_plain, open_plain, read_plain
from merunibench.files.reading import DEFAULT_MAX_BYTES

__all__ = [
    "DEFAULT_MAX_BYTES",
    "map_plain",
    "open_atomic",
    "open_plain",
    "read_plain",
    "remove_all_leftovers",
    "remove_leftovers",
    "whole_set",
    "write_bytes",
    "write_changed",
    "write_text",
    "writing",
]
