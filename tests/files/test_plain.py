"""Files that strangers name: regular ones are opened, whatever else a name may stand for is refused at once."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from merunibench.errors import InputError, UnsafeFileError
from merunibench.files import open_plain, read_plain


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(path))


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _dangling(path: Path) -> None:
    path.symlink_to("gone")


@pytest.mark.parametrize(
    "make",
    [_pipe, _socket, _loop, _device, _dangling, Path.mkdir],
)
def test_what_is_no_regular_file_is_refused_at_once(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    make(Path("given"))
    with pytest.raises(InputError, match=r"^given: "):
        open_plain(Path("given"))


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "half \ud800", "gone", ""])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        open_plain(Path(name))


def test_a_link_is_followed_but_not_out_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "plain").write_bytes(b"plain")
    (folder / "link").symlink_to("plain")
    (folder / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "given-too").mkdir()
    (tmp_path / "given-too" / "file").touch()
    assert read_plain(folder / "link", 5, within=folder) == b"plain"
    assert read_plain(folder / "out", 10) == b"secret"
    for name in ("out", "../secret", "../given-too/file"):
        with pytest.raises(UnsafeFileError, match="outside the folder"):
            open_plain(folder / name, within=folder)


def test_no_more_than_a_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(2048))
    assert len(read_plain(path, 2048)) == 2048
    with pytest.raises(UnsafeFileError, match="longer than 1 KiB"):
        read_plain(path, 1024)


def test_a_limit_reserves_no_memory(tmp_path):
    (tmp_path / "small").write_bytes(b"small")
    assert read_plain(tmp_path / "small", 1 << 60) == b"small"
