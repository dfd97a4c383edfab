"""`results.lock`: by which hashes, by whom and when a board was computed. Plain data, no logic.

Who and when are stated, never read off a clock or a user's name: the same build gives the same bytes.
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
"""Its name, beside `results.json`."""

FileName = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_+-][A-Za-z0-9_./+-]{0,250}$")]
Date = Annotated[str, StringConstraints(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Origin(Sparse):
    """One computation of a board."""

    results: Hash = Field(description="SHA-256 of the bytes of `results.json`.")
    by: Line | None = Field(default=None, description="Who computed it.")
    date: Date | None = Field(default=None, description="When, as an ISO date.")


class Lock(Origin):
    """The computation of a board, and the one that it took scores from which it could not recompute."""

    schema_: Literal["merunibench.leaderboard.lock/1"] = Field(default=SCHEMA, alias="schema")
    files: dict[FileName, Hash] = Field(
        default_factory=dict,
        description="SHA-256 of the other files that a recomputation alone could give: pairs and details.",
    )
    committed: Origin | None = Field(
        default=None, description="Where scores come from that stand as committed; absent if all were recomputed."
    )

    def to_json(self) -> str:
        """Strict JSON."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), indent=2, sort_keys=True) + "\n"


def read_lock(path: Path) -> Lock:
    """A lock that `Lock.to_json` wrote.

    Raises:
        InputError: the file cannot be read or is none; the message names the field.
    """
    return read_committed(path, Lock, "lock of a leaderboard")


def lock_beside(results: Path | None) -> Lock | None:
    """The lock of a file of results; None where there is none.

    Raises:
        InputError: there is one that cannot be read.
    """
    path = results.parent / LOCK if results is not None else None
    return read_lock(path) if path is not None and path.is_file() else None


def hash_of(content: bytes) -> str:
    """What a lock knows the bytes of a file by."""
    return hashlib.sha256(content).hexdigest()
