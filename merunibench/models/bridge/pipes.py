"""Lines to and from a program, within a time.

Nothing here waits for a program longer than it may: not for one that stops reading, not for one whose output goes on
without an end of line, and not for one that has ended while something that it started holds its pipes open.
"""

import os
import selectors
import time
from collections.abc import Callable
from typing import IO

from merunibench.models.bridge.messages import MOST_BYTES

_LOOK = 0.1
"""Seconds between two looks whether a program has ended whose output stays open."""
_PIECE = 1 << 16


class Pipes:
    """Standard input and output of a program."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], ended: Callable[[], bool]) -> None:
        """Nothing is read yet.

        Args:
            stdin: What the program reads; unbuffered, like `stdout`.
            stdout: What it writes.
            ended: Tells whether it has ended.
        """
        self._stdin, self._stdout, self._ended = stdin.fileno(), stdout.fileno(), ended
        self._heard = bytearray()
        for end in (self._stdin, self._stdout):
            os.set_blocking(end, False)

    def write(self, lines: bytes, deadline: float) -> bool:
        """Write all of some lines.

        Args:
            lines: With their ends.
            deadline: By `time.monotonic`.

        Returns:
            Whether they were taken; false if nobody reads any more.

        Raises:
            TimeoutError: the deadline has passed.
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
        """The next line that is not blank, without its end.

        Returns:
            More than `MOST_BYTES` of it if it is too long; None if the program has ended or closed its output. A line
            that the end cut off is none.

        Raises:
            TimeoutError: the deadline has passed.
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
        """Wait until a pipe can be used; false if the program has ended and left nothing in it."""
        with selectors.DefaultSelector() as selector:
            selector.register(end, event)
            while True:
                ended = self._ended()  # before the look: what it wrote until then is in the pipe
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                if selector.select(0 if ended else min(left, _LOOK)):
                    return True
                if ended:
                    return False
