"""When the next request may go out: back-off with jitter, and one refusal that holds all requests back.

What endpoints say about it: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), `retry-after-ms`, and
`x-ratelimit-remaining-*` with `x-ratelimit-reset-*` in seconds or as `1m2.5s`.
"""

import random
import re
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_DELAY = 0.5
LONGEST_DELAY = 60.0
_PART = re.compile(r"([0-9.]+)(ms|h|m|s|$)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "": 1.0}


class Pace:
    """Shared by all threads that ask one endpoint."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def hold(self, seconds: float) -> None:
        """Let no request out for so long."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def wait(self, seconds: float = 0.0) -> None:
        """Wait so long, and as long as all are held back; not once `stop` was called."""
        until = time.monotonic() + seconds
        while (left := max(until, self._until) - time.monotonic()) > 0:
            if self._stopped.wait(left):
                return

    def stop(self) -> None:
        """End all waiting: nobody is interested any more."""
        self._stopped.set()


def backoff(attempt: int) -> float:
    """Seconds to wait before trying again, doubled with every attempt and spread out so that no herd comes back."""
    longest = min(FIRST_DELAY * 2.0**attempt, LONGEST_DELAY)
    return random.uniform(longest / 2, longest)  # noqa: S311 - nothing secret, and no result depends on it


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that the headers of a response ask to wait; None if they ask nothing.

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
    except (ValueError, OverflowError):  # no date, or one beyond all calendars
        return None


def _duration(value: str) -> float:
    parts = [(number, unit) for number, unit in _PART.findall(value) if _is_number(number)]
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
