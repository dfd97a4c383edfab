"""torchvision beside a CPU build of torch: importable, and good for preparing frames."""

import subprocess
import sys

import pytest

from merunibench.hub import ensure_torchvision


def test_frames_can_be_resized():
    torch = pytest.importorskip("torch")
    torchvision = ensure_torchvision()
    if torchvision is None:
        pytest.skip("torchvision is not installed")
    from torchvision.transforms.v2 import functional

    assert functional.resize(torch.zeros(3, 8, 8), [4, 4]).shape == (3, 4, 4)
    assert ensure_torchvision() is torchvision


def test_other_failures_are_not_hidden(tmp_path):
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('something else')\n")
    code = "from merunibench.hub import ensure_torchvision; ensure_torchvision()"
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert "RuntimeError: something else" in run.stderr
