"""A small OpenAI-compatible server on 127.0.0.1 that behaves as badly as a test asks it to."""

import json
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that are killed leave their connections: nothing to speak of."""


class FakeServer:
    """What it was asked, and how it answers: `behave(request, number)` returns a text, or (status, headers, body).

    Or a function of the connection's output stream, which writes whatever it likes until nobody listens any more.
    """

    def __init__(self, behave):
        self.behave = behave
        self.requests, self.keys, self.times = [], [], []
        self.busy = self.busiest = 0
        self.lock = threading.Lock()
        self.http = _QuietServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http.server_port}/v1"

    def _handler(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with server.lock:
                    number = len(server.requests)
                    server.requests.append(request)
                    server.keys.append(self.headers.get("authorization"))
                    server.times.append(time.monotonic())
                    server.busy += 1
                    server.busiest = max(server.busiest, server.busy)
                answer = server.behave(request, number)
                with server.lock:
                    server.busy -= 1
                if callable(answer):
                    self.close_connection = True
                    with suppress(OSError):
                        answer(self.wfile)
                    return
                status, headers, body = answer if isinstance(answer, tuple) else (200, {}, completion(answer))
                try:
                    self.send_response(status)
                    for name, value in {"content-type": "application/json", **headers}.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the client did not wait

            def log_message(self, *_):
                pass

        return Handler


def completion(text):
    message = {"role": "assistant", "content": text}
    return json.dumps({"id": "1", "object": "chat.completion", "choices": [{"index": 0, "message": message}]}).encode()


def problem(status, message, headers=None, **fields):
    return status, headers or {}, json.dumps({"error": {"message": message, **fields}}).encode()


@contextmanager
def fake_server(behave):
    server = FakeServer(behave)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        thread.join()
        server.http.server_close()
