"""Clips, and tiny models built once per run however many workers share them."""

import os

import pytest

from tests.clips import make_clip, make_wave


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory):
    """Folder with a tiny model of every tested family, under its model type."""
    from filelock import FileLock

    from tests.models.tiny import BUILDERS

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "tiny_models"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            for name, build in BUILDERS.items():
                build(unfinished / name)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Clips of unequal length, picture and sound: name -> file."""
    folder = tmp_path_factory.mktemp("clips")
    return {
        "a": make_clip(folder / "a.mp4"),
        "b": make_clip(folder / "b.mp4", seconds=3, shade=lambda k: 255 - k % 250, tone=900),
        "tone": make_wave(folder / "tone.wav", seconds=2.5, tone=700),
    }
