"""Downloads from a server on this machine: whole, resumed, wrong, absent."""

import hashlib
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from merunibench.errors import InputError
from merunibench.lexicon import install, installed, load_lexicon
from merunibench.lexicon.releases import download
from merunibench.lexicon.releases.published import RELEASES, TABLE_FILES

CUT = 5000
"""Bytes after which the server breaks off; more than what the downloader reads at once, less than a file has."""


@dataclass
class Behaviour:
    """What the server does, and what it was asked."""

    files: dict
    honours_ranges: bool = True
    breaks_off: int = 0
    status: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def of(self, name):
        """The Range headers of the requests for a file."""
        return [wanted for asked, wanted in self.asked if asked == name]


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server.behaviour
        name, wanted = self.path.rpartition("/")[2], self.headers.get("Range")
        server.asked.append((name, wanted))
        content = server.files.get(self.path)
        if content is None or server.status.get(name):
            self.send_error(server.status.get(name) or 404)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.honours_ranges else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if server.breaks_off and name == "synonym.xlsx":
            server.breaks_off -= 1
            self.wfile.write(content[start : start + CUT])
            self.close_connection = True
            return
        self.wfile.write(content[start:])


@pytest.fixture
def server(published, monkeypatch):
    folder = RELEASES["mer2026"].folder
    behaviour = Behaviour({f"/mirror/{folder}/{name}": (published / name).read_bytes() for name in TABLE_FILES})
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.behaviour = behaviour
        behaviour.url = f"http://127.0.0.1:{httpd.server_port}/mirror"
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setattr(download, "_PAUSES", (0.0, 0.0))
        yield behaviour
        httpd.shutdown()
        thread.join()


@pytest.fixture
def part(user):
    """Where the file that breaks off grows."""
    path = user / "downloads" / "mer2026" / "synonym.xlsx.part"
    path.parent.mkdir(parents=True)
    return path


def fetch(server):
    return install("mer2026", base_url=server.url)


def refusal(base_url):
    with pytest.raises(InputError) as caught:
        install("mer2026", base_url=base_url)
    assert installed() == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_whole_download(server, published, user):
    seen = []
    done = install("mer2026", base_url=f"{server.url}/", notify=seen.append)
    assert done.fresh
    assert done.lexicon == load_lexicon(published) == load_lexicon("mer2026")
    assert server.asked == [(name, None) for name in RELEASES["mer2026"].files]
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


def test_a_broken_transfer_goes_on_where_it_stopped(server):
    server.breaks_off = 1
    assert fetch(server).fresh
    first, second = server.of("synonym.xlsx")
    assert first is None
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) <= CUT


def test_a_later_run_goes_on_where_an_earlier_one_stopped(server, part, monkeypatch):
    monkeypatch.setattr(download, "_PAUSES", ())
    server.breaks_off = 1
    assert "the connection broke off" in refusal(server.url)
    kept = part.stat().st_size
    assert 0 < kept <= CUT
    server.asked.clear()
    assert fetch(server).fresh
    assert server.asked[0] == ("synonym.xlsx", f"bytes={kept}-"), "files that are there in full are not fetched again"


def test_a_server_without_ranges_sends_it_whole_again(server):
    server.breaks_off, server.honours_ranges = 1, False
    assert fetch(server).fresh
    assert len(server.of("synonym.xlsx")) == 2


def test_a_server_that_keeps_breaking_off_is_given_up(server):
    server.breaks_off = 100
    server.honours_ranges = False
    assert "the connection broke off" in refusal(server.url)
    assert len(server.of("synonym.xlsx")) == 3


@pytest.mark.parametrize("stale", [b"the beginning of another file", bytes(10**6)], ids=["short", "long"])
def test_a_part_of_another_file_is_thrown_away(server, part, stale):
    part.write_bytes(stale)
    assert fetch(server).fresh
    assert server.of("synonym.xlsx")[-1] is None


def test_a_part_that_is_whole_is_not_fetched(server, part, published):
    part.write_bytes((published / "synonym.xlsx").read_bytes())
    assert fetch(server).fresh
    assert server.of("synonym.xlsx") == []


def test_a_wrong_hash(server, user):
    folder = RELEASES["mer2026"].folder
    server.files[f"/mirror/{folder}/wheel3.xlsx"] = b"something else"
    message = refusal(server.url)
    expected = RELEASES["mer2026"].files["wheel3.xlsx"]
    got = hashlib.sha256(b"something else").hexdigest()
    assert f"wheel3.xlsx: not the expected file: SHA-256 should be {expected}, but is {got}" in message
    assert len(server.of("wheel3.xlsx")) == 1
    assert not list(user.rglob("wheel3*"))


@pytest.mark.parametrize("status", [404, 403])
def test_a_refusal_is_final(server, status):
    server.status["wheel1.xlsx"] = status
    assert f"wheel1.xlsx: the server answered {status}" in refusal(server.url)
    assert len(server.of("wheel1.xlsx")) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(server, status):
    server.status["wheel1.xlsx"] = status
    assert f"wheel1.xlsx: the server answered {status}" in refusal(server.url)
    assert len(server.of("wheel1.xlsx")) == 3


def test_a_file_without_end(server, monkeypatch):
    monkeypatch.setattr(download, "_MAXIMUM_BYTES", 100)
    assert "longer than 100 bytes" in refusal(server.url)


def test_without_a_network_the_message_says_how_to_do_without(monkeypatch):
    monkeypatch.setattr(download, "_PAUSES", (0.0, 0.0))
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
