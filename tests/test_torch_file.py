"""Files of `torch.save` from strangers: plain weights or one line, whatever their instructions are."""

import os
import pickle
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merunibench.errors import InputError, UnsafeFileError
from merunibench.torch_file import load_torch
from tests.hostile import commands, exhausting, only_input_errors

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("torch") / "sound.pth"
    torch.save({"model": {"a": torch.arange(6.0).reshape(2, 3)}, "epoch": 3, "config": {"x": [1, "y"]}}, path)
    return path


def with_instructions(sound, path, payload):
    """The sound file with another pickle in the place of its own."""
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, payload if name.endswith("data.pkl") else old.read(name))
    return path


def test_plain_weights(sound):
    found = load_torch(sound)
    assert found["model"]["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["config"] == {"x": [1, "y"]}


BROKEN = {
    "empty stack": b"\x80\x02.",
    "tuple of nothing": b"\x80\x02\x87.",
    "mark that is missing": b"\x80\x02t.",
    "memo that is missing": b"\x80\x02h\x05.",
    "append to nothing": b"\x80\x02Na.",
    "items of a number": b"\x80\x02K\x01(K\x01K\x02u.",
    "key that has no hash": b"\x80\x02}]Ns.",
    "tensor of nothing": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.",
    "tensor of numbers": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x02K\x03K\x04K\x05K\x06tR.",
    "odd persistent name": b"\x80\x02K\x01Q.",
    "short persistent name": b"\x80\x02X\x07\x00\x00\x00storage\x85Q.",
    "state of a list": b"\x80\x02]}b.",
    "bytes without end": b"\x80\x02cbuiltins\nbytearray\n\x8a\x07\x00\x00\x00\x00\x00\x00\x40\x85R.",
    "no end": b"\x80\x02N",
    "nothing": b"",
    "unknown instruction": b"\x80\x02\xff.",
    "text that is no text": b"\x80\x02X\x01\x00\x00\x00\xff.",
    "tuples in a key": b"\x80\x04}" + b")" + b"\x85" * 300_000 + b"Ns.",
    "tuples by memo": b"\x80\x04})" + b"\x85q\x00h\x00\x86" * 300 + b"Ns.",
    "protocol": b"\x80\xff.",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_instructions(sound, tmp_path, kind):
    path = with_instructions(sound, tmp_path / "a.pth", BROKEN[kind])
    with pytest.raises(InputError, match=r"a\.pth: ") as caught:
        load_torch(path)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("kind", [*commands("marker"), *exhausting()])
def test_nothing_runs(sound, tmp_path, kind):
    marker = tmp_path / "marker"
    payload = commands(marker)[kind][0] if kind in commands(marker) else exhausting()[kind]
    path = with_instructions(sound, tmp_path / "a.pth", payload)
    with only_input_errors(path):
        load_torch(path)
    assert not marker.exists()


@given(
    st.lists(st.sampled_from([bytes([code]) for code in b"(]}).NK\x01X\x00hqtu\x85\x86\x87saebRcQ0o\x81"]), max_size=30)
)
def test_any_instructions(sound, tmp_path_factory, pieces):
    path = tmp_path_factory.getbasetemp() / "any.pth"
    with_instructions(sound, path, b"\x80\x02" + b"".join(pieces) + b".")
    with only_input_errors(path):
        load_torch(path)


def test_files_that_are_none(tmp_path, sound):
    (tmp_path / "bare").write_bytes(pickle.dumps({"model": {}}))
    (tmp_path / "cut").write_bytes(sound.read_bytes()[:300])
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr("a", b"b")
    for name in ("bare", "cut", "empty", "pipe", "archive", "gone"):
        with pytest.raises(InputError, match=name):
            load_torch(tmp_path / name)


def test_a_long_list_of_tensors(sound, tmp_path):
    path = tmp_path / "a.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", bytes(17 << 20))
    with pytest.raises(UnsafeFileError, match="longer than 16 MiB"):
        load_torch(path)
