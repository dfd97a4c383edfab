"""Endpoints that mean no good: whatever comes over the wire is bounded in size and time, and stays with its host."""

import gzip
import json
import logging
import resource
import threading
import time
import zlib

import pytest

from merunibench.chat import Endpoint, pace
from merunibench.chat.pace import asked_to_wait
from merunibench.chat.wire import MOST_BYTES
from merunibench.errors import InputError
from tests.fake_openai import completion, fake_server, problem

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
MALFORMED = "the endpoint's reply is not a chat completion"
LATE = "Request timed out."
GIANT = b'{"choices": [{"message": {"content": "' + b"x" * (6 * MOST_BYTES)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("MERUNIBENCH_API_KEY", "sk-very-secret-0123456789")
    monkeypatch.setattr(pace, "FIRST_DELAY", 0.001)


def packed(content, encoding="gzip", pack=gzip.compress):
    return 200, {"content-encoding": encoding}, pack(content)


def endless(out):
    """A body in chunks that never ends."""
    out.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    while True:
        out.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def endless_failure(out):
    out.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    while True:
        out.write(b"no " * 10_000)


def endless_headers(out):
    out.write(HEAD)
    while True:
        out.write(b"x-more: " + b"y" * 1000 + b"\r\n")


def trickle(beginning):
    """A byte now and then, each long before a connection's own time-out."""

    def write(out):
        out.write(beginning)
        while True:
            out.write(b" ")
            threading.Event().wait(0.02)

    return write


def cut(out):
    out.write(HEAD + b"content-length: 1000\r\n\r\n" + b'{"choices"')


@pytest.mark.parametrize(
    ("trouble", "reason", "most_requests"),
    [
        (endless, f"{MALFORMED}: longer than 4 MiB", 2),
        ((200, {}, GIANT), f"{MALFORMED}: longer than 4 MiB", 2),
        (packed(GIANT), f"{MALFORMED}: longer than 4 MiB", 2),
        (packed(GIANT, "deflate", zlib.compress), f"{MALFORMED}: longer than 4 MiB", 2),
        (packed(gzip.compress(GIANT), "gzip, gzip"), f"{MALFORMED}: its content encoding was not requested", 2),
        ((200, {"content-encoding": "zstd"}, b"(\xb5/\xfd"), f"{MALFORMED}: its content encoding was not requested", 2),
        ((200, {"content-encoding": "gzip"}, b"happy"), f"{MALFORMED}: cannot be decompressed", 2),
        (packed(b'{"choices": ['), MALFORMED, 2),
        (endless_failure, "HTTP 400: no no", 1),
        (trickle(HEAD + b"\r\n"), LATE, 3),
        (trickle(HEAD + b"x-slow: "), LATE, 3),
        (trickle(b"HTTP/1.1 "), LATE, 3),
        (trickle(b"HTTP/1.1 500 Oops\r\n\r\n"), LATE, 3),
        (endless_headers, "Connection error", 3),
        (cut, "Connection error", 3),
        (lambda out: out.write(b"happy\r\n\r\n"), "Connection error", 3),
        (lambda _: None, "Connection error", 3),
        ((200, {"content-type": "text/plain; charset=zlib_codec"}, b"x"), MALFORMED, 2),
        ((400, {"content-type": "text/plain; charset=zlib_codec"}, zlib.compress(b"x")), "HTTP 400", 1),
        ((400, {}, b"[" * 60_000), "HTTP 400", 1),
        ((400, {}, b"[" * 900 + b"]" * 900), "HTTP 400", 1),
        ((400, {}, b'{"error": {"message": ["x"], "code": {"a": 1}}}'), "HTTP 400", 1),
        ((400, {}, b"\xff\xfe\x00"), "HTTP 400", 1),
        ((418, {}, b"9" * 5000), "HTTP 418", 1),
        ((599, {}, b""), "HTTP 599", 3),
        ((200, {}, b'{"choices": ' + b"[" * 100_000), f"{MALFORMED}: nested too deeply", 2),
        ((200, {}, b'{"x": 1}'), MALFORMED, 2),
        ((200, {"retry-after": "Mon, 01 Jan 0001 00:00:00 +99999999999999999999"}, b""), MALFORMED, 2),
        ((204, {}, b""), MALFORMED, 2),
        (problem(400, "blocked", code="content_filter"), "HTTP 400: blocked", 1),
    ],
)
def test_one_conversation_fails_and_the_other_is_answered(trouble, reason, most_requests):
    def behave(request, number):
        return trouble if request["messages"][0]["content"] == "bad" else "happy"

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    with fake_server(behave) as server:
        model = Endpoint(f"{server.url}#m", retries=2, timeout=0.5 if reason == LATE else 20, concurrency=1)
        replies = model.complete([[{"role": "user", "content": each}] for each in ("good", "bad", "good")])
    assert [reply.text for reply in replies] == ["happy", "", "happy"]
    assert replies[1].error.startswith(reason), replies[1].error
    assert "\n" not in replies[1].error
    assert len(replies[1].error) <= 250
    assert len(server.requests) - 2 <= most_requests
    assert time.monotonic() - begun < 15
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 << 10  # KiB


def test_packed_answers_are_read():
    with fake_server(lambda *_: packed(completion("happy"))) as server:
        assert Endpoint(f"{server.url}#m").complete([[{"role": "user", "content": "?"}]])[0].text == "happy"


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_ends_the_run(status):
    with fake_server(lambda *_: "stolen") as other:
        place = f"{other.url}/chat/completions"
        with fake_server(lambda *_: (status, {"location": place}, b"")) as server:
            with pytest.raises(InputError) as caught:
                Endpoint(f"{server.url}#m").complete([[{"role": "user", "content": "a secret"}]])
            assert len(server.requests) == 1
        assert other.requests == []
    assert f"HTTP {status}: redirects to '{place[:40]}" in str(caught.value)


def test_an_address_that_the_environment_names_as_proxy_still_counts(monkeypatch):
    with fake_server(lambda *_: "happy") as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        replies = Endpoint("http://model.invalid/v1#m").complete([[{"role": "user", "content": "?"}]])
    assert replies[0].text == "happy"


def test_long_pauses_are_said_once(caplog, monkeypatch):
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr("merunibench.chat.endpoint._SAID_SECONDS", 0.0)
    with fake_server(lambda _, number: problem(500, "oops") if number < 3 else "happy") as server:
        Endpoint(f"{server.url}#m").complete([[{"role": "user", "content": "?"}]])
    assert [record.getMessage() for record in caplog.records if "merunibench" in record.name] == [
        f"{server.url}: HTTP 500: oops; retrying in 0 seconds"
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "Mon, 01 Jan 0001 00:00:00 +99999999999999999999"},
        {"retry-after": "Mon, 99 Jan 99999 00:00:00 GMT"},
        {"retry-after": "nan"},
        {"retry-after": "9" * 5000},
        {"retry-after": "\x00"},
        {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "." * 5000 + "s"},
        {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "9" * 5000 + "h"},
    ],
    ids=range(7),
)
def test_no_header_breaks_the_pace(headers):
    assert asked_to_wait(headers) is None


def test_the_reason_of_a_reply_holds_no_key():
    body = json.dumps({"error": {"message": "x" * 190 + " sk-very-secret-0123456789"}}).encode()
    with fake_server(lambda *_: (200, {}, body)) as server:
        error = Endpoint(f"{server.url}#m").complete([[{"role": "user", "content": "?"}]])[0].error
    assert "sk-" not in error
