"""Find metadata of a model: the settings that `infer` wrote next to its predictions, and its model card.

Both are hints for `submission.toml`. Command-line options take precedence; values that differ between data sets are
omitted and reported.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from merunibench.data import PredictionSource
from merunibench.data.discovery import TableFile
from merunibench.errors import InputError
from merunibench.files.yaml import read_front_matter
from merunibench.journal import read_settings, settings_file

Fields = dict[str, Any]
_MEDIA = ("audio", "video", "text")
_GREEDY = ("max_new_tokens",)
_SAMPLED = ("temperature", "top_p", "seed", "max_new_tokens")


def settings_of(source: PredictionSource) -> tuple[Fields, list[str]]:
    """Read the fields from the settings next to predictions, and what differs between them.

    Raises:
        InputError: settings exist but cannot be read.
    """
    paths = {
        settings_file(files.path): None
        for of_checkpoints in source.files.values()
        for files in of_checkpoints.values()
        if isinstance(files, TableFile)
    }
    return _common([_of_settings(read_settings(path)) for path in paths if path.is_file()])


def _of_settings(settings: Mapping[str, Any]) -> Fields:
    """The submission fields in one settings file."""
    model = settings.get("model")
    known: Mapping[str, Any] = model if isinstance(model, dict) else {}
    given = known.get("modalities", [])
    decoding = known.get("generation", known.get("decoding"))
    found: Fields = {
        "base_model": "@".join(str(known[key]) for key in ("model", "revision") if known.get(key)),
        "modalities": tuple(name for name in _MEDIA if name in given) if isinstance(given, list) else (),
        "prompt": known.get("question") or known.get("prompt"),
        "decoding": _decoding(decoding) if isinstance(decoding, dict) else None,
    }
    return {key: value for key, value in found.items() if value}


def _decoding(generation: Mapping[str, Any]) -> str:
    """How answers were sampled, in one line."""
    sampled = bool(generation.get("temperature"))
    said = [f"{key} {generation[key]}" for key in (_SAMPLED if sampled else _GREEDY) if generation.get(key) is not None]
    return ", ".join(said if sampled else ["greedy", *said])


def _common(found: Iterable[Fields]) -> tuple[Fields, list[str]]:
    """The fields that are equal everywhere, and one line for each that is not."""
    every = list(found)
    same: Fields = {}
    differing = []
    for key in dict.fromkeys(key for fields in every for key in fields):
        values = [fields[key] for fields in every if key in fields]
        if all(value == values[0] for value in values):
            same[key] = values[0]
        else:
            differing.append(f"{key}: the settings next to the predictions differ; set it yourself (--{_flag(key)})")
    return same, differing


def _flag(key: str) -> str:
    return {"modalities": "modality"}.get(key, key.replace("_", "-"))


def card_of(path: Path) -> Fields:
    """Read fields from a model card: the YAML header of its README.md.

    Raises:
        InputError: it cannot be read, or has no such header.
    """
    head = read_front_matter(path)
    if not isinstance(head, dict):
        raise InputError(
            f"{path}: its header contains no fields; a model card begins with YAML between two lines of ---"
        )
    tags = [tag for tag in _texts(head.get("tags")) if re.fullmatch(r"arxiv:[0-9]{4}\.[0-9]{4,5}", tag)]
    data = _texts(head.get("datasets"))
    found: Fields = {
        "licence": ", ".join(_texts(head.get("license"))[:1]),
        "base_model": ", ".join(_texts(head.get("base_model"))),
        "training_data": f"Data sets of its model card: {', '.join(data)}" if data else "",
        "paper": f"https://arxiv.org/abs/{tags[0].removeprefix('arxiv:')}" if tags else "",
    }
    return {key: value for key, value in found.items() if value}


def _texts(value: object) -> list[str]:
    """A text, or a list of texts, as a list; empty for anything else."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str) and each]
