"""A tiny AffectGPT, made once a session."""

import numpy as np
import pytest
import soundfile

from merunibench.models.base import Options, Sample
from tests.clips import make_clip
from tests.models.affectgpt.tiny import make_backbones, make_checkpoint


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    return make_backbones(tmp_path_factory.mktemp("backbones"))


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    return make_checkpoint(tmp_path_factory.mktemp("released") / "checkpoint_000030_loss_0.602.pth")


@pytest.fixture
def options(tiny):
    def make(generation=None, **extra):
        more = {"generation": generation} if generation else {}
        return Options(prompt="{subtitle}", extra={**tiny.extra, **extra}, dtype="float32", device="cpu", **more)

    return make


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    """Samples of different length, with faces, video, sound and subtitle."""
    folder = tmp_path_factory.mktemp("clips")
    random = np.random.default_rng(5)
    made = []
    for number, (seconds, said) in enumerate([(1.0, "No."), (3.0, "I do not know, really!"), (2.2, "")]):
        name = f"clip{number}"
        video = make_clip(folder / f"{name}.mp4", seconds, shade=lambda k, n=number: (40 * n + 3 * k) % 250)
        audio, face = folder / f"{name}.wav", folder / f"{name}.npy"
        soundfile.write(audio, random.normal(0, 0.1, round(16000 * seconds)), 16000)
        np.save(face, random.integers(0, 256, (9 - 3 * number, 40, 30, 3), np.uint8))
        made.append(Sample(name, video, audio, face, said))
    return made
