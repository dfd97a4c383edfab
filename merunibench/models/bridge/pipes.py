"""Write and read lines of a program, with time limits.

The limits hold for a program that stops reading, for one that writes without ever ending the line, and for one that
has exited while one of its children still holds the pipes open.
"""

import os
import selectors
import time
from collections.abc import Callable
from typing import IO

from merunibench.models.bridge.messages import MOST_BYTES

_LOOK = 0.1
"""Seconds between checks whether a program has exited, if its output stays open."""
_PIECE = 1 << 16


class Pipes:
    """Standard input and output of a program."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], ended: Callable[[], bool]) -> None:
        """Prepare the pipes; nothing is read yet.

        Args:
            stdin: The program's standard input; unbuffered, like `stdout`.
            stdout: The program's standard output.
            ended: Returns whether the program has exited.
        """
        self._stdin, self._stdout, self._ended = stdin.fileno(), stdout.fileno(), ended
        self._heard = bytearray()
        for end in (self._stdin, self._stdout):
            os.set_blocking(end, False)

    def write(self, lines: bytes, deadline: float) -> bool:
        """Write lines completely.

        Args:
            lines: The lines, with line ends.
            deadline: The deadline, in terms of `time.monotonic`.

        Returns:
            Whether the lines were written; false if the program does not read any more.

        Raises:
            TimeoutError: The deadline has passed.
        """
        left = memoryview(lines)
        try:
            while left and self._usable(self._stdin, selectors.EVENT_WRITE, deadline):
                left = left[os.write(self._stdin, left) :]
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            return False
        return not left

    def read(self, deadline: float) -> bytes | None:
        """Return the next line that is not blank, without its line end.

        Returns:
            More than `MOST_BYTES` of the line if it is too long; None if the program has exited or closed its output.
            An incomplete last line is dropped.

        Raises:
            TimeoutError: The deadline has passed.
        """
        while True:
            del self._heard[: len(self._heard) - len(self._heard.lstrip())]
            line, end, rest = self._heard.partition(b"\n")
            if end or len(line) > MOST_BYTES:
                self._heard = rest
                return bytes(line)
            if not self._usable(self._stdout, selectors.EVENT_READ, deadline):
                return None
            piece = os.read(self._stdout, _PIECE)
            if not piece:
                return None
            self._heard += piece

    def _usable(self, end: int, event: int, deadline: float) -> bool:
        """Wait until a pipe is ready; return false if the program has exited and the pipe is empty."""
        with selectors.DefaultSelector() as selector:
            selector.register(end, event)
            while True:
                ended = self._ended()  # checked before `select`, so that all its output is then in the pipe
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                if selector.select(0 if ended else min(left, _LOOK)):
                    return True
                if ended:
                    return False
