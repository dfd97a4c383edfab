"""Limit the rate of requests: back-off with jitter, and delays for all requests after a refusal of one.

The number of simultaneous requests is halved when an endpoint is overloaded, and grows by one each time as many
requests have been answered (additive increase, multiplicative decrease, as in TCP).

Supported headers: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), `retry-after-ms`, and
`x-ratelimit-remaining-*` with `x-ratelimit-reset-*` in seconds or as `1m2.5s`.
"""

import random
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_DELAY = 0.5
LONGEST_DELAY = 60.0
_TOGETHER, _LOOK_AGAIN = 1.0, 0.5
"""Seconds within which refusals count as one; seconds after which a waiting thread checks again."""
_PART = re.compile(r"([0-9.]+)(ms|h|m|s|$)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "": 1.0}


class RateLimiter:
    """A rate limiter, shared by all threads that send requests to one endpoint.

    Attributes:
        allowed: Number of requests allowed at the same time.
    """

    def __init__(self, most: int = 1 << 16) -> None:
        """Create a limiter.

        Args:
            most: Maximum number of simultaneous requests.
        """
        self.allowed = self._most = float(most)
        self._until = self._slowed_at = 0.0
        self._out = 0
        self._lock = threading.Lock()
        self._free = threading.Condition(self._lock)
        self._stopped = threading.Event()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may be sent; the request is pending during the block."""
        with self._free:
            while self._out >= max(1, int(self.allowed)) and not self._stopped.is_set():
                self._free.wait(_LOOK_AGAIN)
            self._out += 1
        try:
            self.wait()
            yield
        finally:
            with self._free:
                self._out -= 1
                self._free.notify()

    def slow(self) -> None:
        """Halve the number of simultaneous requests; refusals at about the same time count once."""
        with self._lock:
            now = time.monotonic()
            if now >= self._slowed_at + _TOGETHER:
                self._slowed_at, self.allowed = now, max(1.0, self.allowed / 2)

    def quicken(self) -> None:
        """Allow slightly more simultaneous requests, since one was answered."""
        with self._lock:
            self.allowed = min(self._most, self.allowed + 1 / self.allowed)

    def hold(self, seconds: float) -> None:
        """Send no request for this many seconds."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def wait(self, seconds: float = 0.0) -> None:
        """Wait this many seconds, and until a `hold` ends; return at once after `stop`."""
        until = time.monotonic() + seconds
        while (left := max(until, self._until) - time.monotonic()) > 0:
            if self._stopped.wait(left):
                return

    def stop(self) -> None:
        """End all waiting, since the results are no longer needed."""
        self._stopped.set()


def backoff(attempt: int) -> float:
    """Return the seconds to wait before a retry: doubled with every attempt, with jitter so that retries spread out."""
    longest = min(FIRST_DELAY * 2.0**attempt, LONGEST_DELAY)
    return random.uniform(longest / 2, longest)  # noqa: S311 - not secret, and no result depends on it


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the headers of a response ask to wait; None if they do not ask to wait.

    Example:
        >>> asked_to_wait({"retry-after": "2"}), asked_to_wait({"retry-after-ms": "50"}), asked_to_wait({})
        (2.0, 0.05, None)
        >>> asked_to_wait({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m0.5s"})
        60.5
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name)
        seconds = None if value is None else float(value) if _is_number(value) else _until_date(value)
        if seconds is not None:
            return max(seconds * unit, 0.0)
    waits = [
        _duration(headers.get(f"x-ratelimit-reset-{what}", ""))
        for what in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{what}") == "0"
    ]
    return max(waits, default=0.0) or None


def _is_number(value: str) -> bool:
    return re.fullmatch(r"\s*[0-9]{1,9}(\.[0-9]*)?\s*", value) is not None


def _until_date(value: str) -> float | None:
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
    except (ValueError, OverflowError):  # not a date, or one out of range
        return None


def _duration(value: str) -> float:
    parts = [(number, unit) for number, unit in _PART.findall(value) if _is_number(number)]
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
