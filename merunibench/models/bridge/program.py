"""A program as a process: started without a shell, asked with time limits, and ended with all its children."""

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
"""Seconds that a program has to exit by itself."""
_LAST_WORDS = 1.0
"""Seconds to wait for the rest of standard error of a program that has exited."""
_LAST_PIECES, _LONGEST_PIECE, _SHOWN = 20, 1 << 16, 200


class EndedError(Exception):
    """The program exited, or was killed because it took too long; a restart may help.

    Attributes:
        killed: Whether a signal ended it, so that it is not known to exit by itself.
    """

    def __init__(self, reason: str, *, killed: bool) -> None:
        super().__init__(reason)
        self.killed = killed


@dataclass(frozen=True)
class Limit:
    """A time limit for a program.

    Attributes:
        seconds: The limit.
        moment: What it applies to, for messages: "at this clip".
        option: The option that sets it.
    """

    seconds: float
    moment: str
    option: str


class Program:
    """A running program."""

    def __init__(self, arguments: Sequence[str], name: str, log: Path | None = None) -> None:
        """Start the program.

        Args:
            arguments: The program and its arguments.
            name: Its name for messages.
            log: A file for everything that it writes to standard error.

        Raises:
            InputError: The program cannot be started, or the log cannot be written.
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
                start_new_session=True,  # its children are killed with it, and only we handle Ctrl-C
            )
        except (OSError, ValueError) as error:
            if kept:
                kept.close()
            raise InputError(f"{name}: cannot be started: {one_line(error)}") from None
        stdin, stdout = _there(self._process.stdin), _there(self._process.stdout)
        process = self._process  # not self, so that the program is ended with its last reference
        self._pipes = Pipes(stdin, stdout, lambda: process.poll() is not None)
        self._last: deque[bytes] = deque(maxlen=_LAST_PIECES)
        heard = (_there(self._process.stderr), self._last, kept)
        self._listener = threading.Thread(target=_listen, args=heard, name="program-stderr", daemon=True)
        self._listener.start()
        self.end = weakref.finalize(self, _end, self._process)

    @property
    def running(self) -> bool:
        """Whether the program has not exited yet."""
        return self._process.poll() is None

    def say(self, messages: Sequence[Json], limit: Limit) -> bytes:
        """Write lines and read one.

        Args:
            messages: The messages to write.
            limit: The time limit, also for the lines that are then read by `next_line`.

        Returns:
            The line, without its end; longer than `MOST_BYTES` if it was too long.

        Raises:
            EndedError: The program exited, or did not answer in time.
        """
        lines = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
        self._limit, self._deadline = limit, time.monotonic() + limit.seconds
        return self._in_time(lambda until: self._pipes.read(until) if self._pipes.write(lines, until) else None)

    def next_line(self) -> bytes:
        """Read one more line within the time limit of the last `say`."""
        return self._in_time(self._pipes.read)

    def _in_time(self, work: Callable[[float], bytes | None]) -> bytes:
        """Return the line that arrives before the deadline; kill the program if none does."""
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
        """Kill the program now. Its log is then complete, unless a child of the program holds it open."""
        _kill(self._process)
        self.end()
        self._listener.join(_LAST_WORDS)

    def _last_words(self) -> str:
        """Return the last line on standard error, for a message."""
        self._listener.join(_LAST_WORDS)
        lines = b"".join(self._last).replace(b"\r", b"\n").decode("utf-8", "replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        return f"; its last output: {in_one_line(last, _SHOWN)}" if last else ""


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    """Return a requested pipe, which always exists."""
    assert stream is not None
    return stream


def _listen(stream: IO[bytes], last: deque[bytes], log: IO[bytes] | None) -> None:
    """Keep the last pieces of standard error, and write all of it to the log while there is disk space."""
    with contextlib.suppress(OSError, ValueError), stream, log or contextlib.nullcontext():
        while piece := stream.read(_LONGEST_PIECE):
            last.append(piece)
            # A full disk must not affect the program, whose pipe would be closed otherwise.
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
    """End a program that waits for a request: close its input, and kill it if it does not exit."""
    with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
        _there(process.stdin).close()
        process.wait(_PATIENCE)
    _kill(process)
    with contextlib.suppress(OSError, ValueError):
        _there(process.stdout).close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and its children."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE)
