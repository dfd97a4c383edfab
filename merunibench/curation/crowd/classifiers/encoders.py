"""Compute features of clips for attention classifiers, with any visual or acoustic encoder of transformers.

Visual: an image model (CLIP, DINOv2, …) on each face crop, or on frames if there are no crops; averaged. Acoustic: a
speech model (HuBERT, WavLM, …) on pieces of ten seconds; the last four layers are summed, then averaged over time. Both
are the same as in MERBench.
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
_SHORTEST = SAMPLE_RATE // 10  # speech models have no output for shorter pieces
_LAST_LAYERS = 4
_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class VisualEncoder:
    """An image model.

    Attributes:
        source: The source of the model.
        model: The model.
        processor: The image processor.
        frames: Maximum number of pictures per clip.
    """

    source: Source
    model: Any
    processor: Any
    frames: int
    kind: Literal["visual"] = "visual"

    @classmethod
    def load(cls, spec: str, device: str, frames: int) -> "VisualEncoder":
        """Load a model by its name or folder.

        Raises:
            InputError: it is missing, broken or not an image model.
        """
        transformers, source = load_transformers(), Source.parse(spec)
        with loading(f"visual encoder {spec}"):
            processor = source.load(transformers.AutoImageProcessor)
            model = source.load(transformers.AutoModel).to(device).eval()
        return cls(source, model, processor, frames)

    def features(self, sample: Sample) -> FloatArray:
        """Return the mean features of a clip's pictures, shape (D,).

        Raises:
            MediaError: the clip has no readable picture.
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
        source: The source of the model.
        model: The model.
        extractor: The feature extractor for sound.
    """

    source: Source
    model: Any
    extractor: Any
    kind: Literal["acoustic"] = "acoustic"

    @classmethod
    def load(cls, spec: str, device: str) -> "AcousticEncoder":
        """Load a model by its name or folder.

        Raises:
            InputError: it is missing, broken or not a speech model.
        """
        transformers, source = load_transformers(), Source.parse(spec)
        with loading(f"acoustic encoder {spec}"):
            extractor = source.load(transformers.AutoFeatureExtractor)
            model = source.load(transformers.AutoModel).to(device).eval()
        return cls(source, model, extractor)

    def features(self, sample: Sample) -> FloatArray:
        """Return the sum of the last four layers, averaged over time, shape (D,).

        Raises:
            MediaError: the clip has no readable sound.
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
            # In some models, the final norm is not applied to the last entry of `hidden_states`.
            layers = [*output.hidden_states[:-1], output.last_hidden_state][-_LAST_LAYERS:]
            states = torch.stack(layers).sum(dim=0)[0].double().cpu().numpy()
            total, steps = states.sum(axis=0) + (total if steps else 0), steps + len(states)
        return (total / steps).astype(np.float32)


def _pieces(samples: FloatArray) -> Iterator[FloatArray]:
    """Yield pieces of ten seconds. A remainder that is too short is left out; a clip that is too short is padded."""
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
    """Result of `extract_features` for one encoder.

    Attributes:
        folder: Folder of the features.
        written: Number of clips whose features were computed now.
        kept: Number of clips whose features existed before.
        failed: Clip -> why it has no features.
    """

    folder: Path
    written: int = 0
    kept: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def extract_features(
    samples: Sequence[Sample], encoders: Sequence[Encoder], out: Path, progress: Progress | None = None
) -> list[Extracted]:
    """Write the features of all clips to `out/<encoder>/<name>.npy`; existing files are kept.

    Raises:
        InputError: features of another encoder with that name exist, or a file cannot be written.
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
            f"{folder}: contains features made with another {short_repr(differing[0] if differing else 'encoder')}; "
            "choose another --out, or delete the folder"
        )


def load_encoders(visual: str | None, acoustic: str | None, *, device: str, frames: int) -> list[Encoder]:
    """Load the encoders named in the options.

    Raises:
        InputError: no encoder is named, or one cannot be loaded.
    """
    if visual is None and acoustic is None:
        raise InputError("no encoder given; give --visual MODEL, --acoustic MODEL, or both")
    where = choose_device(device) if load_transformers() else device
    found: list[Encoder] = []
    if visual is not None:
        found.append(VisualEncoder.load(visual, where, frames))
    if acoustic is not None:
        found.append(AcousticEncoder.load(acoustic, where))
    return found
