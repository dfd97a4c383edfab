"""Resumable runs: finished rows are saved immediately, and a restarted run continues where it stopped.

Used if a row takes seconds rather than microseconds: a language model that reads answers, a model that watches clips.
This module does not interpret rows and settings.

A journal is an append-only file of finished rows, in JSON Lines, that becomes the result file when the run is done. For
a result `meld.jsonl` there are three more files: `meld.jsonl.part` contains the rows during the run,
`meld.settings.json` the settings that determine them, and `.meld.jsonl.lock` excludes a second writer. Rows are
appended in the order in which they are finished; the result has them in the requested order, so a resumed run gives the
same bytes as an uninterrupted one.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NoReturn, Self

from merunibench._text import one_line, short_repr
from merunibench.errors import InputError
from merunibench.files import open_atomic, open_plain, remove_leftovers, write_text
from merunibench.files.json_text import read_json
from merunibench.files.reading import reading

__all__ = ["Journal", "Row", "config_hash", "read_settings", "refuse_journal"]

Row = dict[str, Any]
"""A row: `name`, `status` (`ok` or `failed`), fields of the sample, and the `config` that the journal adds."""

HASH_DIGITS = 12
_ABSENT = "absent"
_LONGEST_LINE = 16 << 20
_MOST_SHOWN = 5


class Journal:
    """The finished rows of one result file, open for one writer.

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> with Journal(Path(folder.name, "meld.jsonl"), {"model": "m", "seed": 0}) as journal:
        ...     journal.append([{"name": "b", "text": "sad"}, {"name": "a", "text": "happy"}])
        ...     journal.finish(["a", "b"])
        >>> [line[:27] for line in Path(folder.name, "meld.jsonl").read_text().splitlines()]
        ['{"name": "a", "text": "happ', '{"name": "b", "text": "sad"']
        >>> folder.cleanup()

    Attributes:
        path: The result.
        config: Hash of the settings, which every row carries.
        config_field: Key of the hash in each row.
    """

    def __init__(
        self, path: Path, settings: Mapping[str, Any], *, retry_failed: bool = False, config_field: str = "config"
    ) -> None:
        """Open the journal, read existing rows, and remove an incomplete last line.

        Args:
            path: The result file; it and the part file may exist.
            settings: Everything that determines a row, as JSON values; never a key or a password.
            retry_failed: Treat failed rows as unfinished.
            config_field: Key of the hash in the rows, if `config` is already in use.

        Raises:
            InputError: another process is writing this result; it was made with other settings; it was not made by a
                journal; or a file cannot be read or written.
        """
        self.path = path
        self.config = config_hash(settings)
        self.config_field = config_field
        self._part, self._settings = path.with_name(f"{path.name}.part"), settings_file(path)
        self._lines: dict[str, bytes] = {}
        self._failed: set[str] = set()
        self._lock = lock(path)
        try:
            for written in (self.path, self._settings):  # safe, since this process holds the lock
                remove_leftovers(written)
            self._check_settings(settings)
            if path.exists():
                self._take_up(path)
            self._stream = self._open_part()
        except BaseException:
            self._lock.release()
            raise
        if retry_failed:
            for name in self._failed:
                del self._lines[name]
            self._failed.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the finished rows."""
        return iter(self._lines)

    @property
    def failed(self) -> int:
        """Number of finished rows that failed."""
        return len(self._failed)

    def find(self, name: str, **keys: object) -> Row | None:
        """Return the finished row of a sample; None if there is no such row, or if a value of `keys` has changed.

        Args:
            name: The sample's name.
            keys: Values that the row depends on besides the settings, such as the hash of a media file.
        """
        line = self._lines.get(name)
        if line is None:
            return None
        row: Row = json.loads(line)
        return row if all(row.get(key) == value for key, value in keys.items()) else None

    def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Save finished rows to disk in one write. A later row of a name replaces an earlier one.

        Raises:
            InputError: they cannot be written.
            ValueError: a row has no name, or contains a value that JSON cannot represent.
        """
        lines = [self._line({**row, self.config_field: self.config}) for row in rows]
        try:
            self._stream.write(b"".join(line for _, line, _ in lines))
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise InputError(f"{self._part}: cannot be written: {one_line(error)}") from error
        for name, line, failed in lines:
            self._keep(name, line, failed)

    def finish(self, order: Iterable[str]) -> None:
        """Write the result atomically, in the given order of names, and delete the part file.

        Rows with names that are not in `order` follow, sorted by name.

        Raises:
            InputError: the result cannot be written.
            ValueError: a name in `order` has no finished row.
        """
        names = list(dict.fromkeys(order))
        absent = [name for name in names if name not in self._lines]
        if absent:
            raise ValueError(f"{len(absent)} rows are not finished: {short_repr(absent[0])}")
        rest = sorted(self._lines.keys() - set(names))
        with open_atomic(self.path, "wb") as stream:
            stream.writelines(self._lines[name] for name in names + rest)
        self.discard_part()

    def discard_part(self) -> None:
        """Delete the part file, since the result at `path` is complete; nothing can be appended afterwards."""
        self._stream.close()
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files and release the lock; appended rows are kept."""
        self._stream.close()
        self._lock.release()

    def _check_settings(self, settings: Mapping[str, Any]) -> None:
        if not self._settings.exists():
            if self.path.exists():
                raise InputError(
                    f"{self.path}: already exists and cannot be resumed (no "
                    f"{self._settings.name}); write to another folder, or remove it"
                )
            self._part.unlink(missing_ok=True)  # rows with unknown settings
            self._write_settings(settings)
            return
        old = read_settings(self._settings)
        with reading(self._settings, ValueError):
            changed = differences(old, settings)
        if changed and self._is_blank():
            self._write_settings(settings)  # no row was made with the old settings
        elif changed:
            raise InputError(
                f"{self.path}: was made with other settings: {changed}; write to another folder, or remove "
                f"{self._settings.name} and {self.path.name}* to start over"
            )

    def _write_settings(self, settings: Mapping[str, Any]) -> None:
        write_text(self._settings, json.dumps(json.loads(canonical(settings)), indent=2, ensure_ascii=False) + "\n")

    def _is_blank(self) -> bool:
        """Return whether only settings were ever written, as when the first question is refused."""
        return not self.path.exists() and not (self._part.exists() and self._part.stat().st_size)

    def _take_up(self, path: Path) -> int:
        """Read the rows of a file up to the first invalid line, and return their size in bytes."""
        length = 0
        with reading(path), open_plain(path) as stream:
            for line in iter(partial(stream.readline, _LONGEST_LINE), b""):
                row = _parsed(line)
                if row is None:
                    break
                length += len(line)
                if row.get(self.config_field) == self.config:
                    self._keep(row["name"], line, row.get("status") == "failed")
        return length

    def _open_part(self) -> IO[bytes]:
        """Open the part file at its end, after removing everything behind its last complete line."""
        if self._part.is_symlink():
            raise InputError(f"{self._part}: is a link, whose target is not overwritten; remove it")
        try:
            self._part.touch()
            length = self._take_up(self._part)
            stream = self._part.open("r+b")
            stream.truncate(length)
            stream.seek(length)
        except OSError as error:
            raise InputError(f"{self._part}: cannot be written: {one_line(error)}") from error
        return stream

    def _line(self, row: Row) -> tuple[str, bytes, bool]:
        name = row.get("name")
        if not isinstance(name, str) or not name:
            raise ValueError(f"a row needs a name, not {short_repr(name)}")
        line = json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
        return name, line.encode("utf-8"), row.get("status") == "failed"

    def _keep(self, name: str, line: bytes, failed: bool) -> None:
        self._lines[name] = line
        (self._failed.add if failed else self._failed.discard)(name)


def read_settings(path: Path) -> dict[str, Any]:
    """Return the settings in a file that a journal wrote.

    Raises:
        InputError: it cannot be read, or is not such a file.
    """
    settings = read_json(path)
    if not isinstance(settings, dict):
        raise InputError(f"{path}: contains no settings; write to another folder, or remove it")
    return settings


def settings_file(path: Path) -> Path:
    """Return the path of the settings of a result."""
    return path.with_name(f"{path.stem}.settings.json")


def refuse_journal(path: Path) -> None:
    """Refuse to overwrite the rows of a run that can be resumed, which may have taken hours.

    Raises:
        InputError: `path` is such a result, or will become one.
    """
    if settings_file(path).exists():
        raise InputError(
            f"{path}: contains the rows of a run that can be resumed (see {settings_file(path).name}); write to "
            f"another folder, or remove both"
        )


def _parsed(line: bytes) -> Row | None:
    """Parse a line as a row; None if it is invalid or incomplete."""
    try:
        row = json.loads(line, parse_constant=_refuse) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and isinstance(row.get("name"), str) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def lock(path: Path) -> Any:  # noqa: ANN401 - filelock chooses its class by the system
    """Acquire the lock of a result; the system releases it when the process ends in any way.

    Raises:
        InputError: another process holds it, or the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_name(f".{path.name}.lock"), blocking=False, is_singleton=False, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise InputError(f"{path}: another run is writing it; wait for it, or write to another folder") from error
    except (OSError, NotImplementedError) as error:
        raise InputError(f"{path}: cannot be locked: {one_line(error)}") from error
    return lock


def canonical(settings: Mapping[str, Any]) -> str:
    """Return the canonical JSON text of settings: sorted keys, no blanks, no NaN.

    Raises:
        ValueError: a number is not finite.
        TypeError: a value is not a JSON value.

    Example:
        >>> canonical({"b": (1, 2), "a": None})
        '{"a":null,"b":[1,2]}'
    """
    return json.dumps(settings, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def config_hash(settings: Mapping[str, Any]) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of the canonical settings.

    Example:
        >>> config_hash({"model": "m", "seed": 0}) == config_hash({"seed": 0, "model": "m"})
        True
    """
    return hashlib.sha256(canonical(settings).encode("utf-8")).hexdigest()[:HASH_DIGITS]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Describe the differences between two settings: `seed 0 -> 1; prompt.version 1 -> 2`; empty if there are none.

    Example:
        >>> differences({"seed": 0, "prompt": {"version": 1}}, {"seed": 1, "prompt": {"version": 1}})
        'seed 0 -> 1'
    """
    before, after = (dict(_leaves(json.loads(canonical(each)))) for each in (old, new))
    names = [name for name in {**before, **after} if before.get(name, _ABSENT) != after.get(name, _ABSENT)]
    found = [f"{name} {_value(before, name)} -> {_value(after, name)}" for name in names]
    rest = [f"and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
    return "; ".join(found[:_MOST_SHOWN] + rest)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else key)
    else:
        yield name, value


def _value(leaves: Mapping[str, Any], name: str) -> str:
    if name not in leaves:
        return _ABSENT
    value = leaves[name]
    return short_repr(value) if not isinstance(value, list | dict) else short_repr(canonical({"": value})[4:-1])
