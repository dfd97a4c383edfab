"""A model that costs nothing and depends on everything it is given, so that no mix-up of rows stays unseen."""

import hashlib
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from merunibench.errors import InputError, MediaError
from merunibench.inference.clips import Clips
from merunibench.inference.local import LocalEngine
from merunibench.inference.prompts import load_prompt
from merunibench.inference.runner import Request, run_clips
from merunibench.models.base import MODALITIES, Model, Prepared, Sample

WORDS = ["happy", "sad", "angry", "calm", "proud", "afraid", "neutral"]


def load(argument, options):
    """What the entry point `fake` of the tests' plugin loads: `fake:PAUSE`.

    Where the environment names a folder, the first process that is asked about a file `deadly` dies of it.
    """
    grave = os.environ.get("FAKE_GRAVE")
    return FakeModel(
        options.generation.seed, float(argument or 0), grave=Path(grave) if grave else None, prompt=options.prompt
    )


def write_plugin(folder):
    """A folder for PYTHONPATH in which an installed package brings the fake model."""
    info = folder / "fake_model-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fake-model\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[merunibench.models]\nfake = tests.inference.fake:load\n")
    return folder


class FakeModel(Model):
    """Answers with words drawn by a hash of the file and the subtitle.

    A file that begins with `broken` cannot be prepared, one with `odd` makes its answer raise, one with `huge` fits
    into no batch of more than one.
    """

    name = "fake"
    modalities = frozenset(MODALITIES)

    def __init__(self, seed=0, pause=0.0, groups=1, grave=None, prompt=None):
        self.seed, self.pause, self.groups, self.grave = seed, pause, groups, grave
        self.prompt = prompt or load_prompt("open-vocabulary").text
        self.batches = []
        self.prepared = []

    @property
    def settings(self):
        return {"model": self.name, "prompt": self.prompt, "generation": {"seed": self.seed}}

    def prepare(self, sample):
        try:
            content = sample.video.read_bytes()
        except OSError:
            raise MediaError(f"{sample.video}: cannot be read") from None
        if content.startswith(b"broken"):
            raise MediaError(f"{sample.video.name}: truncated")
        if content.startswith(b"hopeless"):
            raise InputError("this model takes no video; leave it out (--modalities)")
        self.prepared.append(sample.name)
        digest = hashlib.sha256(content + (sample.subtitle or "").encode()).digest()
        return Prepared(sample, MODALITIES, {"bytes": len(content)}, digest[1] % self.groups, (content, digest))

    def answer(self, batch):
        self.batches.append([prepared.sample.name for prepared in batch])
        time.sleep(self.pause)
        if self.grave and any(prepared.payload[0].startswith(b"deadly") for prepared in batch):
            with suppress(FileExistsError):
                (self.grave / "here").mkdir()
                os.kill(os.getpid(), signal.SIGKILL)
        contents = [prepared.payload[0] for prepared in batch]
        if len(batch) > 1 and any(content.startswith(b"huge") for content in contents):
            raise MemoryError
        if any(content.startswith(b"odd") for content in contents):
            raise ZeroDivisionError("division by zero")
        return [
            f"{prepared.sample.name} is {WORDS[(prepared.payload[1][0] + self.seed) % len(WORDS)]}"
            for prepared in batch
        ]


def write_clips(folder, count=20, special=None):
    """`count` clips as small files, in an order that is not that of their names; `special`: place -> first bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for place in range(count):
        name = f"dia{place % 7}_utt{count - place}"
        path = folder / f"{name}.mp4"
        path.write_bytes((special or {}).get(place, b"clip") + str(place).encode())
        samples.append(Sample(name, path, subtitle=f"line {place}"))
    strata = tuple("abc"[place % 3 if place % 2 else 0] for place in range(count))
    return Clips("meld", tuple(samples), strata, folder)


def run(clips, out, model=None, *, batch_size=4, progress=None, **wanted):
    """Run a fake model over clips."""
    engine = LocalEngine(model or FakeModel(), MODALITIES, batch_size, workers=2)
    request = Request("fake", load_prompt("open-vocabulary"), MODALITIES, **wanted)
    return run_clips(clips, out, engine, request, progress)
