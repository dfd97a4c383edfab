"""`results.lock`: the hashes of a board, and when and by whom it was computed. Plain data, no logic.

The date and the name are given explicitly, never taken from the clock or the user name: equal builds give equal bytes.
"""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from merunibench.leaderboard.schema.fields import Hash, Line, Sparse
from merunibench.leaderboard.schema.results import read_committed

SCHEMA: Final = "merunibench.leaderboard.lock/1"
LOCK = "results.lock"
"""Its file name, next to `results.json`."""

FileName = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_+-][A-Za-z0-9_./+-]{0,250}$")]
Date = Annotated[str, StringConstraints(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Origin(Sparse):
    """One computation of a board."""

    results: Hash = Field(description="SHA-256 of the bytes of `results.json`.")
    by: Line | None = Field(default=None, description="Who computed it.")
    date: Date | None = Field(default=None, description="When it was computed, as an ISO date.")


class Lock(Origin):
    """The computation of a board, and the earlier one that provided scores which it could not recompute."""

    schema_: Literal["merunibench.leaderboard.lock/1"] = Field(default=SCHEMA, alias="schema")
    files: dict[FileName, Hash] = Field(
        default_factory=dict,
        description="SHA-256 of the other files that require a recomputation: pairs and details.",
    )
    committed: Origin | None = Field(
        default=None,
        description="The origin of scores carried over from committed results; absent if all were recomputed.",
    )

    def to_json(self) -> str:
        """Return strict JSON."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), indent=2, sort_keys=True) + "\n"


def read_lock(path: Path) -> Lock:
    """Read a lock that `Lock.to_json` wrote.

    Raises:
        InputError: the file cannot be read or is not a lock; the message names the field.
    """
    return read_committed(path, Lock, "leaderboard lock")


def lock_beside(results: Path | None) -> Lock | None:
    """Read the lock of a results file; None if there is none.

    Raises:
        InputError: the lock cannot be read.
    """
    path = results.parent / LOCK if results is not None else None
    return read_lock(path) if path is not None and path.is_file() else None


def hash_of(content: bytes) -> str:
    """The hash of a file's bytes, as in a lock."""
    return hashlib.sha256(content).hexdigest()
