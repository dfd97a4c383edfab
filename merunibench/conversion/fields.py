"""Values inside a row of nested JSON: dotted paths, texts of chat messages, names of media files."""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from merunibench._text import short_repr

Row = Mapping[str, Any]

MEDIA = ("videos", "audios", "images", "video_path", "video", "audio_path", "audio", "image_path", "path")
"""Keys under which result files have the paths of the media that a question was about."""

_MEDIA_ENDINGS = "mp4 avi mkv mov webm flv wmv mpg mpeg m4v wav mp3 flac m4a ogg opus aac jpg jpeg png webp bmp npy"
_MEDIA_SUFFIXES = frozenset(f".{ending}" for ending in _MEDIA_ENDINGS.split())
_TEXT_PARTS = ("text", "output_text")
_DEEPEST = 8


def walk(value: Any, path: Iterable[str]) -> Any:  # noqa: ANN401 - any JSON value
    """What a path leads to in a nested value; None where it leads nowhere.

    Args:
        value: The value.
        path: Keys of objects, and places in lists (`-1` is the last).

    Example:
        >>> walk({"choices": [{"text": "calm"}]}, "choices.0.text".split("."))
        'calm'
    """
    for key in path:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and re.fullmatch(r"-?[0-9]{1,6}", key) and -len(value) <= int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def dig(row: Row, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """What a dotted path leads to in a row; a key that has the dots itself comes first."""
    return row[path] if path in row else walk(row, path.split("."))


def one_text(value: object, what: str) -> str | None:
    """A text, or the only one of a list of texts, of a list of such.

    Args:
        value: The value in the row.
        what: How messages call it.

    Raises:
        ValueError: there are several, or something else.
    """
    for _ in range(_DEEPEST):
        if not isinstance(value, list):
            break
        if len(value) > 1:
            raise ValueError(f"{what}: {len(value)} answers to one sample; keep one of them")
        value = value[0] if value else None
    return as_text(value, what)


def as_text(value: object, what: str) -> str | None:
    """A text, or None where there is none.

    Raises:
        ValueError: it is something else.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and math.isnan(value):
        raise ValueError(f"{what}: NaN where the answer should be; write null for a row that failed")
    raise ValueError(f"{what}: must be text, not {short_repr(value)}")


def content_text(content: object, what: str, joint: str = "") -> str | None:
    """The text of a chat message: text, or parts of which those that hold text count; reasoning is left out.

    Args:
        content: The content of the message.
        what: How errors call it.
        joint: The separator between the texts of several parts.

    Raises:
        ValueError: it is neither.
    """
    if not isinstance(content, list):
        return as_text(content, what)
    texts = [part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") in _TEXT_PARTS]
    if not texts:
        return None
    return joint.join(as_text(text, what) or "" for text in texts)


def media_stem(row: Row) -> str | None:
    """The name of the first media file of a row, without its folder and the ending of a media format.

    Example:
        >>> media_stem({"videos": ["/data/clip_7.v2.mp4"]})
        'clip_7.v2'
    """
    for key in MEDIA:
        value = row.get(key)
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, Mapping):
            value = value.get("path")
        if isinstance(value, str) and value:
            return stem(value)
    return None


def stem(path: str) -> str:
    """The name of a file without its folder, and without the ending of a media format."""
    place = PurePosixPath(path.replace("\\", "/"))
    return place.stem if place.suffix.lower() in _MEDIA_SUFFIXES else place.name


def whole_number(value: object) -> int | None:
    """A running number, as JSON or a table of text has it; None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else None
