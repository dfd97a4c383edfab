"""The server gives the page to whoever knows the token, under this machine's names, and nothing else to anybody."""

import http.client
from urllib.parse import urlsplit

import pytest

from merunibench.tasks import BUILTIN
from merunibench.viewing import load_results
from merunibench.viewing.serving import asked_range, serving
from tests.viewing.world import NAMES


def ask(server, path, method="GET", *, token=True, **headers):
    """Status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    prefix = f"/{server.token}/" if token else ""
    connection.putrequest(method, prefix + path, skip_host="Host" in headers)
    for key, value in headers.items():
        connection.putheader(key, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_the_page_and_its_parts_are_given(server):
    status, headers, body = ask(server, "")
    assert status == 200
    assert body.startswith(b"<!DOCTYPE html>")
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ask(server, "data/index.js")[2].startswith(b'mub.take("index",')
    assert ask(server, "data/samples-0.js")[2].startswith(b'mub.take("samples-0",')
    assert ask(server, "static/view.css")[0] == 200


def test_an_address_says_where_the_page_is(server):
    parts = urlsplit(server.address)
    assert (parts.hostname, parts.port) == ("127.0.0.1", server.server_port)
    assert len(parts.path.strip("/")) >= 24


def test_an_address_without_its_slash_leads_to_the_page(server):
    status, headers, body = ask(server, f"/{server.token}", token=False)
    assert (status, headers["Location"], body) == (308, f"/{server.token}/", b"")


@pytest.mark.parametrize("path", ["/", "/index.html", "/data/index.js", "/x/index.html", "//index.html", "/%00/", "*"])
def test_without_the_token_nothing_is_given(server, path):
    status, _, body = ask(server, path, token=False)
    assert (status, body) == (403, b"")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil:1"])
def test_another_host_is_refused(server, host):
    status, _, body = ask(server, "", Host=host)
    assert (status, body) == (421, b"")


def test_own_names_of_the_machine_are_taken(server):
    assert ask(server, "", Host=f"localhost:{server.server_port}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "../",
        "../../etc/passwd",
        "/etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "static/../../pages.py",
        "static/..%2fpages.py",
        "data/../index.html",
        "data/samples-9999.js",
        "data/samples--1.js",
        "data/index",
        "media/0/../../etc/passwd",
        "media/99999/video",
        "media/0/face",
        "media/1/video",
        "media/-1/video",
    ],
)
def test_what_is_no_part_of_the_page_is_not_there(server, path):
    status, _, body = ask(server, path)
    assert (status, body) == (404, b"")


def test_a_clip_is_given_whole_and_in_ranges(server, world):
    whole = (world / "clips" / f"{NAMES[0]}.mp4").read_bytes()
    status, headers, body = ask(server, "media/0/video")
    assert (status, body, headers["Content-Type"]) == (200, whole, "video/mp4")
    assert headers["Accept-Ranges"] == "bytes"
    status, headers, body = ask(server, "media/0/video", Range="bytes=100-199")
    assert (status, body) == (206, whole[100:200])
    assert headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert ask(server, "media/0/video", Range="bytes=-10")[2] == whole[-10:]
    assert ask(server, "media/0/video", Range=f"bytes={len(whole)}-")[0] == 416
    status, headers, body = ask(server, "media/0/video", "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(whole)))
    assert ask(server, "media/1/audio")[1]["Content-Type"] == "audio/wav"


@pytest.mark.parametrize(
    ("header", "found"),
    [(None, (0, 9)), ("bytes=0-0", (0, 0)), ("bytes=3-99", (3, 9)), ("bytes=-99", (0, 9)), ("bytes=5-4", None)]
    + [(odd, None) for odd in ("bytes=-", "bytes=-0", "bytes=1-2,4-5", "items=1-2", "bytes=a-b", "bytes=10-", "")],
)
def test_ranges(header, found):
    assert asked_range(header, 10) == found


def test_a_link_out_of_the_folder_is_no_clip(world, tmp_path):
    clips, secret = tmp_path / "clips", tmp_path / "secret.mp4"
    clips.mkdir()
    secret.write_bytes(b"secret")
    (clips / f"{NAMES[0]}.mp4").symlink_to(secret)
    (clips / f"{NAMES[1]}.mp4").write_bytes(b"own")
    collection = load_results([world / "a"], world / "data", clips=clips, tasks=BUILTIN, missing="zero")
    with serving(collection) as running:
        assert running.clip(0, "video") is None
        assert running.clip(1, "video") == clips / f"{NAMES[1]}.mp4"
