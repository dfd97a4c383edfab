"""A pause of the search for cyclic garbage, for work that makes millions of plain objects which live to its end."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """No search for cyclic garbage in this block, nor in a function that it decorates."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
