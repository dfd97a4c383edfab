"""What an author of a `Model` needs besides `merunibench.models`; docs/models.md has a complete example.

`resolve_modalities` says what a model is given, `fill` makes the question, `read_clip` decodes, `describe` says what
was made of the files, `versions` which libraries ran. `Answer` and `NoAnswerError` say how an answer ended, or why
there is none. `picture_file`, `sound_file` and `subtitle_of` are for models with a reader of their own.
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
