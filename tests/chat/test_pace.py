"""How many requests are out at the same time: fewer while an endpoint is overloaded, as many as before afterwards."""

import threading
import time

from merunibench.chat import Endpoint
from merunibench.chat.pace import RateLimiter
from tests.fake_openai import fake_server, problem


def test_refusals_of_the_same_requests_count_once():
    pace = RateLimiter(8)
    for _ in range(5):
        pace.slow()
    assert pace.allowed == 4
    for _ in range(100):
        pace.quicken()
    assert pace.allowed == 8


def test_no_more_are_out_than_are_allowed():
    pace, out, most = RateLimiter(16), [], []
    pace.slow()
    pace.allowed = 3.9

    def work():
        with pace.turn():
            out.append(1)
            most.append(len(out))
            time.sleep(0.01)
            out.pop()

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 3
    assert len(most) == 12


def test_an_overloaded_endpoint_is_asked_less_at_a_time():
    with fake_server(lambda *_: problem(429, "busy", {"retry-after-ms": "5"}) if server.busy > 2 else "yes") as server:
        endpoint = Endpoint(f"{server.url}#m", concurrency=8, retries=40)
        replies = endpoint.complete([[{"role": "user", "content": str(number)}] for number in range(30)])
    assert {reply.text for reply in replies} == {"yes"}
