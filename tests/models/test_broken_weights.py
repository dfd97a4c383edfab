"""A folder whose weights are damaged is one line, though safetensors has an error of its own."""

import pytest

from merunibench.errors import InputError
from merunibench.hub import loading

safetensors = pytest.importorskip("safetensors.torch")


@pytest.mark.parametrize("content", [b"", b"\xff" * 8, b"\x02" + bytes(7) + b"{}x", b"\x08" + bytes(7) + b"[" * 8])
def test_broken_weights_are_one_line(tmp_path, content):
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(InputError, match=r"^here: ") as caught, loading("here"):
        safetensors.load_file(tmp_path / "model.safetensors")
    assert str(caught.value).isprintable()
