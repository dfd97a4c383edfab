"""A chat model behind any OpenAI-compatible endpoint: vLLM, SGLang, `transformers serve`, llama.cpp, hosted ones.

Requests go out at the same time, few at a time; refusals for the moment are repeated with back-off, refusals for good
end the run, and what goes wrong with one conversation alone is its reply's error. The key comes from the environment
and is shown nowhere. What a reply says is read in `completion`, and bounded in `wire`.
"""

import logging
import os
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from merunibench._keys import KEYS
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
"""An endpoint that wants to be left alone for longer than this many seconds ends the run."""
FAILURES_IN_A_ROW = 25
"""After so many failures without an answer between them, something is wrong that is not the conversations' fault."""
_LOG = logging.getLogger(__name__)
_SAID_SECONDS, _SILENT_SECONDS = 5.0, 60.0
"""A pause of so many seconds is said, if none was said in the last minute."""
_NEWER_LIMIT = "max_completion_tokens"
_FIRST_CONTACT_RETRIES = 3
"""Repetitions, over some seconds, of a request to an address where nobody has ever answered."""


class Endpoint(ChatModel):
    """A model behind an endpoint.

    Attributes:
        name: `host/model`.
        concurrency: Most requests at the same time; fewer while the endpoint says that they are too many.
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
        """Make the client; nothing is asked yet.

        Args:
            spec: `URL#MODEL`, such as `http://127.0.0.1:8000/v1#Qwen/Qwen3-8B`.
            concurrency: Most requests at the same time.
            max_tokens: Longest answer.
            temperature: 0 for the likeliest answer.
            seed: Asked of the endpoint; not all heed it.
            timeout: Seconds after which a request is given up and repeated, however far it has come.
            retries: How often a request is repeated; at most three times while nobody has ever answered.
            request: Further fields of the request, or other values for those above; None leaves one out.

        Raises:
            InputError: `spec` is none, or the package `openai` is not installed.
        """
        url, self._model = _parsed(spec)
        self._host = str(urlsplit(url).hostname)
        self._url = url
        # A server of one's own may know its models by their folders, which are nobody else's business.
        short = PurePath(self._model).name if PurePath(self._model).is_absolute() else self._model
        self.name = fit_for_name(f"{self._host}/{short}")
        self.concurrency = concurrency
        self._retries, self._timeout = retries, timeout
        self._reached = False
        self._said_at = float("-inf")
        asked = {"max_tokens": max_tokens, "temperature": temperature, "seed": seed, **(request or {})}
        self._request = {name: value for name, value in asked.items() if value is not None}
        self._key = next(filter(None, map(os.environ.get, KEYS)), "")
        self._client = _client(url, self._key, timeout)
        # Connections are kept open for the next request, and the client does not close them when it goes.
        weakref.finalize(self, self._client.close)
        self._limit_field = "max_tokens"

    def __repr__(self) -> str:
        return f"Endpoint({self.name})"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Host, model and request. Not the port: the same server started again may have another one."""
        return {"kind": "openai", "host": self._host, "model": self._model, "request": self._request}

    def replies(self, conversations: Iterable[Conversation]) -> Iterator[tuple[int, Reply]]:
        """See `ChatModel.replies`; replies come as they are finished."""
        pace = RateLimiter(self.concurrency)
        failures = 0
        try:
            for index, reply in answered(lambda each: self._reply(each, pace), conversations, self.concurrency):
                failures = failures + 1 if reply.error else 0
                yield index, reply
                if failures >= FAILURES_IN_A_ROW:
                    raise InputError(
                        f"{self._url}: {failures} requests in a row failed, the last: {reply.error}; nothing that "
                        "was answered is lost"
                    )
        finally:
            pace.stop()

    def _reply(self, conversation: Conversation, pace: RateLimiter) -> Reply:
        """The reply to one conversation, after as many attempts as are allowed."""
        import openai

        attempt, malformed = 0, set[str]()
        while True:
            limit_field = self._limit_field
            try:
                with pace.turn():
                    reply = self._ask(conversation, limit_field, pace)
            except (openai.APIError, MalformedError, TimeoutError) as caught:
                # Some versions of the client pass on what ours raises as the cause of an error of theirs.
                cause = caught.__cause__
                error = cause if isinstance(cause, MalformedError | TimeoutError) else caught
                if limit_field != _NEWER_LIMIT and _NEWER_LIMIT in self._reason(error):
                    # Some hosted models take the longest answer by its newer name alone.
                    self._limit_field = _NEWER_LIMIT
                    continue
                # What was no completion twice in the same way will not be one the third time.
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
        """How often to try again: a server that was never there is more likely to be misspelt than to come back."""
        self._reached = self._reached or not _is_disconnected(error)
        return self._retries if self._reached else min(self._retries, _FIRST_CONTACT_RETRIES)

    def _ask(self, conversation: Conversation, limit_field: str, pace: RateLimiter) -> Reply:
        """One request.

        Raises:
            openai.APIError: it was refused, or nobody answered.
            MalformedError: what came back is no chat completion.
            TimeoutError: it took too long.
        """
        asked = {**self._request, **getattr(conversation, "request", {})}  # of `Turns`
        fields = {limit_field if name == "max_tokens" else name: value for name, value in asked.items()}
        messages: Any = list(conversation)
        create = self._client.chat.completions.with_raw_response.create
        try:
            raw = within(self._timeout, lambda: create(model=self._model, messages=messages, extra_body=fields))
        except RecursionError:  # of an error's body
            raise MalformedError("nested too deeply") from None
        wait_for = asked_to_wait(raw.headers)
        self._reached = True
        if wait_for is not None:
            pace.hold(min(wait_for, LONGEST_WAIT))
        reply = read_completion(raw.http_response.content)
        return reply if reply.error is None else reply._replace(error=self._line(reply.error))

    def _put_off(self, error: Exception, attempt: int, pace: RateLimiter) -> None:
        """Wait as long as the endpoint asks, or ever longer; if it refuses everybody, hold all others back too."""
        asked = asked_to_wait(_headers(error))
        if asked is not None and asked > LONGEST_WAIT:
            raise InputError(f"{self._url}: wants no request for {asked:.0f} seconds; start again then, to go on")
        seconds = backoff(attempt) if asked is None else asked
        if seconds >= _SAID_SECONDS and time.monotonic() >= self._said_at + _SILENT_SECONDS:
            self._said_at = time.monotonic()
            _LOG.warning("%s: %s; asking again in %.0f seconds", self._url, self._reason(error), seconds)
        if _is_overload(error):
            pace.slow()
        if _scope(error) == _FOR_ALL:
            pace.hold(seconds)
        else:
            pace.wait(seconds)

    def _refusal(self, error: Exception) -> InputError:
        """Why no conversation can be answered, and what to do."""
        status = getattr(error, "status_code", None)
        if _is_redirect(error):
            place = short_repr(_headers(error).get("location", ""))
            return InputError(
                f"{self._url}: HTTP {status}: redirects to {place}, which is not followed; give that address"
            )
        advice = {
            401: f"set the right key in {' or '.join(KEYS)}",
            403: f"the key in {' or '.join(KEYS)} may not do this",
            404: f"is {short_repr(self._model)} the name of a model there, and does the URL end right (often /v1)?",
            429: "start again later to go on, or ask for fewer at a time (--concurrency)",
            None: "is the server running? Start again to go on",
        }.get(status, "start again to go on")
        return InputError(f"{self._url}: {self._reason(error).rstrip('.')}; {advice}")

    def _reason(self, error: Exception) -> str:
        """What went wrong, in one line, without the key."""
        if isinstance(error, TimeoutError):
            return "Request timed out."
        body = getattr(error, "body", None)
        said = body.get("message") or body.get("detail") if isinstance(body, dict) else body
        status = getattr(error, "status_code", None)
        line = self._line(said if isinstance(said, str) and said.strip() else str(error))
        return f"HTTP {status}: {line}" if status else line

    def _line(self, text: str) -> str:
        """A text of the server's in one line, without the key."""
        return one_line(ValueError(text.replace(self._key, "***") if self._key else text))


_CONVERSATION, _PASSING, _FOR_ALL, _RUN = "conversation", "passing", "for all", "run"
"""Whom a refusal concerns: this conversation for good; this request for now; everybody for now; everybody for good."""

_BROKEN = frozenset({"ReadError", "WriteError", "RemoteProtocolError"})
"""What HTTP libraries call a connection that broke; which of them the client uses depends on its version."""


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
    """Whether fewer requests at a time may help: too many, too slow, out of memory."""
    status = getattr(error, "status_code", None)
    return isinstance(error, TimeoutError) or status in (408, 429) or (status is not None and status >= 500)


def _headers(error: Exception) -> Mapping[str, str]:
    """The headers of the response that an error is about; none where there was no response."""
    found: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    return found


def _code(error: Exception) -> object:
    """What the server calls an error of its own."""
    return getattr(error, "code", None)


def _is_redirect(error: Exception) -> bool:
    return 300 <= getattr(error, "status_code", 0) < 400


def _is_nobody(error: Exception) -> bool:
    """Whether nobody took the call; a connection that broke may have broken over this conversation."""
    return _is_disconnected(error) and type(error.__cause__).__name__ not in _BROKEN


def _is_disconnected(error: Exception) -> bool:
    import openai

    return isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError)


def _parsed(spec: str) -> tuple[str, str]:
    """URL and model of `URL#MODEL`.

    Raises:
        InputError: it is none, or holds what belongs into the environment.
    """
    url, _, model = spec.partition("#")
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not model.strip():
        raise InputError(f"{short_repr(url)}: an endpoint is URL#MODEL, such as http://127.0.0.1:8000/v1#my-model")
    if parts.username or parts.password or parts.query:
        raise InputError(f"the URL of {parts.hostname} must hold neither user nor key; set {KEYS[0]} or {KEYS[1]}")
    return url.rstrip("/"), model.strip()


def _client(url: str, key: str, timeout: float) -> "openai.OpenAI":
    try:
        import openai
    except ImportError:
        raise InputError("endpoints need the package openai: pip install 'merunibench[endpoint]'") from None
    return openai.OpenAI(
        api_key=key or "none",  # a server of one's own wants no key, but the client insists on one
        base_url=url,
        max_retries=0,
        timeout=timeout,
        default_headers={"Accept-Encoding": ACCEPTED},
        http_client=bounded_client(openai, timeout),
    )
