"""A program as a process: started without a shell, asked line by line within a time, and ended with all it started."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from merunibench._text import in_one_line, one_line
from merunibench.errors import InputError
from merunibench.models.base import Json
from merunibench.models.bridge.pipes import Pipes

_PATIENCE = 3.0
"""Seconds that a program has to end by itself."""
_LAST_WORDS = 1.0
"""Seconds until standard error of a program that has ended is heard to its end."""
_LAST_PIECES, _LONGEST_PIECE, _SHOWN = 20, 1 << 16, 200


class EndedError(Exception):
    """The program ended, or was ended because it took too long; another start may do better.

    Attributes:
        killed: Whether a signal ended it, so that it is not known to end by itself.
    """

    def __init__(self, reason: str, *, killed: bool) -> None:
        super().__init__(reason)
        self.killed = killed


@dataclass(frozen=True)
class Limit:
    """How long a program may take.

    Attributes:
        seconds: That long.
        moment: For what, as messages say it: "at this clip".
        option: What sets it.
    """

    seconds: float
    moment: str
    option: str


class Program:
    """A running program."""

    def __init__(self, arguments: Sequence[str], name: str, log: Path | None = None) -> None:
        """Start it.

        Args:
            arguments: The program and its arguments.
            name: What messages call it.
            log: A file that gets all that it writes on standard error.

        Raises:
            InputError: it cannot be started, or the log cannot be written.
        """
        self._name = name
        try:
            kept = log.open("ab", buffering=0) if log else None
        except OSError as error:
            raise InputError(f"--model-option log={log}: cannot be written: {one_line(error)}") from None
        try:
            self._process = subprocess.Popen(  # noqa: S603 - what the user typed, and no shell
                arguments,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # what it starts ends with it, and Ctrl-C is ours to handle
            )
        except (OSError, ValueError) as error:
            if kept:
                kept.close()
            raise InputError(f"{name}: cannot be started: {one_line(error)}") from None
        stdin, stdout = _there(self._process.stdin), _there(self._process.stdout)
        process = self._process  # not self: it ends with its last reference
        self._pipes = Pipes(stdin, stdout, lambda: process.poll() is not None)
        self._last: deque[bytes] = deque(maxlen=_LAST_PIECES)
        heard = (_there(self._process.stderr), self._last, kept)
        self._listener = threading.Thread(target=_listen, args=heard, name="program-stderr", daemon=True)
        self._listener.start()
        self.end = weakref.finalize(self, _end, self._process)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def say(self, messages: Sequence[Json], limit: Limit) -> bytes:
        """Write lines and read one.

        Args:
            messages: What to write.
            limit: How long that may take, and what may follow by `next_line`.

        Returns:
            The line, without its end; longer than `MOST_BYTES` if it was too long.

        Raises:
            EndedError: the program ended, or did not answer in time.
        """
        lines = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
        self._limit, self._deadline = limit, time.monotonic() + limit.seconds
        return self._in_time(lambda until: self._pipes.read(until) if self._pipes.write(lines, until) else None)

    def next_line(self) -> bytes:
        """Read one more line within the time of what was said last; see `say`."""
        return self._in_time(self._pipes.read)

    def _in_time(self, work: Callable[[float], bytes | None]) -> bytes:
        """The line that comes before the deadline; the program does not survive if none does."""
        limit = self._limit
        try:
            line = work(self._deadline)
        except TimeoutError:
            self.kill()
            late = f"did not answer within {limit.seconds:g} s {limit.moment} (--model-option {limit.option}=N)"
            raise EndedError(f"{self._name}: {late}{self._last_words()}", killed=False) from None
        except BaseException:  # Ctrl-C above all
            self.kill()
            raise
        if line is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE)
            code = self._process.returncode
            self.kill()
            how = f"{self._name}: {_how_it_ended(code)} {limit.moment}{self._last_words()}"
            raise EndedError(how, killed=code is not None and code < 0)
        return line

    def kill(self) -> None:
        """End it now, whatever it is doing. Its log is complete then, unless a child of its own holds it open."""
        _kill(self._process)
        self.end()
        self._listener.join(_LAST_WORDS)

    def _last_words(self) -> str:
        """The last line on standard error, for a message."""
        self._listener.join(_LAST_WORDS)
        lines = b"".join(self._last).replace(b"\r", b"\n").decode("utf-8", "replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        return f"; its last words: {in_one_line(last, _SHOWN)}" if last else ""


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    """A pipe that was asked for."""
    assert stream is not None
    return stream


def _listen(stream: IO[bytes], last: deque[bytes], log: IO[bytes] | None) -> None:
    """Keep the last of what is written on standard error, and all of it in the log while there is room for it."""
    with contextlib.suppress(OSError, ValueError), stream, log or contextlib.nullcontext():
        while piece := stream.read(_LONGEST_PIECE):
            last.append(piece)
            # A program must not suffer from a full disk: it would be told that nobody listens.
            with contextlib.suppress(OSError):
                if log:
                    log.write(piece)


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "closed its standard input or output"
    if code >= 0:
        return f"ended with code {code}"
    with contextlib.suppress(ValueError):
        return f"ended by {signal.Signals(-code).name}"
    return f"ended by signal {-code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program that is waiting for a question: it is told by the end of its input, and killed if it stays."""
    with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
        _there(process.stdin).close()
        process.wait(_PATIENCE)
    _kill(process)
    with contextlib.suppress(OSError, ValueError):
        _there(process.stdout).close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and all it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE)
