"""Find in seconds, before any model is loaded, the problems that would otherwise stop a run after an hour.

Checks files, disk space, decoders and libraries; nothing is decoded. A clip without a file is a warning, since its row
will report it. A run that cannot give a single answer is an error.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from merunibench._text import listed
from merunibench.inference.clips import Clips
from merunibench.models.base import Modality, Sample
from merunibench.models.bridge import command
from merunibench.models.registry import HUGGING_FACE, SCHEMES, installed

_NAMED = 3
_TIGHT_BYTES = 1 << 30
_FULL_BYTES = 16 << 20


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    level: Literal["ok", "warning", "error"]
    what: str


def preflight(
    parts: Sequence[tuple[Clips, Sequence[Sample]]], out: Path, model: str, modalities: Sequence[Modality], engine: str
) -> list[Finding]:
    """Check what a run needs: what is available and what is missing.

    Args:
        parts: Each data set, and those of its samples that will be run.
        out: The folder for results.
        model: The model as the user names it.
        modalities: The modalities to give to the model.
        engine: The name of the engine.

    Returns:
        The findings, in order; with an error among them, the run cannot succeed.
    """
    return [*look_at_files(parts, out, modalities, model), *_libraries(model, modalities, engine)]


def look_at_files(
    parts: Sequence[tuple[Clips, Sequence[Sample]]], out: Path, modalities: Sequence[Modality], model: str = ""
) -> list[Finding]:
    """Check clips and disk space only, for commands that do not run a model."""
    found = [finding for clips, samples in parts for finding in _files(clips, samples, modalities, model)]
    return [*found, *_disk(out)]


def _files(clips: Clips, samples: Sequence[Sample], modalities: Sequence[Modality], model: str) -> Iterator[Finding]:
    """Yield one finding if all files of a data set are present, otherwise one per kind of gap."""
    own = model.startswith("affectgpt:")  # faces can replace its video; an unknown subtitle counts as empty
    unsaid = [s for s in samples if "text" in modalities and s.subtitle is None]
    gaps = {
        "have no video file": [
            s for s in samples if "video" in modalities and not _there(s.video, s.face if own else None)
        ],
        "have no audio file": [s for s in samples if "audio" in modalities and not _there(s.audio, s.video)],
        "have an empty file": [s for s in samples if any(_empty(path) for path in (s.video, s.audio))],
        "have no subtitle": [] if own else unsaid,
    }
    what = f"{clips.dataset}: {len(samples)} of {len(clips)} clips" if len(samples) < len(clips) else ""
    what = what or f"{clips.dataset}: {len(clips)} clips"
    if own and unsaid:
        names = listed((sample.name for sample in unsaid), _NAMED)
        yield Finding("warning", f"{what}: {len(unsaid)} have no subtitle ({names}): an empty one is used")
    hopeless = {sample.name for gap in gaps.values() for sample in gap}
    if not any(gaps.values()):
        yield Finding("ok", f"{what}, all files found ({clips.where})")
        return
    level: Literal["warning", "error"] = "error" if len(hopeless) == len(samples) else "warning"
    for gap, affected in gaps.items():
        if affected:
            names = listed((sample.name for sample in affected), _NAMED)
            place = affected[0].video or affected[0].audio
            expected = f"; expected {place}" if place and "file" in gap and not place.exists() else ""
            outcome = "their rows will be marked as failed" if level == "warning" else "no clip can be answered"
            yield Finding(level, f"{what}: {len(affected)} {gap} ({names}{expected}): {outcome}")


def _there(*paths: Path | None) -> bool:
    return any(path is not None and path.is_file() for path in paths)


def _empty(path: Path | None) -> bool:
    return path is not None and path.is_file() and path.stat().st_size == 0


def _disk(out: Path) -> Iterator[Finding]:
    """Check whether results can be written."""
    folder = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("error", f"{out}: cannot be written to")
        return
    free = shutil.disk_usage(folder).free
    level: Literal["ok", "warning", "error"] = "ok" if free >= _TIGHT_BYTES else "warning"
    yield Finding("error" if free < _FULL_BYTES else level, f"{out}: {free / 2**30:.1f} GiB free")


def _libraries(model: str, modalities: Sequence[Modality], engine: str) -> Iterator[Finding]:
    """Check whether the decoders and the model's libraries are installed."""
    wanted: dict[str, str] = {}
    scheme, _, rest = model.partition(":")
    decodes = scheme not in SCHEMES or SCHEMES[scheme].decodes
    if decodes and ("video" in modalities or "audio" in modalities):
        wanted |= {"av": "models", "soundfile": "models"}
    if scheme == command.SCHEME:
        gap = command.absent(rest)
        yield Finding("error" if gap else "ok", gap or f"{scheme}: starts {command.program_name(rest)}")
    if scheme in SCHEMES:
        wanted |= dict.fromkeys(SCHEMES[scheme].needs, SCHEMES[scheme].extra)
    elif scheme not in {entry.name for entry in installed()}:  # a registering package knows its own requirements
        wanted |= dict.fromkeys(HUGGING_FACE, "models")
    if engine == "ray":
        wanted["ray"] = "cluster"
    missing = {module: extra for module, extra in wanted.items() if not _importable(module)}
    for extra in dict.fromkeys(missing.values()):
        modules = listed(module for module, its in missing.items() if its == extra)
        yield Finding("error", f"not installed: {modules}: pip install 'merunibench[{extra}]'")
    if wanted and not missing:
        yield Finding("ok", f"installed: {listed(wanted)}")


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
