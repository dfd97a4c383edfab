"""Features of clips through any visual or acoustic encoder of transformers: what attention classifiers are trained on.

Visual: an image model (CLIP, DINOv2, …) on each face crop, or frame where there is none, averaged. Acoustic: a speech
model (HuBERT, WavLM, …) on pieces of ten seconds; its last four layers are summed, then averaged over time. Both as
MERBench has them.
"""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from merunibench._text import short_repr
from merunibench.curation.crowd.classifiers.features import check_name
from merunibench.errors import InputError, MediaError
from merunibench.files import write_bytes, write_text
from merunibench.files.json_text import read_json
from merunibench.hub import Source, choose_device, load_transformers, loading
from merunibench.media.frames import read_frames
from merunibench.media.sound import SAMPLE_RATE, read_sound
from merunibench.models.base import Sample

FloatArray = npt.NDArray[np.float32]
Progress = Callable[[str, int, int, int], None]

ABOUT = ".encoder.json"
_PIECE_SECONDS = 10
_SHORTEST = SAMPLE_RATE // 10  # of a piece: shorter ones give a speech model no step at all
_LAST_LAYERS = 4
_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class VisualEncoder:
    """An image model.

    Attributes:
        source: Where it comes from.
        model: The model.
        processor: What prepares pictures for it.
        frames: Most pictures of a clip.
    """

    source: Source
    model: Any
    processor: Any
    frames: int
    kind: Literal["visual"] = "visual"

    @classmethod
    def load(cls, spec: str, device: str, frames: int) -> "VisualEncoder":
        """The model of that name, or in that folder.

        Raises:
            InputError: it is absent, broken or no image model.
        """
        transformers, source = load_transformers(), Source.parse(spec)
        with loading(f"visual encoder {spec}"):
            processor = source.load(transformers.AutoImageProcessor)
            model = source.load(transformers.AutoModel).to(device).eval()
        return cls(source, model, processor, frames)

    def features(self, sample: Sample) -> FloatArray:
        """Mean features of a clip's pictures, shape (D,).

        Raises:
            MediaError: the clip has no picture that can be read.
        """
        import torch

        pictures = self._pictures(sample)
        total, count = np.zeros(0), 0
        for start in range(0, len(pictures), _AT_ONCE):
            part = list(pictures[start : start + _AT_ONCE])
            inputs = self.processor(images=part, return_tensors="pt").to(self.model.device)
            with torch.inference_mode():
                found = self._of_pictures(inputs["pixel_values"]).float().cpu().numpy()
            total, count = found.sum(axis=0, dtype=np.float64) + (total if count else 0), count + len(part)
        return (total / count).astype(np.float32)

    def _of_pictures(self, pixels: Any) -> Any:  # noqa: ANN401 - tensors
        if hasattr(self.model, "get_image_features"):
            found = self.model.get_image_features(pixel_values=pixels)
            return getattr(found, "pooler_output", found)
        output = self.model(pixel_values=pixels)
        pooled = getattr(output, "pooler_output", None)
        return output.last_hidden_state.mean(dim=1) if pooled is None else pooled.flatten(1)

    def _pictures(self, sample: Sample) -> np.ndarray:
        if sample.face is not None:
            from merunibench.models.affectgpt.visual_input import read_faces

            return read_faces(sample.face, self.frames).pixels
        if sample.video is None:
            raise MediaError(f"{sample.name}: has neither faces nor a video")
        return read_frames(sample.video, self.frames).pixels


@dataclass(frozen=True, eq=False)
class AcousticEncoder:
    """A speech model.

    Attributes:
        source: Where it comes from.
        model: The model.
        extractor: What prepares sound for it.
    """

    source: Source
    model: Any
    extractor: Any
    kind: Literal["acoustic"] = "acoustic"

    @classmethod
    def load(cls, spec: str, device: str) -> "AcousticEncoder":
        """The model of that name, or in that folder.

        Raises:
            InputError: it is absent, broken or no speech model.
        """
        transformers, source = load_transformers(), Source.parse(spec)
        with loading(f"acoustic encoder {spec}"):
            extractor = source.load(transformers.AutoFeatureExtractor)
            model = source.load(transformers.AutoModel).to(device).eval()
        return cls(source, model, extractor)

    def features(self, sample: Sample) -> FloatArray:
        """The sum of the last four layers, mean over time, shape (D,).

        Raises:
            MediaError: the clip has no sound that can be read.
        """
        import torch

        path = sample.audio or sample.video
        if path is None:
            raise MediaError(f"{sample.name}: has no sound")
        total, steps = np.zeros(0), 0
        for piece in _pieces(read_sound(path).samples):
            inputs = self.extractor(piece, sampling_rate=SAMPLE_RATE, return_tensors="pt").to(self.model.device)
            with torch.inference_mode():
                output = self.model(**inputs, output_hidden_states=True)
            # The last state of `hidden_states` has not been through the final norm of every model.
            layers = [*output.hidden_states[:-1], output.last_hidden_state][-_LAST_LAYERS:]
            states = torch.stack(layers).sum(dim=0)[0].double().cpu().numpy()
            total, steps = states.sum(axis=0) + (total if steps else 0), steps + len(states)
        return (total / steps).astype(np.float32)


def _pieces(samples: FloatArray) -> Iterator[FloatArray]:
    """Pieces of ten seconds; a rest too short for a step is left out, a clip that short is filled up with silence."""
    size = _PIECE_SECONDS * SAMPLE_RATE
    if len(samples) < _SHORTEST:
        samples = np.pad(samples, (0, _SHORTEST - len(samples)))
    for start in range(0, len(samples), size):
        piece = samples[start : start + size]
        if len(piece) >= _SHORTEST:
            yield piece


Encoder = VisualEncoder | AcousticEncoder


@dataclass
class Extracted:
    """What became of the clips.

    Attributes:
        folder: Where the features of an encoder are.
        written: Number of clips whose features were computed now.
        kept: Number whose features were there.
        failed: Clip -> why it has none.
    """

    folder: Path
    written: int = 0
    kept: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def extract_features(
    samples: Sequence[Sample], encoders: Sequence[Encoder], out: Path, progress: Progress | None = None
) -> list[Extracted]:
    """Write the features of all clips, `out/<encoder>/<name>.npy`; those that are there are kept.

    Raises:
        InputError: features of another encoder of that name are there, or a file cannot be written.
    """
    done = []
    for encoder in encoders:
        result = Extracted(out / encoder.source.name.rpartition("/")[2])
        _check_same(result.folder, encoder)
        for number, sample in enumerate(samples):
            if progress:
                progress(result.folder.name, number, len(samples), len(result.failed))
            check_name(sample.name)
            path = result.folder / f"{sample.name}.npy"
            if path.is_file():
                result.kept += 1
                continue
            try:
                features = encoder.features(sample)
            except MediaError as error:
                result.failed[sample.name] = str(error)
                continue
            stream = io.BytesIO()
            np.save(stream, features, allow_pickle=False)
            write_bytes(path, stream.getvalue())
            result.written += 1
        done.append(result)
    return done


def _check_same(folder: Path, encoder: Encoder) -> None:
    """Refuse to mix the features of two encoders."""
    about: dict[str, Any] = {"encoder": encoder.source.name, "identity": encoder.source.identity, "kind": encoder.kind}
    if isinstance(encoder, VisualEncoder):
        about["frames"] = encoder.frames
    path = folder / ABOUT
    if not path.is_file():
        write_text(path, json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    elif (there := read_json(path)) != about:
        differing = [key for key in about if not isinstance(there, dict) or there.get(key) != about[key]]
        raise InputError(
            f"{folder}: holds features made with another {short_repr(differing[0] if differing else 'encoder')}; "
            "choose another --out, or delete the folder"
        )


def load_encoders(visual: str | None, acoustic: str | None, *, device: str, frames: int) -> list[Encoder]:
    """The encoders that options name.

    Raises:
        InputError: none is named, or one cannot be loaded.
    """
    if visual is None and acoustic is None:
        raise InputError("name an encoder: --visual MODEL, --acoustic MODEL, or both")
    where = choose_device(device) if load_transformers() else device
    found: list[Encoder] = []
    if visual is not None:
        found.append(VisualEncoder.load(visual, where, frames))
    if acoustic is not None:
        found.append(AcousticEncoder.load(acoustic, where))
    return found
