"""Options that are specific to AffectGPT: `--model-option key=value`, or `Options.extra`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from merunibench._text import short_repr
from merunibench.errors import InputError
from merunibench.models.affectgpt.audio_input import ClipSpacing
from merunibench.models.affectgpt.generation import AUTHORS
from merunibench.models.affectgpt.prompt import QUESTIONS, Mode
from merunibench.models.affectgpt.visual_input import ColourOrder
from merunibench.models.base import Decoding, Options

KEYS: Mapping[str, str] = {
    "llm": "language model: a name on the Hub or a folder",
    "visual": "visual encoder: a name on the Hub or a folder",
    "acoustic": "acoustic encoder: a name on the Hub or a folder",
    "config": "one of the authors' YAML files",
    "mode": "media and prompt, e.g. multiface_audio_face_text",
    "question": "ovlabel, description, or your own question",
    "clip_spacing": "8 or 7: divisor of the range of the audio clips' start times",
    "face_order": "stored or swap: the order of a face's colours",
    "lora_alpha": "LoRA's alpha, 32 by default",
}
"""Key -> its meaning."""


@dataclass(frozen=True)
class AffectGPTOptions:
    """Validated options.

    Attributes:
        config: One of the authors' YAML files; None for the checkpoint's configuration.
        changes: Fields of the checkpoint's configuration to replace.
        question: The full question.
        decoding: Sampling settings.
        clip_spacing: Spacing of the audio clips.
        face_order: Order of a face's colours.
    """

    config: Path | None
    changes: Mapping[str, Any]
    question: str
    decoding: Decoding
    clip_spacing: ClipSpacing
    face_order: ColourOrder


def parse_options(options: Options) -> AffectGPTOptions:
    """Validate the options of a run.

    Raises:
        InputError: a key or a value is unknown.
    """
    options.refuse("AffectGPT", "processor", "template")
    extra = options.extra
    unknown = sorted(set(extra) - set(KEYS))
    if unknown:
        known = "; ".join(f"{key} ({meaning})" for key, meaning in KEYS.items())
        raise InputError(f"AffectGPT has no option {short_repr(unknown[0])}; it has {known}")
    changes: dict[str, Any] = {key: extra[key] for key in ("llm", "visual", "acoustic", "mode") if key in extra}
    if "mode" in changes:
        Mode(changes["mode"])
    if "lora_alpha" in extra:
        changes["lora_alpha"] = int(_one_of(extra, "lora_alpha", None))
    if options.frames != Options(prompt="").frames:
        changes["frames"] = options.frames
    return AffectGPTOptions(
        config=Path(extra["config"]) if "config" in extra else None,
        changes=changes,
        question=_question(extra.get("question", "ovlabel")),
        decoding=options.generation.over(AUTHORS),
        clip_spacing=cast("ClipSpacing", int(_one_of(extra, "clip_spacing", ("8", "7")))),
        face_order=cast("ColourOrder", _one_of(extra, "face_order", ("stored", "swap"))),
    )


def _question(value: str) -> str:
    if value in QUESTIONS:
        return QUESTIONS[value]
    if " " not in value.strip():
        raise InputError(f"question {short_repr(value)}: must be {', '.join(QUESTIONS)}, or your own full question")
    return value.strip()


def _one_of(extra: Mapping[str, str], key: str, choices: tuple[str, ...] | None) -> str:
    """Return the value of a key, by default the first choice; without choices, a positive number."""
    value = str(extra.get(key, choices[0] if choices else ""))
    if value not in choices if choices else not re.fullmatch("0*[1-9][0-9]{0,8}", value):
        raise InputError(
            f"{key} {short_repr(value)}: must be {' or '.join(choices) if choices else 'a positive number'}"
        )
    return value
