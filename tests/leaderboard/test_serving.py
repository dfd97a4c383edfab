"""The preview is served on the loopback interface, from its folder alone."""

import http.client
import os
import socket
import threading

import pytest

from merunibench.errors import InputError
from merunibench.leaderboard.page.serving import serving


@pytest.fixture
def ask(tmp_path):
    """Ask a running preview of a small page for a path: (status, body)."""
    (tmp_path / "page" / "models").mkdir(parents=True)
    (tmp_path / "page" / "index.html").write_text("the page", encoding="utf-8")
    (tmp_path / "secret").write_text("no", encoding="utf-8")
    with serving(tmp_path / "page", 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()

        def get(path, host=None, method="GET"):
            connection = http.client.HTTPConnection(*server.server_address[:2], timeout=10)
            try:
                connection.putrequest(method, path, skip_host=True)
                for name in [f"127.0.0.1:{server.server_port}"] if host is None else host:
                    connection.putheader("Host", name.format(port=server.server_port))
                connection.endheaders()
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            finally:
                connection.close()

        get.server = server
        yield get
        server.shutdown()
        thread.join()


def test_the_page_is_served(ask):
    assert ask("/") == (200, "the page")


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/secret", "//etc/passwd", "/models/", "/nothing"])
def test_nothing_else_is(ask, path):
    assert ask(path)[0] == 404


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}"])
def test_by_the_names_of_this_machine(ask, host):
    assert ask("/", [host]) == (200, "the page")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "host",
    [
        *(["evil.example"], ["evil.example:{port}"], ["localhost"], ["localhost:1"], ["127.0.0.1"], [""], []),
        *(["localhost:{port}.evil.example"], ["localhost:{port}@evil"], ["localhost:{port}", "evil.example"]),
        *(["127.1:{port}"], ["0.0.0.0:{port}"], ["[::]:{port}"], ["localhost.:{port}"], ["2130706433:{port}"]),
    ],
    ids=str,
)
def test_by_no_name_that_a_stranger_could_point_here(ask, host, method):
    """A page of theirs could read the board under such a name."""
    status, body = ask("/", host, method)
    assert status == 421
    assert "the page" not in body


@pytest.mark.parametrize(
    "path", ["/%00", "/a%00b", "/index.html%00", "http://evil.example/", "*", "index.html", "/%ed%a0%80", "//%00"]
)
def test_what_is_no_path_is_a_bad_request(ask, path):
    assert ask(path)[0] == 400


@pytest.mark.parametrize(
    "path", ["/" + "x" * 5000, "/" + "x/" * 5000, "/index.html/", "/index.html/x", "/%ff", "/?x", "/#"]
)
def test_odd_paths_lead_nowhere_else(ask, path, capfd):
    status, body = ask(path)
    assert (status, body) == (200, "the page") if path in ("/?x", "/#") else status == 404
    assert capfd.readouterr().err == ""


def test_links_are_not_followed_out_of_the_folder(ask, tmp_path):
    page = tmp_path / "page"
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "index.html").write_text("no", encoding="utf-8")
    (page / "leak").symlink_to(tmp_path / "outside")
    (page / "secret.html").symlink_to(tmp_path / "secret")
    (page / "models" / "index.html").symlink_to("../../secret")
    (page / "circle").symlink_to("circle")
    (page / "same.html").symlink_to("index.html")
    os.mkfifo(page / "pipe")
    for path in ("/leak", "/leak/", "/leak/index.html", "/secret.html", "/models/", "/models", "/circle", "/pipe"):
        assert ask(path)[0] == 404, path
    assert ask("/same.html") == (200, "the page")


@pytest.mark.parametrize(
    "line",
    [b"\0\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\xff\xfe / x\r\n\r\n", b"GET /\r\n\r\n"],
)
def test_what_is_no_request_leaves_no_traceback(ask, capfd, line):
    with socket.create_connection(ask.server.server_address[:2], timeout=10) as connection:
        connection.sendall(line)
        assert b"the page" not in connection.recv(65536)
    assert ask("/") == (200, "the page")
    assert capfd.readouterr().err == ""


def test_a_browser_that_goes_away_leaves_no_traceback(ask, tmp_path, capfd):
    (tmp_path / "page" / "large").write_bytes(bytes(50_000_000))
    port = ask.server.server_port
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET /large HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        connection.recv(10)
    assert ask("/") == (200, "the page")
    assert capfd.readouterr().err == ""


def test_a_fault_of_the_server_is_one_line(ask, monkeypatch, capfd):
    def failing(*_):
        raise KeyError("x\x1b[31m")

    monkeypatch.setattr("merunibench.leaderboard.page.serving._Handler.guess_type", failing)
    with pytest.raises(http.client.HTTPException):
        ask("/")
    assert capfd.readouterr().err == "a request failed: KeyError: 'x\\x1b[31m'\n"


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
