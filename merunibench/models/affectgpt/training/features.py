"""States of the frozen encoders, computed once: a small file for each medium of each clip.

The name of a file is a hash of everything that its content depends on: the encoder, the settings, and name, size and
time of the clip's file. So outdated files are never used, several trainings can share a folder, and an interrupted
computation can be resumed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from merunibench.errors import InputError, MediaError
from merunibench.files import open_atomic
from merunibench.files.npz import read_npy
from merunibench.journal import canonical
from merunibench.models.affectgpt.clip_input import read_medium
from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.loading import identities, load_acoustic, load_visual
from merunibench.models.affectgpt.prompt import Medium, Mode
from merunibench.models.affectgpt.training.data import Example, Examples, Progress
from merunibench.models.base import Sample
from merunibench.models.prompting import sound_file


@dataclass(frozen=True)
class Features:
    """The states of clips.

    Attributes:
        folder: Folder of the files.
        network: Names of the encoders, mode, number of frames.
        live: Media whose encoder runs during training, so that their states are not stored.
        device: Device of the encoders.
    """

    folder: Path
    network: AffectGPTConfig
    live: frozenset[Medium]
    device: str

    @cached_property
    def _keys(self) -> Mapping[Medium, str]:
        """Medium -> everything that its states depend on, besides its file."""
        encoders, frames = identities(self.network), self.network.frames
        keys: dict[Medium, str] = {}
        for medium in sorted(Mode(str(self.network.mode)).inputs):
            encoder = encoders["acoustic" if medium == "audio" else "visual"]
            keys[medium] = canonical({medium: None if medium in self.live else encoder, "frames": frames})
        return keys

    def check(self, example: Example) -> None:
        """Check that a clip's files exist.

        Raises:
            MediaError: a file is missing.
        """
        for medium in self._keys:
            self._path(example.sample, medium)

    def complete(self, examples: Examples, progress: Progress) -> None:
        """Compute missing states; clips whose media cannot be read are removed from the examples.

        Sound whose states are not stored is also read once, to detect broken files now.
        """

        @cache
        def encoder(load: Any) -> Any:  # noqa: ANN401 - one of two modules
            return load(self.network).eval().to(self.device)

        def compute(example: Example) -> None:
            for medium in self._keys:
                path = self._path(example.sample, medium)
                if path.is_file():
                    continue
                media, states = self._read(example.sample, medium), np.empty(0)
                if medium not in self.live:
                    module = encoder(load_acoustic if medium == "audio" else load_visual)
                    with torch.inference_mode():
                        states = module(media[None].to(self.device))[0].float().cpu().numpy()
                if not np.isfinite(states).all():
                    raise MediaError(f"{example.sample.name}: the encoder's states of its {medium} are not finite")
                with open_atomic(path, "wb", sync=False) as stream:
                    np.save(stream, states)

        examples.keep_if(compute, "features", progress)

    def load(self, example: Example) -> Mapping[Medium, torch.Tensor]:
        """Return medium -> states (t, h) of an encoder, or sound (8, 32000) if its encoder runs during training.

        Raises:
            InputError: the file of a medium has changed or is missing since `complete`.
        """
        found: dict[Medium, torch.Tensor] = {}
        for medium in self._keys:
            path = self._path(example.sample, medium)
            if not path.is_file():
                raise InputError(
                    f"{example.sample.name}: its {medium} file has changed during training; start the command again"
                )
            if medium in self.live:
                found[medium] = self._read(example.sample, medium)
            else:
                found[medium] = torch.from_numpy(np.array(read_npy(path)))
        return found

    def _read(self, sample: Sample, medium: Medium) -> torch.Tensor:
        return read_medium(sample, medium, self.network.frames, 8, "stored")[0]

    def _path(self, sample: Sample, medium: Medium) -> Path:
        """Return the file of the states.

        Raises:
            MediaError: the clip's file does not exist.
        """
        source = sound_file(sample) if medium == "audio" else sample.face if medium == "face" else sample.video
        if source is None or not source.is_file():
            raise MediaError(f"no file for {medium}: {source or 'not given'}")
        state = source.stat()
        parts = (self._keys[medium], sample.name, source.name, str(state.st_size), str(state.st_mtime_ns))
        name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return self.folder / name[:2] / f"{name}.npy"
