"""The folder of a data set that is being built: which stage keeps what where, read strictly, written whole.

Every stage reads files and writes files, one per set of clips, named alike:

    curate.toml                      all settings, defaults included
    descriptions/<set>.jsonl         name, text, status
    labels/<set>.jsonl               name, labels, polarity
    measures/<set>.jsonl             what was measured on the texts
    speaker/<set>.jsonl              name, value, details
    votes/<source>/<set>.jsonl       name, label
    decisions/<set>.jsonl            what became of each row, and why
    report.json, statistics.json, README.md, funnel.svg, report.html
    export/…

What others wrote may be of any format that tables are read in; what is written here is JSON Lines.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from merunibench._text import listed, short_repr
from merunibench.data import TABLE_SUFFIXES, Table, read_table
from merunibench.data.tables import table_stem
from merunibench.errors import InputError
from merunibench.files import (
    DEFAULT_MAX_BYTES,
    open_atomic,
    open_plain,
    read_plain,
    remove_all_leftovers,
    write_text,
)
from merunibench.files.reading import reading
from merunibench.files.toml import read_toml

DESCRIPTIONS, LABELS, MEASURES, SPEAKER, VOTES = "descriptions", "labels", "measures", "speaker", "votes"
CUES, DECISIONS, EXPORT, REVIEW = "cues", "decisions", "export", "review"
SETTINGS = "curate.toml"
CLIP_CACHE = ".clips"
"""Folders in which clips lie that a data set holds as bytes."""

MAX_BYTES = 16 * DEFAULT_MAX_BYTES
"""Most bytes of a stage's file: a million descriptions are a gigabyte, and no header is believed."""
_LONGEST_LINE = 16 << 20


class Folder:
    """A data set's folder.

    Args:
        path: The folder; it may be empty, or not there yet.
    """

    DELETED = "deleted.txt"
    """Hashes of the names of clips that were deleted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """What the data set is called: the folder's name."""
        return self.path.resolve().name or "data"

    def file(self, stage: str, name: str) -> Path:
        """Where a stage writes what it has of a set."""
        return self.path / stage / f"{name}.jsonl"

    def found(self, stage: str) -> dict[str, Path]:
        """The tables of a stage by set, in the order of their names.

        Raises:
            InputError: two tables are of one set.
        """
        tables: dict[str, Path] = {}
        for path in children(self.path / stage):
            stem = table_stem(path)
            if not stem or path.name.endswith(".settings.json"):
                continue
            if stem in tables:
                raise InputError(f"{path}: {tables[stem].name} is the same set; keep one of them")
            tables[stem] = path
        return tables

    def sets(self) -> dict[str, Path]:
        """The tables of descriptions by set.

        Raises:
            InputError: there are none.
        """
        tables = self.found(DESCRIPTIONS)
        if not tables:
            raise InputError(
                f"{self.path}: holds no descriptions ({DESCRIPTIONS}/<set>.jsonl, {', '.join(TABLE_SUFFIXES[2:4])}…); "
                "make some (`merunibench curate describe`), or give those you have (--descriptions)"
            )
        return tables

    def table(self, stage: str, name: str) -> Table | None:
        """What a stage has of a set; None if it has not been there.

        Raises:
            InputError: the file cannot be read, or has no rows.
        """
        path = self.found(stage).get(name)
        return None if path is None else read_table(path, max_bytes=MAX_BYTES)

    def deleted(self) -> set[str]:
        """Hashes of the names of clips that were deleted (`contamination.name_hash`)."""
        path = self.path / self.DELETED
        lines = read_plain(path, MAX_BYTES).decode("utf-8", "replace").splitlines() if path.exists() else []
        return {line for line in lines if line and not line.startswith("#")}

    def remove_leftovers(self) -> None:
        """Remove what killed commands have left half-written; journals see to the files of their own."""
        remove_all_leftovers(self.path)
        for stage in (VOTES, DECISIONS, EXPORT, REVIEW):
            remove_all_leftovers(self.path / stage, recursive=True)

    def settings(self, section: str) -> dict[str, Any]:
        """A section of `curate.toml`; empty if it is not there.

        Raises:
            InputError: the file is not TOML, or the section is not a table.
        """
        path = self.path / SETTINGS
        content = read_toml(path).get(section, {}) if path.exists() else {}
        if not isinstance(content, dict):
            raise InputError(f"{path}: {section}: must be a table, [{section}]")
        return content

    def write_settings(self, sections: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace sections of `curate.toml`; the others stay as they are.

        Raises:
            InputError: the file is no TOML, or cannot be written.
        """
        import tomli_w

        path = self.path / SETTINGS
        content = read_toml(path) if path.exists() else {}
        merged = content | {name: dict(section) for name, section in sections.items()}
        write_text(path, tomli_w.dumps(dict(sorted(merged.items()))))


def children(folder: Path) -> list[Path]:
    """The files in a folder, by name, hidden files apart; nothing if there is no such folder."""
    if not folder.is_dir():
        return []
    with reading(folder):
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows as JSON Lines, whole or not at all; how many there were.

    Raises:
        InputError: the file cannot be written.
    """
    count = 0
    with open_atomic(path) as stream:
        for count, row in enumerate(rows, start=1):  # noqa: B007 - counted
            stream.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
    return count


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of JSON Lines of our own, one after the other: a million decisions need not be in memory at once.

    Raises:
        InputError: the file cannot be read, or a line is no row; the message names the line.
    """
    with reading(path), open_plain(path) as stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), b""), start=1):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict) or not isinstance(row.get("name"), str):
                raise InputError(f"{path}, line {number}: is no row of a data set; make the file again")
            yield row


def refuse_shared_names(names: Mapping[str, Iterable[str]]) -> None:
    """Refuse sets that share clips: votes, speakers and decisions belong to names.

    Args:
        names: Set -> the names of its clips.

    Raises:
        InputError: a name is in two sets; the first few are listed.
    """
    first: dict[str, str] = {}
    twice: dict[str, str] = {}
    for name, clips in names.items():
        for clip in clips:
            if first.setdefault(clip, name) != name:
                twice[clip] = name
    if twice:
        clip, other = next(iter(twice.items()))
        raise InputError(
            f"{len(twice)} names are in two sets ({short_repr(clip)} in {short_repr(first[clip])} and "
            f"{short_repr(other)}): {listed(twice, 5)}; give every clip a name of its own"
        )
