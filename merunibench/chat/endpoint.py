"""A chat model behind any OpenAI-compatible endpoint: vLLM, SGLang, `transformers serve`, llama.cpp, hosted services.

A limited number of requests is sent concurrently. Temporary errors are retried with back-off, permanent ones end the
run, and an error that concerns only one conversation is reported in its reply. The key comes from the environment and
is never shown. Replies are parsed in `completion`, and limited in size and time in `wire`.
"""

import logging
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from merunibench._keys import KEYS, api_key
from merunibench._text import one_line, short_repr
from merunibench.chat.base import ChatModel, Conversation, Reply, fit_for_name
from merunibench.chat.completion import FILTERED, MalformedError, read_completion
from merunibench.chat.pace import RateLimiter, asked_to_wait, backoff
from merunibench.chat.wire import ACCEPTED, bounded_client
from merunibench.chat.workers import answered, within
from merunibench.errors import InputError

if TYPE_CHECKING:
    import openai

LONGEST_WAIT = 600.0
"""The run ends if the endpoint asks to wait for more than this many seconds."""
FAILURES_IN_A_ROW = 25
"""After this many consecutive failures, the cause is assumed to be the endpoint, not the conversations."""
_LOG = logging.getLogger(__name__)
_SAID_SECONDS, _SILENT_SECONDS = 5.0, 60.0
"""A pause of at least the first many seconds is logged, unless one was logged within the second many seconds."""
_NEWER_LIMIT = "max_completion_tokens"
_FIRST_CONTACT_RETRIES = 3
"""Number of retries, over some seconds, for a server that has never responded."""


class Endpoint(ChatModel):
    """A model behind an endpoint.

    Attributes:
        name: `host/model`.
        concurrency: Maximum number of simultaneous requests; fewer are sent while the endpoint is overloaded.
    """

    def __init__(
        self,
        spec: str,
        *,
        concurrency: int = 8,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        timeout: float = 300.0,
        retries: int = 8,
        request: Mapping[str, Any] | None = None,
    ) -> None:
        """Create the client; no request is sent yet.

        Args:
            spec: `URL#MODEL`, such as `http://127.0.0.1:8000/v1#Qwen/Qwen3-8B`.
            concurrency: Maximum number of simultaneous requests.
            max_tokens: Maximum length of an answer.
            temperature: 0 for greedy decoding.
            seed: Sent to the endpoint; some endpoints ignore it.
            timeout: Seconds after which a request is abandoned and retried, even if its reply has begun.
            retries: Number of retries per request; at most three while the server has never responded.
            request: Additional fields of the request, or other values for the above; None omits a field.

        Raises:
            InputError: `spec` is invalid, or the package `openai` is not installed.
        """
        url, self._model = _parsed(spec)
        self._host = str(urlsplit(url).hostname)
        self._url = url
        # A private server may name its models by their folders, which should not be published.
        short = PurePath(self._model).name if PurePath(self._model).is_absolute() else self._model
        self.name = fit_for_name(f"{self._host}/{short}")
        self.concurrency = concurrency
        self._retries, self._timeout = retries, timeout
        self._reached = False
        self._said_at = float("-inf")
        asked = {"max_tokens": max_tokens, "temperature": temperature, "seed": seed, **(request or {})}
        self._request = {name: value for name, value in asked.items() if value is not None}
        self._key = api_key()
        self._client = _client(url, self._key, timeout)
        # Connections are kept open for the next request, and the client does not close them when it is collected.
        weakref.finalize(self, self._client.close)
        self._limit_field = "max_tokens"

    def __repr__(self) -> str:
        return f"Endpoint({self.name})"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Host, model and request. Not the port, which may change when the same server is restarted."""
        return {"kind": "openai", "host": self._host, "model": self._model, "request": self._request}

    def replies(self, conversations: Iterable[Conversation]) -> Iterator[tuple[int, Reply]]:
        """See `ChatModel.replies`; replies are yielded as they finish."""
        pace = RateLimiter(self.concurrency)
        failures = 0
        try:
            for index, reply in answered(lambda each: self._reply(each, pace), conversations, self.concurrency):
                failures = failures + 1 if reply.error else 0
                yield index, reply
                if failures >= FAILURES_IN_A_ROW:
                    raise InputError(
                        f"{self._url}: {failures} requests in a row failed, the last: {reply.error}; all answers "
                        "received so far are kept"
                    )
        finally:
            pace.stop()

    def _reply(self, conversation: Conversation, pace: RateLimiter) -> Reply:
        """Return the reply to one conversation, after as many attempts as are allowed."""
        import openai

        attempt, malformed = 0, set[str]()
        while True:
            limit_field = self._limit_field
            try:
                with pace.turn():
                    reply = self._ask(conversation, limit_field, pace)
            except (openai.APIError, MalformedError, TimeoutError) as caught:
                # Some versions of the client wrap our exceptions: ours is then the cause of theirs.
                cause = caught.__cause__
                error = cause if isinstance(cause, MalformedError | TimeoutError) else caught
                if limit_field != _NEWER_LIMIT and _NEWER_LIMIT in self._reason(error):
                    # Some hosted models accept the maximum length only by its newer name.
                    self._limit_field = _NEWER_LIMIT
                    continue
                # The same malformed reply twice means that a third attempt would give it again.
                scope, spent = _scope(error), attempt >= self._patience(error) or str(error) in malformed
                if scope == _RUN or (scope == _FOR_ALL and spent):
                    raise self._refusal(error) from None
                if scope == _CONVERSATION or spent:
                    return Reply("", self._reason(error), FILTERED if _code(error) == FILTERED else None)
                malformed |= {str(error)} if isinstance(error, MalformedError) else set()
                self._put_off(error, attempt, pace)
            else:
                pace.quicken()
                return reply
            attempt += 1

    def _patience(self, error: Exception) -> int:
        """Return the number of retries: fewer for a server that has never responded, as its URL is probably wrong."""
        self._reached = self._reached or not _is_disconnected(error)
        return self._retries if self._reached else min(self._retries, _FIRST_CONTACT_RETRIES)

    def _ask(self, conversation: Conversation, limit_field: str, pace: RateLimiter) -> Reply:
        """Send one request.

        Raises:
            openai.APIError: The request was rejected, or there was no response.
            MalformedError: The response is not a chat completion.
            TimeoutError: The response took too long.
        """
        asked = {**self._request, **getattr(conversation, "request", {})}  # of `Turns`
        fields = {limit_field if name == "max_tokens" else name: value for name, value in asked.items()}
        messages: Any = list(conversation)
        create = self._client.chat.completions.with_raw_response.create
        try:
            raw = within(self._timeout, lambda: create(model=self._model, messages=messages, extra_body=fields))
        except RecursionError:  # while parsing the body of an error
            raise MalformedError("nested too deeply") from None
        wait_for = asked_to_wait(raw.headers)
        self._reached = True
        if wait_for is not None:
            pace.hold(min(wait_for, LONGEST_WAIT))
        reply = read_completion(raw.http_response.content)
        return reply if reply.error is None else reply._replace(error=self._line(reply.error))

    def _put_off(self, error: Exception, attempt: int, pace: RateLimiter) -> None:
        """Wait as long as the endpoint asks, or with back-off; if it rejects all requests, delay all others too."""
        asked = asked_to_wait(_headers(error))
        if asked is not None and asked > LONGEST_WAIT:
            raise InputError(f"{self._url}: asks to wait for {asked:.0f} seconds; run again after that to continue")
        seconds = backoff(attempt) if asked is None else asked
        if seconds >= _SAID_SECONDS and time.monotonic() >= self._said_at + _SILENT_SECONDS:
            self._said_at = time.monotonic()
            _LOG.warning("%s: %s; retrying in %.0f seconds", self._url, self._reason(error), seconds)
        if _is_overload(error):
            pace.slow()
        if _scope(error) == _FOR_ALL:
            pace.hold(seconds)
        else:
            pace.wait(seconds)

    def _refusal(self, error: Exception) -> InputError:
        """Return the error that tells why no conversation can be answered, and what to do."""
        status = getattr(error, "status_code", None)
        if _is_redirect(error):
            place = short_repr(_headers(error).get("location", ""))
            return InputError(
                f"{self._url}: HTTP {status}: redirects to {place}; redirects are not followed, so give that URL"
            )
        advice = {
            401: f"set a valid key in {' or '.join(KEYS)}",
            403: f"the key in {' or '.join(KEYS)} does not have the permission",
            404: f"check that the server has a model {short_repr(self._model)}, and the end of the URL (often /v1)",
            429: "run again later to continue, or send fewer requests at a time (--concurrency)",
            None: "check that the server is running, then run again to continue",
        }.get(status, "run again to continue")
        return InputError(f"{self._url}: {self._reason(error).rstrip('.')}; {advice}")

    def _reason(self, error: Exception) -> str:
        """Return the error message in one line, without the key."""
        if isinstance(error, TimeoutError):
            return "Request timed out."
        body = getattr(error, "body", None)
        said = body.get("message") or body.get("detail") if isinstance(body, dict) else body
        status = getattr(error, "status_code", None)
        line = self._line(said if isinstance(said, str) and said.strip() else str(error))
        return f"HTTP {status}: {line}" if status else line

    def _line(self, text: str) -> str:
        """Return a text from the server in one line, without the key."""
        return one_line(ValueError(text.replace(self._key, "***") if self._key else text))


_CONVERSATION, _PASSING, _FOR_ALL, _RUN = "conversation", "passing", "for all", "run"
"""Scope of an error: this conversation permanently, this request temporarily, all temporarily, all permanently."""

_BROKEN = frozenset({"ReadError", "WriteError", "RemoteProtocolError"})
"""Exception names of HTTP libraries for a broken connection; the client's library depends on its version."""


def _scope(error: Exception) -> str:
    status = getattr(error, "status_code", None)
    if status in (401, 403, 404) or _is_redirect(error) or _code(error) == "insufficient_quota":
        return _RUN
    if status == 429 or _is_nobody(error):
        return _FOR_ALL
    if status is None or status in (408, 409) or status >= 500:
        return _PASSING
    return _CONVERSATION


def _is_overload(error: Exception) -> bool:
    """Return whether fewer simultaneous requests may help: too many, too slow, out of memory."""
    status = getattr(error, "status_code", None)
    return isinstance(error, TimeoutError) or status in (408, 429) or (status is not None and status >= 500)


def _headers(error: Exception) -> Mapping[str, str]:
    """Return the headers of the response of an error; empty without a response."""
    found: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    return found


def _code(error: Exception) -> object:
    """Return the server's own error code."""
    return getattr(error, "code", None)


def _is_redirect(error: Exception) -> bool:
    return 300 <= getattr(error, "status_code", 0) < 400


def _is_nobody(error: Exception) -> bool:
    """Return whether no server was reached; a connection that broke may have broken because of this conversation."""
    return _is_disconnected(error) and type(error.__cause__).__name__ not in _BROKEN


def _is_disconnected(error: Exception) -> bool:
    import openai

    return isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError)


def _parsed(spec: str) -> tuple[str, str]:
    """Split `URL#MODEL` into URL and model.

    Raises:
        InputError: The text is invalid, or contains a key, which belongs in the environment.
    """
    url, _, model = spec.partition("#")
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not model.strip():
        raise InputError(f"{short_repr(url)}: an endpoint must be URL#MODEL, such as http://127.0.0.1:8000/v1#my-model")
    if parts.username or parts.password or parts.query:
        raise InputError(f"the URL of {parts.hostname} must not contain a user or key; set {KEYS[0]} or {KEYS[1]}")
    return url.rstrip("/"), model.strip()


def _client(url: str, key: str, timeout: float) -> "openai.OpenAI":
    try:
        import openai
    except ImportError:
        raise InputError("endpoints require the package openai: pip install 'merunibench[endpoint]'") from None
    return openai.OpenAI(
        api_key=key or "none",  # a private server needs no key, but the client requires one
        base_url=url,
        max_retries=0,
        timeout=timeout,
        default_headers={"Accept-Encoding": ACCEPTED},
        http_client=bounded_client(openai, timeout),
    )
