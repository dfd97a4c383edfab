"""States of the frozen encoders, computed once: a small file for each medium of each clip.

A file is named by what decides its content: the encoder, the settings, and name, size and time of the clip's file. So
nothing stale is ever taken, several trainings may share a folder, and an interrupted computation goes on.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from merunibench.errors import InputError, MediaError
from merunibench.files import open_atomic, read_npy
from merunibench.journal import canonical
from merunibench.models.affectgpt.audio_input import ClipSpacing
from merunibench.models.affectgpt.clip_input import read_medium
from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.loading import identities, load_acoustic, load_visual
from merunibench.models.affectgpt.prompt import Medium, Mode
from merunibench.models.affectgpt.training.data import Example, Examples
from merunibench.models.affectgpt.visual_input import ColourOrder
from merunibench.models.base import Sample
from merunibench.models.prompting import sound_file

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class FeatureSettings:
    """What decides the states of a clip, besides its files.

    Attributes:
        config: Names of the encoders, number of frames.
        mode: Which media are taken.
        live: Media whose encoder runs in training instead, so that they are not kept.
        clip_spacing: Of the audio clips.
        face_order: Order of a face's colours.
    """

    config: AffectGPTConfig
    mode: Mode
    live: frozenset[Medium]
    clip_spacing: ClipSpacing
    face_order: ColourOrder


class Features:
    """The states of clips.

    Args:
        folder: Where they are kept.
        settings: What decides them.
        device: Where the encoders run.
    """

    def __init__(self, folder: Path, settings: FeatureSettings, device: str) -> None:
        self._folder, self._settings, self._device = folder, settings, device
        self._keys = {medium: self._key(medium) for medium in settings.mode.inputs - settings.live}
        self._encoders: dict[str, Any] = {}

    def complete(self, examples: Examples, progress: Progress) -> None:
        """Compute what is not there yet; a clip whose media cannot be read is left out of the examples.

        Sound that is not kept is read once all the same, to find out now what is broken.
        """
        total, done = len(examples.kept), 0

        def fault(example: Example) -> str:
            nonlocal done
            done += 1
            progress("features", done, total)
            try:
                for medium in sorted(self._settings.mode.inputs):
                    self._compute(example.sample, medium)
            except MediaError as error:
                return str(error)
            return ""

        examples.keep_if(fault)
        self._encoders.clear()

    def lacking(self, example: Example) -> str:
        """Which file of a clip is not there; empty if none."""
        try:
            for medium in sorted(self._settings.mode.inputs):
                self._file(example.sample, medium)
        except MediaError as error:
            return str(error)
        return ""

    def load(self, example: Example) -> Mapping[Medium, torch.Tensor]:
        """Medium -> states (t, h) of an encoder, or clips of sound (8, 32000) where its encoder runs in training.

        Raises:
            InputError: the file of a medium has changed or gone since `complete`.
        """
        found: dict[Medium, torch.Tensor] = {}
        for medium in sorted(self._settings.mode.inputs):
            if medium in self._keys:
                path = self._path(example.sample, medium)
                if not path.is_file():
                    raise InputError(f"{example.sample.name}: its {medium} has changed since; start the command again")
                found[medium] = torch.from_numpy(np.array(read_npy(path)))
            else:
                found[medium] = self._read(example.sample, medium)
        return found

    def _compute(self, sample: Sample, medium: Medium) -> None:
        if medium not in self._keys:
            if not all(self._path(sample, kept).is_file() for kept in self._keys):
                self._read(sample, medium)
            return
        path = self._path(sample, medium)
        if path.is_file():
            return
        media = self._read(sample, medium).to(self._device)
        with torch.inference_mode():
            states = self._encoder(medium)(media[None])[0].float().cpu().numpy()
        if not np.isfinite(states).all():
            raise MediaError(f"{sample.name}: the encoder's states of its {medium} are no numbers")
        with open_atomic(path, "wb", sync=False) as stream:
            np.save(stream, states)

    def _read(self, sample: Sample, medium: Medium) -> torch.Tensor:
        settings = self._settings
        return read_medium(sample, medium, settings.config.frames, settings.clip_spacing, settings.face_order)[0]

    def _encoder(self, medium: Medium) -> Any:  # noqa: ANN401 - one of two modules
        part = "acoustic" if medium == "audio" else "visual"
        if part not in self._encoders:
            load = load_acoustic if medium == "audio" else load_visual
            self._encoders[part] = load(self._settings.config).eval().to(self._device)
        return self._encoders[part]

    def _key(self, medium: Medium) -> str:
        settings = self._settings
        part = "acoustic" if medium == "audio" else "visual"
        content: dict[str, Any] = {"encoder": identities(settings.config)[part], "medium": medium}
        content |= {"clip_spacing": settings.clip_spacing} if medium == "audio" else {"frames": settings.config.frames}
        content |= {"face_order": settings.face_order} if medium == "face" else {}
        return canonical(content)

    def _file(self, sample: Sample, medium: Medium) -> Path:
        """The file of a medium.

        Raises:
            MediaError: the clip has none.
        """
        source = sound_file(sample) if medium == "audio" else sample.face if medium == "face" else sample.video
        if source is None or not source.is_file():
            raise MediaError(f"no file for {medium}: {source or 'none is given'}")
        return source

    def _path(self, sample: Sample, medium: Medium) -> Path:
        """Where the states are kept.

        Raises:
            MediaError: the clip has no such file.
        """
        source = self._file(sample, medium)
        state = source.stat()
        parts = (self._keys[medium], sample.name, source.name, str(state.st_size), str(state.st_mtime_ns))
        name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return self._folder / name[:2] / f"{name}.npy"


def live_media(cache: str) -> frozenset[Medium]:
    """The media whose encoder runs in training."""
    return frozenset({"audio"}) if cache == "visual" else frozenset()
