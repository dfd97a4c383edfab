"""Downloads from a server on this machine: whole, broken off, wrong, absent."""

import gc
import hashlib
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from merunibench.errors import InputError
from merunibench.lexicon import install, installed, load_lexicon
from merunibench.lexicon.releases import download
from merunibench.lexicon.releases.published import RELEASES, TABLE_FILES

CUT = 5000
"""Bytes after which the server breaks off; less than a file has."""


@dataclass
class Behaviour:
    """What the server does, and the files that it was asked for."""

    files: dict
    breaks_off: int = 0
    status: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server.behaviour
        name = self.path.rpartition("/")[2]
        server.asked.append(name)
        content = server.files.get(self.path)
        if content is None or server.status.get(name):
            self.send_error(server.status.get(name) or 404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if server.breaks_off and name == "synonym.xlsx":
            server.breaks_off -= 1
            self.wfile.write(content[:CUT])
            self.close_connection = True
            return
        self.wfile.write(content)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    """pooch waits a second or two before it tries again."""
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=lambda _seconds: None))


@pytest.fixture
def server(published, monkeypatch):
    folder = RELEASES["mer2026"].folder
    behaviour = Behaviour({f"/mirror/{folder}/{name}": (published / name).read_bytes() for name in TABLE_FILES})
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.behaviour = behaviour
        behaviour.url = f"http://127.0.0.1:{httpd.server_port}/mirror"
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield behaviour
        httpd.shutdown()
        thread.join()


def fetch(server):
    return install("mer2026", base_url=server.url)


def refusal(base_url):
    with pytest.raises(InputError) as caught:
        install("mer2026", base_url=base_url)
    gc.collect()  # a connection that was left open is an error here, and not in some later test
    assert installed() == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_whole_download(server, published, user):
    seen = []
    done = install("mer2026", base_url=f"{server.url}/", notify=seen.append)
    assert done.fresh
    assert done.lexicon == load_lexicon(published) == load_lexicon("mer2026")
    assert server.asked == list(RELEASES["mer2026"].files)
    assert [url.rpartition("/")[2] for url in seen] == list(RELEASES["mer2026"].files)
    files = sorted(path.relative_to(user).as_posix() for path in user.rglob("*") if path.is_file())
    assert files == ["lexicons/mer2026.json", "lexicons/tables/mer2026.json"]


def test_what_is_installed_is_not_fetched_again(server):
    fetch(server)
    server.asked.clear()
    again = fetch(server)
    assert (again.fresh, again.lexicon, server.asked) == (False, load_lexicon("mer2026"), [])


def test_a_damaged_installation_is_fetched_again(server, user):
    fetch(server)
    (user / "lexicons" / "mer2026.json").write_text("{")
    assert fetch(server).fresh
    assert load_lexicon("mer2026").name == "mer2026"


def test_the_address_can_come_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("MERUNIBENCH_RELEASES_URL", server.url)
    assert install("mer2026").fresh


def test_a_broken_transfer_is_tried_again(server, user):
    server.breaks_off = 1
    assert fetch(server).fresh
    assert server.asked.count("synonym.xlsx") == 2


def test_a_later_run_keeps_the_files_that_are_complete(server):
    server.breaks_off = 3
    assert "the connection broke off" in refusal(server.url)
    assert server.asked.count("synonym.xlsx") == 3
    before = set(server.asked) - {"synonym.xlsx"}
    server.asked.clear()
    assert fetch(server).fresh
    assert server.asked[0] == "synonym.xlsx"
    assert not before & set(server.asked), "files that are there in full are not downloaded again"


def test_half_a_file_is_not_left_behind(server, user):
    server.breaks_off = 3
    refusal(server.url)
    assert not [path for path in user.rglob("*") if path.is_file() and path.name not in TABLE_FILES]
    assert not list(user.rglob("synonym*"))


def test_a_wrong_hash(server, user):
    folder = RELEASES["mer2026"].folder
    server.files[f"/mirror/{folder}/wheel3.xlsx"] = b"something else"
    message = refusal(server.url)
    expected = RELEASES["mer2026"].files["wheel3.xlsx"]
    got = hashlib.sha256(b"something else").hexdigest()
    assert "wheel3.xlsx: not the expected file:" in message
    assert expected in message
    assert got in message
    assert not list(user.rglob("wheel3*"))


@pytest.mark.parametrize("status", [404, 403])
def test_a_refusal_is_final(server, status):
    server.status["wheel1.xlsx"] = status
    assert f"wheel1.xlsx: the server answered {status}" in refusal(server.url)
    assert server.asked.count("wheel1.xlsx") == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(server, status):
    server.status["wheel1.xlsx"] = status
    assert f"wheel1.xlsx: the server answered {status}" in refusal(server.url)
    assert server.asked.count("wheel1.xlsx") == 3


def test_a_file_without_end(server, monkeypatch):
    monkeypatch.setattr(download, "_MAXIMUM_BYTES", 100)
    assert "larger than 100 bytes" in refusal(server.url)


def test_without_a_network_the_message_says_how_to_do_without(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    message = refusal(f"http://127.0.0.1:{port}")
    assert message.startswith("mer2026 could not be downloaded (http://127.0.0.1:")
    assert "no connection" in message
    for name in TABLE_FILES:
        assert name in message
    assert message.endswith("run: merunibench lexicon install mer2026 --from DIR")


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1/x", "http://"])
def test_an_address_that_is_none(address):
    assert "mer2026 could not be downloaded" in refusal(address)


def test_a_folder_that_cannot_be_written(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MERUNIBENCH_HOME", str(tmp_path / "file"))
    assert "cannot be written" in refusal(server.url)


def test_a_real_release(shared, server):
    for file in TABLE_FILES:
        content = (shared / "official" / "emotion_wheel" / "mer2025" / file).read_bytes()
        server.files[f"/mirror/{RELEASES['mer2025'].folder}/{file}"] = content
    server.breaks_off = 1
    assert install("mer2025", base_url=server.url).lexicon.name == "mer2025"
