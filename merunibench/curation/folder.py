"""The folder of a data set under construction: which files each stage reads and writes. Writes are atomic.

Every stage has one file per set of clips, named after the set:

    curate.toml                      all settings, defaults included
    descriptions/<set>.jsonl         name, text, status
    labels/<set>.jsonl               name, labels, polarity
    measures/<set>.jsonl             values measured on the texts
    speaker/<set>.jsonl              name, value, details
    votes/<source>/<set>.jsonl       name, label
    decisions/<set>.jsonl            whether each row is kept or dropped, and why
    report.json, statistics.json, README.md, funnel.svg, report.html
    export/…

Files from elsewhere may be in any supported table format; files written here are JSON Lines.
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
"""Folders of clips that were unpacked from a data set which contains them as bytes."""

MAX_BYTES = 16 * DEFAULT_MAX_BYTES
"""Maximum bytes of a stage's file: a million descriptions are a gigabyte, and sizes in headers are not trusted."""
_LONGEST_LINE = 16 << 20


class Folder:
    """A data set's folder.

    Args:
        path: The folder; it may be empty or not exist yet.
    """

    DELETED = "deleted.txt"
    """Hashes of the names of clips that were deleted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """The name of the data set: the folder's name."""
        return self.path.resolve().name or "data"

    def file(self, stage: str, name: str) -> Path:
        """Return the file that a stage writes for a set."""
        return self.path / stage / f"{name}.jsonl"

    def found(self, stage: str) -> dict[str, Path]:
        """Return the tables of a stage by set, sorted by name.

        Raises:
            InputError: two tables belong to the same set.
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
        """Return the tables of descriptions by set.

        Raises:
            InputError: there are no descriptions.
        """
        tables = self.found(DESCRIPTIONS)
        if not tables:
            raise InputError(
                f"{self.path}: contains no descriptions ({DESCRIPTIONS}/<set>.jsonl, "
                f"{', '.join(TABLE_SUFFIXES[2:4])}…); make some (`merunibench curate describe`), or give those you "
                "have (--descriptions)"
            )
        return tables

    def table(self, stage: str, name: str) -> Table | None:
        """Read a stage's table of a set; None if there is none.

        Raises:
            InputError: the file cannot be read, or has no rows.
        """
        path = self.found(stage).get(name)
        return None if path is None else read_table(path, max_bytes=MAX_BYTES)

    def deleted(self) -> set[str]:
        """Return hashes of the names of deleted clips (`contamination.name_hash`)."""
        path = self.path / self.DELETED
        lines = read_plain(path, MAX_BYTES).decode("utf-8", "replace").splitlines() if path.exists() else []
        return {line for line in lines if line and not line.startswith("#")}

    def remove_leftovers(self) -> None:
        """Remove half-written files of killed commands; journals clean up their own files."""
        remove_all_leftovers(self.path)
        for stage in (VOTES, DECISIONS, EXPORT, REVIEW):
            remove_all_leftovers(self.path / stage, recursive=True)

    def settings(self, section: str) -> dict[str, Any]:
        """Read a section of `curate.toml`; empty if it is missing.

        Raises:
            InputError: the file is not TOML, or the section is not a table.
        """
        path = self.path / SETTINGS
        content = read_toml(path).get(section, {}) if path.exists() else {}
        if not isinstance(content, dict):
            raise InputError(f"{path}: {section}: must be a table, [{section}]")
        return content

    def write_settings(self, sections: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace sections of `curate.toml`; the other sections are kept.

        Raises:
            InputError: the file is not valid TOML, or cannot be written.
        """
        import tomli_w

        path = self.path / SETTINGS
        content = read_toml(path) if path.exists() else {}
        merged = content | {name: dict(section) for name, section in sections.items()}
        write_text(path, tomli_w.dumps(dict(sorted(merged.items()))))


def children(folder: Path) -> list[Path]:
    """Return the files in a folder sorted by name, without hidden ones; empty if there is no such folder."""
    if not folder.is_dir():
        return []
    with reading(folder):
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows as JSON Lines, atomically; return their number.

    Raises:
        InputError: the file cannot be written.
    """
    count = 0
    with open_atomic(path) as stream:
        for count, row in enumerate(rows, start=1):  # noqa: B007 - counted
            stream.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
    return count


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of JSON Lines that this package wrote, so that a million decisions need not be in memory at once.

    Raises:
        InputError: the file cannot be read, or a line is not a row; the message names the line.
    """
    with reading(path), open_plain(path) as stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), b""), start=1):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict) or not isinstance(row.get("name"), str):
                raise InputError(f"{path}, line {number}: is not a row of a data set; make the file again")
            yield row


def refuse_shared_names(names: Mapping[str, Iterable[str]]) -> None:
    """Refuse sets that share names of clips, because votes, speaker values and decisions are stored by name.

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
            f"{short_repr(other)}): {listed(twice, 5)}; give every clip a unique name"
        )
