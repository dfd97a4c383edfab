"""The preview is served on the loopback interface, from its folder alone."""

import http.client
import socket
import threading

import pytest

from merunibench.errors import InputError
from merunibench.leaderboard.serving import serving


@pytest.fixture
def ask(tmp_path):
    """Ask a running preview of a small page for a path: (status, body)."""
    (tmp_path / "page" / "models").mkdir(parents=True)
    (tmp_path / "page" / "index.html").write_text("the page", encoding="utf-8")
    (tmp_path / "secret").write_text("no", encoding="utf-8")
    with serving(tmp_path / "page", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()

        def get(path):
            connection = http.client.HTTPConnection(*server.server_address[:2], timeout=10)
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            finally:
                connection.close()

        yield get
        server.shutdown()
        thread.join()


def test_the_page_is_served(ask):
    assert ask("/") == (200, "the page")


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/secret", "//etc/passwd", "/models/", "/nothing"])
def test_nothing_else_is(ask, path):
    assert ask(path)[0] == 404


def test_it_listens_to_this_machine_alone(tmp_path):
    (tmp_path / "index.html").touch()
    with serving(tmp_path, 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_folder_without_a_page_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"leaderboard build"), serving(tmp_path):
        pass


def test_a_port_that_is_taken_is_said(tmp_path):
    (tmp_path / "index.html").touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match=r"--port"), serving(tmp_path, taken.getsockname()[1]):
            pass
