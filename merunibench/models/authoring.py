"""Helpers for authors of a `Model`, in addition to `merunibench.models`; docs/models.md has a complete example.

`resolve_modalities` determines what a model is given, `fill` makes the prompt, `read_clip` decodes, `describe` returns
the media record of a row, and `versions` returns the versions of libraries. `Answer` and `NoAnswerError` tell how an
answer ended, or why there is none. `picture_file`, `sound_file` and `subtitle_of` are for models with their own reader.
"""

from merunibench.hub import versions
from merunibench.media import file_hash
from merunibench.models.base import Answer, Decoding, NoAnswerError
from merunibench.models.prompting import (
    Clip,
    describe,
    fill,
    picture_file,
    read_clip,
    resolve_modalities,
    sound_file,
    subtitle_of,
)

__all__ = [
    "Answer",
    "Clip",
    "Decoding",
    "NoAnswerError",
    "describe",
    "file_hash",
    "fill",
    "picture_file",
    "read_clip",
    "resolve_modalities",
    "sound_file",
    "subtitle_of",
    "versions",
]
