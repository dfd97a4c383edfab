"""Clips, and tiny models built once per run however many workers share them."""

import os

import pytest

from tests.clips import make_clip, make_wave


class TinyModels:
    """A folder with a tiny model of every tested family, each made when first asked for: `tiny_models / family`."""

    def __init__(self, folder):
        self.folder = folder

    def __truediv__(self, family):
        from filelock import FileLock

        from tests.models.tiny import BUILDERS

        made, unfinished = self.folder / family, self.folder / f"{family}.unfinished"
        self.folder.mkdir(exist_ok=True)
        with FileLock(f"{made}.lock"):
            if not made.exists():
                BUILDERS[family](unfinished)
                unfinished.rename(made)
        return made


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory):
    """A tiny model of every tested family, one for all processes."""
    base = tmp_path_factory.getbasetemp()
    return TinyModels((base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "tiny_models")


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Clips of unequal length, picture and sound: name -> file."""
    folder = tmp_path_factory.mktemp("clips")
    return {
        "a": make_clip(folder / "a.mp4"),
        "b": make_clip(folder / "b.mp4", seconds=3, shade=lambda k: 255 - k % 250, tone=900),
        "tone": make_wave(folder / "tone.wav", seconds=2.5, tone=700),
    }
