"""Writing whole files or none."""

import os

import pytest

from merunibench.errors import InputError
from merunibench.files import (
    open_atomic,
    remove_all_leftovers,
    remove_leftovers,
    whole_set,
    write_bytes,
    write_changed,
    write_text,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_text_is_utf8_with_unix_line_ends(tmp_path):
    path = tmp_path / "new" / "folder" / "a.txt"
    write_text(path, "愤怒\nx")
    assert path.read_bytes() == "愤怒\nx".encode()


def test_bytes(tmp_path):
    write_bytes(tmp_path / "a", b"\r\n\0")
    assert (tmp_path / "a").read_bytes() == b"\r\n\0"


def test_an_old_file_is_replaced_only_at_the_end(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with open_atomic(path) as stream:
        stream.write("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(TypeError), open_atomic(path) as stream:
        stream.writelines(["half", None])
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_usual_permissions(tmp_path):
    (tmp_path / "plain").touch()
    write_text(tmp_path / "atomic", "x")
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("name", ["folder", "file/below", "x" * 300])
def test_what_cannot_be_written(tmp_path, name):
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written: ") as error:
        write_text(tmp_path / name, "x")
    assert str(error.value).startswith(str(tmp_path / name))
    assert names(tmp_path) == ["file", "folder"]


def test_a_full_disk(tmp_path):
    with (
        pytest.raises(InputError, match=r"a\.txt: cannot be written: No space left on device"),
        open_atomic(tmp_path / "a.txt"),
    ):
        raise OSError(28, "No space left on device")
    assert names(tmp_path) == []


def test_what_is_there_already_is_not_written_again(tmp_path):
    path = tmp_path / "folder" / "a"
    write_changed(path, b"one")
    before = path.stat().st_ino
    write_changed(path, b"one")
    assert path.stat().st_ino == before
    write_changed(path, b"two")
    assert path.read_bytes() == b"two"


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path):
    for name in ("a.txt", "b.txt"):
        child = os.fork()
        if not child:  # as SIGKILL would end it
            with open_atomic(tmp_path / name) as stream:
                stream.write("half")
                stream.flush()
                os._exit(9)
        os.waitpid(child, 0)
    (tmp_path / ".mine.tmp").write_text("")
    (tmp_path / ".0123456789abcdeg.tmp").write_text("")
    assert len(names(tmp_path)) == 4
    remove_leftovers(tmp_path / "a.txt")
    assert len(names(tmp_path)) == 3
    assert "half" in [path.read_text() for path in tmp_path.iterdir()]  # of b.txt
    remove_all_leftovers(tmp_path)
    assert names(tmp_path) == [".0123456789abcdeg.tmp", ".mine.tmp"]
    remove_all_leftovers(tmp_path / "absent", recursive=True)


def test_a_set_that_was_killed_is_removed(tmp_path):
    child = os.fork()
    if not child:
        with whole_set(tmp_path / "out") as temporary:
            write_text(temporary / "deep" / "a.txt", "half")
            os._exit(9)
    os.waitpid(child, 0)
    assert len(names(tmp_path / "out")) == 1
    remove_all_leftovers(tmp_path, recursive=True)
    assert names(tmp_path / "out") == []
