"""The archive reader: the same arrays as NumPy's own, from files that NumPy's own must not be trusted with."""

import io
import struct
import subprocess
import sys
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError, UnsafeFileError
from merunibench.files.npz import npz_keys, read_npz
from tests.files.test_pickles import same
from tests.hostile import commands, exhausting, npy, only_input_errors, pickled_array, write_npz


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.npz"
    np.savez_compressed(path, corpus={"a": {"emo": 1}}, numbers=np.arange(6.0).reshape(2, 3), words=["joy", "愤怒"])
    return path


def header(descr, shape, *, fortran=False, version=1):
    stream = io.BytesIO()
    write = {1: np.lib.format.write_array_header_1_0, 2: np.lib.format.write_array_header_2_0}[version]
    write(stream, {"descr": descr, "fortran_order": fortran, "shape": shape})
    return stream.getvalue()


def test_official_files_read_as_numpy_reads_them(shared):
    paths = sorted((shared / "official").rglob("*.npz"))
    assert paths
    for path in paths:
        ours = read_npz(path)
        with np.load(path, allow_pickle=True) as theirs:
            assert list(ours) == list(theirs) == npz_keys(path)
            for key in theirs:
                expected = theirs[key]
                assert ours[key].dtype == expected.dtype
                assert ours[key].shape == expected.shape
                assert same(ours[key].tolist(), expected.tolist())


def test_arrays_dictionaries_and_text(small):
    read = read_npz(small)
    assert npz_keys(small) == list(read) == ["corpus", "numbers", "words"]
    assert read["corpus"].item() == {"a": {"emo": 1}}
    assert read["numbers"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert read["words"].tolist() == ["joy", "愤怒"]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("order", ["C", "F"])
def test_both_versions_and_both_orders(tmp_path, version, order):
    array = np.arange(6, dtype=">i4").reshape(2, 3)
    content = header(">i4", (2, 3), fortran=order == "F", version=version) + array.tobytes(order)
    read = read_npz(write_npz(tmp_path / "a.npz", {"a": content}, zipfile.ZIP_STORED))
    assert read["a"].tolist() == array.tolist()


def test_only_the_wanted_arrays_are_touched(tmp_path):
    marker = tmp_path / "marker"
    payload, _ = commands(marker)["command, protocol 4"]
    path = write_npz(tmp_path / "a.npz", {"bad": npy(payload), "good": npy(pickled_array({"a": 1}))})
    assert read_npz(path, ["good"])["good"].item() == {"a": 1}


def test_a_missing_array_is_named(small):
    with pytest.raises(InputError, match=r"small\.npz: contains no array 'x'; it contains corpus, numbers, words$"):
        read_npz(small, ["x"])


@pytest.mark.parametrize("attempt", list(commands("marker")))
def test_nothing_runs(attempt, tmp_path):
    marker = tmp_path / "marker"
    payload, named = commands(marker)[attempt]
    path = write_npz(tmp_path / "bad.npz", {"name2reason": npy(payload)})
    with pytest.raises(UnsafeFileError) as refused:
        read_npz(path)
    assert named in str(refused.value)
    assert str(refused.value).startswith(f"{path}, array 'name2reason': ")
    assert not marker.exists()


@pytest.mark.parametrize("attempt", list(exhausting()))
def test_nothing_is_exhausted(attempt, tmp_path):
    path = write_npz(tmp_path / "bad.npz", {"name2reason": npy(exhausting()[attempt])})
    with pytest.raises(InputError) as refused:
        read_npz(path)
    assert str(refused.value).startswith(f"{path}, array 'name2reason': ")


def test_the_crash_of_pythons_own_reader_does_not_happen_here():
    """Why the reader is no restricted `pickle.Unpickler`: that one ends the process on this file."""
    code = "import pickle, sys; pickle.loads(sys.stdin.buffer.read())"
    payload = b"\x80\x04}" + b")" + b"\x85" * 3_000_000 + b"Ns."
    ended = subprocess.run([sys.executable, "-c", code], input=payload, capture_output=True, check=False)
    if ended.returncode == 0:
        pytest.skip("this Python reads it")
    assert ended.returncode < 0


class TestSize:
    def test_a_bomb_is_refused_by_its_declared_size(self, tmp_path):
        path = write_npz(tmp_path / "bomb.npz", {"a": header("<f8", (2_000_000,)) + bytes(16_000_000)})
        assert path.stat().st_size < 50_000
        with pytest.raises(UnsafeFileError, match="unpacks to more than 1000000 bytes"):
            read_npz(path, max_bytes=1_000_000)

    def test_a_bomb_that_lies_about_its_size_is_no_larger_than_it_says(self, tmp_path):
        path = write_npz(tmp_path / "bomb.npz", {"a": header("<f8", (2_000_000,)) + bytes(16_000_000)})
        content = bytearray(path.read_bytes())
        directory = content.rindex(b"PK\x01\x02")
        content[directory + 24 : directory + 28] = struct.pack("<I", 1000)
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"bomb\.npz"):
            read_npz(path, max_bytes=1_000_000)

    def test_the_limit_is_on_all_arrays_together(self, tmp_path):
        path = tmp_path / "a.npz"
        np.savez(path, a=np.zeros(100), b=np.zeros(100))
        read_npz(path, ["a"], max_bytes=1000)
        with pytest.raises(UnsafeFileError, match="unpacks to more than"):
            read_npz(path, max_bytes=1000)

    @pytest.mark.parametrize("shape", [(10**12,), (2**62, 4), (0, 2**62), (3,), ()])
    def test_a_shape_is_not_believed(self, tmp_path, shape):
        path = write_npz(tmp_path / "a.npz", {"a": header("<f8", shape) + bytes(16)})
        with pytest.raises(InputError, match="does not match its shape and type"):
            read_npz(path)

    def test_the_limit_of_a_pickled_shape(self, tmp_path):
        path = write_npz(tmp_path / "a.npz", {"a": npy(pickled_array({"a": 1}), (10**12,))})
        with pytest.raises(InputError, match="not the array that its header describes"):
            read_npz(path)


class TestBroken:
    def test_a_file_cut_at_any_byte(self, small, tmp_path):
        content = small.read_bytes()
        path = tmp_path / "cut.npz"
        for length in range(len(content)):
            path.write_bytes(content[:length])
            with pytest.raises(InputError, match=r"cut\.npz: "):
                read_npz(path)

    @pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_other_compressions(self, tmp_path, compression):
        path = write_npz(tmp_path / "a.npz", {"a": npy(pickled_array({"a": 1}))}, compression)
        with pytest.raises(InputError, match=r"a\.npz: uses a compression that NumPy does not"):
            read_npz(path)

    def test_an_unknown_compression(self, small):
        content = bytearray(small.read_bytes())
        directory = content.index(b"PK\x01\x02")
        content[directory + 10] = 99
        small.write_bytes(content)
        with pytest.raises(InputError, match=r"small\.npz: uses a compression"):
            read_npz(small)

    def test_an_encrypted_file(self, small):
        content = bytearray(small.read_bytes())
        content[content.index(b"PK\x01\x02") + 8] |= 1
        content[6] |= 1
        small.write_bytes(content)
        with pytest.raises(InputError, match=r"small\.npz: is encrypted"):
            read_npz(small)

    def test_a_wrong_checksum(self, tmp_path):
        path = write_npz(tmp_path / "a.npz", {"a": header("<f8", (1,)) + bytes(8)}, zipfile.ZIP_STORED)
        content = bytearray(path.read_bytes())
        content[content.index(b"PK\x01\x02") - 1] ^= 1
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"a\.npz: cannot be read: Bad CRC-32"):
            read_npz(path)

    @pytest.mark.parametrize(
        "descr",
        ["<c16", "<M8[s]", "|V8", "<U0", "O,O", "<f8,<i4", [("a", "<f8")], ("<f8", (2,)), "<f3", "x" * 9000, 5, None],
        ids=str,
    )
    def test_other_types(self, tmp_path, descr):
        path = write_npz(tmp_path / "a.npz", {"a": header(descr, (1,)) + bytes(16)})
        with pytest.raises(InputError, match=r"a\.npz, array 'a': broken array: "):
            read_npz(path)

    @pytest.mark.parametrize(
        "text",
        ["", "{", "1+", "(" * 500, "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': 0, 'shape': 3}", "\\d", "\0"],
    )
    @pytest.mark.filterwarnings("ignore")
    def test_odd_headers(self, tmp_path, text):
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()
        path = write_npz(tmp_path / "a.npz", {"a": content})
        with pytest.raises(InputError, match=r"a\.npz, array 'a': broken array: "):
            read_npz(path)

    def test_the_third_version_is_for_fields(self, tmp_path):
        path = write_npz(tmp_path / "a.npz", {"a": b"\x93NUMPY\x03\x00\0\0\0\0"})
        with pytest.raises(InputError, match="version"):
            read_npz(path)

    def test_text_that_is_no_text(self, tmp_path):
        path = write_npz(tmp_path / "a.npz", {"a": header("<U1", (1,)) + b"\xff\xff\xff\x7f"})
        with pytest.raises(InputError, match="not characters"):
            read_npz(path)

    def test_a_pickle_that_is_no_array(self, tmp_path):
        path = write_npz(tmp_path / "a.npz", {"a": npy(b"}.")})
        with pytest.raises(InputError, match="not the array that its header describes"):
            read_npz(path)

    @pytest.mark.parametrize("name", ["missing.npz", "folder.npz", "text.npz", "one.npz"])
    def test_no_archive(self, tmp_path, name):
        (tmp_path / "folder.npz").mkdir()
        (tmp_path / "text.npz").write_text("hello")
        (tmp_path / "one.npz").write_bytes(npy(b"}."))
        with pytest.raises(InputError, match=rf"{name}: cannot be read: "):
            read_npz(tmp_path / name)
        with pytest.raises(InputError, match=rf"{name}: cannot be read: "):
            npz_keys(tmp_path / name)


@given(st.data())
def test_damaged_files_give_arrays_or_an_input_error(tmp_path_factory, data):
    stream = io.BytesIO()
    np.savez(stream, corpus={"a": {"emo": np.int64(1)}}, words=["joy", "sad"], numbers=np.arange(3.0))
    content = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    path.write_bytes(content)
    with only_input_errors(path):
        read_npz(path)


@given(st.binary(max_size=80), st.booleans())
def test_any_content_of_an_array(tmp_path_factory, payload, whole):
    path = tmp_path_factory.getbasetemp() / "any.npz"
    write_npz(path, {"a": payload if whole else npy(payload)})
    with only_input_errors(path):
        read_npz(path)


def test_the_checksum_of_the_tests_is_that_of_zip():
    """The helpers above change bytes by position: this holds their assumption about the layout."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.npy", b"content")
    content = stream.getvalue()
    directory = content.index(b"PK\x01\x02")
    assert struct.unpack("<I", content[directory + 16 : directory + 20])[0] == zlib.crc32(b"content")
