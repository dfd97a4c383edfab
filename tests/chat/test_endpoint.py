"""Endpoints: what is repeated, what ends the run, what fails one row, and where the key is not."""

import logging
import time

import pytest

from merunibench.chat import Endpoint
from merunibench.errors import InputError
from tests.fake_openai import fake_server, problem

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("MERUNIBENCH_API_KEY", KEY)
    monkeypatch.setattr("merunibench.chat.pace.FIRST_DELAY", 0.01)


def asked(*questions):
    return [[{"role": "user", "content": question}] for question in questions]


def echo(request, number):
    return request["messages"][-1]["content"].upper()


def endpoint(server, model="m", **options):
    return Endpoint(f"{server.url}#{model}", **options)


def test_answers_come_in_order_whatever_the_order_they_are_finished_in():
    def slow_at_first(request, number):
        time.sleep(0.2 if number == 0 else 0)
        return echo(request, number)

    with fake_server(slow_at_first) as server:
        model = endpoint(server, concurrency=4, max_tokens=7)
        replies = model.complete(asked(*"abcdefgh"))
    assert [reply.text for reply in replies] == list("ABCDEFGH")
    assert server.busiest <= 4
    assert server.requests[0] | {"messages": []} == {
        "model": "m",
        "messages": [],
        "max_tokens": 7,
        "temperature": 0.0,
        "seed": 0,
    }
    assert set(server.keys) == {f"Bearer {KEY}"}


def test_conversations_are_taken_when_there_is_room():
    taken = []

    def stream():
        for question in "abcdefghij":
            taken.append(question)
            yield asked(question)[0]

    with fake_server(echo) as server:
        replies = endpoint(server, concurrency=2).replies(stream())
        next(replies)
        assert len(taken) <= 3
        assert len(list(replies)) == 9


def test_parts_travel_as_they_are():
    content = [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]
    with fake_server(lambda *_: "ok") as server:
        endpoint(server).complete([[{"role": "user", "content": content}]])
    assert server.requests[0]["messages"][0]["content"] == content


@pytest.mark.parametrize(
    "trouble",
    [
        problem(429, "slow down", {"retry-after-ms": "20"}),
        problem(429, "slow down"),
        problem(500, "oops"),
        problem(503, "loading", {"retry-after": "0"}),
        (502, {"content-type": "text/html"}, b"<html>"),
    ],
    ids=lambda trouble: f"{trouble[0]}-{trouble[2][:12]!r}",
)
def test_what_passes_is_repeated(trouble):
    with fake_server(lambda request, number: trouble if number < 2 else echo(request, number)) as server:
        assert endpoint(server).complete(asked("a"))[0].text == "A"
    assert len(server.requests) == 3


def test_a_rate_limit_holds_all_back_for_as_long_as_it_says():
    with fake_server(
        lambda request, number: problem(429, "x", {"retry-after": "0.5"}) if number == 0 else echo(request, number)
    ) as server:
        replies = endpoint(server, concurrency=1).complete(asked(*"abc"))
    assert [reply.text for reply in replies] == list("ABC")
    assert server.times[1] - server.times[0] >= 0.5


def test_spent_quotas_are_waited_for():
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "300ms"}
    with fake_server(
        lambda _, number: (200, headers if number == 0 else {}, b'{"choices": [{"message": {"content": "x"}}]}')
    ) as server:
        endpoint(server, concurrency=1).complete(asked(*"ab"))
    assert server.times[1] - server.times[0] >= 0.3


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (problem(400, f"context length of {KEY} exceeded"), "HTTP 400: context length of *** exceeded"),
        (problem(422, "bad"), "HTTP 422: bad"),
        (problem(500, "always"), "HTTP 500: always"),
        ("", "the model gave an empty answer"),
        (" \n", "the model gave an empty answer"),
        ((200, {}, b'{"choices": [{"message": {"content": null}}]}'), "the model gave an empty answer"),
        ((200, {}, b'{"choices": [{"message": {"content": 3}}]}'), "the endpoint's reply is not a chat completion"),
    ],
)
def test_what_is_wrong_with_one_conversation_fails_it_alone(trouble, reason):
    def behave(request, number):
        return trouble if request["messages"][0]["content"] == "b" else echo(request, number)

    with fake_server(behave) as server:
        replies = endpoint(server, retries=1).complete(asked(*"abc"))
    assert [reply.text for reply in replies] == ["A", "", "C"]
    assert [reply.error for reply in replies] == [None, reason, None]


def test_slowness_fails_one_row():
    def behave(request, number):
        if request["messages"][0]["content"] == "b":
            time.sleep(0.6)
        return echo(request, number)

    with fake_server(behave) as server:
        replies = endpoint(server, retries=1, timeout=0.2).complete(asked(*"abc"))
    assert [reply.text for reply in replies] == ["A", "", "C"]
    assert replies[1].error == "Request timed out."
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (problem(401, f"Incorrect API key {KEY}"), ["HTTP 401", "MERUNIBENCH_API_KEY or OPENAI_API_KEY"]),
        (problem(403, "no"), ["HTTP 403", "key"]),
        (problem(404, "The model `m` does not exist"), ["HTTP 404", "'m'", "/v1"]),
        (problem(429, "out of money", code="insufficient_quota"), ["HTTP 429", "out of money"]),
        (problem(429, "slow down"), ["HTTP 429", "--concurrency"]),
        (problem(429, "slow down", {"retry-after": "86400"}), ["86400 seconds"]),
    ],
)
def test_what_concerns_all_ends_the_run(trouble, words):
    with fake_server(lambda *_: trouble) as server, pytest.raises(InputError) as refusal:
        endpoint(server, retries=2).complete(asked(*"abc"))
    assert all(word in str(refusal.value) for word in words), refusal.value
    assert KEY not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_nobody_there():
    with fake_server(echo) as server:
        gone = endpoint(server, retries=1)
    with pytest.raises(InputError, match="check that the server is running"):
        gone.complete(asked("a"))


def test_failures_without_end_end_the_run():
    with fake_server(lambda *_: "") as server, pytest.raises(InputError, match="25 requests in a row"):
        endpoint(server).complete(asked(*["a"] * 40))


def test_the_newer_name_of_the_longest_answer():
    def behave(request, number):
        if "max_tokens" in request:
            time.sleep(0.1)
            return problem(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        return echo(request, number)

    with fake_server(behave) as server:
        replies = endpoint(server, concurrency=3).complete(asked(*"abcd"))
    assert [reply.text for reply in replies] == list("ABCD")
    assert [("max_completion_tokens" in request) for request in server.requests] == [False] * 3 + [True] * 4


def test_fields_of_the_request_can_be_left_out_and_added():
    with fake_server(echo) as server:
        model = endpoint(server, request={"seed": None, "top_k": 1})
        model.complete(asked("a"))
    assert server.requests[0].keys() == {"model", "messages", "max_tokens", "temperature", "top_k"}
    assert model.settings["request"] == {"max_tokens": 256, "temperature": 0.0, "top_k": 1}


def test_the_key_is_nowhere(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with fake_server(lambda _, number: problem(500, KEY) if number == 0 else "ok") as server:
        model = endpoint(server)
        model.complete(asked("a"))
    shown = "".join(map(str, [model, vars(model).keys(), model.settings, model.name, caplog.text, *capfd.readouterr()]))
    assert KEY not in shown
    assert len(server.requests) == 2


def test_without_a_key_a_server_of_ones_own_answers(monkeypatch):
    monkeypatch.delenv("MERUNIBENCH_API_KEY")
    with fake_server(echo) as server:
        assert endpoint(server).complete(asked("a"))[0].text == "A"


@pytest.mark.parametrize("key", ["sk-…", "sk-1\nX-Header: 2", "schlüssel"])
def test_a_key_that_no_header_can_contain_is_refused(monkeypatch, key):
    monkeypatch.setenv("MERUNIBENCH_API_KEY", key)
    with fake_server(echo) as server, pytest.raises(InputError, match="MERUNIBENCH_API_KEY: contains") as refused:
        endpoint(server)
    assert key not in str(refused.value)
    assert server.requests == []


def test_white_space_around_a_key_is_not_sent(monkeypatch):
    monkeypatch.setenv("MERUNIBENCH_API_KEY", " sk-1\n")
    with fake_server(echo) as server:
        assert endpoint(server).complete(asked("a"))[0].text == "A"
        assert server.keys == ["Bearer sk-1"]


def test_half_a_character_is_replaced():
    with fake_server(lambda *_: (200, {}, rb'{"choices":[{"message":{"content":"a\ud800"}}]}')) as server:
        assert endpoint(server).complete(asked("a"))[0].text == "a?"


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ("http://127.0.0.1:8000/v1", "URL#MODEL"),
        ("#m", "URL#MODEL"),
        ("ftp://x#m", "URL#MODEL"),
        ("http://x:99999#m", "URL#MODEL"),
        ("http://[#m", "URL#MODEL"),
        ("http://x/v1#  ", "URL#MODEL"),
        (f"http://me:{KEY}@x/v1#m", "must not contain a user or key"),
        (f"http://x/v1?key={KEY}#m", "must not contain a user or key"),
    ],
)
def test_specs_that_are_none(spec, word):
    with pytest.raises(InputError, match=word) as refusal:
        Endpoint(spec)
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("https://api.example.org/v1#org/model:free", "api.example.org/org/model_free"),
        ("http://127.0.0.1:8765/v1/#/home/me/models/SmolLM2", "127.0.0.1/SmolLM2"),
    ],
)
def test_names_fit_a_signature(spec, name):
    assert Endpoint(spec).name == name


def test_the_port_decides_nothing():
    assert Endpoint("http://127.0.0.1:1/v1#m").settings == Endpoint("http://127.0.0.1:2/v1#m").settings
