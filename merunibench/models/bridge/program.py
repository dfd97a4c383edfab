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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from merunibench._text import in_one_line, one_line
from merunibench.errors import InputError
from merunibench.models.base import Json
from merunibench.models.bridge.messages import MOST_BYTES

_PATIENCE = 3.0
"""Seconds that a program has to end by itself."""
_LAST_PIECES, _LONGEST_PIECE, _SHOWN = 20, 4096, 200


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
    """A running program.

    One thread writes and reads, so that a time limit holds for both: a program may stop reading as well as writing.
    """

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
            kept = log.open("ab") if log else None
        except OSError as error:
            raise InputError(f"--model-option log={log}: cannot be written: {one_line(error)}") from None
        try:
            self._process = subprocess.Popen(  # noqa: S603 - what the user typed, and no shell
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # what it starts ends with it, and Ctrl-C is ours to handle
            )
        except (OSError, ValueError) as error:
            if kept:
                kept.close()
            raise InputError(f"{name}: cannot be started: {one_line(error)}") from None
        self._stdin, self._stdout = _there(self._process.stdin), _there(self._process.stdout)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="program")
        self._last: deque[bytes] = deque(maxlen=_LAST_PIECES)
        heard = (_there(self._process.stderr), self._last, kept)
        self._listener = threading.Thread(target=_listen, args=heard, name="program-stderr", daemon=True)
        self._listener.start()
        self.end = weakref.finalize(self, _end, self._process, self._pool)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def say(self, message: Json, limit: Limit) -> bytes:
        """Write a line and read one.

        Args:
            message: What to write.
            limit: How long that may take, and what may follow by `next_line`.

        Returns:
            The line, without its end; longer than `MOST_BYTES` if it was too long.

        Raises:
            EndedError: the program ended, or did not answer in time.
        """
        line = json.dumps(message).encode() + b"\n"
        self._limit, self._deadline = limit, time.monotonic() + limit.seconds
        return self._within(lambda: _read(self._stdout) if _write(self._stdin, line) else None)

    def next_line(self) -> bytes:
        """Read one more line within the time of what was said last; see `say`."""
        return self._within(lambda: _read(self._stdout))

    def _within(self, work: Callable[[], bytes | None]) -> bytes:
        """The line that comes before the deadline; the program does not survive if none does."""
        limit = self._limit
        try:
            line = self._pool.submit(work).result(max(0.0, self._deadline - time.monotonic()))
        except TimeoutError:
            self.kill()
            late = f"did not answer within {limit.seconds:g} s {limit.moment} (--model-option {limit.option}=N)"
            raise EndedError(f"{self._name}: {late}{self._last_words()}", killed=False) from None
        except BaseException:  # Ctrl-C above all: the thread must not wait for a program that nobody asks any more
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
        """End it now, whatever it is doing."""
        _kill(self._process)
        self.end()

    def _last_words(self) -> str:
        """The last line on standard error, for a message."""
        self._listener.join(_PATIENCE)
        lines = b"".join(self._last).replace(b"\r", b"\n").decode("utf-8", "replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        return f"; its last words: {in_one_line(last, _SHOWN)}" if last else ""


def _there(stream: IO[bytes] | None) -> IO[bytes]:
    """A pipe that was asked for."""
    assert stream is not None
    return stream


def _write(stream: IO[bytes], line: bytes) -> bool:
    """Write; false if nobody reads any more."""
    try:
        stream.write(line)
        stream.flush()
    except (OSError, ValueError):
        return False
    return True


def _read(stream: IO[bytes]) -> bytes | None:
    """A line, without blank ones before it; None at the end, and for a line that the end cut off."""
    while True:
        try:
            line = stream.readline(MOST_BYTES + 2)
        except (OSError, ValueError):
            return None
        if not line.endswith(b"\n") and len(line) <= MOST_BYTES:
            return None
        if line.strip():
            return line.removesuffix(b"\n")


def _listen(stream: IO[bytes], last: deque[bytes], log: IO[bytes] | None) -> None:
    """Keep the last of what is written on standard error, and all of it in the log."""
    with contextlib.suppress(OSError, ValueError), stream, log or contextlib.nullcontext():
        while piece := stream.readline(_LONGEST_PIECE):
            last.append(piece)
            if log:
                log.write(piece)
                log.flush()


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "closed its standard output"
    if code >= 0:
        return f"ended with code {code}"
    with contextlib.suppress(ValueError):
        return f"ended by {signal.Signals(-code).name}"
    return f"ended by signal {-code}"


def _end(process: subprocess.Popen[bytes], pool: ThreadPoolExecutor) -> None:
    """End a program that is waiting for a question: it is told by the end of its input, and killed if it stays."""
    with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
        _there(process.stdin).close()
        process.wait(_PATIENCE)
    _kill(process)
    # In the thread that reads: closed under its eyes, a pipe would wait for it.
    with contextlib.suppress(RuntimeError):  # at the interpreter's end there are no threads any more
        pool.submit(_there(process.stdout).close)
    pool.shutdown(wait=False)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and all it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE)
